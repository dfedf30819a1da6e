"""Is it well formed? Days are typed as the last day included; what is kept is the moment after it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, SharedForm, day_input
from accounts.models import Organization, OrganizationKind
from campaigns import holidays
from campaigns.campaign_file import UNSEEN
from campaigns.dates import Shift, to_first_day
from campaigns.models import CalendarDay, Campaign, Opens

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def start_of(day):
    return datetime.combine(day, time(), timezone.get_current_timezone())


def end_of(day):
    """The exclusive end of a last day: midnight after it."""
    return start_of(day + timedelta(days=1))


def last_day(ends_at):
    """The last day before an exclusive end, as it is typed."""
    return timezone.localdate(ends_at - timedelta(microseconds=1))


def reason_field():
    return forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "300"}),
        help_text=_("记入审计记录，所有办公室人员可见。"), error_messages={"required": _("请填写理由。")},
    )


class ReasonForm(forms.Form):
    reason = reason_field()


def typed_reason(post):
    """The reason beside a button; the rules ask for it where it is missing."""
    form = ReasonForm(post)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def plain_text(value):
    """Lines end as they do in a file, and nothing is in them that a file would be refused for."""
    return UNSEEN.sub("", value.replace("\r\n", "\n")) if isinstance(value, str) else value


def take_away_reason(form, campaign):
    """A draft changes without one."""
    if campaign.is_draft:
        form.fields.pop("reason", None)


# As narrow as the campaign file is, so that what is set on the page can be handed out and brought in again.
LIMITS = {
    "year": (2000, 2099), "conflict_years": (0, 50), "publicity_days": (1, 365), "objection_reply_days": (1, 365), "site_inspectors": (2, 20),
    "pass_mark": (0, 999), "score_step": (Decimal("0.01"), 9), "scale_to": (Decimal("0.01"), 1000), "bonus_max": (0, 999), "deductions_max": (0, 999), "desk_gap_percent": (0, 100),
}


class SettingsForm(SharedForm, forms.ModelForm):
    tie_order = forms.CharField(
        label=_("同分时依次比较的类别"), required=False, help_text=_("类别编号，用顿号或逗号隔开，例如：5、3、6。"),
    )
    reason = reason_field()

    class Meta:
        model = Campaign
        fields = [
            "title", "code", "year", "city", "issued_on", "addressed_to", "goal", "steps_text", "organizer", "approval", "desk_weight", "site_weight", "pass_mark", "score_step", "bonus_enabled", "bonus_max",
            "deductions_enabled", "deductions_max", "veto_enabled", "desk_scorers", "site_inspectors", "site_photo_edge", "desk_gap_percent", "likeness_percent", "tie_order",
            "conflict_years", "publicity_days", "objection_reply_days", "objection_real_name", "signed_form_required", "plan_days",
        ]
        widgets = {"issued_on": day_input(), **{name: forms.Textarea(attrs={"rows": 3}) for name in ("addressed_to", "goal", "steps_text")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        take_away_reason(self, self.instance)
        if not self.instance.is_draft:
            del self.fields["code"], self.fields["year"]
        for name, (least, most) in LIMITS.items():
            if name in self.fields:
                limit_number(self.fields[name], least, most)
        for name in ("addressed_to", "goal", "steps_text"):
            self.fields[name].validators.append(MaxLengthValidator(20000))
        self.initial["tie_order"] = "、".join(self.instance.tie_order)
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField):
                self.initial[name] = f"{Decimal(self.initial[name]).normalize():f}"

    @property
    def helper(self):
        def part(legend, *rows):
            return Fieldset(format_html('<span class="fs-5 d-block mt-3 mb-2">{}</span>', legend), *rows)

        draft = self.instance.is_draft
        helper = super().helper
        helper.layout = Layout(
            part(_("基本信息"), "title", Div(*(["code", "year"] if draft else []), "city", "issued_on", css_class="halves"), "addressed_to", "goal", "steps_text"),
            part(_("主办和批准"), "organizer", "approval"),
            part(
                _("评分和排名"),
                Div("desk_weight", "site_weight", "pass_mark", "score_step", "desk_scorers", "desk_gap_percent", "site_inspectors", "site_photo_edge", "conflict_years", "likeness_percent", css_class="halves"),
                "tie_order",
            ),
            part(
                _("加分、扣分和否决"), Div(Div("bonus_enabled", "bonus_max"), Div("deductions_enabled", "deductions_max"), css_class="halves"), "veto_enabled",
            ),
            part(_("申报"), "plan_days", "signed_form_required"),
            part(_("公示和异议"), Div("publicity_days", "objection_reply_days", css_class="halves"), "objection_real_name"),
            *([] if draft else ["reason"]),
        )
        return helper

    def validate_unique(self):
        """The rules say it, in a sentence."""

    def clean_tie_order(self):
        return [code for code in self.cleaned_data["tie_order"].replace("，", "、").replace(",", "、").replace(" ", "").split("、") if code]

    @property
    def values(self):
        """What the action is told: everything but the reason."""
        return {name: plain_text(self.cleaned_data[name]) for name in self.Meta.fields if name in self.fields}


def limit_number(field, least, most):
    field.validators += [MinValueValidator(least), MaxValueValidator(most)]
    field.widget.attrs |= {"min": least, "max": most}


class PhaseForm(SharedForm, forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, error_messages={"required": _("请填写阶段的名称。")})
    starts_on = forms.DateField(
        label=_("开始日期"), widget=day_input(), validators=[MinValueValidator(FIRST_DAY)], error_messages={"required": _("请填写开始日期。")},
    )
    last_on = forms.DateField(
        label=_("最后一天"), widget=day_input(), help_text=_("含当日，到 24:00 为止。"), validators=[MaxValueValidator(LAST_DAY)],
        error_messages={"required": _("请填写最后一天。")},
    )
    opens = forms.ChoiceField(
        label=_("开放的操作"), choices=[("", _("不开放操作，只显示在日程上")), *Opens.choices], required=False,
        help_text=_("申报：单位可以提交；督导：可以布置整改；验收：可以现场评分。"),
    )
    text = forms.CharField(label=_("通知原文"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = reason_field()

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(*args, **kwargs)
        take_away_reason(self, campaign)

    @property
    def values(self):
        told = self.cleaned_data
        values = {name: plain_text(told[name]) for name in ("name", "opens", "text")}
        return values | {"starts_at": start_of(told["starts_on"]), "ends_at": end_of(told["last_on"]), "reason": told.get("reason", "")}


class TrackForm(SharedForm, forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60, error_messages={"required": _("请填写申报类别的名称。")})
    kind = forms.ModelChoiceField(
        label=_("申报单位种类"), queryset=OrganizationKind.objects.all(), error_messages={"required": _("请选择申报单位种类。")},
        help_text=_("哪种单位申报这个类别；一种单位只能申报一个类别。启用后不能再改。"),
    )
    quota = forms.IntegerField(label=_("名额"), min_value=0, max_value=999, error_messages={"required": _("请填写名额。")})
    total_points = forms.DecimalField(
        label=_("总分值"), min_value=Decimal("0.5"), max_value=1000, decimal_places=2, step_size=Decimal("0.5"), help_text=_("建设标准中这个类别各项分值之和，0.5 的整数倍。"),
        error_messages={"required": _("请填写总分值。")},
    )
    yearly_bonus = forms.DecimalField(
        label=_("年度考核加分"), min_value=0, max_value=99, decimal_places=2, required=False, help_text=_("命名的单位在年度考核中加多少分；0 表示不加分。"),
        error_messages={"invalid": _("请填写数字，例如 0.5。"), "min_value": _("加分不能小于 0。"), "max_value": _("加分不能大于 99。")},
    )
    verbatim = forms.CharField(label=_("通知原文"), max_length=200, required=False)
    reason = reason_field()

    kept_once_published = ["kind", "total_points"]

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(*args, **kwargs)
        take_away_reason(self, campaign)
        if not campaign.is_draft:
            for name in self.kept_once_published:
                del self.fields[name]

    @property
    def values(self):
        return {"reason": ""} | self.cleaned_data


class NewTrackForm(TrackForm):
    like = forms.ModelChoiceField(
        label=_("分值照搬自"), queryset=None, required=False, empty_label=_("不照搬，以后在建设标准中逐项填写"),
        help_text=_("这个类别的每一项、每个检查点和分值都同样适用于新类别。"),
    )
    field_order = ["name", "kind", "quota", "like"]
    kept_once_published = []

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(campaign, *args, **kwargs)
        self.fields["like"].queryset = campaign.tracks.all()
        self.fields["total_points"].required = False
        self.fields["total_points"].help_text = _("照搬时随原类别；不照搬时为 100，可以另填。")

    @property
    def values(self):
        values = {name: self.cleaned_data[name] for name in ("name", "kind", "quota", "like", "verbatim")}
        return values | {"yearly_bonus": self.cleaned_data["yearly_bonus"] or 0, "total_points": self.cleaned_data["total_points"] or 100}


class MinimumForm(SharedForm, forms.Form):
    track = forms.ModelChoiceField(label=_("申报类别"), queryset=None, error_messages={"required": _("请选择申报类别。")})
    per = forms.ModelChoiceField(label=_("按哪级单位计"), queryset=OrganizationKind.objects.all(), error_messages={"required": _("请选择按哪级单位计。")})
    min = forms.IntegerField(label=_("下限"), min_value=0, max_value=9999, error_messages={"required": _("请填写下限，没有下限的填 0。")})
    max = forms.IntegerField(label=_("上限"), min_value=0, max_value=9999, required=False, help_text=_("不填就是没有上限。"))
    verbatim = forms.CharField(label=_("通知原文"), max_length=200, required=False)
    reason = reason_field()

    def __init__(self, campaign, *args, is_new, **kwargs):
        super().__init__(*args, **kwargs)
        take_away_reason(self, campaign)
        self.fields["track"].queryset = campaign.tracks.all()
        if not is_new:
            del self.fields["track"], self.fields["per"]

    @property
    def values(self):
        return {"reason": ""} | self.cleaned_data


class ShiftForm(PlainForm, forms.Form):
    """By whole years, or to a chosen first day."""

    how = forms.ChoiceField(
        label=_("日期怎样移动"), widget=forms.RadioSelect, initial="years",
        choices=[("years", _("按整年移动，月、日不变")), ("day", _("移到选定的第一天，各阶段的长度和间隔不变"))],
    )
    first_day = forms.DateField(label=_("第一天"), required=False, widget=day_input(), help_text=_("选择“移到选定的第一天”时填写。"))

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.campaign = campaign

    def clean(self):
        told = super().clean()
        if told.get("how") == "day" and not told.get("first_day") and "first_day" not in self.errors:
            self.add_error("first_day", _("请填写第一天。"))
        if told.get("first_day") and not FIRST_DAY <= told["first_day"] <= LAST_DAY:
            self.add_error("first_day", _("请填写 2000 年至 2099 年之间的日期。"))
        return told

    def shift(self, years):
        if self.cleaned_data["how"] == "day":
            return to_first_day(self.campaign.phases.all(), self.cleaned_data["first_day"])
        return Shift(years=years)


class MoveForm(ShiftForm):
    years = forms.IntegerField(label=_("移动几年"), min_value=-50, max_value=50, initial=1, required=False, help_text=_("选择“按整年移动”时填写，负数是往前移。"))
    field_order = ["how", "years", "first_day"]

    def clean(self):
        told = super().clean()
        if told.get("how") == "years" and not told.get("years") and "years" not in self.errors:
            self.add_error("years", _("请填写移动几年。"))
        if told.get("how") == "years" and told.get("years"):
            days = [timezone.localdate(phase.ends_at).year + told["years"] for phase in self.campaign.phases.all()]
            if any(not 2000 <= year <= 2099 for year in days):
                self.add_error("years", _("移动后超出了 2000 年至 2099 年，请改正。"))
        return told


class CopyForm(ShiftForm):
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2099, error_messages={"required": _("请填写年度。")})
    title = forms.CharField(label=_("活动名称"), max_length=120, error_messages={"required": _("请填写活动名称。")})
    code = forms.SlugField(
        label=_("代码"), max_length=60, help_text=_("用在网址和文件里，只用字母、数字和连字符，启用后不能再改。"), error_messages={"required": _("请填写代码。")},
    )
    county = forms.ModelChoiceField(
        label=_("县（市、区）"), queryset=None, required=False, empty_label=_("全市的活动"),
        help_text=_("市级活动不选。选了县（市、区），就是这个县自己的活动：由县公开办主办，只有该县的单位参加；县本身的申报类别和各县的数量要求不照搬。建立后不能再改。"),
    )
    field_order = ["year", "title", "code", "county", "how", "first_day"]

    def __init__(self, *args, county_fixed=False, **kwargs):
        super().__init__(*args, **kwargs)
        county = self.fields["county"]
        county.queryset = Organization.objects.of_kind(OrganizationKind.COUNTY).order_by("code")
        if county_fixed:  # whatever is sent, the one it began with counts
            county.disabled, county.help_text = True, _("新活动也是本县的，不能改成别的县（市、区）或全市的。")


class CampaignFileForm(PlainForm, forms.Form):
    file = forms.FileField(label=_("活动文件"), help_text=_("YAML 文件，UTF-8 编码，不超过 1 MB。"), error_messages={"required": _("请选择活动文件。"), "empty": _("文件是空的。")})


class ExtensionForm(PlainForm, forms.Form):
    phase = forms.ModelChoiceField(label=_("阶段"), queryset=None, error_messages={"required": _("请选择阶段。")})
    organization = forms.ModelChoiceField(label=_("单位"), queryset=None, error_messages={"required": _("请选择单位。")})
    last_on = forms.DateField(
        label=_("延至（最后一天）"), widget=day_input(), help_text=_("含当日，到 24:00 为止。"), error_messages={"required": _("请填写延至哪一天。")},
    )
    reason = forms.CharField(
        label=_("延期理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "data-counter": "300"}),
        help_text=_("会告诉该单位，并记入审计记录。"), error_messages={"required": _("请填写延期理由。")},
    )

    def __init__(self, campaign, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = campaign.phases.exclude(opens="")
        self.fields["organization"].queryset = campaign.units.select_related("county").order_by("kind__order", "code")
        self.fields["organization"].label_from_instance = self.unit_label

    @staticmethod
    def unit_label(unit):
        return f"{unit.county.short_name} · {unit.short_name}" if unit.county_id and unit.county_id != unit.pk else unit.short_name


class CutoffForm(PlainForm, forms.Form):
    last_on = forms.DateField(
        label=_("县内截止（最后一天）"), widget=day_input(), help_text=_("含当日，到 24:00 为止；须早于全市截止时间。"),
        error_messages={"required": _("请填写县内截止的最后一天。")},
    )


class DayForm(PlainForm, forms.Form):
    day = forms.DateField(label=_("日期"), widget=day_input(), error_messages={"required": _("请填写日期。"), "invalid": _("日期看不懂，请写成 2027-01-01 的样子。")})
    is_workday = forms.TypedChoiceField(
        label=_("是否上班"), choices=[("1", _("上班")), ("0", _("放假"))], coerce=lambda value: value == "1", widget=forms.RadioSelect,
        error_messages={"required": _("请选择上班或放假。")},
    )
    name = forms.CharField(label=_("说明"), max_length=30, required=False, help_text=_("例如：国庆节、国庆节调休、防汛放假。"))
    reason = reason_field()


class HolidaysForm(PlainForm, forms.Form):
    file = forms.FileField(label=_("表格"), required=False, help_text=_("xlsx 或 csv，要有“日期”“是否上班”“说明”三列。"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}))
    text = forms.CharField(
        label=_("通知原文"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("没有表格的，把国务院办公厅通知里各节日的几行贴进来，例如：一、元旦：1月1日（周五）至3日（周日）放假，共3天。"),
    )
    year = forms.IntegerField(
        label=_("哪一年"), min_value=holidays.FIRST_YEAR, max_value=holidays.LAST_YEAR,
        error_messages={"required": _("请填写年份。"), "invalid": _("年份是四位数字。"), "min_value": _("年份是四位数字。"), "max_value": _("年份是四位数字。")},
    )
    source = forms.CharField(
        label=_("文件名称或文号"), max_length=60, help_text=_("记为这些日子的来源。导入以后，这一年就算已经核实。"), error_messages={"required": _("请填写文件名称或文号。")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > 1024**2:
            raise forms.ValidationError(_("文件超过 1 MB，请只留日期、是否上班、说明三列。"))
        return file

    def clean_source(self):
        if self.cleaned_data["source"] == CalendarDay.BY_HAND:
            raise forms.ValidationError(_("请写通知的名称或文号，“人工登记”留给单独修改的日子。"))
        return self.cleaned_data["source"]

    def clean(self):
        told = super().clean()
        if "file" in told and bool(told["file"]) == bool(told.get("text", "").strip()):
            raise forms.ValidationError(_("请上传表格，或者贴通知原文，二者选一。"))
        return told

    def read(self):
        """What the file or the text says, line by line, and which worksheets of the file were not read."""
        told = self.cleaned_data
        if told["file"]:
            return holidays.from_file(told["file"].read())
        return holidays.from_notice(told["text"], told["year"]), ""
