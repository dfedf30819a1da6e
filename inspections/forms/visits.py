"""Groups, the plan, conflicts, one record, an agreement, a signature."""

from decimal import Decimal

from crispy_forms.layout import Field
from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from inspections.forms.desk import DueDayField, PointsField, helper, text_area
from inspections.forms.guidance import ManyFilesField, ManyFilesInput
from inspections.models import Score


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person):
        return f"{person}（{person.organization or '–'}）"


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person):
        return f"{person}（{person.organization or '–'}）"


class GroupForm(forms.Form):
    name = forms.CharField(
        label=_("名称"), max_length=40,
        error_messages={"required": _("请填写验收组的名称。")},
    )
    leader = PersonField(label=_("组长"), queryset=None, help_text=_("组长也要在组员中勾选。"))
    members = PeopleField(label=_("组员"), queryset=None)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="group-%s", **kwargs)
        self.fields["leader"].queryset = self.fields["members"].queryset = people
        self.helper = helper("name", "leader", "members")


class UnitField(forms.ModelChoiceField):
    def label_from_instance(self, application):
        county = application.organization.county
        return f"{application.organization}（{county}）" if county and county != application.organization else str(application.organization)


class PlanVisitForm(forms.Form):
    """`units` is empty when a visit is changed: its unit stays."""

    application = UnitField(label=_("申报单位"), queryset=None, help_text=_("已受理、还没有安排验收的单位。"))
    group = forms.ModelChoiceField(label=_("验收组"), queryset=None)
    on = DueDayField(label=_("验收日期"))

    def __init__(self, *args, units, groups, days, **kwargs):
        super().__init__(*args, auto_id="plan-%s", **kwargs)
        self.fields["group"].queryset = groups
        if units is None:
            del self.fields["application"]
        else:
            self.fields["application"].queryset = units
        if days:
            self.fields["on"].widget.attrs |= {"min": days[0].isoformat(), "max": days[-1].isoformat()}
            self.fields["on"].help_text = _("检查验收期：%(first)s 至 %(last)s") % {"first": days[0].isoformat(), "last": days[-1].isoformat()}
        self.helper = helper(*self.fields)


class OverridesForm(forms.Form):
    """The office's lead states a reason for each person who is to go in spite of a conflict."""

    def __init__(self, *args, found, **kwargs):
        super().__init__(*args, auto_id="allow-%s", **kwargs)
        for conflict in found:
            self.fields[f"person_{conflict.user.pk}"] = forms.CharField(
                label=_("%(person)s不回避的理由") % {"person": conflict.user}, help_text=str(conflict), required=False, max_length=300
            )
        self.helper = helper(*self.fields)

    @property
    def reasons(self):
        return {int(name.removeprefix("person_")): reason for name, reason in self.cleaned_data.items()}


class OverrideForm(forms.Form):
    person = PersonField(label=_("验收员"), queryset=None)
    reason = forms.CharField(
        label=_("不回避的理由"), max_length=300, widget=text_area(), help_text=_("随验收安排和导出的表格一起显示。"),
        error_messages={"required": _("请写明不回避的理由。")},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="override-%s", **kwargs)
        self.fields["person"].queryset = people
        self.helper = helper("person", "reason")


class DeclareConflictForm(forms.Form):
    """An inspector declares for themselves; the office chooses the person."""

    person = PersonField(label=_("回避人员"), queryset=None)
    organization = forms.ModelChoiceField(label=_("回避单位"), queryset=Organization.objects.none())
    reason = forms.CharField(
        label=_("回避理由"), max_length=300, widget=text_area(), help_text=_("例如：近亲属在该单位工作。仅公开办可见。"),
        error_messages={"required": _("请写明回避理由。")},
    )

    def __init__(self, *args, people, units, **kwargs):
        super().__init__(*args, auto_id="declare-%s", **kwargs)
        if people is None:
            del self.fields["person"]
        else:
            self.fields["person"].queryset = people
        self.fields["organization"].queryset = units
        self.helper = helper(*self.fields)


class RecordForm(forms.Form):
    """One inspector's finding. 符合 without points means full points."""

    verdict = forms.ChoiceField(label=_("检查结论"), choices=Score.Verdict, required=False, widget=forms.RadioSelect)
    points = PointsField(label=_("得分"), required=False)
    reason = forms.CharField(label=_("现场情况"), required=False, max_length=2000, widget=text_area())
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, maximum, step, **kwargs):
        super().__init__(*args, auto_id="record-%s", **kwargs)
        self.maximum, self.step = maximum, step
        self.helper = helper(
            Field("verdict", template="inspections/_verdict_field.html"), Field("points", template="inspections/_stepper_field.html")
        )

    @property
    def verdicts(self):
        """The three big buttons."""
        looks = {Score.Verdict.MET: ("verdict-yes", "check"), Score.Verdict.PARTLY: ("verdict-partly", "minus"), Score.Verdict.NOT_MET: ("verdict-no", "x")}
        chosen = self["verdict"].value()
        return [
            {"value": value, "label": label, "look": looks[value][0], "icon": looks[value][1], "checked": value == chosen}
            for value, label in Score.Verdict.choices
        ]

    @property
    def is_blank(self):
        return not any(self.data.get(name, "").strip() for name in ("verdict", "points", "reason"))

    def clean(self):
        data = super().clean()
        points = data.get("points")
        if "points" in data and not isinstance(points, Decimal):
            data["points"] = self.maximum if data.get("verdict") == Score.Verdict.MET else None
        return data


class PhotosForm(forms.Form):
    """Camera or album; a device may name one photo with its own id and time."""

    photos = ManyFilesField(
        label=_("现场照片"), required=False, widget=ManyFilesInput(attrs={"accept": "image/*", "capture": "environment", "multiple": True})
    )
    photo_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    photo_device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class SignForm(forms.Form):
    """The password again. Wrong ones count like failed logins, so a borrowed phone cannot try them all."""

    password = forms.CharField(
        label=_("登录密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False,
        help_text=_("输入你自己的登录密码，相当于在验收记录上签字。"),
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, auto_id="sign-%s", **kwargs)
        self.request = request
        self.helper = helper("password")

    def clean_password(self):
        password = self.cleaned_data["password"]
        if not self.request.user.has_usable_password():
            raise forms.ValidationError(_("你的账号没有本平台的登录密码，没有签字。请在本页手写签字。"))
        if authenticate(self.request, username=self.request.user.get_username(), password=password) != self.request.user:
            raise forms.ValidationError(_("密码不正确，没有签字。请输入你自己的登录密码。"))
        return password


class UnlockForm(forms.Form):
    reason = forms.CharField(
        label=_("解锁的理由"), max_length=300, widget=text_area(), help_text=_("解锁后全部签字作废，验收组更正后须重新签字和锁定。"),
        error_messages={"required": _("请写明解锁的理由。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="unlock-%s", **kwargs)
        self.helper = helper("reason")


def people_of(found):
    """The people of some conflicts, as rows for a choice."""
    return User.objects.filter(pk__in=[conflict.user.pk for conflict in found]).select_related("organization")
