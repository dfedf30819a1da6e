"""The list within the places, settled by two people."""

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.rules import Problem
from results import reports
from results.models import Adjustment, Naming, NoticeEntry, Place, SelectionList, Veto
from results.ranking import ACROSS, WITHIN


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
        problems += full_problems()
    return problems


def full_problems():
    return [Problem(_("名额已满，先取消一个再选。"))]


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
    """Fairness: the chosen are the best that pass, ties are settled, nothing is half decided, and places left empty have a reason."""
    problems = selection_problems(track)
    chosen = {key for key, application in applications.items() if getattr(application, "place", None)}
    names = {key: str(application.organization) for key, application in applications.items()}
    for row in rows:
        if row.key in chosen and not row.may_be_chosen:
            reason = row.bar or reports.shortened(row.missing) or _("总分低于合格线")
            problems.append(Problem(_("%(unit)s已选入，但不能保留，请取消：%(reason)s") % {"unit": names[row.key], "reason": reason}))
    # Once the list is locked nobody can decide any more.
    for veto in Veto.objects.open().filter(application__in=chosen).select_related("application__organization"):
        problems.append(Problem(_("%(unit)s的一票否决还没有决定，决定以后才能锁定。") % {"unit": veto.application.organization}, reverse("results:veto", args=[veto.pk])))
    for application in Adjustment.objects.proposed().filter(application__in=applications).order_by().values_list("application", flat=True).distinct():
        problems.append(
            Problem(_("%(unit)s的加分、扣分还没有复核，通过或不同意以后才能锁定。") % {"unit": names[application]}, reverse("results:adjustments", args=[application]))
        )
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
