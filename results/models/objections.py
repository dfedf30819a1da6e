"""Objections of the public, and their answers."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from results.models.notices import NoticeEntry


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
