"""Which units a county's own campaign brings to its recommendation for the city's."""

from applications.models import Application

YEARS_BEFORE = 1  # a county may have named in the year before what it recommends this year


def proposals(county, campaign):
    """{key of a unit: its application in the county's own campaign, where it was named}; the newest of each unit."""
    if campaign.is_of_county:
        return {}
    found = Application.objects.filter(
        campaign__county=county, campaign__year__range=(campaign.year - YEARS_BEFORE, campaign.year), proposed_at__isnull=False,
    )
    return {application.organization_id: application for application in found.select_related("campaign", "track", "organization").order_by("proposed_at", "pk")}
