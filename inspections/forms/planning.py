"""The pool, a plan, an answer to a visit, a unit's request that somebody stay away."""

import secrets

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.templatetags.portal import short_day, weekday
from inspections.forms.desk import DueDayField, helper, text_area
from inspections.forms.visits import PeopleField, PersonField
from inspections.models import AssignmentAnswer, Challenge

MOST_SEED = 10**6


def choices_of(days):
    return [(day.isoformat(), f"{short_day(day)} {weekday(day)}") for day in days]


class DaysField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def offer(self, days):
        self.choices = choices_of(days)


class PoolEntryForm(forms.Form):
    """`people` is empty where an entry is changed: its person stays."""

    person = PersonField(label=_("验收员"), queryset=None)
    cap = forms.IntegerField(label=_("最多验收几个单位"), required=False, min_value=0, max_value=1000, help_text=_("不填表示不限。"))
    days = DaysField(label=_("可参加的日子"), required=False, help_text=_("一个都不勾，表示检查验收期内都可以。"))

    def __init__(self, *args, people, days, **kwargs):
        super().__init__(*args, auto_id="pool-%s", **kwargs)
        self.fields["days"].offer(days)
        if people is None:
            del self.fields["person"]
        else:
            self.fields["person"].queryset = people
        self.helper = helper(*self.fields)


class PastServiceForm(forms.Form):
    organization = forms.ModelChoiceField(label=_("曾任职单位"), queryset=None)
    ended_on = DueDayField(label=_("离任日期"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="service-%s", **kwargs)
        self.fields["organization"].queryset = Organization.objects.order_by("name")
        self.helper = helper("organization", "ended_on")


class LeavePoolForm(forms.Form):
    reason = forms.CharField(
        label=_("退出的理由"), max_length=300, widget=text_area(2), error_messages={"required": _("请填写退出的理由。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="leave-%s", **kwargs)
        self.helper = helper("reason")


class MakePlanForm(forms.Form):
    first_on = DueDayField(label=_("从哪天起"))
    last_on = DueDayField(label=_("到哪天止"))
    per_day = forms.IntegerField(label=_("每组每天最多几个单位"), min_value=1, max_value=10, initial=2)
    size = forms.IntegerField(label=_("每组至少几人"), min_value=2, max_value=9, initial=3, help_text=_("组长和至少两名组员，来自不同单位。"))
    holidays = forms.BooleanField(label=_("双休日和节假日也安排"), required=False)
    seed = forms.IntegerField(
        label=_("抽签种子"), required=False, min_value=0, max_value=MOST_SEED, help_text=_("不填就随机抽取并记录；填同一个数，得到同样的方案。"),
    )

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, auto_id="plan-%s", **kwargs)
        if days:
            for name in ("first_on", "last_on"):
                self.fields[name].widget.attrs |= {"min": days[0].isoformat(), "max": days[-1].isoformat()}
        self.helper = helper(*self.fields)

    def clean(self):
        data = super().clean()
        if data.get("seed") is None and "seed" not in self.errors:
            data["seed"] = secrets.randbelow(MOST_SEED)
        if data.get("first_on") and data.get("last_on") and data["last_on"] < data["first_on"]:
            self.add_error("last_on", _("结束日期早于开始日期，请改正。"))
        return data


class PlannedGroupForm(forms.Form):
    leader = PersonField(label=_("组长"), queryset=None, help_text=_("组长也要在组员中勾选。"))
    members = PeopleField(label=_("组员"), queryset=None)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="members-%s", **kwargs)
        self.fields["leader"].queryset = self.fields["members"].queryset = people
        self.helper = helper("leader", "members")


class VisitField(forms.ModelChoiceField):
    def label_from_instance(self, visit):
        return f"{visit.application.organization}（{visit.group} {visit.on.isoformat()}）"


class MovePlannedVisitForm(forms.Form):
    """The drag for keyboards, and for browsers without script."""

    visit = VisitField(label=_("单位"), queryset=None)
    group = forms.ModelChoiceField(label=_("移到哪个组"), queryset=None)
    on = forms.DateField(label=_("移到哪一天"), widget=forms.Select)

    def __init__(self, *args, visits, groups, days, **kwargs):
        super().__init__(*args, auto_id="move-%s", **kwargs)
        self.fields["visit"].queryset, self.fields["group"].queryset = visits, groups
        self.fields["on"].widget.choices = choices_of(days)
        self.helper = helper("visit", "group", "on")


class ImportPlanForm(forms.Form):
    file = forms.FileField(
        label=_("填好的表格（xlsx）"), help_text=_("先导出，在“验收组”“验收日期”两列里改，再选这个文件。"), error_messages={"required": _("请选择文件。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="import-%s", **kwargs)
        self.helper = helper("file")


class DeclineAssignmentForm(forms.Form):
    kind = forms.ChoiceField(label=_("情形"), choices=AssignmentAnswer.Kind, widget=forms.RadioSelect, error_messages={"required": _("请选择不能参加的情形。")})
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=text_area(), help_text=_("仅公开办可见。"), error_messages={"required": _("请写明不能参加的理由。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="decline-%s", **kwargs)
        self.helper = helper("kind", "reason")


class ChallengeForm(forms.Form):
    person = PersonField(label=_("申请哪位验收员回避"), queryset=None)
    reason = forms.CharField(
        label=_("回避理由"), max_length=300, widget=text_area(), help_text=_("例如：与本单位负责人是近亲属，或有可能影响公正的往来。"),
        error_messages={"required": _("请写明申请回避的理由。")},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="challenge-%s", **kwargs)
        self.fields["person"].queryset = people
        self.helper = helper("person", "reason")


class DecideChallengeForm(forms.Form):
    state = forms.ChoiceField(
        label=_("决定"), choices=[(Challenge.State.UPHELD, _("同意回避")), (Challenge.State.REFUSED, _("不需要回避"))], error_messages={"required": _("请选择决定。")},
    )
    reply = forms.CharField(label=_("给单位的答复"), max_length=300, widget=text_area(2), error_messages={"required": _("请写明给单位的答复。")})

    def __init__(self, *args, number, **kwargs):
        super().__init__(*args, auto_id=f"decide-{number}-%s", **kwargs)
        self.helper = helper("state", "reply")
