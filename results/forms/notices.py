"""The public notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from results.forms.plain import PlainForm, text_area


class NoticeForm(PlainForm):
    title = forms.CharField(label=_("标题"), max_length=150, error_messages={"required": _("请填写标题。")})
    body = forms.CharField(
        label=_("正文"), max_length=3000, widget=text_area(5), help_text=_("名单和公示期由系统写在正文之后，不用在这里写。"),
        error_messages={"required": _("请填写正文。")},
    )
    contact = forms.CharField(
        label=_("受理单位和联系方式"), max_length=300, widget=text_area(2), help_text=_("写办公电话和地址，不写个人手机。"),
        error_messages={"required": _("请填写受理单位和联系方式。")},
    )


class NewNoticeForm(NoticeForm):
    applications = forms.ModelMultipleChoiceField(
        label=_("公示的单位"), queryset=None, widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少选择一个单位。")}
    )

    def __init__(self, *args, applications, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["applications"].queryset = applications
        self.fields["applications"].label_from_instance = lambda application: f"{application.organization} · {application.track}"
        self.order_fields(["applications", "title", "body", "contact"])


class PublishForm(PlainForm):
    checked = forms.BooleanField(
        label=_("保密审查已通过：不含国家秘密、工作秘密、商业秘密和个人信息"), error_messages={"required": _("请先完成保密审查，再打勾。")}
    )
    checked_by = forms.ModelChoiceField(
        label=_("保密审查人"), queryset=None, empty_label=_("请选择"), error_messages={"required": _("请选择保密审查人。")}
    )

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.with_role(Role.OFFICE, Role.OFFICE_LEAD).exclude(pk=notice.created_by_id)
        self.fields["checked_by"].queryset = people.order_by("username")
