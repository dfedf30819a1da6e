"""What was found at the links that prove something: each look at a page, and the words that stood there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.evidence import Evidence


class LinkSnapshot(models.Model):
    """The words of a page, stored once however often they are found. A trigger refuses change and deletion."""

    sha256 = models.CharField(_("文字的 SHA-256"), max_length=64, primary_key=True)
    text = models.TextField(_("网页文字"))
    stored_at = models.DateTimeField(_("存入时间"))

    frozen_fields = "__all__"

    class Meta:
        ordering = ["-stored_at"]
        verbose_name = verbose_name_plural = _("网页快照")

    def __str__(self):
        return self.sha256[:12]


class LinkCheckQuerySet(models.QuerySet):
    def latest_of_each(self):
        return self.filter(is_latest=True)


class LinkCheck(models.Model):
    """One look at one link. What could not be looked at says nothing about the page, so it is never the latest word on it."""

    class Outcome(models.TextChoices):
        OK = "ok", _("可访问")
        BROKEN = "broken", _("打不开")
        NOT_CHECKED = "not_checked", _("未能检查")

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="checks", verbose_name=_("网页链接"))
    checked_at = models.DateTimeField(_("检查时间"))
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome)
    is_latest = models.BooleanField(_("最近一次有结论的检查"), default=False)
    http_status = models.PositiveSmallIntegerField(_("HTTP 状态"), null=True, blank=True)
    final_url = models.URLField(_("最后的网址"), max_length=2000, blank=True)
    title = models.CharField(_("网页标题"), max_length=150, blank=True)
    published_on = models.DateField(_("网页标注的发布日期"), null=True, blank=True)
    snapshot = models.ForeignKey(LinkSnapshot, models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("快照"))

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["evidence_id", "-checked_at", "-pk"]
        verbose_name = verbose_name_plural = _("网页检查")
        constraints = [
            models.UniqueConstraint(fields=["evidence"], condition=Q(is_latest=True), name="one_latest_check_per_link"),
            models.CheckConstraint(condition=Q(is_latest=False) | ~Q(outcome="not_checked"), name="latest_check_has_a_finding"),
            models.CheckConstraint(condition=Q(outcome="ok") | Q(snapshot=None, published_on=None), name="only_a_page_that_answers_has_words"),
        ]

    def __str__(self):
        return f"{self.evidence} {self.checked_at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"


def latest_checks(path="checks"):
    """What to prefetch so that each link of a list brings its `last_check`, in one query."""
    return models.Prefetch(path, LinkCheck.objects.latest_of_each(), to_attr="latest_checks")
