"""Papers that take longer than a person waits, made by a worker."""

import tempfile

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import jobs
from accounts.archives import safe_name, write_archive
from applications import papers, uploads, workbooks
from applications.listing import plan_list, plan_rows
from applications.models import Application
from applications.permissions import can_follow_plans
from campaigns.models import Campaign

PIECE = 1024**2


def start_paper(application, submission, kind, *, by, at):
    title = _("%(unit)s的申报表") % {"unit": application.organization}
    number = submission.number if submission else 0
    return jobs.start("applications.paper", title, by=by, at=at, application=application.pk, number=number, kind=kind)


@jobs.kind("applications.paper")
def paper(job, progress):
    """The form of a submitted version, or of the draft as it is when the worker comes to it."""
    application = Application.objects.visible_to(job.owner).select_related("campaign", "track", "standard", "organization__county").get(pk=job.parameters["application"])
    submission = application.submissions.filter(number=job.parameters["number"]).first()
    at, kind = timezone.now(), job.parameters["kind"]
    found = papers.found_for(application, submission, at=at)
    content = papers.make(found, kind, papers.template_of(application.campaign), progress)
    return papers.filename(found, kind, at), content


def start_plans(campaign, kind, query, *, by, at):
    title = _("%(year)s年创建方案（文件）") if kind == "zip" else _("%(year)s年创建方案（名单）")
    return jobs.start("applications.plans", title % {"year": campaign.year}, by=by, at=at, campaign=campaign.pk, kind=kind, query=query)


@jobs.kind("applications.plans")
def plans(job, progress):
    """Who filed a plan, as a workbook, or the documents of all who did, as a zip with their SHA-256. Asked again with the owner's rights."""
    campaign, at = Campaign.objects.get(pk=job.parameters["campaign"]), timezone.now()
    if not can_follow_plans(job.owner, campaign):
        raise PermissionDenied
    units = plan_list(campaign, QueryDict(job.parameters["query"]), job.owner).units.select_related("county")
    rows = plan_rows(campaign, units, at)
    stamp = f"{timezone.localtime(at):%Y%m%d-%H%M}"
    file = tempfile.TemporaryFile()
    if job.parameters["kind"] == "zip":
        filed = [row for row in rows if row.plan and not uploads.opening_problem(row.plan.blob, is_own=False)]
        write_archive(file, ((_path(row), _pieces(row)) for row in filed), lambda done: progress(done, len(filed)))
        name = _("%(year)s年创建方案-%(stamp)s.zip")
    else:
        tracks = {track.kind_id: track.name for track in campaign.tracks.all()}
        workbooks.plan_list(_("%(campaign)s：创建方案报送情况") % {"campaign": campaign}, [_cells(row, tracks) for row in rows]).save(file)
        name = _("%(year)s年创建方案-%(stamp)s.xlsx")
    file.seek(0)
    return name % {"year": campaign.year, "stamp": stamp}, file


def _path(row):
    """The county's folder, then the unit's code and name before the title, so that no two are alike."""
    folder = row.unit.county.short_name if row.unit.county_id else _("市直单位")
    return f"{safe_name(folder)}/{safe_name(f'{row.unit.code} {row.unit.short_name} {row.plan.title}')}"


def _pieces(row):
    with uploads.open_blob(row.plan.blob_id) as stored:
        yield from iter(lambda: stored.read(PIECE), b"")


def _cells(row, tracks):
    """One unit's line of the workbook."""
    plan = row.plan
    dates = _("；").join(f"{date.on:%Y-%m-%d} {date.what}" for date in plan.dates.all()) if plan else ""
    return [
        row.unit.name, row.unit.county.short_name if row.unit.county_id else _("市直单位"), tracks[row.unit.kind_id], row.state_name,
        timezone.localtime(plan.filed_at).replace(tzinfo=None) if plan else None, str(plan.filed_by) if plan else None, plan.title if plan else None, dates or None,
        plan.words if plan else None,
    ]
