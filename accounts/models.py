"""Organizations, people, what they did (audit), what they were told (inbox), and the work that runs behind the page (jobs)."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


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
    def of_kind(self, code):
        return self.filter(kind__code=code)

    def valid_on(self, day):
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gt=day))

    def below(self, county):
        """The units of a county's tree, the county itself left out."""
        return self.filter(county=county).exclude(pk=county.pk)


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

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["kind__order", "code"]
        verbose_name = verbose_name_plural = _("单位")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=models.F("valid_from")), name="organization_validity_in_order"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=models.F("pk")), name="organization_not_its_own_parent"),
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

    @property
    def is_county(self):
        return self.county_id == self.pk


class Role(models.TextChoices):
    UNIT_CLERK = "unit_clerk", _("填报员")
    COUNTY_CLERK = "county_clerk", _("县级审核员")
    OFFICE = "office", _("市政务公开办")
    OFFICE_LEAD = "office_lead", _("办领导")
    COUNTY_OFFICE = "county_office", _("县级公开办")
    COUNTY_LEAD = "county_lead", _("县级公开办领导")
    INSPECTOR = "inspector", _("验收员")
    ADMIN = "admin", _("系统管理员")
    AUDITOR = "auditor", _("审计员")


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def with_role(self, *roles, on=None):
        """Active people holding one of the roles on a day (today when not told)."""
        on = on or timezone.localdate()
        held = RoleGrant.objects.filter(role__in=roles).valid_on(on)
        return self.active().filter(pk__in=held.values("user"))


class PeopleManager(UserManager.from_queryset(UserQuerySet)):
    """Creates users as Django does, and asks the questions of UserQuerySet."""

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
    must_change_password = models.BooleanField(_("下次登录时修改密码"), default=False)

    objects = PeopleManager()

    class Meta:
        ordering = ["username"]
        verbose_name = verbose_name_plural = _("用户")

    def __str__(self):
        return self.name or self.username

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
        """Whether the admin opens at all; what may be done there is `accounts.backends`."""
        return self.has_role(Role.ADMIN, Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR)

    def _get_session_auth_hash(self, secret=None):
        """A change of password, unit, roles or the active flag ends this account's sessions at their next request (S-08)."""
        facts = [self.password, str(self.organization_id), str(self.is_active), *sorted(self.roles)]
        return salted_hmac("accounts.models.User.session", "|".join(facts), secret=secret, algorithm="sha256").hexdigest()

    def has_role(self, *roles):
        return not self.roles.isdisjoint(roles)


class RoleGrantQuerySet(models.QuerySet):
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


class AuditEvent(models.Model):
    """One entry of the append-only, hash-chained log. Written only by `accounts.audit.record`; triggers refuse change and deletion."""

    number = models.PositiveBigIntegerField(_("序号"), unique=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人"))
    by_label = models.CharField(_("操作人姓名和单位"), max_length=200)
    action = models.CharField(_("事项"), max_length=60)
    target_type = models.CharField(_("对象类型"), max_length=60)
    target_id = models.CharField(_("对象编号"), max_length=64)
    target_label = models.CharField(_("对象"), max_length=200)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所涉单位")
    )
    campaign_code = models.CharField(_("活动代码"), max_length=60, blank=True)
    detail = models.JSONField(_("内容"), default=dict)
    address = models.GenericIPAddressField(_("网络地址"), null=True, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    frozen_fields = "__all__"

    class Meta:
        ordering = ["-number"]
        verbose_name = verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(fields=["organization", "-number"]),
            models.Index(fields=["target_type", "target_id"]),
        ]

    def __str__(self):
        return f"{self.number} {self.action}"


class AuditHead(models.Model):
    """The single row that serialises writers of the chain and remembers its end, so that a cut-off tail shows."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_audit_head")]

    def __str__(self):
        return str(self.number)


class MessageQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def to_mail(self):
        return self.filter(mail_wanted=True, mailed_at=None).exclude(user__email="")


class Message(models.Model):
    """What one person was told, once per key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name=_("收件人"))
    key = models.CharField(_("去重键"), max_length=120)
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("链接"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    mail_wanted = models.BooleanField(_("同时发邮件"), default=True)
    mailed_at = models.DateTimeField(_("邮件发出时间"), null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(_("邮件尝试次数"), default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = _("消息")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [models.Index(fields=["user", "read_at"])]

    def __str__(self):
        return self.title


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user)


class Job(models.Model):
    """Work over two seconds: an export or an import, with progress, that can be left and fetched later."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待中")
        RUNNING = "running", _("正在生成")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    owner = models.ForeignKey(User, models.CASCADE, related_name="jobs", verbose_name=_("发起人"))
    kind = models.CharField(_("种类"), max_length=60)
    title = models.CharField(_("标题"), max_length=200)
    parameters = models.JSONField(_("参数"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    file = models.CharField(_("文件"), max_length=200, blank=True, editable=False)
    filename = models.CharField(_("文件名"), max_length=200, blank=True)
    error = models.TextField(_("失败原因"), blank=True)
    created_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = _("后台任务")
        constraints = [models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="job_not_more_than_all_done")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("accounts:job", args=[self.pk])

    @property
    def is_unfinished(self):
        return self.state in (self.State.WAITING, self.State.RUNNING)


class Heartbeat(models.Model):
    """The last time a periodic duty ran, so that its silence is visible."""

    duty = models.CharField(_("任务"), max_length=80, unique=True)
    at = models.DateTimeField(_("最近一次"))
    succeeded = models.BooleanField(_("成功"), default=True)
    detail = models.TextField(_("说明"), blank=True)

    class Meta:
        ordering = ["duty"]
        verbose_name = verbose_name_plural = _("定时任务心跳")

    def __str__(self):
        return self.duty
