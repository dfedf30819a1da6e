"""What runs by the clock: people are told that a phase has begun or ended. Nothing opens or closes because of it (R-20)."""

from datetime import timedelta

from django.urls import reverse

from accounts import inbox
from accounts.models import Role, User
from accounts.rehearsing import here
from campaigns.models import Opens, Phase
from campaigns.permissions import inspectors_for, office_of
from campaigns.rules import show_end

LOOK_BACK = timedelta(days=7)  # how long after the turn it is still news


def concerned(phase):
    """Who waits for a phase: the office for each, the units for filing, the inspectors for inspection."""
    campaign = phase.campaign
    people = office_of(campaign)
    if phase.opens == Opens.SUBMIT:
        clerks = User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK)
        people |= clerks.filter(organization__in=campaign.units.values("pk"))
    if phase.opens == Opens.INSPECT:
        people |= inspectors_for(campaign)
    return people


def sweep_phases(at):
    """Tell of each phase once when it has begun, and the office once when it has ended."""
    published = here(Phase.objects).filter(campaign__published_at__isnull=False).select_related("campaign")
    for phase in published.filter(starts_at__lte=at, starts_at__gt=at - LOOK_BACK, ends_at__gt=at):
        words = {"campaign": phase.campaign, "phase": phase, "end": show_end(phase.ends_at)}
        inbox.leave(
            concerned(phase), "campaigns.phase_begun", key=f"phase-{phase.pk}-{phase.starts_at:%Y%m%d%H%M}-begun", at=at, url=f"{reverse('home')}?campaign={phase.campaign.code}",
            words=words | {"text": phase.campaign},
        )
    for phase in published.filter(ends_at__lte=at, ends_at__gt=at - LOOK_BACK):
        inbox.leave(
            office_of(phase.campaign), "campaigns.phase_ended", key=f"phase-{phase.pk}-{phase.ends_at:%Y%m%d%H%M}-ended", at=at, url=f"{reverse('home')}?campaign={phase.campaign.code}",
            words={"phase": phase, "end": show_end(phase.ends_at), "text": phase.campaign},
        )
