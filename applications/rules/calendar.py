"""Until when a unit may submit and its county recommend."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Opens
from campaigns.rules import Problem, county_cutoff, deadline, is_open, show_end

NEAR = timedelta(days=3)


def campaign_day(campaign):
    """The day on which a unit must exist to take part: when the notice was issued, else when the first phase begins."""
    if campaign.issued_on:
        return campaign.issued_on
    first = min((phase.starts_at for phase in campaign.phases.all()), default=campaign.published_at)
    return timezone.localdate(first)


def is_below_county(organization):
    return organization.county_id is not None and organization.county_id != organization.pk


def _cutoff(campaign, organization):
    """The county's own earlier end, where it binds: not a unit to which the city gave an extension."""
    if not is_below_county(organization):
        return None
    extended = any(phase.extensions.filter(organization=organization).exists() for phase in campaign.phases.that_open(Opens.SUBMIT))
    return None if extended else county_cutoff(campaign, organization)


def filing_deadline(campaign, organization, at):
    """Until when (exclusive) this unit may submit: of the phase that runs now, else of the next, else of the last. None without a phase."""
    ends = sorted(deadline(phase, organization) for phase in campaign.phases.that_open(Opens.SUBMIT))
    if not ends:
        return None
    end = next((end for end in ends if at < end), ends[-1])
    cutoff = _cutoff(campaign, organization)
    return min(end, cutoff) if cutoff else end


def can_file_now(campaign, organization, at):
    cutoff = _cutoff(campaign, organization)
    return is_open(campaign, Opens.SUBMIT, organization, at) and (cutoff is None or at < cutoff)


def can_recommend_now(campaign, organization, at):
    """The county's recommendation is what must arrive in time: within the phase, or an extension of the unit or of its county."""
    return is_open(campaign, Opens.SUBMIT, organization, at) or is_open(campaign, Opens.SUBMIT, organization.county, at)


def closed_problem(campaign, organization, at):
    first = campaign.phases.that_open(Opens.SUBMIT).order_by("starts_at").first()
    if first is None:
        return Problem(_("本次活动没有申报阶段，请联系%(office)s。") % {"office": campaign.office_name})
    if at < first.starts_at:
        return Problem(_("申报还没有开始，%(start)s 起可以提交。") % {"start": f"{timezone.localtime(first.starts_at):%Y-%m-%d %H:%M}"})
    end = filing_deadline(campaign, organization, at)
    cutoff = _cutoff(campaign, organization)
    if cutoff and end == cutoff and cutoff <= at:
        return Problem(_("县内申报已于 %(end)s 截止，不能再提交。填写的内容都还在；确有原因的，请联系县级审核员。") % {"end": show_end(end)})
    if at < end:
        return Problem(_("现在不在申报时间内，请在下一个申报阶段提交，填写的内容都会保留。"))
    return Problem(_("申报已于 %(end)s 截止，不能再提交。填写的内容都还在；确有原因的，请联系%(office)s申请延期。") % {"office": campaign.office_name, "end": show_end(end)})
