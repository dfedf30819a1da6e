"""Organizations, people, what they did (audit), what they were told (inbox), the work that runs behind the page (jobs), and tables on their way in (imports)."""

from datetime import time, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.rehearsing import PREFIX, current


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


class PersonState(models.TextChoices):
    """Worked out, not stored: disabled, never signed in, or in use."""

    NEW = "new", _("未激活")
    IN_USE = "in_use", _("启用")
    DISABLED = "disabled", _("停用")

OFFICE = {Role.OFFICE, Role.OFFICE_LEAD}

class UserQuerySet(models.QuerySet):
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
        if current() and OFFICE.intersection(roles):
            found |= self.active().real().filter(pk__in=held.filter(role__in=OFFICE).values("user"))
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

    def is_valid_on(self, day):
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on > day)


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

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links", verbose_name=_("人员"))
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose)
    by_mail = models.BooleanField(_("用邮件发送"), default=False)
    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(_("发出时间"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发出人"))
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

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name=_("人员"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("恢复码")

    def __str__(self):
        return str(self.user)


class AuditEventQuerySet(models.QuerySet):
    def real(self):
        """Without what happened in rehearsals."""
        return self.exclude(campaign_code__startswith=PREFIX)


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

    objects = AuditEventQuerySet.as_manager()
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


class Message(models.Model):
    """What one person was told, once per key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name=_("收件人"))
    key = models.CharField(_("去重键"), max_length=120)
    event = models.CharField(_("事项"), max_length=60, default="accounts.other")
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(_("链接"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    rehearsal = models.CharField(_("演练"), max_length=60, blank=True, default="", editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = _("消息")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [models.Index(fields=["user", "read_at"]), models.Index(fields=["key"])]

    def __str__(self):
        return self.title


class ChannelCode(models.TextChoices):
    MAIL = "mail", _("邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")
    WEBHOOK = "webhook", _("业务系统接口")


class Channel(models.Model):
    """How one way out of the portal is set up. Without a row, letters go by the installation's mail server and the others are off."""

    code = models.CharField(_("渠道"), max_length=10, choices=ChannelCode, unique=True)
    enabled = models.BooleanField(_("启用"), default=False)
    settings = models.JSONField(_("设置"), default=dict, blank=True)
    sealed = models.TextField(_("密钥"), blank=True, editable=False)
    changed_at = models.DateTimeField(_("修改时间"), null=True, blank=True)
    tested_at = models.DateTimeField(_("最近一次测试"), null=True, blank=True)
    test_error = models.CharField(_("测试没有成功的原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = verbose_name_plural = _("发送渠道")
        constraints = [models.CheckConstraint(condition=Q(code__in=ChannelCode.values), name="channel_is_known")]

    def __str__(self):
        return self.get_code_display()


class SendingTimes(models.Model):
    """When messages leave the portal, in local time: never in the quiet hours; what is not urgent twice a day, together."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    quiet_from = models.TimeField(_("免打扰开始"), default=time(21))
    quiet_until = models.TimeField(_("免打扰结束"), default=time(7, 30))
    first_digest = models.TimeField(_("第一次汇总发送"), default=time(8, 30))
    second_digest = models.TimeField(_("第二次汇总发送"), default=time(14, 30))

    class Meta:
        verbose_name = verbose_name_plural = _("发送时间")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_sending_times")]

    def __str__(self):
        return str(_("发送时间"))


class LetterText(models.Model):
    """What the office changed about an event: its words, how soon and which ways. An empty title keeps the default text."""

    event = models.CharField(_("事项"), max_length=60, unique=True)
    title = models.CharField(_("标题"), max_length=200, blank=True)
    body = models.TextField(_("内容"), blank=True)
    urgent = models.BooleanField(_("立即发送"))
    channels = models.JSONField(_("渠道"), default=list)
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        ordering = ["event"]
        verbose_name = verbose_name_plural = _("消息文字")

    def __str__(self):
        return self.event


class DeliveryQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Delivery.State.WAITING)

    def failed(self):
        return self.filter(state=Delivery.State.FAILED)

    def due(self, at):
        return self.waiting().filter(due_at__lte=at)


class Delivery(models.Model):
    """One message on one way out. The row is the truth: whoever sends claims it first, and what waits is found by its row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")
        SKIPPED = "skipped", _("不发送")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("消息"))
    channel = models.CharField(_("渠道"), max_length=10, choices=ChannelCode)
    urgent = models.BooleanField(_("立即发送"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(_("不早于"))
    tries = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    error = models.CharField(_("原因"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = _("发送记录")
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="one_delivery_per_message_and_channel"),
            models.CheckConstraint(condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None), name="delivery_sent_with_time"),
            models.CheckConstraint(condition=Q(channel__in=ChannelCode.values), name="delivery_channel_is_known"),
        ]
        indexes = [models.Index(fields=["channel", "state", "due_at"])]

    def __str__(self):
        return f"{self.message} · {self.get_channel_display()}"


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
    result_url = models.CharField(_("结果所在页面"), max_length=300, blank=True, editable=False)
    filename = models.CharField(_("文件名"), max_length=200, blank=True)
    error = models.TextField(_("失败原因"), blank=True)
    created_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    rehearsal = models.CharField(_("演练"), max_length=60, blank=True, default="", editable=False)

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


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user)

    def forgotten(self, at):
        """Older than a week: what was looked at and left, and reports of what came in."""
        return self.filter(created_at__lt=at - timedelta(days=7))


class Import(models.Model):
    """A table somebody brought, as it was read, with what it would change: looked at first, then applied as one."""

    class Kind(models.TextChoices):
        UNITS = "units", _("单位")
        PEOPLE = "people", _("人员")

    class State(models.TextChoices):
        READING = "reading", _("正在读取")
        REFUSED = "refused", _("不能读取")
        CHECKED = "checked", _("待确认")
        APPLYING = "applying", _("正在导入")
        APPLIED = "applied", _("已导入")

    owner = models.ForeignKey(User, models.CASCADE, related_name="imports", verbose_name=_("导入人"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    title = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField("SHA-256", max_length=64)
    file = models.CharField(_("文件"), max_length=200, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.READING)
    refusal = models.TextField(_("不能读取的原因"), blank=True)
    header = models.PositiveIntegerField(_("表头所在行"), default=0)
    columns = models.JSONField(_("列的用途"), default=dict)
    counts = models.JSONField(_("各种结果的行数"), default=dict)
    granted = models.PositiveIntegerField(_("将得到管理类角色的人数"), default=0)
    plan = models.CharField(_("预览的摘要"), max_length=64, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("后台任务"))
    created_at = models.DateTimeField(_("上传时间"))
    applied_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人"))
    only_good = models.BooleanField(_("只导入正确的行"), default=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = _("导入")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False, applied_by__isnull=False) | ~Q(state="applied") & Q(applied_at=None, applied_by=None),
                name="import_applied_by_somebody",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("accounts:import", args=[self.pk])


class ImportRow(models.Model):
    """One row of the sheet that is not blank, its cells as they were, and what became of it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("修改")
        SAME = "same", _("不变")
        WRONG = "wrong", _("错误")
        LEFT = "left", _("不是数据")

    table = models.ForeignKey(Import, models.CASCADE, related_name="rows", verbose_name=_("导入"))
    number = models.PositiveIntegerField(_("行号"))
    cells = models.JSONField(_("单元格"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, default=Outcome.LEFT)
    label = models.CharField(_("名称"), max_length=200, blank=True)
    said = models.JSONField(_("说明"), default=dict)

    class Meta:
        ordering = ["table", "number"]
        verbose_name = verbose_name_plural = _("导入的行")
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["table", "outcome", "number"])]

    def __str__(self):
        return f"{self.table} {self.number}"


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
