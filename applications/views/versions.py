"""A submitted version as it was: read only, for good."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from applications import rules
from applications.models import ItemResponse, ReturnedItem
from applications.views._common import find
from applications.views.filling import around


def version(request, pk, number):
    """What was claimed then, item by item, what had changed to the version before, and what was said when it was sent back."""
    application = find(request, pk)
    submissions = application.submissions.select_related("submitted_by")
    submission = get_object_or_404(submissions, number=number)
    before, after = submissions.filter(number__lt=number).first(), submissions.filter(number__gt=number).last()
    changes = rules.changes_between(before, submission)
    only_changed = request.GET.get("only") == "changed" and bool(changes)
    return render(request, "applications/version.html", around(request, application, timezone.now()) | {
        "submission": submission, "before": before, "after": after, "changes": changes, "only_changed": only_changed,
        "changes_count": sum(change.count for change in changes.values()),
        "entries": entries(application, submission, after, changes, only_changed=only_changed),
    })


def entries(application, submission, after, changes, *, only_changed):
    """The items of a version (or those that changed in it) in the order they stand in it, each with what belongs to it."""
    verdicts = dict(ItemResponse.Verdict.choices)
    returned = ReturnedItem.objects.filter(of__application=application, of__returned_at__gte=submission.submitted_at)
    if after:
        returned = returned.filter(of__returned_at__lt=after.submitted_at)
    remarks = {}
    for remark in returned.select_related("of__returned_by__organization", "response__item").order_by("-of__returned_at"):
        remarks.setdefault(remark.response.item.code, []).append(remark)
    return [
        {
            "item": item, "verdict": verdicts.get(item["verdict"], ""), "change": changes.get(item["code"]), "remarks": remarks.get(item["code"], []),
        }
        for item in submission.snapshot["items"] if not only_changed or item["code"] in changes
    ]
