"""How far the scorers agree, who is stricter than the rest, and how much a place depends on half a point.

Pure functions over plain judgments: nothing here asks the database or the clock, and nothing here changes a score.
Scores of different items are compared as shares of what the item can bring.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import getitem
from random import Random

from results.ranking import half_up


@dataclass(frozen=True)
class Judgment:
    """What one scorer gave one unit for one item; abstentions and blanks are not judgments."""

    unit: int
    item: str
    scorer: int
    points: Decimal
    maximum: Decimal

    @property
    def share(self):
        return Fraction(self.points) / Fraction(self.maximum)


def cells(judgments):
    """{(unit, item): {scorer: share}}: what was judged, and what each who judged it thought."""
    found = defaultdict(dict)
    for judgment in judgments:
        found[judgment.unit, judgment.item][judgment.scorer] = judgment.share
    return found


# Agreement


def squared_differences(values):
    """Sum of (a − b)² over all ordered pairs, in one pass."""
    return 2 * (len(values) * sum(value * value for value in values) - sum(values) ** 2)


def alpha(groups):
    """Krippendorff's alpha for interval data, exact; None where nothing can be compared or all values are the same.

    `groups`: for each thing judged, the values it was given; things judged once say nothing and are left out, so missing
    values need no filling in. Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section D.
    """
    groups = [[Fraction(value) for value in values] for values in groups if len(values) > 1]
    values = [value for group in groups for value in group]
    n = len(values)
    expected = squared_differences(values) if n else 0
    if not expected:
        return None
    observed = sum(squared_differences(group) / (len(group) - 1) for group in groups)
    return 1 - (n - 1) * observed / expected


# What may be concluded from an alpha: K. Krippendorff, "Reliability in Content Analysis", Human Communication Research
# 30 (2004), p. 429: rely on 0.800 and above, draw tentative conclusions from 0.667.
RELIABLE, TENTATIVE = Fraction(800, 1000), Fraction(667, 1000)


def alpha_by_item(judgments):
    """{item: alpha} over the units in which at least two judged it."""
    groups = defaultdict(list)
    for (_unit, item), given in cells(judgments).items():
        groups[item].append(list(given.values()))
    return {item: alpha(of_item) for item, of_item in groups.items()}


def alpha_overall(judgments):
    return alpha(list(given.values()) for given in cells(judgments).values())


# Severity


def connected(shared):
    """{scorer: number of the group}: scorers are comparable only through cells that they judged together."""
    group = {}
    for given in shared:
        known = {group[scorer] for scorer in given if scorer in group}
        number = min(known, default=len(group))
        group.update(dict.fromkeys(given, number))
        for scorer, other in group.items():
            if other in known:
                group[scorer] = number
    return group


def severity(judgments, rounds=60):
    """{scorer: how much more (+) or less (−) than their group they give, as a share of the maximum}.

    The least-squares fit of share = cell + scorer over the cells judged by at least two, by alternating means; effects of
    scorers who can be compared with each other sum to zero. On a complete table it is a judge's mean minus the grand mean,
    as in the analysis of variance of P. Shrout and J. Fleiss, "Intraclass Correlations", Psychological Bulletin 86 (1979).
    """
    shared = [
        {scorer: float(share) for scorer, share in given.items()} for given in cells(judgments).values() if len(given) > 1
    ]
    effects = dict.fromkeys(sorted({scorer for given in shared for scorer in given}), 0.0)
    groups = connected(shared)
    for _round in range(rounds):
        rests = defaultdict(list)
        for given in shared:
            level = sum(share - effects[scorer] for scorer, share in given.items()) / len(given)
            for scorer, share in given.items():
                rests[scorer].append(share - level)
        effects = {scorer: sum(rest) / len(rest) for scorer, rest in sorted(rests.items())}
        for number in set(groups.values()):
            members = [scorer for scorer in effects if groups[scorer] == number]
            middle = sum(effects[scorer] for scorer in members) / len(members)
            effects |= {scorer: effects[scorer] - middle for scorer in members}
    return effects


def adjusted(judgment, effects):
    """The points with the scorer's severity taken off, within 0 and the maximum. Stands beside the given ones, never instead."""
    shift = Fraction(effects.get(judgment.scorer, 0.0)).limit_denominator(10**6)
    share = min(Fraction(1), max(Fraction(0), judgment.share - shift))
    return half_up(share * Fraction(judgment.maximum))


# Stability


@dataclass(frozen=True)
class Part:
    """One single score that a unit's total is made of: `weight` is what one point of it adds to the total."""

    points: Decimal
    maximum: Decimal
    weight: Fraction


def stability(units, quota, *, pass_mark, shift=Decimal("0.5"), runs=1000, seed=2021):
    """{unit: share of the runs in which it stays within the quota} when every single score moves by −shift, 0 or +shift.

    `units`: {key: (total before, [Part])} of those that may be chosen. Each run moves every score once, evenly and on its
    own, never below 0 or above its maximum, and takes the best `quota` totals that still pass; units equal to the last of
    them are in as well, since no rule of chance should part them. The same seed gives the same figures.
    """
    chance, inside = Random(seed), dict.fromkeys(units, 0)  # noqa: S311 — a draw that can be repeated, not a secret
    moves = {
        key: [
            tuple(float(min(part.maximum, max(Decimal(0), part.points + move)) - part.points) * float(part.weight) for move in (-shift, 0, shift))
            for part in parts
        ]
        for key, (_total, parts) in units.items()
    }
    for _run in range(runs):
        totals = {
            key: round(float(total) + sum(map(getitem, moves[key], chance.choices((0, 1, 2), k=len(parts)))), 2)
            for key, (total, parts) in units.items()
        }
        passing = sorted((total for total in totals.values() if total >= float(pass_mark)), reverse=True)
        line = passing[quota - 1] if len(passing) >= quota else float(pass_mark)
        for key, total in totals.items():
            inside[key] += total >= line
    return {key: Fraction(times, runs) for key, times in inside.items()}
