"""Which rows the lists of review, rectification and visits show for what stands in their address, for the page and for what
is exported of it. Each answers with its rows and the filter in words, one entry for each of its parts."""

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from applications.models import Application, Likeness, Return
from inspections.models import DeskReview, Rectification, Visit
from inspections.rules import desk as desk_rules
from inspections.rules import visits as visit_rules


def in_words(*named):
    return [_("%(label)s：%(value)s") % {"label": label, "value": value} for label, value in named if value]


def county_named(code):
    return Organization.objects.filter(code=code).first() or code if code else ""


# Review


def reviewable(user):
    """What has ever arrived at the city; a draft is nobody's business here."""
    return Application.objects.visible_to(user).exclude(submitted_at=None)


def review_states(user):
    """{key: (label, condition)} of the list's filter, each row's own reason to be looked at."""
    returned_before = Exists(Return.objects.filter(application=OuterRef("pk"), level=Return.Level.OFFICE))
    mine = DeskReview.objects.filter(application=OuterRef("pk"), scorer=user)
    scorable = Q(status__in=desk_rules.SCORABLE)
    return {
        "submitted": (_("新报送"), Q(~returned_before, status=Application.Status.SUBMITTED)),
        "resubmitted": (_("重新提交"), Q(returned_before, status=Application.Status.SUBMITTED)),
        "mine": (_("我在评的"), scorable & Q(Exists(mine.filter(finished_at=None)))),
        "unscored": (_("我未评的"), scorable & ~Q(Exists(mine))),
        "finished": (_("我已评完"), Q(Exists(mine.filter(finished_at__isnull=False)))),
        "returned": (_("退回补正"), Q(status=Application.Status.RETURNED)),
        "accepted": (_("已受理"), Q(status=Application.Status.ACCEPTED)),
        "alike": (_("有雷同提示"), Q(Exists(alike("response"))) | Q(Exists(alike("other")))),
        "ended": (_("不予受理或撤回"), Q(status__in=Application.ENDED)),
    }


def alike(side):
    """Likenesses nobody has settled in which the application stands on this side; a later year is the later one's affair."""
    rows = Likeness.objects.open() if side == "response" else Likeness.objects.open().between_units()
    return rows.filter(**{f"{side}__application": OuterRef("pk")}).order_by()


def alike_count(side):
    counted = alike(side).values(f"{side}__application").annotate(value=Count("pk")).values("value")
    return Coalesce(Subquery(counted), 0)


def reviewed(campaign, query, user):
    """Applications to review."""
    states, track, county = review_states(user), query.get("track", ""), query.get("county", "")
    state, words = query.get("state", ""), query.get("q", "").strip()
    units = reviewable(user).of_campaign(campaign)
    if track:
        units = units.filter(track__key=track)
    if county:
        units = units.filter(organization__county__code=county)
    if state in states:
        units = units.filter(states[state][1])
    if words:
        units = units.filter(
            Q(organization__name__icontains=words) | Q(organization__short_name__icontains=words) | Q(submissions__receipt__icontains=words)
        ).distinct()
    named = campaign.tracks.filter(key=track).first() or track
    return units, in_words(
        (_("搜索"), words), (_("申报类别"), named), (_("县（市、区）"), county_named(county)), (_("审核进度"), states[state][0] if state in states else ""),
    )


# Rectification


def rectification_states(at):
    return {
        "open": (_("待整改"), Q(state=Rectification.State.OPEN, due_at__gt=at)),
        "overdue": (_("逾期"), Q(state=Rectification.State.OPEN, due_at__lte=at)),
        "answered": (_("待核验"), Q(state=Rectification.State.ANSWERED)),
        "closed": (_("已销号"), Q(state=Rectification.State.CLOSED)),
    }


def rectifications_within(campaign, query, user):
    """What every filter but the state leaves, so that the states can be counted."""
    tasks = Rectification.objects.visible_to(user).filter(application__campaign=campaign)
    if query.get("county"):
        tasks = tasks.filter(application__organization__county__code=query["county"])
    if words := query.get("q", "").strip():
        tasks = tasks.filter(Q(application__organization__name__icontains=words) | Q(problem__icontains=words))
    return tasks


def rectifications(campaign, query, user, at):
    tasks, states, state = rectifications_within(campaign, query, user), rectification_states(at), query.get("state", "")
    if state in states:
        tasks = tasks.filter(states[state][1])
    return tasks.order_by("due_at", "pk"), in_words(
        (_("搜索"), query.get("q", "").strip()), (_("县（市、区）"), county_named(query.get("county"))), (_("状态"), states[state][0] if state in states else ""),
    )


# Visits

VISIT_STATES = {
    "planned": gettext_lazy("已安排"), "running": gettext_lazy("验收中"), "late": gettext_lazy("过期未锁定"),
    "locked": gettext_lazy("已锁定"), "conflict": gettext_lazy("有回避情形"), "ended": gettext_lazy("不再受理"),
}


def filtered(visits, campaign, state, today):
    if state == "planned":
        return visits.unlocked().filter(started_at=None)
    if state == "running":
        return visits.unlocked().filter(started_at__isnull=False)
    if state == "late":
        return visits.unlocked().filter(on__lt=today)
    if state == "locked":
        return visits.locked()
    if state == "conflict":
        return visits.filter(pk__in=visit_rules.conflicted_visits(campaign))
    if state == "ended":
        return visits.unlocked().exclude(application__status="accepted")
    return visits


def visits(campaign, query, user, today):
    state, group = query.get("state", ""), query.get("group", "")
    found = filtered(Visit.objects.visible_to(user).filter(application__campaign=campaign), campaign, state, today)
    if group.isdigit():
        found = found.filter(group=group)
    named = campaign.inspection_groups.filter(pk=group).first() if group.isdigit() else ""
    return found.order_by("on", "group__name", "pk"), in_words((_("验收组"), named), (_("状态"), VISIT_STATES.get(state, "")))
