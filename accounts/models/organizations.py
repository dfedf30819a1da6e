"""The units: their kinds, their tree, and what they were called."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.roles import READERS
from accounts.rehearsing import current


class OrganizationKind(models.Model):
    """Kinds are rows: a school or a community below a township needs no code. Two codes carry meaning in rules."""

    COUNTY = "county"
    OFFICE = "office"

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=50)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = verbose_name_plural = _("单位种类")

    def __str__(self):
        return self.name


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Every unit, for those who read the administration; none, for all others, who meet units only in what they file."""
        return self if user.has_role(*READERS) else self.none()

    def of_kind(self, code):
        return self.filter(kind__code=code)

    def valid_on(self, day):
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gt=day))

    def below(self, county):
        """The units of a county's tree, the county itself left out."""
        return self.filter(county=county).exclude(pk=county.pk)


class OrganizationManager(models.Manager.from_queryset(OrganizationQuerySet)):
    """The units of the real world, or those of the rehearsal being played. Foreign keys lead to any."""

    def get_queryset(self):
        return super().get_queryset().filter(rehearsal=current())


class Organization(models.Model):
    code = models.CharField(_("单位代码"), max_length=40, unique=True)
    name = models.CharField(_("单位全称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=60)
    kind = models.ForeignKey(OrganizationKind, models.PROTECT, verbose_name=_("种类"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位"))
    county = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="county_units", verbose_name=_("所属县（市、区）"),
        help_text=_("最近的县级上级，县级单位为其自身；保存时自动计算。"),
    )
    source = models.CharField(_("名称来源"), max_length=60, blank=True)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_until = models.DateField(_("停用日期"), null=True, blank=True, help_text=_("自该日起不再有效。"))
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="predecessors", verbose_name=_("承接单位"))
    rehearsal = models.CharField(_("演练"), max_length=60, blank=True, default="", editable=False)

    objects = OrganizationManager()
    everywhere = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["kind__order", "code"]
        verbose_name = verbose_name_plural = _("单位")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")), name="organization_validity_in_order"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=models.F("pk")), name="organization_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(successor=None) | Q(valid_until__isnull=False) & ~Q(successor=models.F("pk")), name="organization_succeeded_when_closed"
            ),
        ]

    def __str__(self):
        return self.short_name

    def save(self, **kwargs):
        moved = self.county_id
        super().save(**kwargs)
        county = self if self.kind.code == OrganizationKind.COUNTY else (self.parent.county if self.parent else None)
        if moved != (county and county.pk):
            self.county = county
            super().save(update_fields=["county"])
            for child in self.children.all():
                child.save()

    def get_absolute_url(self):
        return reverse("accounts:unit", args=[self.pk])

    @property
    def is_county(self):
        return self.county_id == self.pk

    def is_valid_on(self, day):
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or self.valid_until > day)

    def name_on(self, day):
        """The full name of that day: the oldest former name that still held then, else today's."""
        former = self.former_names.filter(until__gt=day).order_by("until").first()
        return former.name if former else self.name

    def with_predecessors(self):
        """Keys of the unit and of all that were merged into it, however long ago."""
        found, news = {self.pk}, {self.pk}
        while news:
            news = set(Organization.objects.filter(successor__in=news).values_list("pk", flat=True)) - found
            found |= news
        return found


def code_of_copy(unit, rehearsal):
    """The code of the unit that plays this one in a rehearsal, told by it alone."""
    prefix = f"y{rehearsal.rpartition('-')[2]}-"
    code = f"{prefix}{unit.code}"
    return code if len(code) <= Organization._meta.get_field("code").max_length else f"{prefix}{unit.pk}"


class FormerName(models.Model):
    """What a unit was called until a day (exclusive). The name since then is the next one's, or the unit's own."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="former_names", verbose_name=_("单位"))
    name = models.CharField(_("曾用全称"), max_length=100)
    short_name = models.CharField(_("曾用简称"), max_length=60)
    until = models.DateField(_("改名日期"), help_text=_("自该日起用新名称。"))
    changed_at = models.DateTimeField(_("办理时间"))
    changed_by = models.ForeignKey("User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人"))

    class Meta:
        ordering = ["organization", "-until"]
        verbose_name = verbose_name_plural = _("曾用名")
        constraints = [models.UniqueConstraint(fields=["organization", "until"], name="one_rename_a_day")]

    def __str__(self):
        return self.name
