"""The figures of the dashboard: pure functions on plain data. Nothing here asks the database or the clock.

Every count is the number of units (or links) that pass a filter, and the list behind the count is made of the same units by
the same filter, so the two cannot differ.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from statistics import median

from results.ranking import ACROSS, BELOW, WITHIN

# From all who should file to those selected, each stage within the one before.
STAGES = ("expected", "begun", "received", "accepted", "inspected", "selected")
WIDTHS = (1, 2, 5, 10, 20)
MOST_BANDS = 12


@dataclass(frozen=True)
class Place:
    """A county, or the units of a track that stand in no county."""

    key: str
    name: str


@dataclass(frozen=True)
class Person:
    key: int
    name: str
    of: str = ""


@dataclass(frozen=True)
class Unit:
    """What is known of a unit that should file. Rates are percent of the full mark; none where nothing is scored yet."""

    key: int
    name: str
    place: str
    track: int
    status: str = "none"
    stages: frozenset = frozenset({"expected"})
    application: int | None = None
    rates: dict = field(default_factory=dict)
    categories: dict = field(default_factory=dict)
    total: Decimal | None = None
    rank: int | None = None
    standing: str = ""
    reviewers: dict = field(default_factory=dict)  # {person: whether finished}
    inspectors: dict = field(default_factory=dict)  # {person: whether locked}


# What one unit's scores come to


def rate(score, desk_weight, site_weight):
    """Percent of an item's full mark: both stages by their weights, or the one that is known; exact."""
    known = [(points, weight) for points, weight in ((score.desk, desk_weight), (score.site, site_weight)) if points is not None and weight]
    if not score.applies or not known:
        return None
    weights = sum(Fraction(weight) for _points, weight in known)
    return 100 * sum(Fraction(points) * Fraction(weight) for points, weight in known) / weights / Fraction(score.maximum)


def rates(scores, desk_weight, site_weight):
    """({item code: percent}, {category code: percent}); a category weighs its items by their full marks."""
    of_items, sums = {}, {}
    for score in scores:
        found = rate(score, desk_weight, site_weight)
        if found is not None:
            of_items[score.code] = found
            won, most = sums.get(score.category, (0, 0))
            sums[score.category] = won + found * Fraction(score.maximum), most + Fraction(score.maximum)
    return of_items, {code: won / most for code, (won, most) in sums.items()}


# Which units


def matching(units, *, place="", track=None, stage="", status="", item="", low=None, high=None, unranked=False, scored=False, reviewer=None, inspector=None, done=None):
    """The units that pass every filter given, in the order they came."""
    return [
        unit for unit in units
        if (not place or unit.place == place)
        and (track is None or unit.track == track)
        and (not stage or stage in unit.stages)
        and (not status or unit.status == status)
        and (not item or item in unit.rates)
        and (low is None or unit.total is not None and unit.total >= low)
        and (high is None or unit.total is not None and unit.total < high)
        and (not unranked or "received" in unit.stages and unit.total is None)
        and (not scored or unit.categories)
        and is_work_of(unit.reviewers, reviewer, done)
        and is_work_of(unit.inspectors, inspector, done)
    ]


def is_work_of(people, person, done):
    return person is None or person in people and (done is None or people[person] == done)


# Counts


@dataclass(frozen=True)
class Line:
    """One row of a table and of its drawing: the place, and a count for each column."""

    place: Place
    counts: dict

    @property
    def whole(self):
        return sum(self.counts.values())


def by_stage(places, units):
    """A line for each place that has units."""
    return lines(places, units, lambda unit: unit.stages, STAGES)


def by_status(places, units, statuses):
    return lines(places, units, lambda unit: [unit.status], statuses)


def lines(places, units, keys_of, columns):
    found = {}
    for unit in units:
        found.setdefault(unit.place, Counter()).update(keys_of(unit))
    return [Line(place, {column: found[place.key][column] for column in columns}) for place in places if place.key in found]


def sums(rows):
    """The columns added up."""
    return {column: sum(row.counts[column] for row in rows) for column in (rows[0].counts if rows else ())}


# Means


@dataclass(frozen=True)
class Mean:
    value: float
    count: int


def mean_of(values):
    values = list(values)
    return Mean(float(sum(values) / len(values)), len(values)) if values else None


def heat(places, items, units):
    """[(place, [Mean or None for each item])] of the places in which something is scored."""
    found = [(place, [unit for unit in units if unit.place == place.key and unit.rates]) for place in places]
    return [(place, [mean_of(unit.rates[code] for unit in of_place if code in unit.rates) for code in items]) for place, of_place in found if of_place]


def profiles(places, categories, units):
    """([(place, [Mean or None for each category])], [the median of all units in each category])."""
    scored = [unit for unit in units if unit.categories]
    middle = [[float(unit.categories[code]) for unit in scored if code in unit.categories] for code in categories]
    rows = [
        (place, [mean_of(unit.categories[code] for unit in of_place if code in unit.categories) for code in categories])
        for place in places if (of_place := [unit for unit in scored if unit.place == place.key])
    ]
    return rows, [median(values) if values else None for values in middle]


# Totals


@dataclass(frozen=True)
class Band:
    """From `low` up to, not including, `high`."""

    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True)
class Distribution:
    bands: list
    ranked: int
    unranked: int
    middle: Decimal | None = None
    # The total of the last unit within the places, where others who pass stay outside; `undecided` when a tie lies across.
    line: Decimal | None = None
    undecided: bool = False


def distribution(units):
    """The totals of one track in bands of a round width, and where the places end."""
    totals = [unit.total for unit in units if unit.total is not None]
    unranked = len(matching(units, unranked=True))
    if not totals:
        return Distribution([], 0, unranked)
    width = next((Decimal(width) for width in WIDTHS if (max(totals) // width - min(totals) // width) < MOST_BANDS), Decimal(WIDTHS[-1]))
    bands, low = [], min(totals) // width * width
    while low <= max(totals):
        bands.append(Band(low, low + width, sum(low <= total < low + width for total in totals)))
        low += width
    inside = [unit.total for unit in units if unit.standing in (WITHIN, ACROSS)]
    is_cut = any(unit.standing in (BELOW, ACROSS) for unit in units)
    return Distribution(
        bands, len(totals), unranked, median(totals), min(inside) if inside and is_cut else None, any(unit.standing == ACROSS for unit in units)
    )


# Work


@dataclass(frozen=True)
class Load:
    person: Person
    done: int
    open: int

    @property
    def whole(self):
        return self.done + self.open


def loads(people, units, kind):
    """How much each person has done and has still to do, who has most first. `kind` names the field of the unit: reviewers, inspectors."""
    found = Counter((person, is_done) for unit in units for person, is_done in getattr(unit, kind).items())
    rows = [Load(person, found[person.key, True], found[person.key, False]) for person in people]
    return sorted(rows, key=lambda row: (-row.whole, row.person.name, row.person.key))
