"""A year's campaign: phases, tracks with quotas and minimums, extensions, and the working-day calendar."""

from datetime import timedelta
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, OrganizationKind, Role, code_of_copy
from accounts.rehearsing import PREFIX, current
from campaigns.permissions import COUNTY_OFFICE, acted_in, county_of, county_of_office, is_municipal_office


class CalendarDayQuerySet(models.QuerySet):
    def official(self):
        """From the state's arrangement of a whole year, not a single day somebody typed in."""
        return self.exclude(source=CalendarDay.BY_HAND)


class CalendarDay(models.Model):
    """Whether a day is a working day, read before any rule of Monday to Friday."""

    date = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("工作日"))
    name = models.CharField(_("说明"), max_length=50, blank=True)
    source = models.CharField(_("来源"), max_length=60)

    BY_HAND = "人工登记"  # the source of single days

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        ordering = ["date"]
        verbose_name = verbose_name_plural = _("工作日历")

    def __str__(self):
        return f"{self.date:%Y-%m-%d}"


class CampaignQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def drafts(self):
        return self.filter(published_at=None)
    def rehearsals(self):
        return self.exclude(rehearsal="")

    def newest_first(self):
        return self.order_by("-year", "-pk")

    def of_city(self):
        return self.filter(county=None)

    def visible_to(self, user):
        """The city's for everybody; a county's own for the people of that county's tree, for auditors and administrators."""
        if not user.is_authenticated:
            return self.of_city()
        if user.has_role(Role.AUDITOR, Role.ADMIN):
            return self
        own = county_of(user)
        return self.filter(Q(county=None) | Q(county=own)) if own else self.of_city()

    def prepared_by(self, user):
        """Drafts included: whose settings this person may look at before anybody else."""
        if user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN, Role.AUDITOR):
            return self
        county = county_of_office(user)
        return self.filter(county=county) if county else self.none()

    def acted_in_by(self, user):
        """Those whose office this person is."""
        return self.filter(acted_in(user))

    def rehearsed_by(self, user):
        """Rehearsals of the campaigns whose office this person is: of the city's, or of the county's own."""
        found, mine = self.rehearsals(), Q(county=None) if is_municipal_office(user) else Q(pk__in=[])
        if user.has_role(*COUNTY_OFFICE) and user.organization_id and user.organization.county:
            county = user.organization.county
            of_counties = Campaign.everywhere.rehearsals().exclude(county=None).values_list("code", flat=True)
            mine |= Q(county__code__in=[code_of_copy(county, code) for code in of_counties])
        return found.filter(mine)

    def first_for(self, user):
        """The one to begin with: the newest of the city; for a county's office the newest of the county, where there is one."""
        by_level = F("county").desc(nulls_last=True) if user.is_authenticated and county_of_office(user) else F("county").asc(nulls_first=True)
        return self.order_by(by_level, "-year", "-pk").first()


class CampaignManager(models.Manager.from_queryset(CampaignQuerySet)):
    """Real campaigns, or the one rehearsal being played. Foreign keys lead to any."""

    def get_queryset(self):
        return super().get_queryset().filter(rehearsal=current())


