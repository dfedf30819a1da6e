"""经验材料: a named unit tells how it is done. With the unit's consent and the office's word it may be read by everybody."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.rehearsing import here
from campaigns.permissions import reads_any_campaign
from results.models.naming import Naming


class ExperienceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The unit's own and its county's, and the office's once sent."""
        found = self.filter(naming__in=Naming.objects.visible_to(user))
        if not reads_any_campaign(user):
            return found
        own = Q(naming__application__organization=user.organization_id) if user.organization_id and user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK) else Q(pk__in=[])
        return found.filter(~Q(state=Experience.State.DRAFT) | own)

    def public(self):
        """Accepted, with a consent that stands, of a title that was not withdrawn, in a published campaign."""
        return here(self).filter(
            state=Experience.State.ACCEPTED, consented_at__isnull=False, naming__withdrawn_at=None,
            naming__place__track__campaign__published_at__isnull=False,
        )


class Experience(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("撰写中")
        SENT = "sent", _("待采用")
        RETURNED = "returned", _("退回修改")
        ACCEPTED = "accepted", _("已采用")

    naming = models.ForeignKey(Naming, models.PROTECT, related_name="experiences", verbose_name=_("命名"))
    title = models.CharField(_("标题"), max_length=100)
    body = models.TextField(_("正文"))
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    started_at = models.DateTimeField(_("开始时间"))
    started_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("撰写人"))
    consented_at = models.DateTimeField(_("同意公开时间"), null=True, blank=True)
    consented_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("同意公开的人"))
    sent_at = models.DateTimeField(_("报送时间"), null=True, blank=True)
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报送人"))
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人"))
    remark = models.CharField(_("修改意见"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)

    objects = ExperienceQuerySet.as_manager()

    EDITABLE = (State.DRAFT, State.RETURNED)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = verbose_name_plural = _("经验材料")
        constraints = [
            models.CheckConstraint(condition=Q(consented_at=None, consented_by=None) | Q(consented_at__isnull=False, consented_by__isnull=False), name="experience_consented_by_at"),
            models.CheckConstraint(condition=Q(sent_at=None, sent_by=None, state="draft") | Q(sent_at__isnull=False, sent_by__isnull=False) & ~Q(state="draft"), name="experience_sent_by_at"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, state__in=["draft", "sent"]) | Q(decided_at__isnull=False, decided_by__isnull=False, state__in=["returned", "accepted"]),
                name="experience_decided_by_at",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(remark=""), name="returned_experience_has_remark"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="experience_has_text"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("results:experience", args=[self.pk])

    @property
    def is_editable(self):
        """Also once the unit took its consent back: it may write on and send it anew."""
        return self.state in self.EDITABLE or self.consented_at is None

    @property
    def paragraphs(self):
        return [line.strip() for line in self.body.splitlines() if line.strip()]
