"""What stands in the way of a rehearsal, and who plays in it."""

from django.utils.translation import gettext as _

from accounts.models import OrganizationKind, Role, User
from accounts.rehearsing import playing
from campaigns.models import Campaign
from campaigns.permissions import acted_in, is_of_an_office
from campaigns.rules import Problem

FEW = 4  # units outside the chosen county that play along where not everybody does
FEW_INSPECTORS = 4


def can_rehearse(user):
    """The door: an office, for its own campaigns. A system administrator decides nothing. Whoever plays a part is not asked."""
    return is_of_an_office(user)


def sources_for(user):
    """The real campaigns whose office this person is, whatever is being played."""
    with playing(""):
        return Campaign.everywhere.filter(acted_in(user), rehearsal="").newest_first()


def units_for(source, county, day):
    """Whose copies take part: everybody who may apply, or those of one county and a few of each kind outside the counties.

    In a county's own campaign nobody but its own units may.
    """
    units = source.units.valid_on(day).select_related("kind").order_by("kind__order", "code")
    if county is None or source.is_of_county:
        return list(units)
    found, taken = [], {}
    for unit in units:
        if unit.county_id is None:
            taken[unit.kind_id] = taken.get(unit.kind_id, 0) + 1
        if unit.county_id == county.pk or unit.county_id is None and taken[unit.kind_id] <= FEW:
            found.append(unit)
    return found


def create_problems(source, day, county):
    problems = []
    if not source.phases.exists() or not source.tracks.exists() or not source.standards.exists():
        problems.append(Problem(_("“%(title)s”还没有阶段、申报类别或建设标准，请先补齐，再来演练。") % {"title": source}))
    if source.is_rehearsal:
        problems.append(Problem(_("演练不能再拿来演练，请选择真实的活动。")))
    if not problems and not units_for(source, county, day):
        problems.append(Problem(_("这一天没有可以申报的单位，请换一天，或先导入单位。")))
    return problems


def delete_problems(rehearsal, typed):
    if typed.strip() == rehearsal.title:
        return []
    return [Problem(_("名称与“%(title)s”不一致，没有删除。请照原样输入整个名称。") % {"title": rehearsal.title})]


def accounts_of(rehearsal):
    """[(part played, accounts)] in the order of the bar; each is entered with one click."""
    people = User.everywhere.filter(rehearsal=rehearsal.rehearsal).select_related("organization__county", "organization__kind").prefetch_related("grants")
    parts = {Role.COUNTY_CLERK: [], Role.UNIT_CLERK: [], Role.INSPECTOR: []}
    for person in people.order_by("organization__kind__order", "organization__code"):
        for grant in person.grants.all():
            parts[grant.role].append(person)
    return [(role.label, people) for role, people in parts.items() if people]


def is_county_kind(unit):
    return unit.kind.code == OrganizationKind.COUNTY
