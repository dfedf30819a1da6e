"""What people are told about a campaign's calendar."""

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Role, User
from campaigns.models import Extension
from campaigns.rules import show_end


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
        people,
        key=f"extension-{pk}-{extension.until:%Y%m%d%H%M}",
        title=_("%(unit)s的%(phase)s延至 %(end)s") % {"unit": unit, "phase": extension.phase, "end": show_end(extension.until)},
        body=_("%(office)s已同意延期，理由：%(reason)s。请在延期前完成。") % {"office": extension.phase.campaign.office_name, "reason": extension.reason.rstrip("。")},
        url=resolve_url(settings.LOGIN_REDIRECT_URL),
        at=extension.granted_at,
    )
