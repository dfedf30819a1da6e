"""Bulletins, meetings and experience write-ups: how units learn of each other."""

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from results.models import Experience
from results.privacy import personal_data

EXPERIENCE_LEAST = 200


def private_problems(*texts):
    """Personal data in what many will read."""
    return [
        Problem(_("文字中有%(kind)s“%(value)s”，请先删除。") % {"kind": kind, "value": value}) for kind, value in personal_data("\n".join(texts))
    ]


def change_bulletin_problems(bulletin, title, body):
    problems = [Problem(_("通报已经发布，不能修改。"))] if bulletin.published_at else []
    if not title.strip() or not body.strip():
        problems.append(Problem(_("请填写标题和正文。")))
    return problems


def publish_bulletin_problems(bulletin, by):
    problems = []
    if bulletin.published_at:
        problems.append(Problem(_("通报已经发布。")))
    if bulletin.created_by_id == by.pk:
        problems.append(Problem(_("通报由你起草，请由另一位办领导发布。")))
    return problems + private_problems(bulletin.title, bulletin.body)


def call_meeting_problems(starts_at, organizations, at):
    problems = []
    if starts_at <= at:
        problems.append(Problem(_("开始时间要晚于现在。"), "#id_starts_at"))
    if not organizations:
        problems.append(Problem(_("请至少邀请一个单位。"), "#id_organizations"))
    return problems


def change_meeting_problems(meeting, starts_at, organizations, at):
    return coming_problems(meeting, at) + call_meeting_problems(starts_at, organizations, at)


def coming_problems(meeting, at):
    """A meeting is changed or called off before it begins."""
    if meeting.cancelled_at:
        return [Problem(_("交流会已经取消。"))]
    if at >= meeting.starts_at:
        return [Problem(_("交流会已经开始，不能再改动或取消。"))]
    return []


def cancel_meeting_problems(meeting, reason, at):
    problems = coming_problems(meeting, at)
    if not reason.strip():
        problems.append(Problem(_("请填写取消的理由。"), "#id_reason"))
    return problems


def minutes_problems(meeting, minutes, at):
    """From its beginning on; written again, the last text counts and the log keeps who wrote when."""
    problems = []
    if meeting.cancelled_at:
        problems.append(Problem(_("交流会已经取消。")))
    elif at < meeting.starts_at:
        problems.append(Problem(_("交流会还没有开始，开始以后再记录纪要。")))
    if not minutes.strip():
        problems.append(Problem(_("请填写会议纪要。"), "#id_minutes"))
    return problems


def experience_problems(naming):
    """What keeps a unit from writing."""
    return [Problem(_("命名已经撤销，不能再报送经验材料。"))] if naming.withdrawn_at else []


def change_experience_problems(experience, version):
    problems = experience_problems(experience.naming)
    if not experience.is_editable:
        problems.append(Problem(_("材料已经报送，退回后才能修改。")))
    if experience.version != version:
        problems.append(Problem(_("同事刚刚改过这份材料，请先看看最新的内容，再改一次。"), reverse("results:experience", args=[experience.pk])))
    return problems


def send_experience_problems(experience, consents):
    problems = experience_problems(experience.naming)
    if not experience.is_editable:
        problems.append(Problem(_("材料已经报送。")))
    if len(experience.body.strip()) < EXPERIENCE_LEAST:
        problems.append(Problem(_("正文还太短，请写够 %(n)s 字，说清做法和成效。") % {"n": EXPERIENCE_LEAST}, "#id_body"))
    if not consents:
        problems.append(Problem(_("请先同意公开，再报送。"), "#id_consents"))
    return problems + private_problems(experience.title, experience.body)


def accept_experience_problems(experience):
    problems = experience_problems(experience.naming)
    if experience.state != Experience.State.SENT:
        problems.append(Problem(_("材料没有在等待采用。")))
    elif not experience.consented_at:
        problems.append(Problem(_("单位收回了公开的同意，不能采用。")))
    return problems + private_problems(experience.title, experience.body)


def return_experience_problems(experience, remark):
    problems = []
    if experience.state not in (Experience.State.SENT, Experience.State.ACCEPTED):
        problems.append(Problem(_("材料没有报送，不需要退回。")))
    if not remark.strip():
        problems.append(Problem(_("请写明要怎么修改。"), "#id_remark"))
    return problems


def withdraw_consent_problems(experience):
    return [] if experience.consented_at else [Problem(_("没有同意过公开，不需要收回。"))]
