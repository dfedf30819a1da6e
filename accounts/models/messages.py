"""What each person was told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


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
