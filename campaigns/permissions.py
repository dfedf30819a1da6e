"""Who is the office of a campaign, and may this person see, prepare and change how it is set up? The system administrator prepares; the office decides.

The municipal office acts in the city's campaigns, a county's office in that county's own; nobody acts in the other's. Whoever
asks names the campaign: there is no "is this person of the office" without one. In a rehearsal the people of the office are real,
and the county is a copy: whoever belongs to the county belongs there to its copy.
"""

from django.db.models import Q

from accounts.models import Organization, OrganizationKind, Role, User, code_of_copy
from accounts.rehearsing import current

OFFICE, LEADS = (Role.OFFICE, Role.OFFICE_LEAD), (Role.OFFICE_LEAD,)
COUNTY_OFFICE, COUNTY_LEADS = (Role.COUNTY_OFFICE, Role.COUNTY_LEAD), (Role.COUNTY_LEAD,)


def county_of(user):
    """Key of the county this person belongs to; in a rehearsal of its copy, None where it does not play."""
    county = user.organization.county_id if user.organization_id else None
    if county is None or user.rehearsal or not current():
        return county
    kept = user.__dict__.setdefault("_copied_counties", {})  # asked for all over a page
    if current() not in kept:
        code = code_of_copy(user.organization.county, current())
        kept[current()] = Organization.objects.filter(code=code).values_list("pk", flat=True).first()
    return kept[current()]


def county_of_office(user):
    """Key of the county in whose own campaigns this person is the office; None for everybody else."""
    return county_of(user) if user.has_role(*COUNTY_OFFICE) else None


def acts_as_office(user, campaign):
    """The municipal office before the first campaign and in every one of the city; in a county's own, that county's office alone."""
    if campaign is None or not campaign.is_of_county:
        return user.has_role(*OFFICE)
    return county_of_office(user) == campaign.county_id


def acts_as_lead(user, campaign):
    if campaign is None or not campaign.is_of_county:
        return user.has_role(*LEADS)
    return user.has_role(*COUNTY_LEADS) and county_of_office(user) == campaign.county_id


def is_municipal_office(user):
    """For what belongs to no campaign, or to the city as a whole: the calendar."""
    return user.has_role(*OFFICE)


def is_of_an_office(user):
    """Holds an office's role at all: the door of pages whose rows are then looked up among the campaigns acted in."""
    return user.has_role(*OFFICE) or county_of_office(user) is not None


def leads_an_office(user):
    """The same door where only a lead may act."""
    return user.has_role(*LEADS) or (user.has_role(*COUNTY_LEADS) and county_of_office(user) is not None)


def reads_all_of(user, campaign):
    """Everything of this campaign: its office and the auditors."""
    return user.has_role(Role.AUDITOR) or acts_as_office(user, campaign)


def acted_in(user, path=""):
    """The rows of campaigns whose office this person is. `path` leads from the row to its campaign (`application__campaign__`)."""
    found = Q(**{f"{path}county": None}) if user.has_role(*OFFICE) else Q(pk__in=[])
    county = county_of_office(user)
    return found | Q(**{f"{path}county": county}) if county else found


def read_in(user, path=""):
    """The rows of campaigns of which this person reads everything."""
    return Q(pk__isnull=False) if user.has_role(Role.AUDITOR) else acted_in(user, path)


def reads_any_campaign(user):
    return user.has_role(Role.AUDITOR) or is_of_an_office(user)


def office_of(campaign):
    """The people of the office that acts in this campaign."""
    return _people(campaign, OFFICE, COUNTY_OFFICE)


def leads_of(campaign):
    return _people(campaign, LEADS, COUNTY_LEADS)


def _people(campaign, of_city, of_county):
    if not campaign.is_of_county:
        return User.objects.with_role(*of_city)
    return User.objects.with_role(*of_county).filter(organization__county__in=_homes(campaign))


def _homes(campaign):
    """Keys of the county whose people are the office: of a rehearsal, the one that was copied."""
    if not campaign.rehearsal:
        return [campaign.county_id]
    counties = Organization.everywhere.filter(rehearsal="").of_kind(OrganizationKind.COUNTY)
    return [county.pk for county in counties if code_of_copy(county, campaign.rehearsal) == campaign.county.code]


def inspectors_for(campaign, on=None):
    """Whom this campaign may borrow: everybody with the role; for a county's own campaign the people of that county."""
    people = User.objects.with_role(Role.INSPECTOR, on=on)
    return people.filter(organization__county=campaign.county_id) if campaign is not None and campaign.is_of_county else people


def can_see_settings(user, campaign):
    return reads_all_of(user, campaign) or user.has_role(Role.ADMIN)


def can_change_settings(user, campaign):
    """The office; dates, quotas and weights are decisions, which a system administrator never makes."""
    return acts_as_office(user, campaign)


def can_prepare(user, campaign=None):
    """Make a campaign that nobody sees yet: copy, bring in from a file, edit, throw away. A county's own is made for it, too."""
    return user.has_role(*OFFICE, Role.ADMIN) or campaign is not None and acts_as_office(user, campaign)


def can_look_at_drafts(user):
    """The door of the screens of preparing; which campaigns lie behind it says `Campaign.objects.prepared_by`."""
    return reads_any_campaign(user) or user.has_role(Role.ADMIN)


def can_change(user, campaign):
    return can_prepare(user, campaign) if campaign.is_draft else can_change_settings(user, campaign)


def can_publish(user, campaign):
    return acts_as_office(user, campaign)


def can_grant_extension(user, campaign):
    return acts_as_office(user, campaign)


def can_see_extensions(user, campaign):
    return reads_all_of(user, campaign)


def can_set_cutoff(user, campaign):
    """A county's clerk, for the townships of that county; in the county's own campaign the phases say it all."""
    is_clerk = user.has_role(Role.COUNTY_CLERK) and user.organization_id is not None and user.organization.is_county
    return is_clerk and (campaign is None or not campaign.is_of_county)


def can_change_calendar(user):
    """Which days are worked is a fact that the municipal office and the administrator look up, not a decision."""
    return user.has_role(*OFFICE, Role.ADMIN)
