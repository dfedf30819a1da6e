"""What stands in the way of a list, a notice, an answer, a title; and what is left to do."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import is_clerk_of, is_office, is_office_lead
from campaigns.rules import Problem, Todo, show_end, workdays_between, workdays_from, year_is_confirmed
from results import reports
from results.models import Naming, NoticeEntry, Objection, Place, PublicNotice, SelectionList
from results.privacy import personal_data
from results.ranking import ACROSS, WITHIN

# The list within the places


def selection_problems(track):
    """What forbids any change of the list."""
    state = reports.selection_of(track).state
    if state == SelectionList.State.LOCKED:
        return [Problem(_("名单已锁定，正在等待复核，退回后才能改动。"))]
    if state == SelectionList.State.CONFIRMED:
        return [Problem(_("名单已复核，由办领导写明理由退回后才能改动。"))]
    return []


def choose_problems(track, application, row):
    """`row` is the unit's row of the ranking, None when it is not in it."""
    problems = selection_problems(track)
    unit = {"unit": application.organization}
    if row is None:
        problems.append(Problem(_("%(unit)s不在本类别的排名中。") % unit))
    elif row.missing:
        problems.append(Problem(_("%(unit)s还没有评完，不能选入：%(reason)s") % (unit | {"reason": reports.shortened(row.missing)})))
    elif not row.passes:
        problems.append(Problem(_("%(unit)s的总分低于合格线，不能选入。") % unit))
    elif row.bar:
        problems.append(Problem(_("%(unit)s不能选入：%(reason)s。") % (unit | {"reason": row.bar})))
    elif row.standing == ACROSS:
        problems.append(
            Problem(
                _("第 %(rank)s 名有 %(n)s 个单位同分，请先记录集体研究确定的顺序。") % {"rank": row.rank, "n": len(row.tied)},
                reverse("results:tie_decision", args=[track.pk]),
            )
        )
    if Place.objects.filter(application=application).exists():
        problems.append(Problem(_("%(unit)s已经选入。") % unit))
    if Place.objects.filter(track=track).count() >= track.quota:
        problems.append(Problem(_("名额已满，先取消一个再选。")))
    return problems


def unchoose_problems(track, application):
    problems = selection_problems(track)
    if not Place.objects.filter(track=track, application=application).exists():
        problems.append(Problem(_("%(unit)s没有选入，不需要取消。") % {"unit": application.organization}))
    elif Naming.objects.filter(application=application).exists():
        problems.append(Problem(_("%(unit)s已经命名，不能取消。") % {"unit": application.organization}))
    elif reports.standing_entries().filter(application=application, notice__published_at__isnull=False).exists():
        problems.append(Problem(_("%(unit)s正在公示或已经公示，不能取消。") % {"unit": application.organization}))
    return problems


def lock_problems(track, rows, applications, unused_reason):
    """Fairness: the chosen are the best that pass, ties are settled, and places left empty have a reason."""
    problems = selection_problems(track)
    chosen = {key for key, application in applications.items() if getattr(application, "place", None)}
    names = {key: str(application.organization) for key, application in applications.items()}
    for row in rows:
        if row.key in chosen and not row.may_be_chosen:
            reason = row.bar or reports.shortened(row.missing) or _("总分低于合格线")
            problems.append(Problem(_("%(unit)s已选入，但不能保留，请取消：%(reason)s") % {"unit": names[row.key], "reason": reason}))
    ties = {row.tied for row in rows if row.standing == ACROSS}
    for tied in ties:
        row = next(row for row in rows if row.tied == tied)
        if chosen & set(tied) or len(chosen) < track.quota and not unused_reason.strip():
            problems.append(
                Problem(
                    _("第 %(rank)s 名有 %(n)s 个单位同分，请先记录集体研究确定的顺序。") % {"rank": row.rank, "n": len(tied)},
                    reverse("results:tie_decision", args=[track.pk]),
                )
            )
    last = max((row.rank for row in rows if row.key in chosen and row.rank), default=0)
    for row in rows:
        if row.standing != WITHIN or row.key in chosen or row.rank > last:
            continue
        problems.append(Problem(_("第 %(rank)s 名%(unit)s合格而没有选入，却选入了名次不高于它的单位。") % {"rank": row.rank, "unit": names[row.key]}))
    if len(chosen) < track.quota and not unused_reason.strip():
        problems.append(
            Problem(_("还有 %(n)s 个名额没有用。名额是上限，可以不用满，请填写理由。") % {"n": track.quota - len(chosen)}, "#id_unused_reason")
        )
    return problems


