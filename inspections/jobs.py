"""Records with many photos, made by a worker."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import jobs
from inspections import papers
from inspections.models import Visit


def start_record(visit, kind, *, by, at):
    return jobs.start("inspections.record", _("%(unit)s的检查验收记录表") % {"unit": visit.application.organization}, by=by, at=at, visit=visit.pk, kind=kind)


@jobs.kind("inspections.record")
def record(job, progress):
    """The record as it is when the worker comes to it, as far as its owner may see it then."""
    visit = Visit.objects.visible_to(job.owner).select_related(*papers.NEEDS).get(pk=job.parameters["visit"])
    at, kind = timezone.now(), job.parameters["kind"]
    found = papers.found_for(visit, viewer=job.owner, at=at)
    return papers.filename(found, kind, at), papers.make(found, kind, progress)
