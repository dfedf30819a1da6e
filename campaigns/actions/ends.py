"""For whom does a phase end another day? An extension granted to a unit, a county's own earlier end."""


from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from campaigns import notices, rules
from campaigns.models import Campaign, CountyCutoff, Extension, Phase
from campaigns.rules import NotAllowed


@transaction.atomic
def grant_extension(phase, organization, *, until, reason, by, at):
    """A unit may act in a phase until later. Granted again, the row says the latest; the log keeps each."""
    phase = Phase.objects.select_for_update().select_related("campaign").get(pk=phase.pk)
    if problems := rules.extension_problems(phase, organization, until, reason, at):
        raise NotAllowed(problems)
    values = {"until": until, "reason": reason.strip(), "granted_at": at, "granted_by": by}
    extension, made = Extension.objects.update_or_create(phase=phase, organization=organization, defaults=values)
    record(
        "campaigns.grant_extension", extension, by=by, at=at, campaign=phase.campaign,
        phase=phase.name, until=until.isoformat(), reason=extension.reason, again=not made,
    )
    notices.tell_extension.delay_on_commit(extension.pk)
    return extension


@transaction.atomic
def set_cutoff(campaign, county, *, cutoff, by, at):
    """A county's own end for its townships, earlier than the city's."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if problems := rules.cutoff_problems(campaign, cutoff, at):
        raise NotAllowed(problems)
    row, made = CountyCutoff.objects.update_or_create(campaign=campaign, county=county, defaults={"at": cutoff, "set_at": at, "set_by": by})
    record("campaigns.set_cutoff", row, by=by, at=at, organization=county, until=cutoff.isoformat())
    return row


@transaction.atomic
def clear_cutoff(campaign, county, *, by, at):
    """Back to the city's own end."""
    row = CountyCutoff.objects.select_for_update().filter(campaign=campaign, county=county).first()
    if row is None:
        raise NotAllowed([_("没有设定过县内截止时间。")])
    record("campaigns.clear_cutoff", row, by=by, at=at, organization=county, until=row.at.isoformat())
    row.delete()