def confirm_problems(track, by):
    selection = reports.selection_of(track)
    if selection.state != SelectionList.State.LOCKED:
        return [Problem(_("名单还没有锁定，或者已经复核。"))]
    if reports.last_frozen(selection).locked_by_id == by.pk:
        return [Problem(_("名单由你锁定，请由另一位办领导复核。"))]
    return []


def reopen_problems(track, reason):
    problems = []
    if reports.selection_of(track).state == SelectionList.State.OPEN:
        problems.append(Problem(_("名单没有锁定，可以直接改动。")))
    if not reason.strip():
        problems.append(Problem(_("请填写退回的理由。"), "#id_reason"))
    return problems


def tie_problems(track, rows, order, text):
    problems = selection_problems(track)
    groups = {frozenset(row.tied): row for row in rows if row.tied}
    if frozenset(order) not in groups or len(order) != len(set(order)):
        problems.append(Problem(_("顺序必须恰好包含一组同分的单位，每个单位一次。")))
    if not text.strip():
        problems.append(Problem(_("请写明集体研究的情况。"), "#id_text"))
    return problems


def free_problems(place):
    if Naming.objects.filter(place=place).exists():
        return [Problem(_("该单位已经命名，名额不能收回。"))]
    if not NoticeEntry.objects.filter(application=place.application).exclude(fallen_at=None).exists():
        return [Problem(_("只有公示期间异议成立的单位，名额才能收回。"))]
    return []


# The public notice


def create_problems(campaign, applications):
    ready = {place.application_id for place in reports.ready_for_notice(campaign)}
    if not applications:
        return [Problem(_("没有可以公示的单位。先锁定并复核名单。"))]
    return [
        Problem(_("%(unit)s的名单没有复核，或者已经公示过。") % {"unit": application.organization})
        for application in applications if application.pk not in ready
    ]


def change_problems(notice):
    if notice.published_at:
        return [Problem(_("公示已经发布，不能修改。需要改动时先撤下，再重新生成。"))]
    if notice.withdrawn_at:
        return [Problem(_("公示已经撤下，请重新生成。"))]
    return []


def text_problems(notice):
    """Personal data anywhere in what the public would read."""
    units = [entry.application.organization.name for entry in notice.entries.select_related("application__organization")]
    text = "\n".join([notice.title, notice.body, notice.contact, *units])
    return [
        Problem(_("公示中像是有%(kind)s“%(value)s”，请删除后再发布。") % {"kind": kind, "value": value})
        for kind, value in personal_data(text)
    ]


def publish_problems(notice, checked_by, by):
    problems = change_problems(notice)
    entries = list(notice.entries.select_related("application__organization", "application__place__track__selection_list"))
    if not entries:
        problems.append(Problem(_("公示中没有单位。")))
    for entry in entries:
        place = getattr(entry.application, "place", None)
        selection = getattr(place.track, "selection_list", None) if place else None
        if selection is None or selection.state != SelectionList.State.CONFIRMED:
            problems.append(Problem(_("%(unit)s不在已复核的名单中，请重新生成公示。") % {"unit": entry.application.organization}))
    if not notice.body.strip() or not notice.contact.strip():
        problems.append(Problem(_("请填写正文，以及受理单位和联系方式。"), reverse("results:notice", args=[notice.pk])))
    problems += text_problems(notice)
    if checked_by is None:
        problems.append(Problem(_("请先完成保密审查，并写明审查人。"), "#id_checked_by"))
    elif checked_by.pk == notice.created_by_id:
        problems.append(Problem(_("保密审查人不能是公示的生成人。"), "#id_checked_by"))
    if by.pk == notice.created_by_id:
        problems.append(Problem(_("公示由你生成，请由另一位办领导发布。")))
    return problems


