"""What an inspector or a scorer would hand over when leaving, and what keeps somebody from taking it."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.rules import Work
from campaigns.rules import Problem
from inspections.models import DeskReview, GroupMember, PoolEntry
from inspections.permissions import can_score_desk
from inspections.rules.desk import SCORABLE


def open_reviews(user):
    """Scorings on paper that were begun and not finished."""
    found = DeskReview.objects.filter(scorer=user, finished_at=None, application__status__in=SCORABLE, application__held_at=None)
    return found.select_related("application__organization__county", "application__campaign")


def reviews_of(user, at):
    """Finished scores stay with whoever gave them."""
    work = [Work(_("%(unit)s的材料审核，没有评完") % {"unit": one.application.organization}, reverse("inspections:review", args=[one.application_id])) for one in open_reviews(user)]
    done = DeskReview.objects.filter(scorer=user, finished_at__isnull=False, application__status__in=SCORABLE).count()
    return work + ([Work(_("已经完成的材料审核 %(n)s 份") % {"n": done}, stays=_("评分已经完成，仍署原评分人。"))] if done else [])


def review_problems(review, successor):
    names = {"person": successor, "unit": review.application.organization}
    if not can_score_desk(successor, review.application):
        return [Problem(_("%(person)s不能评%(unit)s，请另选一人。") % names)]
    if review.application.desk_reviews.filter(scorer=successor).exists():
        return [Problem(_("%(person)s已经在评%(unit)s，请另选一人。") % names)]
    return []


def future_memberships(user):
    """Groups the person is in that have visits to come."""
    return GroupMember.objects.filter(user=user, group__visits__locked_at=None, group__visits__isnull=False).select_related("group__campaign").distinct().order_by("group_id")


def can_move(group):
    """Members change only while nothing of the group's has begun: records and signatures name those who were there."""
    return not group.visits.filter(started_at__isnull=False).exists()


def pool_entries(user):
    return PoolEntry.objects.available().filter(user=user).select_related("campaign").order_by("campaign_id")


def visits_of(user, at):
    work = []
    for membership in future_memberships(user):
        group = membership.group
        names = {"group": group, "units": _("、").join(str(visit.application.organization) for visit in group.visits.unlocked().select_related("application__organization"))}
        stays = "" if can_move(group) else _("这个组已经开始验收，请在验收组页面调整人员，由到过现场的人签字。")
        work.append(Work(_("%(group)s：%(units)s") % names, reverse("inspections:group", args=[group.pk]), stays))
    return work + [Work(_("%(year)s 年验收员库") % {"year": entry.campaign.year}, reverse("inspections:pool_entry", args=[entry.pk])) for entry in pool_entries(user)]
