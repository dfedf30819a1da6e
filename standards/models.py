"""What is measured: categories, items, checkpoints, and the points per track, in numbered versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StandardQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-number")


class Standard(models.Model):
    """One version of a campaign's standard. Once an application uses it, its items are locked; changes make a new version."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="standards", verbose_name=_("创建活动"))
    number = models.PositiveSmallIntegerField(_("版本号"))
    official_points = models.BooleanField(_("官方分值"), default=False)
    points_note = models.TextField(_("分值说明"), blank=True)
    created_at = models.DateTimeField(_("建立时间"))
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "-number"]
        verbose_name = verbose_name_plural = _("建设标准")
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_standard_per_number")]

    def __str__(self):
        return _("第%(number)s版") % {"number": self.number}

    @property
    def is_locked(self):
        return self.locked_at is not None


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
