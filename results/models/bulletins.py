"""通报: how the campaign goes on, told to every unit."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.rehearsing import here
from campaigns.models import Campaign
from campaigns.permissions import read_in


class BulletinQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Drafts are the office's; what was published is for everybody who signs in and sees the campaign."""
        seen = read_in(user, "campaign__")
        if user.roles:
            seen |= Q(published_at__isnull=False, campaign__in=Campaign.objects.visible_to(user).order_by().values("pk"))
        return here(self.filter(seen))

    def published(self):
        return self.filter(published_at__isnull=False)


class Bulletin(models.Model):
    """Drafted from figures, edited, published by another person. The figures it was drafted from stay beside it."""

    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="bulletins", verbose_name=_("创建活动"))
    number = models.PositiveSmallIntegerField(_("第几期"))
    title = models.CharField(_("标题"), max_length=150)
    body = models.TextField(_("正文"))
    figures = models.JSONField(_("起草时的数据"), default=dict)
    created_at = models.DateTimeField(_("起草时间"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("起草人"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布人"))

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering = ["-campaign__year", "-number"]
        verbose_name = verbose_name_plural = _("通报")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_bulletin_per_number"),
            models.CheckConstraint(condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False, published_by__isnull=False), name="bulletin_published_by_at"),
            models.CheckConstraint(condition=Q(published_by=None) | ~Q(published_by=F("created_by")), name="bulletin_published_by_another_person"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="bulletin_has_text"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("results:bulletin", args=[self.pk])

    @property
    def paragraphs(self):
        return [line.strip() for line in self.body.splitlines() if line.strip()]
