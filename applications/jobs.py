"""Papers that take longer than a person waits, made by a worker."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import jobs
from applications import papers
from applications.models import Application


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