class Campaign(models.Model):
    """What the notice says, and every setting the office may change. No year and no city is known to the code."""

    code = models.SlugField(_("代码"), max_length=60, unique=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    city = models.CharField(_("城市"), max_length=40)
    county = models.ForeignKey(
        "accounts.Organization", models.PROTECT, null=True, blank=True, related_name="own_campaigns", verbose_name=_("开展活动的县（市、区）"),
        help_text=_("县级活动由该县的公开办组织，只有该县的单位参加；全市的活动不填。"),
    )
    title = models.CharField(_("活动名称"), max_length=120)
    organizer = models.CharField(_("主办单位"), max_length=100, blank=True)
    approval = models.CharField(_("批准依据"), max_length=200, blank=True)
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)
    addressed_to = models.TextField(_("主送"), blank=True)
    goal = models.TextField(_("工作目标"), blank=True)
    steps_text = models.TextField(_("实施步骤"), blank=True)
    document = models.JSONField(
        _("活动文件"), default=dict, editable=False, help_text=_("导入时的原文，供查阅没有单独字段的内容（依据、保障措施、图例等）。")
    )
    host = models.ForeignKey(
        "accounts.Organization", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("承办单位"),
    )
    is_demo = models.BooleanField(_("演示数据"), default=False)
    published_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("启用人"))
    rehearsal = models.CharField(_("演练"), max_length=60, blank=True, default="", editable=False, help_text=_("演练的活动为其代码，真实的活动为空。"))
    days_ahead = models.IntegerField(_("演练日期比今天晚几天"), default=0, editable=False)

    desk_weight = models.DecimalField(_("材料审核权重"), max_digits=5, decimal_places=2, default=40, validators=[MinValueValidator(0)])
    site_weight = models.DecimalField(_("现场验收权重"), max_digits=5, decimal_places=2, default=60, validators=[MinValueValidator(0)])
    pass_mark = models.DecimalField(_("合格线"), max_digits=5, decimal_places=2, default=80)
    score_step = models.DecimalField(_("评分步长"), max_digits=3, decimal_places=2, default=Decimal("0.5"), validators=[MinValueValidator(Decimal("0.01"))])
    scale_to = models.DecimalField(_("总分折算为"), max_digits=6, decimal_places=2, default=100)
    bonus_enabled = models.BooleanField(_("启用加分"), default=False)
    bonus_max = models.DecimalField(_("加分上限"), max_digits=5, decimal_places=2, default=0)
    deductions_enabled = models.BooleanField(_("启用扣分"), default=False)
    deductions_max = models.DecimalField(_("扣分上限"), max_digits=5, decimal_places=2, default=0)
    veto_enabled = models.BooleanField(_("启用一票否决"), default=False)
    desk_scorers = models.PositiveSmallIntegerField(_("材料审核评分人数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(2)])
    site_inspectors = models.PositiveSmallIntegerField(_("现场验收最少验收员人数"), default=2, validators=[MinValueValidator(2)])
    site_photo_edge = models.PositiveSmallIntegerField(
        _("现场照片长边像素"), default=1600, validators=[MaxValueValidator(10000)], help_text=_("手机先缩小再保存；填 0 表示保存原图。"),
    )
    desk_gap_percent = models.DecimalField(_("分差上限（占该项满分的百分比）"), max_digits=5, decimal_places=2, default=20)
    likeness_percent = models.PositiveSmallIntegerField(
        _("文字雷同提示线（占较短一篇的百分比）"), default=30, validators=[MinValueValidator(10), MaxValueValidator(100)],
        help_text=_("两篇情况说明相同的文字达到这个比例时提示审核人；10 到 100。"),
    )
    tie_order = models.JSONField(_("同分时依次比较的类别"), default=list)
    conflict_years = models.PositiveSmallIntegerField(_("任职回避年限"), default=3)
    publicity_days = models.PositiveSmallIntegerField(_("公示工作日数"), default=5, validators=[MinValueValidator(1)])
    objection_reply_days = models.PositiveSmallIntegerField(_("异议答复工作日数"), default=10, validators=[MinValueValidator(1)])
    objection_real_name = models.BooleanField(_("异议须实名"), default=True)
    signed_form_required = models.BooleanField(_("提交时须附盖章的申报表扫描件"), default=False)
    plan_days = models.PositiveSmallIntegerField(
        _("创建方案报送天数"), default=15, validators=[MaxValueValidator(365)],
        help_text=_("活动开始后多少天内报送创建方案，逾期仍可报送，但会标明；填 0 表示不要求报送。"),
    )

    objects = CampaignManager()
    everywhere = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-pk"]
        verbose_name = verbose_name_plural = _("创建活动")
        constraints = [
            models.CheckConstraint(
                condition=Q(rehearsal="", days_ahead=0) & ~Q(code__startswith=PREFIX) | Q(rehearsal=F("code"), code__startswith=PREFIX),
                name="rehearsal_is_known_by_its_code",
            ),
            models.CheckConstraint(condition=Q(desk_weight__gte=0, site_weight__gte=0), name="campaign_weights_not_negative"),
            models.CheckConstraint(condition=Q(score_step__gt=0), name="campaign_score_step_positive"),
            models.CheckConstraint(condition=Q(likeness_percent__gte=10, likeness_percent__lte=100), name="campaign_likeness_percent_in_range"),
            models.CheckConstraint(condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False), name="campaign_published_by_at"),
        ]

    def __str__(self):
        return self.title

    @property
    def is_draft(self):
        return self.published_at is None

    @property
    def is_rehearsal(self):
        return bool(self.rehearsal)

    def rehearsed_day(self, at):
        """The day a rehearsal plays at this moment."""
        return timezone.localdate(at) + timedelta(days=self.days_ahead)

    @property
    def is_of_county(self):
        """A county's own campaign: its office acts in it, its units take part, and nobody of another county sees it."""
        return self.county_id is not None

    @property
    def office_name(self):
        """What the units call the office that acts here."""
        return gettext("%(county)s公开办") % {"county": self.county} if self.is_of_county else gettext("市政务公开办")

    @property
    def units(self):
        """Organizations that may apply: of the tracks' kinds, and in a county's own campaign below that county."""
        found = Organization.objects.filter(kind__in=self.tracks.values("kind"))
        return found if self.county_id is None else found.filter(county=self.county_id).exclude(pk=self.county_id)

    @property
    def counties(self):
        """The counties that lists and counts are made by."""
        found = Organization.objects.of_kind(OrganizationKind.COUNTY).order_by("code")
        return found if self.county_id is None else found.filter(pk=self.county_id)

    @property
    def legend(self):
        """Names of evidence kinds and inspection methods as the campaign file brings them."""
        return self.document.get("legend", {})

    @property
    def recommends(self):
        """Keys of the tracks whose best are recommended to the province."""
        return self.document.get("campaign", {}).get("recommendation", {}).get("applies_to", [])


class CampaignFile(models.Model):
    """The file a campaign was last loaded from, whole. It stands apart because it is long and wanted only to hand the file out again."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="file", verbose_name=_("创建活动"))
    document = models.JSONField(_("活动文件"))

    class Meta:
        verbose_name = verbose_name_plural = _("活动文件")

    def __str__(self):
        return str(self.campaign)


class Opens(models.TextChoices):
    SUBMIT = "submit", _("申报")
    GUIDE = "guide", _("督导")
    INSPECT = "inspect", _("验收")


class PhaseQuerySet(models.QuerySet):
    def that_open(self, opens):
        return self.filter(opens=opens)


class Phase(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases", verbose_name=_("创建活动"))
    key = models.SlugField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    order = models.PositiveSmallIntegerField(_("顺序"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束（不含）"))
    opens = models.CharField(_("开放的操作"), max_length=10, choices=Opens, blank=True)
    text = models.TextField(_("通知原文"), blank=True)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        verbose_name = verbose_name_plural = _("阶段")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "key"], name="one_phase_per_key"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="phase_dates_in_order"),
            models.CheckConstraint(condition=Q(opens__in=["", *Opens.values]), name="phase_opens_known"),
        ]

    def __str__(self):
        return self.name

    def is_running(self, at):
        return self.starts_at <= at < self.ends_at


class Track(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="tracks", verbose_name=_("创建活动"))
    key = models.SlugField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.ForeignKey("accounts.OrganizationKind", models.PROTECT, related_name="+", verbose_name=_("申报单位种类"))
    quota = models.PositiveSmallIntegerField(_("名额"))
    total_points = models.DecimalField(_("总分值"), max_digits=6, decimal_places=2, default=100)
    yearly_bonus = models.DecimalField(
        _("年度考核加分"), max_digits=5, decimal_places=2, default=0, validators=[MinValueValidator(0)], help_text=_("命名的单位在年度考核中加多少分；0 表示不加分。"),
    )
    order = models.PositiveSmallIntegerField(_("顺序"))
    verbatim = models.CharField(_("通知原文"), max_length=200, blank=True)

    class Meta:
        ordering = ["order"]
        verbose_name = verbose_name_plural = _("申报类别")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "key"], name="one_track_per_key"),
            models.UniqueConstraint(fields=["campaign", "kind"], name="one_track_per_kind"),
            models.CheckConstraint(condition=Q(yearly_bonus__gte=0), name="track_yearly_bonus_not_negative"),
        ]

    def __str__(self):
        return self.name

    @property
    def recommends(self):
        return self.key in self.campaign.recommends


class Minimum(models.Model):
    """At least (and, where set, at most) so many units of a track from each ancestor of a kind."""

    track = models.ForeignKey(Track, models.CASCADE, related_name="minimums", verbose_name=_("申报类别"))
    per = models.ForeignKey("accounts.OrganizationKind", models.PROTECT, related_name="+", verbose_name=_("按哪级单位计"))
    min = models.PositiveSmallIntegerField(_("下限"), default=0)
    max = models.PositiveSmallIntegerField(_("上限"), null=True, blank=True)
    verbatim = models.CharField(_("通知原文"), max_length=200, blank=True)

    class Meta:
        ordering = ["track_id", "per_id"]
        verbose_name = verbose_name_plural = _("申报数量要求")
        constraints = [
            models.UniqueConstraint(fields=["track", "per"], name="one_minimum_per_track_and_kind"),
            models.CheckConstraint(condition=Q(max=None) | Q(max__gte=F("min")), name="minimum_not_above_maximum"),
        ]

    def __str__(self):
        return self.verbatim or f"{self.track} ≥ {self.min}"


class Extension(models.Model):
    """One unit may act in a phase until later than the others."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="extensions", verbose_name=_("阶段"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("单位"))
    until = models.DateTimeField(_("延至（不含）"))
    reason = models.CharField(_("理由"), max_length=300)
    granted_at = models.DateTimeField(_("批准时间"))
    granted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("批准人"))

    class Meta:
        ordering = ["-granted_at"]
        verbose_name = verbose_name_plural = _("延期")
        constraints = [
            models.UniqueConstraint(fields=["phase", "organization"], name="one_extension_per_phase_and_unit"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
        ]

    def __str__(self):
        return f"{self.organization} → {self.until:%Y-%m-%d %H:%M}"


class CountyCutoff(models.Model):
    """A county's own, earlier end for its townships' filing to the county."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="cutoffs", verbose_name=_("创建活动"))
    county = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("县（市、区）"))
    at = models.DateTimeField(_("县内截止（不含）"))
    set_at = models.DateTimeField(_("设定时间"))
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("设定人"))

    class Meta:
        ordering = ["campaign_id", "county_id"]
        verbose_name = verbose_name_plural = _("县内截止时间")
        constraints = [models.UniqueConstraint(fields=["campaign", "county"], name="one_cutoff_per_county")]

    def __str__(self):
        return f"{self.county} → {self.at:%Y-%m-%d %H:%M}"
