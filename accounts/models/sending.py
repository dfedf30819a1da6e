"""How messages leave the portal: ways out, times, words, and what became of each."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.messages import Message


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
