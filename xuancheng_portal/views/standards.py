"""The versions of a campaign's standard: which is in force, who files under which, and how a draft comes into force."""

from collections import Counter

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.permissions import is_of_an_office
from campaigns.rules import NotAllowed
from inspections import actions
from standards import rules
from standards.contents import present_standard
from standards.difference import Names, standard_differences
from standards.forms import AnnexFileForm, StartDraftForm
from standards.models import Standard
from standards.permissions import can_prepare, can_publish, can_read_versions

STATUSES = [status for status in Application.Status if status not in Application.ENDED]


def prepared_by(user):
    """The standards of campaigns that nobody sees yet, which this person changes as they stand."""
    found = Standard.objects.published().filter(campaign__in=Campaign.objects.prepared_by(user).drafts()).select_related("campaign").order_by("campaign__year", "number")
    newest = {standard.campaign_id: standard for standard in found}
    return [standard for standard in newest.values() if can_prepare(user, standard.campaign)]


@require_safe
def standard_versions(request):
    campaign = campaign_for(request)
    require(can_read_versions(request.user, campaign))
    prepared = prepared_by(request.user)
    if campaign is None:
        return render(request, "xuancheng_portal/standard_versions.html", {"campaign": None, "prepared": prepared})
    versions = list(campaign.standards.newest_first().select_related("published_by", "created_by", "based_on").annotate(
        items=Count("categories__items", distinct=True),
    ))
    in_force = next((version for version in versions if not version.is_draft), None)
    counts = Counter(Application.objects.of_campaign(campaign).values_list("standard", "status"))
    for version in versions:
        version.users = [(status.label, counts[version.pk, status]) for status in STATUSES if counts[version.pk, status]]
    open_rows = Q(revised_items__isnull=False, revised_items__confirmed_at=None)
    unconfirmed = (
        Application.objects.of_campaign(campaign).editable().filter(open_rows).annotate(waiting=Count("revised_items__code", filter=open_rows, distinct=True))
        .select_related("organization", "track").order_by("organization__code")
    )
    older = (
        Application.objects.of_campaign(campaign).exclude(status__in=Application.ENDED).exclude(standard=in_force)
        .select_related("organization", "standard").order_by("organization__code")
    )
    return render(request, "xuancheng_portal/standard_versions.html", {
        "campaign": campaign, "prepared": prepared, "versions": versions, "in_force": in_force, "draft": next((version for version in versions if version.is_draft), None),
        "unconfirmed": unconfirmed, "older": older, "form": StartDraftForm(), "file_form": AnnexFileForm(), "annexes": campaign.annexes.select_related("uploaded_by", "applied_as")[:10],
        "can_prepare": can_prepare(request.user, campaign), "can_publish": can_publish(request.user, campaign),
    })


def publish_standard(request, pk):
    """启用为现行版: what is wrong with the draft, what it changes, whom it touches; then it is in force."""
    require(is_of_an_office(request.user))
    mine = Standard.objects.filter(campaign__in=Campaign.objects.acted_in_by(request.user))
    draft = get_object_or_404(mine.select_related("campaign", "based_on"), pk=pk)
    if not draft.is_draft:
        messages.info(request, _("%(standard)s已经启用。") % {"standard": draft})
        return redirect("standard_versions")
    problems = rules.publishing_problems(draft)
    if request.method == "POST":
        try:
            standard, moved = actions.publish_standard(draft, by=request.user, at=timezone.now())
        except NotAllowed as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("%(standard)s已启用。%(n)s 份填报中的申报转到新版，已提醒单位核对。") % {"standard": standard, "n": len(moved)})
            return redirect("standard_versions")
    campaign = draft.campaign
    present = campaign.standards.in_force()
    before, after = present_standard(present)[1] if present else [], present_standard(draft)[1]
    tracks = list(campaign.tracks.all())
    touched = Application.objects.of_campaign(campaign).exclude(status__in=Application.ENDED).select_related("organization", "track").order_by("organization__code")
    moving = [application for application in touched if application.is_editable and application.sealed_at is None]
    return render(request, "xuancheng_portal/publish_standard.html", {
        "draft": draft, "present": present, "problems": problems, "differences": standard_differences(before, after, Names.of(campaign)),
        "sums": [(track, old, new) for (track, old), (_track, new) in zip(rules.points_sums(before, tracks), rules.points_sums(after, tracks), strict=True)],
        "moving": moving, "staying": [application for application in touched if application not in moving],
    }, status=422 if request.method == "POST" else 200)
