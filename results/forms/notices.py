"""The public notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from results.forms.plain import PlainForm, ReasonForm, text_area
from results.models import NoticeReview
from results.privacy import NEVER_PUBLIC, kind_label
from results.rules.notice_reviews import CHANGE, PUBLISHABLE


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


class NoticeReviewForm(PlainForm):
    """A decision and a reason for each kind of thing the scanner found, then the conclusion."""

    outcome = forms.ChoiceField(
        label=_("审查结论"), choices=[("", _("请选择")), *NoticeReview.Outcome.choices], error_messages={"required": _("请选择审查结论。")}
    )
    remark = forms.CharField(label=_("审查意见"), max_length=300, required=False, widget=text_area(2), help_text=_("退回修改的，写明要改什么。"))
    checked = forms.BooleanField(label=_("已逐字核对：不含国家秘密、工作秘密、商业秘密和个人信息"), required=False)

    def __init__(self, *args, findings, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = [found.kind for found in findings]
        for found in findings:
            what = {"kind": kind_label(found.kind), "value": found.excerpt, "n": found.count}
            may = [] if found.kind in NEVER_PUBLIC else [(PUBLISHABLE, _("可以公开"))]
            self.fields[f"decision_{found.kind}"] = forms.ChoiceField(
                label=_("%(kind)s %(value)s，共 %(n)s 处") % what, choices=[("", _("请决定")), *may, (CHANGE, _("要修改"))],
                error_messages={"required": _("请决定能不能公开。")},
            )
            if may:
                self.fields[f"reason_{found.kind}"] = forms.CharField(
                    label=_("%(kind)s可以公开的理由") % what, required=False, max_length=200, help_text=_("例如：是单位的公开电话。")
                )
        self.order_fields([name for kind in self.kinds for name in (f"decision_{kind}", f"reason_{kind}")])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") == NoticeReview.Outcome.PASSED and not cleaned.get("checked"):
            self.add_error("checked", _("请逐字核对后打勾，再选“审查通过”。"))
        cleaned["decisions"] = {kind: (cleaned.get(f"decision_{kind}", ""), cleaned.get(f"reason_{kind}", "")) for kind in self.kinds}
        return cleaned


class WithdrawForm(ReasonForm):
    hide = forms.BooleanField(
        label=_("内容本身不应公开，撤下后不再显示"), required=False, help_text=_("不勾选的，公示以“已撤下”的样子留在网上，名单和理由可以查看。")
    )
