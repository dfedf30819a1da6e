"""What inspectors, units and the office are told about visits. Each task takes a key and may run twice: people are told once."""

from datetime import date

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from accounts import inbox
from accounts.models import User
from applications.models import Application
from campaigns.permissions import office_of
from inspections.models import (
    DeclaredConflict,
    InspectionGroup,
    PaperRecord,
    Signature,
    Unlocking,
    Visit,
    WitnessSignature,
)
from inspections.notices.guidance import clerks_of, county_of


def visit_of(pk):
    """What is not published yet is nobody's news."""
    return Visit.objects.published().select_related("application__organization", "application__campaign", "group").filter(pk=pk).first()


def members_of(group):
    return User.objects.active().filter(memberships__group=group)


def names_of(visit):
    return {"unit": visit.application.organization, "day": visit.on.isoformat(), "group": visit.group, "office": visit.application.campaign.office_name}


def key_of(visit):
    """Somebody is told again when the day or the group changes."""
    return f"visit-{visit.pk}-{visit.on:%Y%m%d}-{visit.group_id}"


@shared_task
def tell_inspectors_of_visit(pk):
    if visit := visit_of(pk):
        inbox.leave(
            members_of(visit.group), "inspections.visit", key=key_of(visit), at=timezone.now(), url=reverse("inspections:today"),
            words=names_of(visit),
        )


@shared_task
def tell_unit_of_visit(pk):
    if visit := visit_of(pk):
        unit = visit.application.organization
        inbox.leave(
            clerks_of(unit) | county_of(unit), "inspections.visit_to_unit", key=f"{key_of(visit)}-unit", at=timezone.now(), url=visit.application.get_absolute_url(),
            words=names_of(visit),
        )


@shared_task
def tell_inspectors_of_paper(pk):
    """Somebody typed in what they signed on paper: they look and sign here too."""
    paper = PaperRecord.objects.select_related("visit__application__organization", "visit__application__campaign", "typed_by").get(pk=pk)
    inbox.leave(
        paper.inspectors.exclude(pk=paper.typed_by_id), "inspections.paper_typed", key=f"paper-{paper.pk}", at=paper.typed_at, url=reverse("inspections:summary", args=[paper.visit_id]),
        words={"person": paper.typed_by, "unit": paper.visit.application.organization, "office": paper.visit.application.campaign.office_name},
    )


@shared_task
def tell_of_changed_visit(pk, former_group):
    """Whoever is to come learns it as a new visit; the former group learns that it is off."""
    tell_inspectors_of_visit(pk)
    tell_unit_of_visit(pk)
    visit = visit_of(pk)
    if visit and visit.group_id != former_group:
        former = members_of(former_group).exclude(memberships__group=visit.group)
        tell_of_cancelled(former, visit.application, f"{key_of(visit)}-former")


@shared_task
def tell_of_changed_members(pk, former):
    """Whoever joined the group learns of the visit, and of these former members those who left learn that it is off."""
    tell_inspectors_of_visit(pk)
    if visit := visit_of(pk):
        left = User.objects.active().filter(pk__in=former).exclude(memberships__group=visit.group)
        tell_of_cancelled(left, visit.application, f"{key_of(visit)}-left")


@shared_task
def tell_of_cancelled_visit(application, group, on, pk):
    application = Application.objects.select_related("organization").get(pk=application)
    group = InspectionGroup.objects.get(pk=group)
    key = f"visit-{pk}-{date.fromisoformat(on):%Y%m%d}-cancelled"
    tell_of_cancelled(members_of(group), application, key)
    unit = application.organization
    inbox.leave(
        clerks_of(unit) | county_of(unit), "inspections.visit_cancelled_to_unit", key=f"{key}-unit", at=timezone.now(), url=application.get_absolute_url(),
        words={"day": on},
    )


def tell_of_cancelled(people, application, key):
    inbox.leave(
        people, "inspections.visit_cancelled", key=key, at=timezone.now(), url=reverse("inspections:today"),
        words={"unit": application.organization},
    )