def period(campaign, at):
    """First and last day of a notice published now."""
    return workdays_from(timezone.localdate(at), campaign.publicity_days)


def notice_warnings(campaign, ends_on):
    """What the office should know, and may go on with."""
    warnings = []
    last = max((phase.ends_at for phase in campaign.phases.all()), default=None)
    if last and ends_on >= timezone.localdate(last):
        warnings.append(
            Problem(_("公示到 %(day)s 期满，晚于最后一个阶段的结束时间 %(end)s。可以发布，请确认命名时间。") % {"day": f"{ends_on:%Y-%m-%d}", "end": show_end(last)})
        )
    if not year_is_confirmed(ends_on.year):
        warnings.append(Problem(_("%(year)s 年的工作日历还没有核实，公示期按周一至周五计算，请核对节假日。") % {"year": ends_on.year}))
    return warnings


def withdraw_notice_problems(notice, reason):
    problems = []
    if notice.withdrawn_at:
        problems.append(Problem(_("公示已经撤下。")))
    if Naming.objects.filter(application__notice_entries__notice=notice).exists():
        problems.append(Problem(_("公示中已有单位命名，不能撤下。")))
    if not reason.strip():
        problems.append(Problem(_("请填写撤下的理由。"), "#id_reason"))
    return problems


def notice_state(notice, day):
    """draft, running, ended or withdrawn, as of a day."""
    if notice.withdrawn_at:
        return "withdrawn"
    if notice.published_at is None:
        return "draft"
    return "ended" if day > notice.ends_on else "running"


def workdays_left(notice, day):
    """Working days still to come, the day itself included, and how many there are in all."""
    before = timedelta(days=1)
    total = workdays_between(notice.starts_on - before, notice.ends_on)
    left = workdays_between(max(day, notice.starts_on) - before, notice.ends_on)
    return left, total


# Objections


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


def examine_problems(objection):
    if objection.state != Objection.State.RECEIVED:
        return [Problem(_("这件异议已经受理。"))]
    return []


def answer_problems(objection, outcome, reply):
    problems = []
    if objection.state == Objection.State.ANSWERED:
        problems.append(Problem(_("这件异议已由%(name)s答复。") % {"name": objection.replied_by}))
    if outcome not in Objection.Outcome.values:
        problems.append(Problem(_("请选择处理结果。"), "#id_outcome"))
    if not reply.strip():
        problems.append(Problem(_("请填写书面答复。"), "#id_reply"))
    if outcome == Objection.Outcome.UPHELD and Naming.objects.filter(application=objection.entry.application).exists():
        problems.append(Problem(_("该单位已经命名，请走撤销命名的程序。")))
    return problems


# Naming


def naming_problems(place, at):
    """What keeps the unit in a place from its title now. Reads what `reports.places_for_naming` brought along."""
    selection = getattr(place.track, "selection_list", None)
    if selection is None or selection.state != SelectionList.State.CONFIRMED:
        return [Problem(_("名单还没有复核。"), reverse("results:ranking", args=[place.track_id]))]
    entries = [entry for entry in place.application.entries_now if not entry.notice.withdrawn_at and entry.notice.published_at]
    if not entries:
        return [Problem(_("还没有公示。"), reverse("results:notice_list"))]
    problems = []
    for entry in entries:
        notice = reverse("results:notice", args=[entry.notice_id])
        if entry.fallen_at:
            problems.append(Problem(_("公示期间的异议成立，不能命名。"), notice))
        elif timezone.localdate(at) <= entry.notice.ends_on:
            problems.append(Problem(_("公示到 %(day)s 期满，期满后才能命名。") % {"day": f"{entry.notice.ends_on:%Y-%m-%d}"}, notice))
        if entry.open_objections:
            problems.append(
                Problem(_("还有 %(n)s 件异议没有答复。") % {"n": len(entry.open_objections)}, reverse("results:objection_list"))
            )
    return problems


def named_problems(place, at):
    """The same, each sentence beginning with the unit's name."""
    return [Problem(f"{place.application.organization}：{problem}", problem.url) for problem in naming_problems(place, at)]


