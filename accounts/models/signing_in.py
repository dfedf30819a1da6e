"""What lets somebody in besides the password: one-time links, and codes in place of a lost phone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignInLinkQuerySet(models.QuerySet):
    def unsettled(self):
        return self.filter(used_at=None, voided_at=None)

    def open(self, at):
        """Those that still open something: not run out, and the account neither disabled nor given a password since."""
        unchanged = Q(user__password_changed_at=None) | Q(user__password_changed_at__lte=models.F("created_at"))
        return self.unsettled().filter(unchanged, expires_at__gt=at, user__is_active=True)

    def to_mail(self, at):
        return self.open(at).filter(by_mail=True, sent_at=None).exclude(user__email="")


class SignInLink(models.Model):
    """A one-time link with which somebody sets their password and signs in. Only the digest of its secret is kept; of a
    link that goes by mail there is none until the letter is written."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("邀请")
        RESET = "reset", _("重设密码")

    class State(models.TextChoices):
        OPEN = "open", _("已邀请")
        USED = "used", _("已使用")
        EXPIRED = "expired", _("已过期")
        VOID = "void", _("已作废")

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="sign_in_links", verbose_name=_("人员"))
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    by_mail = models.BooleanField(_("用邮件发送"), default=False)
    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(_("发出时间"))
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发出人"))
    expires_at = models.DateTimeField(_("有效期至"))
    sent_at = models.DateTimeField(_("邮件发出时间"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("邮件尝试次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = _("登录链接")
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], condition=Q(used_at=None, voided_at=None), name="one_unsettled_link_per_purpose"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(voided_at=None), name="link_used_or_void"),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_purpose_display()}"

    @property
    def state(self):
        if self.used_at:
            return self.State.USED
        if self.voided_at:
            return self.State.VOID
        return self.State.OPEN if self.expires_at > timezone.now() else self.State.EXPIRED

    def get_state_display(self):
        return self.State(self.state).label


class RecoveryCode(models.Model):
    """In place of a code of the phone that is lost, once. Only its digest is kept."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="recovery_codes", verbose_name=_("人员"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("恢复码")

    def __str__(self):
        return str(self.user)
