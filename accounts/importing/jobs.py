"""What a worker does with large tables. Each leads back to the page of the table."""

from django.utils import timezone

from accounts import actions, jobs
from accounts.models import Import
from accounts.permissions import can_administer, require


def table_of(job):
    return Import.objects.get(pk=job.parameters["table"], owner=job.owner)


@jobs.kind("accounts.read_import")
def read(job, progress):
    found = table_of(job)
    if found.state == Import.State.READING:
        actions.read_import(found, progress)
    return found.get_absolute_url()


@jobs.kind("accounts.apply_import")
def apply(job, progress):
    """The person confirmed it; what has changed since is shown instead of done."""
    found = table_of(job)
    if found.state == Import.State.APPLYING:
        Import.objects.filter(pk=found.pk).update(state=Import.State.CHECKED)
        require(can_administer(job.owner))
        try:
            actions.apply_import(found, only_good=job.parameters["only_good"], confirmed=True, reason=job.parameters.get("reason", ""), by=job.owner, at=timezone.now())
        except actions.StalePreview as stale:
            found.refresh_from_db()
            actions.read_import(found)
            Import.objects.filter(pk=found.pk).update(refusal=str(stale))
    return found.get_absolute_url()