def naming_warnings(campaign, at):
    last = max((phase.ends_at for phase in campaign.phases.all()), default=None)
    if last and at >= last:
        return [Problem(_("现在晚于最后一个阶段的结束时间 %(end)s，仍可命名。") % {"end": show_end(last)})]
    return []


def recommend_problems(naming, reason):
    problems = []
    if not naming.place.track.recommends:
        problems.append(Problem(_("本次活动只从%(tracks)s中向省推荐。") % {"tracks": recommending(naming.place.track.campaign)}))
    if naming.withdrawn_at:
        problems.append(Problem(_("命名已经撤销，不能推荐。")))
    if hasattr(naming, "recommendation"):
        problems.append(Problem(_("该单位已经推荐。")))
    if not reason.strip():
        problems.append(Problem(_("请填写推荐理由。"), "#id_reason"))
    return problems


def recommending(campaign):
    names = [track.name for track in campaign.tracks.all() if track.key in campaign.recommends]
    return "、".join(names) or _("没有指定的类别")


def recommended_as(campaign):
    """What the campaign's notice says the units are recommended for."""
    return campaign.document.get("campaign", {}).get("recommendation", {}).get("target", "")


# What is left to do


def todos(user, campaign, at):
    found = []
    if is_office(user):
        found += office_todos(user, campaign, at)
    if is_clerk_of_any(user):
        found += unit_todos(user, campaign, at)
    return found


def is_clerk_of_any(user):
    return user.organization_id is not None and is_clerk_of(user, user.organization)


def office_todos(user, campaign, at):
    found, today = [], timezone.localdate(at)
    if is_office_lead(user):
        for frozen in reports.waiting_for_second_person(campaign):
            if frozen.locked_by_id != user.pk:
                found.append(
                    Todo(
                        _("复核%(track)s的名单") % {"track": frozen.selection.track},
                        _("%(name)s已锁定，入选 %(n)s 个") % {"name": frozen.locked_by, "n": len(frozen.chosen)},
                        reverse("results:ranking", args=[frozen.selection.track_id]), _("去复核"), "amber", "lock",
                    )
                )
        for notice in PublicNotice.objects.filter(campaign=campaign, published_at=None, withdrawn_at=None).exclude(created_by=user):
            found.append(
                Todo(_("审查并发布公示"), notice.title, reverse("results:notice", args=[notice.pk]), _("去发布"), "amber", "shield")
            )
    ready = reports.ready_for_notice(campaign).count()
    if ready:
        found.append(
            Todo(
                _("生成公示"), _("%(n)s 个单位的名单已复核，还没有公示") % {"n": ready},
                reverse("results:notice_new"), _("去生成"), "blue", "document",
            )
        )
    for objection in Objection.objects.visible_to(user).open().filter(entry__notice__campaign=campaign).select_related("entry__application__organization"):
        late = objection.due_on < today
        detail = _("已过答复期限 %(day)s") if late else _("答复期限 %(day)s")
        found.append(
            Todo(
                _("办理关于%(unit)s的异议") % {"unit": objection.entry.application.organization},
                detail % {"day": f"{objection.due_on:%Y-%m-%d}"}, objection.get_absolute_url(), _("去办理"),
                "red" if late else "amber", "chat",
            )
        )
    if is_office_lead(user):
        waiting = [place for place in reports.places_for_naming(campaign) if not hasattr(place, "naming")]
        ready = sum(not naming_problems(place, at) for place in waiting)
        if ready:
            found.append(
                Todo(
                    _("命名已公示期满的单位"), _("%(n)s 个单位可以命名") % {"n": ready},
                    reverse("results:naming"), _("去命名"), "blue", "medal",
                )
            )
    return found


def unit_todos(user, campaign, at):
    """Nothing to do, but worth knowing: one's own unit stands on a running notice."""
    running = PublicNotice.objects.filter(campaign=campaign, entries__application__organization=user.organization_id)
    return [
        Todo(
            _("你单位正在公示"), _("公示到 %(day)s 期满") % {"day": f"{notice.ends_on:%Y-%m-%d}"},
            notice.get_absolute_url(), _("查看公示"), "blue", "document",
        )
        for notice in running.running(timezone.localdate(at))
    ]
