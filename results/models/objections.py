"""Objections of the public, and their answers."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.rehearsing import here
from campaigns.permissions import acted_in
from results.models.notices import NoticeEntry


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office only, and of the office nobody who belongs to the unit objected to or, in the city's campaigns, to its county (S-36)."""
        found = self.filter(acted_in(user, "entry__notice__campaign__"))
        if user.organization_id is None:
            return here(found)
        of_county = Q(entry__application__organization__county=user.organization_id, entry__notice__campaign__county=None)
        return here(found.exclude(Q(entry__application__organization=user.organization_id) | of_county))

    def open(self):
        return self.filter(replied_at=None)


class Objection(models.Model):
    class State(models.TextChoices):
        RECEIVED = "received", _("待受理")
        EXAMINING = "examining", _("核查中")
        ANSWERED = "answered", _("已答复")
        DECLINED = "declined", _("不予受理")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("成立")
        PARTLY = "partly", _("部分成立")
        REJECTED = "rejected", _("不成立")
        WITHDRAWN = "withdrawn", _("撤回")

    entry = models.ForeignKey(NoticeEntry, models.PROTECT, related_name="objections", verbose_name=_("公示单位"))
    code = models.CharField(_("查询码"), max_length=20, unique=True)
    key = models.CharField(_("去重键"), max_length=64, unique=True, null=True, blank=True, editable=False)  # of the page it was sent from
    name = models.CharField(_("异议人姓名或单位"), max_length=60, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    facts = models.TextField(_("事实和理由"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.RECEIVED, editable=False)
    received_at = models.DateTimeField(_("收到时间"))
    due_on = models.DateField(_("答复期限"))
    examined_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    examined_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("受理人"))
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
                condition=Q(state="answered", replied_at__isnull=False, replied_by__isnull=False) & ~Q(outcome="") & ~Q(reply="")
                | Q(state="declined", replied_at__isnull=False, replied_by__isnull=False, outcome="") & ~Q(reply="")
                | Q(state__in=["received", "examining"], replied_at=None, replied_by=None, outcome=""),
                name="objection_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "answered", "declined"], examined_at=None, examined_by=None)
                | Q(state__in=["examining", "answered"], examined_at__isnull=False, examined_by__isnull=False),
                name="objection_examined_whole",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("results:objection", args=[self.pk])

    @property
    def is_forgotten(self):
        """Nothing says who it was: never given, or removed."""
        return not self.name and not self.phone
