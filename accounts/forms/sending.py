"""How messages leave the portal: channels, times, words, and what was sent."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import channels, letters
from accounts.forms.fields import PlainForm
from accounts.models import ChannelCode, Delivery, SendingTimes


class ChannelForm(PlainForm, forms.Form):
    """The settings of one channel. The secret is written only: what is there is never shown, and left empty it stays."""

    enabled = forms.BooleanField(label=_("启用这个渠道"), required=False)

    def __init__(self, code, has_secret, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.module = channels.module(code)
        for name, (label, about, required) in self.module.FIELDS.items():
            self.fields[name] = forms.CharField(
                label=label, help_text=about, required=required, max_length=300, error_messages={"required": gettext("请填写%(field)s。") % {"field": label}},
            )
        self.fields["secret"] = forms.CharField(
            label=self.module.SECRET, required=False, max_length=300, strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text=_("已经填写过，不显示；要换时再填。") if has_secret else _("保存后加密存放，不再显示。"),
        )

    def clean_url(self):
        url = self.cleaned_data["url"].strip()
        if url and not url.startswith(("http://", "https://")):
            raise forms.ValidationError(_("接口地址要以 http:// 或 https:// 开头。"))
        return url

    def clean_port(self):
        return self._digits("port", _("端口是一个数字，例如 465。"))

    def clean_agent(self):
        return self._digits("agent", _("应用编号是一串数字，例如 1000002。"))

    def _digits(self, name, sentence):
        value = self.cleaned_data[name].strip()
        if value and not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise forms.ValidationError(sentence)
        return value

    @property
    def settings(self):
        return {name: self.cleaned_data[name] for name in self.module.FIELDS}


class TestMessageForm(PlainForm, forms.Form):
    to = forms.CharField(label=_("发给"), max_length=200, error_messages={"required": _("请填写测试消息发给谁。")})


def clock_field(label, about=""):
    return forms.TimeField(
        label=label, help_text=about, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("请填写时间，例如 07:30。"), "invalid": _("时间写成 07:30 的样子。")},
    )


class SendingTimesForm(PlainForm, forms.ModelForm):
    quiet_from = clock_field(_("免打扰开始"))
    quiet_until = clock_field(_("免打扰结束"), _("这段时间里不向外发送，结束后补发。"))
    first_digest = clock_field(_("第一次汇总发送"))
    second_digest = clock_field(_("第二次汇总发送"), _("不紧急的消息每天在这两个时间合成一条发送。"))

    class Meta:
        model = SendingTimes
        fields = ["quiet_from", "quiet_until", "first_digest", "second_digest"]


class LetterForm(PlainForm, forms.Form):
    title = forms.CharField(label=_("标题"), max_length=200, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(label=_("内容"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    urgent = forms.BooleanField(label=_("立即发送"), required=False, help_text=_("不选的，在汇总时间和其他消息合成一条发送。"))
    channels = forms.MultipleChoiceField(
        label=_("向外发送的渠道"), required=False, choices=ChannelCode.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("平台内的消息总是有的；没有启用的渠道选了也不发。"),
    )

    def __init__(self, letter, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_title(self):
        return self._text("title")

    def clean_body(self):
        return self._text("body")

    def _text(self, name):
        if problems := letters.text_problems(self.letter, self.cleaned_data[name]):
            raise forms.ValidationError(problems)
        return self.cleaned_data[name]


class MyChannelsForm(PlainForm, forms.Form):
    wanted = forms.MultipleChoiceField(
        label=_("不紧急的消息也发到"), required=False, choices=ChannelCode.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("退回、临近截止、异议和安排变动等紧急的消息总会发送。"),
    )

    def __init__(self, choices, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wanted"].choices = choices


class DeliveryFilter(forms.Form):
    q = forms.CharField(label=_("收件人或单位"), required=False, max_length=60)
    event = forms.ChoiceField(label=_("事项"), required=False)
    channel = forms.ChoiceField(label=_("渠道"), required=False, choices=[("", _("全部渠道")), *ChannelCode.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部状态")), *Delivery.State.choices])
    day = forms.DateField(label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [("", _("全部事项")), *((event, letter.name) for event, letter in letters.every().items())]

    def found(self, deliveries):
        """The deliveries this filter leaves; a part that is not well formed filters nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            q = asked["q"]
            deliveries = deliveries.filter(
                Q(message__user__name__icontains=q) | Q(message__user__username__icontains=q) | Q(message__user__organization__name__icontains=q)
                | Q(message__user__organization__short_name__icontains=q)
            )
        for name, lookup in (("event", "message__event"), ("channel", "channel"), ("state", "state"), ("day", "message__created_at__date")):
            if asked.get(name):
                deliveries = deliveries.filter(**{lookup: asked[name]})
        return deliveries
