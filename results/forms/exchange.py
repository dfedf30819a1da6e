"""Bulletins, meetings and experience write-ups."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, text_area


class BulletinForm(PlainForm):
    title = forms.CharField(label=_("标题"), max_length=150, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(label=_("正文"), max_length=8000, widget=text_area(14), help_text=_("数字来自起草的时候，请核对；每一行是一段。"), error_messages={"required": _("请填写正文。")})


class MeetingForm(PlainForm):
    title = forms.CharField(label=_("会议名称"), max_length=100, error_messages={"required": _("请填写会议名称。")})
    starts_at = forms.DateTimeField(
        label=_("开始时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请选择开始时间。"), "invalid": _("请选择开始时间。")},
    )
    place = forms.CharField(label=_("地点"), max_length=150, error_messages={"required": _("请填写地点。")})
    agenda = forms.CharField(label=_("议程"), max_length=3000, widget=text_area(5), error_messages={"required": _("请填写议程。")})
    organizations = forms.ModelMultipleChoiceField(
        label=_("邀请的单位"), queryset=None, widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少邀请一个单位。")}
    )

    def __init__(self, *args, organizations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organizations"].queryset = organizations
        self.fields["organizations"].label_from_instance = lambda unit: f"{unit} · {unit.county}" if unit.county and not unit.is_county else str(unit)


class MinutesForm(PlainForm):
    """The minutes, and for each invited unit who came; a unit with nobody named may be ticked all the same."""

    minutes = forms.CharField(label=_("会议纪要"), max_length=8000, widget=text_area(10), error_messages={"required": _("请填写会议纪要。")})

    def __init__(self, *args, invitations, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitations = invitations
        for invitation in invitations:
            unit = {"unit": invitation.organization}
            self.fields[f"came_{invitation.pk}"] = forms.BooleanField(label=_("%(unit)s到会") % unit, required=False, initial=bool(invitation.came))
            self.fields[f"people_{invitation.pk}"] = forms.CharField(label=_("%(unit)s的参会人员") % unit, max_length=200, required=False, initial=invitation.people)

    def clean(self):
        """Naming somebody says that the unit came."""
        given = super().clean()
        given["came"] = {
            one.pk: given.get(f"people_{one.pk}", "") for one in self.invitations if given.get(f"came_{one.pk}") or given.get(f"people_{one.pk}")
        }
        return given

    @property
    def lines(self):
        """(invitation, whether it came, who) as bound fields, for the table."""
        return [(one, self[f"came_{one.pk}"], self[f"people_{one.pk}"]) for one in self.invitations]


class ExperienceForm(PlainForm):
    title = forms.CharField(label=_("标题"), max_length=100, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(
        label=_("正文"), max_length=8000, widget=text_area(14, 8000), help_text=_("写做法、成效和体会，至少 200 字，不写个人电话和身份证号。每一行是一段。"),
        error_messages={"required": _("请填写正文。")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SendExperienceForm(PlainForm):
    consents = forms.BooleanField(
        label=_("本单位同意公开这份材料，内容真实，不涉及国家秘密、工作秘密和个人信息"), error_messages={"required": _("请先同意公开，再报送。")}
    )


class RemarkForm(PlainForm):
    remark = forms.CharField(label=_("修改意见"), max_length=500, widget=text_area(3), error_messages={"required": _("请写明要怎么修改。")})
