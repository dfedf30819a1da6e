"""Scores in, ordered rows out: pure functions, and one visible sort key. Nothing here asks the database or the clock.

Everything before the total is an exact fraction; only the total (and the categories that break ties) is rounded.
"""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rule:
    """The campaign's settings a total depends on. `tie_order` holds category codes."""

    desk_weight: Decimal
    site_weight: Decimal
    pass_mark: Decimal
    scale_to: Decimal = Decimal(100)
    tie_order: tuple = ()


@dataclass(frozen=True, slots=True)  # forty thousand units have a million of them
class ItemScore:
    """One item of one unit, both stages. An item that does not apply leaves the total, which is scaled back."""

    category: str
    maximum: Decimal
    desk: Decimal | None
    site: Decimal | None
    applies: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit as the ranking sees it. `bar` says why it cannot be chosen whatever its score.

    `bonus` and `deductions` are points of the total itself: they may lift it above the scale.
    """

    key: int
    items: tuple = ()
    bonus: Decimal = Decimal(0)
    deductions: Decimal = Decimal(0)
    missing: tuple = ()
    bar: str = ""
    # What follows is filled in by `rank`.
    desk: Decimal | None = None
    site: Decimal | None = None
    total: Decimal | None = None
    categories: dict = field(default_factory=dict)
    passes: bool = False
    rank: int | None = None
    tied: tuple = ()
    decided: bool = False
    standing: str = ""

    @property
    def may_be_chosen(self):
        return self.passes and not self.bar


# Where a row stands towards the places: surely within, in an undecided tie across the line, below, or not in question.
WITHIN, ACROSS, BELOW, OUT = "within", "across", "below", "out"


def half_up(exact):
    """Two decimals, half up, from an exact fraction."""
    cents = exact * 100
    whole = (cents.numerator * 2 + cents.denominator) // (2 * cents.denominator)
    return (Decimal(whole) / 100).quantize(CENT, ROUND_HALF_UP)


def share(items, stage, scale):
    """scale × points ÷ maximum over the items that still apply, exactly. Nothing applies: no value."""
    counted = [item for item in items if item.applies]
    maximum = sum((Fraction(item.maximum) for item in counted), Fraction())
    if not maximum:
        return None
    return Fraction(scale) * sum(Fraction(getattr(item, stage)) for item in counted) / maximum


def weighted(items, rule):
    """(desk, site, desk × w1 + site × w2), all exact; weights are percentages."""
    desk, site = share(items, "desk", rule.scale_to), share(items, "site", rule.scale_to)
    if desk is None:
        return None, None, None
    return desk, site, (desk * Fraction(rule.desk_weight) + site * Fraction(rule.site_weight)) / 100


def is_complete(row):
    """A blank is not zero: a unit with anything missing is not ranked."""
    counted = [item for item in row.items if item.applies]
    return bool(counted) and not row.missing and all(item.desk is not None and item.site is not None for item in counted)


def score(row, rule):
    """The row with its totals; unchanged when something is missing."""
    if not is_complete(row):
        return row
    desk, site, total = weighted(row.items, rule)
    categories = {}
    for code in dict.fromkeys(item.category for item in row.items):
        exact = weighted([item for item in row.items if item.category == code], rule)[2]
        # A category none of whose items applies is neither won nor lost: what is left of the unit stands for it.
        categories[code] = half_up(total if exact is None else exact)
    rounded = half_up(total + Fraction(row.bonus) - Fraction(row.deductions))
    return replace(
        row, desk=half_up(desk), site=half_up(site), total=rounded, categories=categories, passes=rounded >= rule.pass_mark
    )


def sort_key(row, rule):
    """The whole order within a track, smaller first. Equal keys share a rank; never alphabet or primary key."""
    return (
        -row.total,  # the rounded total
        *(-row.categories.get(code, Decimal(0)) for code in rule.tie_order),  # then the categories in the order of the setting
    )


def decision_for(group, orders):
    """The recorded collective decision, newest first, that names every unit of the tied group."""
    keys = {row.key for row in group}
    return next((order for order in orders if keys <= set(order)), None)


def rank(rows, rule, quota, orders=()):
    """Ranked rows in order, then the unranked as they came. `orders` are recorded decisions (lists of keys), newest first."""
    scored = [score(row, rule) for row in rows]
    ranked = sorted((row for row in scored if row.total is not None), key=lambda row: sort_key(row, rule))
    ordered, taken = [], 0
    for _key, tied in groupby(ranked, key=lambda row: sort_key(row, rule)):
        group = list(tied)
        first = len(ordered) + 1
        keys = tuple(row.key for row in group) if len(group) > 1 else ()
        order = decision_for(group, orders) if keys else None
        if order:
            group.sort(key=lambda row: list(order).index(row.key))
        group = [
            replace(row, rank=first + n if order else first, tied=keys, decided=bool(order)) for n, row in enumerate(group)
        ]
        candidates = [row.key for row in group if row.may_be_chosen]
        for row in group:
            ordered.append(replace(row, standing=standing(row, candidates, taken, quota, bool(order))))
        taken += len(candidates)
    return ordered + [replace(row, standing=OUT) for row in scored if row.total is None]


def standing(row, candidates, taken, quota, decided):
    """`candidates` are the units of the row's tied group that may be chosen; `taken` counts those before the group."""
    if not row.may_be_chosen:
        return OUT
    if taken + len(candidates) <= quota:
        return WITHIN
    if taken >= quota:
        return BELOW
    if decided:
        return WITHIN if taken + candidates.index(row.key) < quota else BELOW
    return ACROSS
