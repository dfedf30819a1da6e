"""What came of it: lists within the places, the public notice, objections, naming and recommendation."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role


class TieDecision(models.Model):
    """The recorded collective decision that names the order of a tied group, when the rule ends."""

    track = models.ForeignKey("campaigns.Track", models.CASCADE, related_name="tie_decisions", verbose_name=_("申报类别"))
    order = models.JSONField(_("名次顺序（申报编号）"))
    text = models.TextField(_("集体研究情况"))
    decided_on = models.DateField(_("研究日期"))
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("记录人"))

    class Meta:
        ordering = ["track_id", "-recorded_at"]
        verbose_name = verbose_name_plural = _("同分集体研究")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="tie_decision_has_text")]

    def __str__(self):
        return f"{self.track} {self.decided_on}"


class SelectionList(models.Model):
    """The list of a track: chosen within the places, locked by one person with its ranking frozen, confirmed by another."""

    class State(models.TextChoices):
        OPEN = "open", _("拟定中")
        LOCKED = "locked", _("待复核")
        CONFIRMED = "confirmed", _("已复核")

    track = models.OneToOneField("campaigns.Track", models.PROTECT, related_name="selection_list", verbose_name=_("申报类别"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.OPEN, editable=False)
    unused_reason = models.CharField(_("名额未用满的理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    class Meta:
        ordering = ["track_id"]
        verbose_name = verbose_name_plural = _("拟命名名单")

    def __str__(self):
        return str(self.track)


class FrozenRanking(models.Model):
    """The ranking as it stood when a list was locked. Triggers refuse change of what was frozen; a new lock makes a new row."""

    selection = models.ForeignKey(SelectionList, models.PROTECT, related_name="frozen", verbose_name=_("拟命名名单"))
    number = models.PositiveSmallIntegerField(_("第几次锁定"))
    rows = models.JSONField(_("排名"))
    rule = models.JSONField(_("计分规则"))
    chosen = models.JSONField(_("入选（申报编号）"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    locked_at = models.DateTimeField(_("锁定时间"))
    locked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("锁定人"))
    confirmed_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人"))
    reopened_at = models.DateTimeField(_("退回时间"), null=True, blank=True)
    reopened_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("退回人"))
    reopen_reason = models.CharField(_("退回理由"), max_length=300, blank=True)

    frozen_fields = ("selection", "number", "rows", "rule", "chosen", "sha256", "locked_at", "locked_by")

    class Meta:
        ordering = ["selection_id", "-number"]
        verbose_name = verbose_name_plural = _("锁定的排名")
        constraints = [
            models.UniqueConstraint(fields=["selection", "number"], name="one_frozen_ranking_per_number"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("locked_by")), name="list_confirmed_by_another_person"),
            models.CheckConstraint(condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False), name="list_confirmed_by_at"),
        ]

    def __str__(self):
        return f"{self.selection} · {self.number}"


class Place(models.Model):
    """One of a track's places. Slots run from 1 to the quota; the database knows no fourth zone.

    `cap` repeats the track's quota, held equal by a trigger, so that the bound stands beside the slot.
    """

    track = models.ForeignKey("campaigns.Track", models.PROTECT, related_name="places", verbose_name=_("申报类别"))
    slot = models.PositiveSmallIntegerField(_("名额序号"))
    cap = models.PositiveSmallIntegerField(_("名额总数"))
    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="place", verbose_name=_("申报"))
    taken_at = models.DateTimeField(_("选入时间"))
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("选入人"))

    class Meta:
        ordering = ["track_id", "slot"]
        verbose_name = verbose_name_plural = _("名额")
        constraints = [
            models.UniqueConstraint(fields=["track", "slot"], name="one_unit_per_place"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=F("cap")), name="place_within_quota"),
        ]

    def __str__(self):
        return f"{self.track} {self.slot}/{self.cap}"


class PublicNoticeQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(published_at=None)

    def running(self, day):
        return self.filter(starts_on__lte=day, ends_on__gte=day, withdrawn_at=None)


class PublicNotice(models.Model):
    """公示: names and units only. Runs whole working days from the day after publication; both ends are included."""

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="public_notices", verbose_name=_("创建活动"))
    number = models.PositiveSmallIntegerField(_("第几号"))
    title = models.CharField(_("标题"), max_length=150)
    body = models.TextField(_("正文"))
    contact = models.CharField(_("受理单位和联系方式"), max_length=300)
    created_at = models.DateTimeField(_("生成时间"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("生成人"))
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保密审查人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"))
    starts_on = models.DateField(_("公示首日"), null=True, blank=True)
    ends_on = models.DateField(_("公示末日"), null=True, blank=True)
    ended_told_at = models.DateTimeField(_("期满提醒时间"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("撤下理由"), max_length=300, blank=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-campaign__year", "-number"]
        verbose_name = verbose_name_plural = _("公示")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_notice_per_number"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, starts_on=None, ends_on=None)
                | Q(published_at__isnull=False, published_by__isnull=False, checked_by__isnull=False, starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="notice_published_whole",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("results:public_notice", args=[self.pk])

    @property
    def paragraphs(self):
        return [line.strip() for line in self.body.splitlines() if line.strip()]


class NoticeEntry(models.Model):
    """A unit on a notice. It falls when an objection is upheld; the next passer is put on a notice of its own."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="entries", verbose_name=_("公示"))
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="notice_entries", verbose_name=_("申报"))
    order = models.PositiveSmallIntegerField(_("顺序"))
    fallen_at = models.DateTimeField(_("取消资格时间"), null=True, blank=True)
    fallen_reason = models.CharField(_("取消资格理由"), max_length=300, blank=True)

    class Meta:
        ordering = ["notice", "application__track__order", "order"]
        verbose_name = verbose_name_plural = _("公示单位")
        constraints = [models.UniqueConstraint(fields=["notice", "application"], name="unit_once_per_notice")]

    def __str__(self):
        return str(self.application.organization)


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Never to the unit objected to: office only."""
        return self if user.has_role(Role.OFFICE, Role.OFFICE_LEAD) else self.none()

    def open(self):
        return self.filter(replied_at=None)


class Objection(models.Model):
    class State(models.TextChoices):
        RECEIVED = "received", _("待受理")
        EXAMINING = "examining", _("核查中")
        ANSWERED = "answered", _("已答复")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("成立")
        PARTLY = "partly", _("部分成立")
        REJECTED = "rejected", _("不成立")
        WITHDRAWN = "withdrawn", _("撤回")

    entry = models.ForeignKey(NoticeEntry, models.PROTECT, related_name="objections", verbose_name=_("公示单位"))
    code = models.CharField(_("查询码"), max_length=20, unique=True)
    name = models.CharField(_("异议人姓名或单位"), max_length=60, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    facts = models.TextField(_("事实和理由"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.RECEIVED, editable=False)
    received_at = models.DateTimeField(_("收到时间"))
    due_on = models.DateField(_("答复期限"))
    outcome = models.CharField(_("处理结果"), max_length=9, choices=Outcome, blank=True)
    reply = models.TextField(_("书面答复"), blank=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    replied_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("答复人"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name = verbose_name_plural = _("异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", replied_at__isnull=False, replied_by__isnull=False) & ~Q(outcome="") & ~Q(reply="") | ~Q(state="answered") & Q(replied_at=None, replied_by=None, outcome=""),
                name="objection_answered_whole",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("results:objection", args=[self.pk])


class Naming(models.Model):
    """命名: the title a unit holds. A withdrawn title stays visible as withdrawn."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="naming", verbose_name=_("名额"))
    application = models.OneToOneField("applications.Application", models.PROTECT, related_name="naming", verbose_name=_("申报"))
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    named_at = models.DateTimeField(_("命名时间"))
    named_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("命名人"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤销人"))
    withdrawn_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)

    class Meta:
        ordering = ["place__track__order", "place__slot"]
        verbose_name = verbose_name_plural = _("命名")
        constraints = [
            models.CheckConstraint(condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="") | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")), name="naming_withdrawn_whole"),
        ]

    def __str__(self):
        return f"{self.application.organization} · {self.place.track}"


class Recommendation(models.Model):
    """A named unit of a recommending track, chosen by hand for the province."""

    naming = models.OneToOneField(Naming, models.PROTECT, related_name="recommendation", verbose_name=_("命名"))
    target = models.CharField(_("推荐为"), max_length=150)
    reason = models.TextField(_("推荐理由"))
    recommended_at = models.DateTimeField(_("推荐时间"))
    recommended_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("推荐人"))

    class Meta:
        ordering = ["recommended_at"]
        verbose_name = verbose_name_plural = _("向省推荐")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="recommendation_has_reason")]

    def __str__(self):
        return str(self.naming)
