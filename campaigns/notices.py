"""What people are told about a campaign's calendar."""

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.shortcuts import resolve_url

from accounts import inbox
from accounts.audit import label
from accounts.models import AuditEvent, Role, User
from campaigns.changes import changed_words
from campaigns.models import Campaign, Extension, Opens, Phase
from campaigns.permissions import inspectors_for, office_of
from campaigns.rules import show_end

# Settings that a unit, a county or an inspector works by; the others concern the office and the counties.
WORKED_BY = {
    "desk_weight", "site_weight", "pass_mark", "score_step", "scale_to", "bonus_enabled", "bonus_max", "deductions_enabled", "deductions_max", "veto_enabled",
    "tie_order", "publicity_days", "objection_reply_days", "objection_real_name", "signed_form_required", "site_photo_edge", "conflict_years",
}
SHOWN = 8


def clerks_of(campaign):
    """Who files for the units of a campaign's tracks."""
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=campaign.units.values("pk"))


def counties(campaign):
    return User.objects.with_role(Role.COUNTY_CLERK).filter(organization__in=campaign.counties.order_by().values("pk"))


def concerned_by(event, campaign):
    """Whom a change of a published campaign concerns: the office and the counties always, units and inspectors where they work by it."""
    people, changes = office_of(campaign) | counties(campaign), event.detail.get("changes", {})
    moved = event.action.endswith("_phase") or event.action == "campaigns.load"
    if moved or WORKED_BY & set(changes):
        people |= clerks_of(campaign)
    inspects = event.action == "campaigns.load" or event.action.endswith("_phase") and not Phase.objects.filter(pk=event.target_id).exclude(opens=Opens.INSPECT).exists()
    if inspects or WORKED_BY & set(changes):
        people |= inspectors_for(campaign)
    return people


@shared_task
def tell_change(number):
    """A published campaign was changed: what, and why. The entry of the log has both."""
    event = AuditEvent.objects.get(number=number)
    campaign = Campaign.objects.get(code=event.campaign_code)
    lines = [f"{name}：{old} → {new}" for name, old, new in changed_words(event.detail.get("changes", {}))[:SHOWN]]
    about = "" if event.target_label == str(campaign) else f"（{event.target_label}）"
    inbox.leave(
        concerned_by(event, campaign), "campaigns.changed", key=f"campaign-change-{number}", at=event.at, url=f"{resolve_url(settings.LOGIN_REDIRECT_URL)}?campaign={campaign.code}",
        words={"campaign": campaign, "what": f"{label(event.action)}{about}", "text": "\n".join(lines), "reason": event.detail.get("reason", "")},
    )


@shared_task
def tell_published(pk):
    """A new campaign is there: those who will file in it, and the office."""
    campaign = Campaign.objects.get(pk=pk)
    filing = campaign.phases.that_open(Opens.SUBMIT).order_by("starts_at").first()
    about = {"phase": filing, "end": show_end(filing.ends_at)} if filing else {}
    inbox.leave(
        office_of(campaign) | counties(campaign) | clerks_of(campaign), "campaigns.published" if filing else "campaigns.published_without_filing",
        key=f"campaign-{pk}-published", at=campaign.published_at, url=f"{resolve_url(settings.LOGIN_REDIRECT_URL)}?campaign={campaign.code}", words={"campaign": campaign} | about,
    )


@shared_task
def tell_extension(pk):
    """The unit's clerks and its county's: until when, and why. Granted again with another end, they are told again."""
    extension = Extension.objects.select_related("phase__campaign", "organization").get(pk=pk)
    unit = extension.organization
    people = User.objects.active().filter(
        Q(organization=unit, grants__role__in=[Role.UNIT_CLERK, Role.COUNTY_CLERK])
        | Q(organization=unit.county_id, grants__role=Role.COUNTY_CLERK)
    ).distinct()
    inbox.leave(
        people, "campaigns.extension", key=f"extension-{pk}-{extension.until:%Y%m%d%H%M}", url=resolve_url(settings.LOGIN_REDIRECT_URL), at=extension.granted_at,
        words={"office": extension.phase.campaign.office_name, "unit": unit, "phase": extension.phase, "end": show_end(extension.until), "reason": extension.reason.rstrip("。")},
    )
