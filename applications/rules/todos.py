"""What filing asks of a person next, the most urgent first."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role
from applications.models import Application, Return
from applications.rules.calendar import NEAR, can_file_now, filing_deadline
from applications.rules.county import county_counts, ranked
from applications.rules.filling import open_return, progress, start_problems
from applications.rules.links import link_todos
from applications.rules.plans import plan_todos
from applications.rules.proposals import proposals
from applications.rules.revising import revised_todos
from campaigns.models import Opens
from campaigns.rules import Todo, is_open, show_end


def todos(user, campaign, at):
    """What filing asks of this person now, the most urgent first."""
    found = []
    organization = user.organization
    if organization is None or not user.has_role(Role.UNIT_CLERK, Role.COUNTY_CLERK):
        return found
    found += plan_todos(organization, campaign, at) + _own_todos(organization, campaign, at)
    own = Application.objects.of_campaign(campaign).filter(organization=organization).select_related("campaign").first()
    found += revised_todos(own) + link_todos(own, at) if own else []
    if user.has_role(Role.COUNTY_CLERK) and not campaign.is_of_county:
        found += _county_todos(organization, campaign, at)
    return found


def _own_todos(organization, campaign, at):
    application = Application.objects.of_campaign(campaign).filter(organization=organization).select_related("track", "organization").first()
    if application is None:
        if start_problems(organization, campaign, at):
            return []
        end = filing_deadline(campaign, organization, at)
        return [Todo(
            _("你单位还没有开始申报"), _("%(end)s 截止，可以边填边存，随时离开") % {"end": show_end(end)},
            f"{reverse('applications:start')}?campaign={campaign.code}", _("开始申报"), "amber" if end - at <= NEAR else "blue", "edit",
        )]
    if not application.is_editable:
        return []
    name = application.track.name
    returned = open_return(application)
    parts = progress(application)
    if returned and parts.returned:
        codes = "、".join(str(response.item) for response in parts.responses if response.state == "returned")
        who = returned.returned_by.organization or returned.returned_by
        detail = _("%(items)s · %(who)s 退回") % {"items": codes, "who": who}
        if returned.due_at:
            detail += " · " + (_("补正期限 %(end)s 已过") if returned.due_at <= at else _("补正期限 %(end)s")) % {"end": show_end(returned.due_at)}
        return [Todo(
            _("%(track)s申报有 %(n)s 项被退回，请修改后重新提交") % {"track": name, "n": parts.returned}, detail,
            parts.first.get_absolute_url(), _("去修改"), "red", "back",
        )]
    if returned and returned.level == Return.Level.OFFICE or parts.is_done:
        if returned:
            title = _("退回的内容已经改完，修改尚未提交")
        else:
            title = _("%(n)s 项都已完成，请核对并提交") % {"n": parts.total}
        end = returned.due_at if returned and returned.due_at else filing_deadline(campaign, organization, at)
        if end <= at and not returned:
            return []
        return [Todo(title, _("%(end)s 截止，提交后才算报送") % {"end": show_end(end)}, reverse("applications:submit", args=[application.pk]), _("核对并提交"), "red" if returned else "amber", "flag")]
    if not can_file_now(campaign, organization, at):
        return []
    end = filing_deadline(campaign, organization, at)
    title = _("县里退回修改，请改好后重新提交") if returned else _("%(track)s申报还差 %(n)s 项") % {"track": name, "n": parts.left}
    return [Todo(
        title, _("已完成 %(done)s/%(total)s 项，%(end)s 截止") % {"done": parts.done, "total": parts.total, "end": show_end(end)},
        parts.first.get_absolute_url(), _("继续填报"), "red" if returned else "amber" if end - at <= NEAR else "blue", "edit",
    )]


def _county_todos(county, campaign, at):
    found, url = [], f"{reverse('applications:county_list')}?campaign={campaign.code}"
    waiting = ranked(county, campaign).filter(status=Application.Status.WITH_COUNTY).select_related("organization")
    names = [str(application.organization) for application in waiting]
    if names:
        first = waiting[0]
        found.append(Todo(
            _("%(n)s 个单位的申报等待县级审核") % {"n": len(names)}, "、".join(names[:5]),
            reverse("applications:county_check", args=[first.pk]) if len(names) == 1 else url, _("去审核"), "amber", "eye",
        ))
    if is_open(campaign, Opens.SUBMIT, county, at):
        begun = set(Application.objects.of_campaign(campaign).filter(organization__county=county).values_list("organization", flat=True))
        named = [str(application.organization) for unit, application in proposals(county, campaign).items() if unit not in begun]
        if named:
            found.append(Todo(
                _("%(n)s 个县级已命名的单位还没有申报") % {"n": len(named)}, "、".join(named[:5]), f"{url}#proposals", _("去邀请"), "blue", "medal",
            ))
        for count in county_counts(campaign, at, county):
            if count.missing:
                found.append(Todo(
                    _("%(track)s还需推荐 %(n)s 个") % {"track": count.track, "n": count.missing},
                    _("每个县（市、区）至少推荐 %(minimum)s 个，目前已报送 %(counted)s 个、填报中 %(working)s 个")
                    % {"minimum": count.minimum, "counted": count.counted, "working": count.working},
                    url, _("去推荐"), "amber", "flag",
                ))
    return found