@shared_task
def tell_office_of_declared_conflict(pk):
    declared = DeclaredConflict.objects.select_related("user", "organization", "campaign").get(pk=pk)
    visit = Visit.objects.filter(
        application__campaign=declared.campaign, application__organization=declared.organization, group__members__user=declared.user
    ).first()
    inbox.leave(
        office_of(declared.campaign), "inspections.conflict_declared", key=f"declared-{declared.pk}", at=declared.declared_at, url=visit.get_absolute_url() if visit else reverse("inspections:visit_list"),
        words={"person": declared.user, "unit": declared.organization, "text": declared.reason},
    )


@shared_task
def tell_partners_of_signature(pk):
    signature = Signature.objects.select_related("user", "visit__application__organization", "visit__group").get(pk=pk)
    visit = signature.visit
    inbox.leave(
        members_of(visit.group).exclude(pk=signature.user_id), "inspections.signed", key=f"signature-{signature.pk}", at=signature.signed_at, url=reverse("inspections:sign", args=[visit.pk]),
        words={"person": signature.user, "unit": visit.application.organization},
    )


@shared_task
def tell_signers_of_void(keys):
    for signature in Signature.objects.filter(pk__in=keys).select_related("user", "visit__application__organization"):
        inbox.leave(
            [signature.user], "inspections.signature_void", key=f"signature-{signature.pk}-void", at=signature.voided_at, url=reverse("inspections:sign", args=[signature.visit_id]),
            words={"unit": signature.visit.application.organization, "text": signature.void_reason},
        )


@shared_task
def tell_of_void_witnesses(keys):
    """The representative has no account: the member whose device it was is told, and the unit's clerks."""
    for witness in WitnessSignature.objects.filter(pk__in=keys).select_related("taken_by", "visit__application__organization"):
        application = witness.visit.application
        names = {"unit": application.organization, "person": witness.name}
        inbox.leave(
            [witness.taken_by], "inspections.witness_void", key=f"witness-{witness.pk}-void", at=witness.voided_at, url=reverse("inspections:sign", args=[witness.visit_id]),
            words=names | {"text": witness.void_reason},
        )
        inbox.leave(
            clerks_of(application.organization), "inspections.witness_void_to_unit", key=f"witness-{witness.pk}-void-unit", at=witness.voided_at, url=application.get_absolute_url(),
            words=names | {"text": witness.void_reason},
        )


@shared_task
def tell_office_of_lock(pk):
    visit = visit_of(pk)
    if visit and visit.is_locked:
        inbox.leave(
            office_of(visit.application.campaign), "inspections.visit_locked", key=f"visit-{visit.pk}-locked-{visit.findings_sha256[:16]}", at=visit.locked_at, url=visit.get_absolute_url(),
            words=names_of(visit),
        )


@shared_task
def tell_members_of_unlocking(pk):
    unlocking = Unlocking.objects.select_related("visit__application__organization", "visit__group").get(pk=pk)
    visit = unlocking.visit
    inbox.leave(
        members_of(visit.group), "inspections.visit_unlocked", key=f"unlocking-{unlocking.pk}", at=unlocking.unlocked_at, url=reverse("inspections:summary", args=[visit.pk]),
        words=names_of(visit) | {"text": unlocking.reason},
    )


def remind_of_visit(visit, at):
    """The day before. Told once per day and group."""
    inbox.leave(
        members_of(visit.group), "inspections.visit_tomorrow", key=f"{key_of(visit)}-tomorrow", at=at, url=reverse("inspections:today"),
        words=names_of(visit) | {"name": visit.application.contact_name or "–", "phone": visit.application.contact_phone or "–"},
    )


def remind_of_unlocked_visit(visit, at):
    """The day has passed and the record is not locked. Told once per visit and day, to its group and the office."""
    key = f"{key_of(visit)}-late"
    inbox.leave(
        members_of(visit.group), "inspections.visit_late", key=key, at=at, url=reverse("inspections:summary", args=[visit.pk]),
        words=names_of(visit),
    )
    inbox.leave(
        office_of(visit.application.campaign), "inspections.visit_late_to_office", key=f"{key}-office", at=at, url=visit.get_absolute_url(),
        words=names_of(visit),
    )
