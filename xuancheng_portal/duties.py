"""The duties that run by the clock, and the heartbeat each leaves behind (R-25, R-26).

A duty asks the database what is due at a moment and does it, each thing once; a stop is caught up at the next sweep. It is asked
for the real campaigns, and for each rehearsal by itself.
One duty that fails stops no other.
"""

import logging
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from accounts.models import Heartbeat
from accounts.rehearsing import playing
from campaigns.models import Campaign
from xuancheng_portal.invariants import audit_quotas

logger = logging.getLogger(__name__)

# How each duty reads to people.
LABELS = {
    "accounts.imports": _("清理过期的导入表格"),
    "accounts.jobs": _("重新排队没有完成的导出"),
    "accounts.leavers": _("停用已经离任的账号"),
    "accounts.links": _("补发没有送达的邀请"),
    "accounts.mail": _("发送邮件"),
    "accounts.personal_data": _("按期限删除停用账号的联系方式和登录痕迹"),
    "accounts.sms": _("发送短信"),
    "accounts.webhook": _("发送到业务系统"),
    "accounts.wecom": _("发送企业微信消息"),
    "applications.county_shortfall": _("提醒各县申报数量不足"),
    "applications.deadline_reminders": _("提醒申报截止"),
    "applications.derivatives": _("补做文件预览"),
    "applications.link_checks": _("复查网页链接"),
    "applications.likeness": _("比对各单位材料有无雷同"),
    "applications.offline_uploads": _("清理过期的离线表格"),
    "applications.returns": _("提醒补正期限"),
    "applications.scans": _("文件查毒"),
    "applications.shortfall_reports": _("申报结束后报告数量不足"),
    "applications.temporary_files": _("清理没有传完的文件"),
    "applications.unsearched": _("检查文件里的个人信息和涉密字样"),
    "applications.untold": _("补发没有送达的申报通知"),
    "campaigns.phases": _("告知阶段开始和结束"),
    "inspections.plans": _("补发没有送达的验收方案通知"),
    "inspections.photo_pieces": _("清理没有传完的现场照片"),
    "inspections.rectifications": _("提醒整改期限"),
    "inspections.visits": _("提醒验收日程"),
    "results.improvements": _("提醒年度复核的整改期限"),
    "results.cases": _("补发没有送达的典型案例通知"),
    "results.lost_messages": _("补发没有送达的结果通知"),
    "results.notice_ends": _("提醒公示期满"),
    "results.overdue_objections": _("提醒异议逾期"),
    "results.personal_data": _("按期限删除异议人的个人信息"),
    "xuancheng_portal.quotas": _("核对名额和数据"),
}

# These look after the whole portal at once; the others after one campaign.
FOR_ALL = {"accounts", "xuancheng_portal"}
# Older than this, a duty is silent: the sweep runs every minute.
SILENT_AFTER_MINUTES = 5


def every_duty():
    """{name: function(at)}: each `sweep_…` of each app's tasks, and the quota audit."""
    duties = {"xuancheng_portal.quotas": audit_quotas}
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "tasks"):
            tasks = vars(import_module(f"{config.name}.tasks"))
            duties |= {f"{config.name}.{name.removeprefix('sweep_')}": duty for name, duty in tasks.items() if name.startswith("sweep_")}
    return dict(sorted(duties.items()))


def run(at):
    """One sweep: every duty in turn, each with its heartbeat. Returns the names of those that failed."""
    failed = []
    rehearsals = list(Campaign.everywhere.rehearsals().values_list("code", flat=True))
    for name, duty in every_duty().items():
        succeeded, detail = True, ""
        try:
            for rehearsal in ["", *(rehearsals if name.partition(".")[0] not in FOR_ALL else [])]:
                with playing(rehearsal):
                    duty(at)
        except Exception as error:
            logger.exception("duty %s failed", name)
            succeeded, detail = False, f"{type(error).__name__}: {error}"[:500]
            failed.append(name)
        Heartbeat.objects.update_or_create(duty=name, defaults={"at": at, "succeeded": succeeded, "detail": detail})
    return failed
