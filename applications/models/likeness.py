"""What stands in two applications alike: for the office's eyes only, never a unit's or a county's."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.rehearsing import here
from applications.models.application import ItemResponse
from applications.models.evidence import Blob
from applications.models.sending import Submission
from campaigns.permissions import read_in


class LikenessQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both sides: a text of another campaign is shown only to who reads that one too."""
        return here(self.filter(read_in(user, "response__application__campaign__") & read_in(user, "other__application__campaign__")))

    def about(self, application):
        return self.filter(Q(response__application=application) | Q(other__application=application))

    def between_units(self):
        """Within one campaign; the others are of one unit in two of its years."""
        return self.filter(response__application__campaign=F("other__application__campaign"))

    def to_tell_of(self, application):
        """What a reviewer of this one is to know: what other units have too, and what was there in an earlier year, not in a later."""
        earlier = Q(other__application=application, response__application__campaign=F("other__application__campaign"))
        return self.told().filter(Q(response__application=application) | earlier)

    def with_both(self):
        """Each with both answers, their units and years."""
        sides = [f"{side}__{what}" for side in ("response", "other") for what in ("item", "application__organization", "application__campaign")]
        return self.select_related("dismissed_by", *sides)

    def told(self):
        """Those worth a reviewer's time: a file, or as much of a text as the campaign asks."""
        return self.filter(Q(kind=Likeness.Kind.FILE) | Q(share__gte=F("response__application__campaign__likeness_percent")))

    def open(self):
        return self.told().filter(dismissed_at=None)


class Likeness(models.Model):
    """The same file, or much of the same text, in two answers: of two units, or of one unit in two years. Found, not typed:
    written anew by every comparison, but for what a reviewer said of it."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件相同")
        TEXT = "text", _("文字雷同")

    kind = models.CharField(_("种类"), max_length=4, choices=Kind)
    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="+", verbose_name=_("逐项填报"))
    other = models.ForeignKey(ItemResponse, models.CASCADE, related_name="+", verbose_name=_("另一份逐项填报"), help_text=_("先开始填报的那一份。"))
    share = models.PositiveSmallIntegerField(_("重合（占较短一篇的百分比）"), validators=[MaxValueValidator(100)])
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件内容"))
    of_texts = models.CharField(_("两篇文字的SHA-256"), max_length=64, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    dismissed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    dismissed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核对人"))
    dismiss_reason = models.CharField(_("不是雷同的理由"), max_length=300, blank=True)

    objects = LikenessQuerySet.as_manager()

    class Meta:
        ordering = ["-share", "pk"]
        verbose_name = verbose_name_plural = _("雷同提示")
        constraints = [
            models.UniqueConstraint(fields=["response", "other"], condition=Q(kind="text"), name="one_text_likeness_per_pair"),
            models.UniqueConstraint(fields=["response", "other", "blob"], condition=Q(kind="file"), name="one_file_likeness_per_pair"),
            models.CheckConstraint(condition=Q(kind="file", blob__isnull=False, of_texts="") | Q(kind="text", blob=None) & ~Q(of_texts=""), name="likeness_is_of_files_or_texts"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="likeness_share_is_a_percentage"),
            models.CheckConstraint(condition=Q(response__gt=F("other")), name="likeness_names_the_later_first"),
            models.CheckConstraint(
                condition=Q(dismissed_at=None, dismissed_by=None, dismiss_reason="")
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False) & ~Q(dismiss_reason=""),
                name="likeness_dismissed_by_at_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"

    def get_absolute_url(self):
        return reverse("applications:likeness", args=[self.pk])

    @property
    def is_between_units(self):
        """Within one campaign; else it is one unit in two of its years."""
        return self.response.application.campaign_id == self.other.application.campaign_id

    @property
    def years_apart(self):
        return abs(self.response.application.campaign.year - self.other.application.campaign.year)


class Comparison(models.Model):
    """A submitted version was compared with all others; what is missing here, the sweep catches up."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="comparison", verbose_name=_("报送版本"))
    compared_at = models.DateTimeField(_("比对时间"))

    class Meta:
        ordering = ["-compared_at"]
        verbose_name = verbose_name_plural = _("雷同比对")

    def __str__(self):
        return str(self.submission)


class Mark(models.Model):
    """The index of submitted versions: a number that stands for a passage or a file, and the answer that has it."""

    number = models.BigIntegerField(_("特征值"))
    response = models.ForeignKey(ItemResponse, models.CASCADE, related_name="marks", verbose_name=_("逐项填报"))

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("比对特征")
        indexes = [models.Index(fields=["number", "response"])]
        constraints = [models.UniqueConstraint(fields=["response", "number"], name="one_mark_per_answer")]

    def __str__(self):
        return f"{self.number:016x}"
