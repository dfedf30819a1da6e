"""Objections of the public, and their answers."""

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rehearsing import here
from campaigns.rules import Problem
from results.models import Naming, Objection
from results.rules.notices import notice_state

# What an office can look into. Beyond that the telephone is the better way, and a flood finds an end.
OBJECTIONS_AN_HOUR_IN_ALL = 300
SHORTEST_PHONE = 7  # digits


def objection_problems(notice, at):
    """From publication until the end of the last day."""
    state = notice_state(notice, timezone.localdate(at))
    if state == "withdrawn":
        return [Problem(_("公示已经撤下，不再受理异议。"))]
    if state == "draft" or at < notice.published_at:
        return [Problem(_("公示还没有发布。"))]
    if state == "ended":
        return [Problem(_("公示已结束，不再从网上受理异议，请按公示上的联系方式反映。"))]
    return []


def flood_problems(at):
    """More in the last hour than anybody could read."""
    if here(Objection.objects).filter(received_at__gt=at - timedelta(hours=1)).count() >= OBJECTIONS_AN_HOUR_IN_ALL:
        return [Problem(_("最近一小时收到的异议太多，内容还在本页，请过一会儿再提交，或按公示上的联系方式反映。"))]
    return []


def repeat_problems(earlier, given):
    """`earlier` came from the same page. The same once more is no second objection; something else is said aloud."""
    if any(getattr(earlier, name) != value for name, value in given.items()):
        return [Problem(_("从这一页已经收到一件异议。确实要再提交一件的，请再点一次“提交异议”。"))]
    return []


def decline_problems(objection, reason):
    """What is no objection at all: empty words, advertising, a flood."""
    problems = []
    if objection.state != Objection.State.RECEIVED:
        problems.append(Problem(_("只有待受理的异议可以不予受理；已经受理的，请核查后答复。")))
    if len(reason.strip()) < 5:
        problems.append(Problem(_("请写明不予受理的理由，异议人凭查询码可以看到。"), "#id_reason"))
    return problems


def forget_problems(objection, reason):
    """Whoever waits for an answer must stay within reach."""
    problems = []
    if not objection.replied_at:
        problems.append(Problem(_("这件异议还没有答复，现在删除就联系不上异议人了。请先答复，或者由异议人撤回后再删除。")))
    elif objection.is_forgotten:
        problems.append(Problem(_("异议人的姓名和电话已经没有了，不用再删。")))
    return problems + request_problems(reason, "#forget-reason")


def correct_problems(objection, name, phone, reason):
    problems = [Problem(_("异议人的姓名和电话已经删除，不能再更正。"))] if objection.replied_at and objection.is_forgotten else []
    if not name.strip():
        problems.append(Problem(_("请填写姓名或单位名称。"), "#correct-name"))
    if len(re.findall("[0-9]", phone)) < SHORTEST_PHONE:  # whoever objected follows it by the last digits
        problems.append(Problem(_("联系电话只能写数字、空格和短横线，7 位以上。"), "#correct-phone"))
    return problems + request_problems(reason, "#correct-reason")


def request_problems(reason, place):
    return [] if len(reason.strip()) >= 5 else [Problem(_("请写明是怎么申请、怎么核实身份的，不少于 5 字。"), place)]


def examine_problems(objection):
    if objection.state != Objection.State.RECEIVED:
        return [Problem(_("这件异议已经受理，或者已经办结。"))]
    return []


def answer_problems(objection, outcome, reply):
    problems = []
    if objection.replied_at:
        problems.append(Problem(_("这件异议已由%(name)s答复。") % {"name": objection.replied_by}))
    if outcome not in Objection.Outcome.values:
        problems.append(Problem(_("请选择处理结果。"), "#id_outcome"))
    if not reply.strip():
        problems.append(Problem(_("请填写书面答复。"), "#id_reply"))
    if outcome == Objection.Outcome.UPHELD and Naming.objects.filter(application=objection.entry.application).exists():
        problems.append(Problem(_("该单位已经命名，请走撤销命名的程序。")))
    return problems
