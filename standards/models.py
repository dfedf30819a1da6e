"""What is measured: categories, items, checkpoints, and the points per track, in numbered versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StandardQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-number")

    def published(self):
        return self.filter(is_draft=False)

    def drafts(self):
        return self.filter(is_draft=True)

    def in_force(self):
        """The published version with the highest number, or None."""
        return self.published().newest_first().first()


class Standard(models.Model):
    """One version of a campaign's standard. Once an application uses it, its items are locked; changes make a new version.

    A draft is seen by those who prepare it only, one at a time in a campaign; it is in force from its publication. Before the campaign
    itself is published nobody sees either, so its version is changed as it stands.
    """

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="standards", verbose_name=_("创建活动"))
    number = models.PositiveSmallIntegerField(_("版本号"))
    official_points = models.BooleanField(_("官方分值"), default=False)
    points_note = models.TextField(_("分值说明"), blank=True)
    created_at = models.DateTimeField(_("建立时间"))
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    is_draft = models.BooleanField(_("草稿"), default=False, editable=False)
    note = models.TextField(_("修订说明"), blank=True)
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False, verbose_name=_("依据的版本"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("建立人"))
    published_at = models.DateTimeField(_("启用时间"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("启用人"))

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "-number"]
        verbose_name = verbose_name_plural = _("建设标准")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_standard_per_number"),
            models.UniqueConstraint(fields=["campaign"], condition=Q(is_draft=True), name="one_draft_standard_per_campaign"),
            models.CheckConstraint(condition=Q(is_draft=False) | Q(locked_at=None, published_at=None), name="draft_standard_is_not_in_use"),
            models.CheckConstraint(condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False, published_by__isnull=False), name="standard_published_by_at"),
        ]

    def __str__(self):
        return _("第%(number)s版") % {"number": self.number}

    @property
    def is_locked(self):
        return self.locked_at is not None

    @property
    def is_editable(self):
        """A draft; and, as it stands, the version of a campaign that nobody sees yet."""
        return self.is_draft or self.campaign.is_draft and not self.is_locked


class Category(models.Model):
    standard = models.ForeignKey(Standard, models.CASCADE, related_name="categories", verbose_name=_("建设标准"))
    code = models.CharField(_("编号"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("顺序"))

    class Meta:
        ordering = ["standard_id", "order"]
        verbose_name = verbose_name_plural = _("类别")
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="one_category_per_code"),
            models.UniqueConstraint(fields=["standard", "order"], name="one_category_per_place"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class ItemQuerySet(models.QuerySet):
    def for_track(self, track):
        """Items that apply in a track, in the file's order, each with its `points` there."""
        return self.filter(points__track=track).annotate(maximum=models.F("points__points")).order_by("category__order", "order")


class Item(models.Model):
    category = models.ForeignKey(Category, models.CASCADE, related_name="items", verbose_name=_("类别"))
    code = models.CharField(_("编号"), max_length=20)
    title = models.CharField(_("短标题"), max_length=80)
    title_derived = models.BooleanField(_("短标题为整理者所拟"), default=False)
    text = models.TextField(_("通知原文"))
    order = models.PositiveSmallIntegerField(_("顺序"))
    evidence_kinds = models.JSONField(_("建议的证明材料"), default=list)
    methods = models.JSONField(_("检查方式"), default=list)
    rules = models.JSONField(_("时限和顺序要求"), default=list)
    veto_candidate = models.BooleanField(_("一票否决候选"), default=False)
    notes = models.TextField(_("说明"), blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["category__order", "order"]
        verbose_name = verbose_name_plural = _("指标")
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="one_item_per_code"),
            models.UniqueConstraint(fields=["category", "order"], name="one_item_per_place"),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"


class ItemPoints(models.Model):
    """The most an item can bring in a track. No row: the item does not apply there."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="points", verbose_name=_("指标"))
    track = models.ForeignKey("campaigns.Track", models.CASCADE, related_name="+", verbose_name=_("申报类别"))
    points = models.DecimalField(_("分值"), max_digits=6, decimal_places=2)

    class Meta:
        ordering = ["item_id", "track_id"]
        verbose_name = verbose_name_plural = _("分值")
        constraints = [
            models.UniqueConstraint(fields=["item", "track"], name="one_points_row_per_item_and_track"),
            models.CheckConstraint(condition=Q(points__gt=0), name="item_points_positive"),
        ]

    def __str__(self):
        return f"{self.item.code} {self.track}: {self.points}"


class Checkpoint(models.Model):
    item = models.ForeignKey(Item, models.CASCADE, related_name="checkpoints", verbose_name=_("指标"))
    code = models.CharField(_("编号"), max_length=30)
    text = models.TextField(_("通知原文"))
    details = models.JSONField(_("细目"), default=list)
    order = models.PositiveSmallIntegerField(_("顺序"))
    tracks = models.ManyToManyField("campaigns.Track", related_name="+", verbose_name=_("适用的申报类别"))

    class Meta:
        ordering = ["item_id", "order"]
        verbose_name = verbose_name_plural = _("检查点")
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="one_checkpoint_per_code")]

    def __str__(self):
        return f"{self.code} {self.text[:30]}"


class Annex(models.Model):
    """A workbook of the office with points, as it was read: what stands in its cells, which column is what, which row is which item."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="annexes", verbose_name=_("创建活动"))
    name = models.CharField(_("文件名"), max_length=150)
    rows = models.JSONField(_("单元格"), default=list)
    spans = models.JSONField(_("合并单元格"), default=list)
    choices = models.JSONField(_("核对时的选择"), default=dict)
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("上传人"))
    applied_as = models.ForeignKey(Standard, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("写入的版本"))

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = verbose_name_plural = _("创建细则附件")

    def __str__(self):
        return self.name
