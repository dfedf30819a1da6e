"""Tables on their way in, row by row."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.jobs import Job
from accounts.models.people import User


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
    sheet = models.CharField(_("工作表"), max_length=100, blank=True)
    sheets = models.JSONField(_("文件里的工作表"), default=list)
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
