"""Who there is, and which roles each holds on a day."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from accounts.models.roles import BACK_DOOR, OFFICE, OFFICES, READERS, Role
from accounts.models.signing_in import SignInLink
from accounts.rehearsing import current


class PersonState(models.TextChoices):
    """Worked out, not stored: disabled, never signed in, or in use."""

    NEW = "new", _("未激活")
    IN_USE = "in_use", _("启用")
    DISABLED = "disabled", _("停用")


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody, for those who read the administration; nobody, for all others."""
        return self if user.has_role(*READERS) else self.none()

    def active(self):
        return self.filter(is_active=True)

    def in_state(self, state):
        return {
            PersonState.NEW: self.filter(is_active=True, last_login=None),
            PersonState.IN_USE: self.filter(is_active=True, last_login__isnull=False),
            PersonState.DISABLED: self.filter(is_active=False),
        }[state]

    def found_by(self, words):
        """By name, account, or the unit's name."""
        return self.filter(
            Q(name__icontains=words) | Q(username__icontains=words) | Q(organization__name__icontains=words) | Q(organization__short_name__icontains=words)
        )

    def with_last_invitation(self):
        """Each with the facts of the newest invitation as `invited_…`, for lists."""
        newest = SignInLink.objects.filter(user=models.OuterRef("pk"), purpose=SignInLink.Purpose.INVITATION).order_by("-pk")
        return self.annotate(invited=models.Subquery(newest.values("pk")[:1]))

    def real(self):
        return self.filter(rehearsal="")

    def with_role(self, *roles, on=None):
        """Active people holding one of the roles on a day (today when not told). In a rehearsal the office is real, everybody else plays."""
        on = on or timezone.localdate()
        held = RoleGrant.objects.filter(role__in=roles).valid_on(on)
        found = self.active().filter(rehearsal=current(), pk__in=held.values("user"))
        if current() and OFFICES.intersection(roles):
            found |= self.active().real().filter(pk__in=held.filter(role__in=OFFICES).values("user"))
        return found


class PeopleManager(UserManager.from_queryset(UserQuerySet)):
    """Creates users as Django does, and asks the questions of UserQuerySet: of real people, and in a rehearsal of its accounts too."""

    def get_queryset(self):
        return super().get_queryset().filter(rehearsal__in={"", current()})

    def create_user(self, username, email=None, password=None, **fields):
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, email=None, password=None, **fields):
        """The first administrator. There is no superuser here: rights come from roles."""
        user = self.create_user(username, email, password, **fields)
        RoleGrant.objects.create(user=user, role=Role.ADMIN)
        return user


class User(AbstractUser):
    """A person with one organization and a set of roles."""

    first_name = None
    last_name = None
    groups = None
    user_permissions = None
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("单位"))
    employee_number = models.CharField(_("工号"), max_length=40, blank=True, help_text=_("用统一身份认证登录时可以按工号对应账号。"))
    wecom = models.CharField(_("企业微信账号"), max_length=64, blank=True)
    channels_off = models.JSONField(_("不要的渠道"), default=list, blank=True)
    must_change_password = models.BooleanField(_("下次登录时修改密码"), default=False)
    leaves_on = models.DateField(_("离任日期"), null=True, blank=True, editable=False, help_text=_("自该日起停用。"))
    password_changed_at = models.DateTimeField(_("设置密码的时间"), null=True, blank=True, editable=False)
    first_day_dismissed_at = models.DateTimeField(_("不再显示“第一天上手”的时间"), null=True, blank=True, editable=False)
    rehearsal = models.CharField(_("演练"), max_length=60, blank=True, default="", editable=False)

    objects = PeopleManager()
    everywhere = UserQuerySet.as_manager()

    class Meta:
        ordering = ["username"]
        verbose_name = verbose_name_plural = _("用户")
        constraints = [
            models.UniqueConstraint(
                fields=["employee_number"], condition=~Q(employee_number=""), name="one_person_per_employee_number",
                violation_error_message=_("这个工号已经属于另一个账号，请核对。"),
            ),
            models.CheckConstraint(condition=Q(rehearsal="") | Q(email="", phone="", password__startswith="!"), name="rehearsal_account_cannot_sign_in"),
        ]

    def __str__(self):
        return self.name or self.username

    def get_absolute_url(self):
        return reverse("accounts:person", args=[self.pk])

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    def password_is_old(self, at):
        """Whether the policy asks for another one (GB/T 22239; off with 0 days). Who signs in elsewhere has none here."""
        days = settings.PASSWORD_MAX_AGE_DAYS
        return bool(days) and self.has_usable_password() and (self.password_changed_at or self.date_joined) + timedelta(days=days) <= at

    @property
    def state(self):
        if not self.is_active:
            return PersonState.DISABLED
        return PersonState.IN_USE if self.last_login else PersonState.NEW

    def get_state_display(self):
        return PersonState(self.state).label

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    @cached_property
    def roles(self):
        """Codes of the roles held today."""
        if not self.is_active or self.pk is None:
            return frozenset()
        return frozenset(self.grants.valid_on(timezone.localdate()).values_list("role", flat=True))

    @property
    def is_staff(self):
        """Whether the admin opens at all; what may be done there is `accounts.backends`. The office has a sheet of inspectors there, nothing else."""
        return self.has_role(*BACK_DOOR, *OFFICE)

    def _get_session_auth_hash(self, secret=None):
        """A change of password, unit, roles or the active flag ends this account's sessions at their next request (S-08)."""
        facts = [self.password, str(self.organization_id), str(self.is_active), *sorted(self.roles)]
        return salted_hmac("accounts.models.User.session", "|".join(facts), secret=secret, algorithm="sha256").hexdigest()

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)


class RoleGrantQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user__in=User.objects.visible_to(user))

    def valid_on(self, day):
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gt=day))


class RoleGrant(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    starts_on = models.DateField(_("起始日期"), null=True, blank=True)
    ends_on = models.DateField(_("终止日期"), null=True, blank=True, help_text=_("自该日起不再有效。"))

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role"]
        verbose_name = verbose_name_plural = _("角色")
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="one_grant_per_user_and_role"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"

    def is_valid_on(self, day):
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on > day)
