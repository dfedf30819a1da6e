"""The work that runs behind the page, and the duties of the clock."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


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
