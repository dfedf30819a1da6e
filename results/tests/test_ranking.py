"""The order within a track: exact sums, one rounding, the tie rule, and nothing that depends on the order of the input."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.ranking import ACROSS, BELOW, OUT, WITHIN, ItemScore, Row, Rule, half_up, rank, score

RULE = Rule(Decimal(40), Decimal(60), Decimal(80), Decimal(100), ("5", "3"))


def row(key, desk, site=None, maximum=100, **fields):
    return Row(key=key, items=(ItemScore("5", Decimal(maximum), Decimal(desk), Decimal(site if site is not None else desk)),), **fields)


def ranks(rows):
    return {found.key: found.rank for found in rows}


def test_total_is_desk_and_site_by_their_weights():
    found = score(row(1, "93", "94.5"), RULE)

    assert (found.desk, found.site, found.total) == (Decimal("93.00"), Decimal("94.50"), Decimal("93.90"))


@pytest.mark.parametrize(("exact", "rounded"), [
    (Fraction("79.994999"), "79.99"), (Fraction("79.995"), "80.00"), (Fraction("80.005"), "80.01"), (Fraction(200, 3), "66.67"),
])
def test_two_decimals_half_up(exact, rounded):
    assert half_up(exact) == Decimal(rounded)


def test_the_rounded_total_is_compared_with_the_pass_mark():
    assert score(row(1, "79.995"), RULE).passes
    assert score(row(1, "79.995"), RULE).total == Decimal("80.00")
    assert not score(row(1, "79.994"), RULE).passes


def test_nothing_is_rounded_before_the_total():
    # Two thirds on paper and one third on site: neither has an end in decimals.
    items = (ItemScore("1", Decimal(3), Decimal(2), Decimal(1)),)

    found = score(Row(1, items), RULE)

    assert found.total == half_up(Fraction(200, 3) * 40 / 100 + Fraction(100, 3) * 60 / 100)


def test_an_item_that_does_not_apply_leaves_the_total_and_the_rest_is_scaled_back():
    items = (
        ItemScore("1", Decimal(30), Decimal(27), Decimal(27)),
        ItemScore("2", Decimal(70), None, None, applies=False),
    )

    found = score(Row(1, items), RULE)

    assert found.total == Decimal("90.00")
    assert found.categories == {"1": Decimal("90.00"), "2": Decimal("90.00")}


def test_a_blank_is_not_zero():
    unit = Row(1, (ItemScore("1", Decimal(10), None, Decimal(10)),))

    (found,) = rank([unit], RULE, 3)

    assert (found.total, found.rank, found.standing) == (None, None, OUT)


def test_a_unit_without_any_item_that_applies_is_not_ranked():
    (found,) = rank([Row(1, (ItemScore("1", Decimal(10), None, None, applies=False),))], RULE, 3)

    assert found.rank is None


def test_categories_break_ties_in_the_order_of_the_setting():
    def unit(key, three, five):
        return Row(key, (
            ItemScore("3", Decimal(50), Decimal(three), Decimal(three)), ItemScore("5", Decimal(50), Decimal(five), Decimal(five)),
        ))

    found = rank([unit(1, 45, 44), unit(2, 44, 45)], RULE, 1)

    assert [one.key for one in found] == [2, 1]
    assert ranks(found) == {2: 1, 1: 2}


def test_equal_in_all_share_a_rank_and_the_next_leaves_a_gap():
    found = rank([row(1, 95), row(2, 90), row(3, 90), row(4, 85)], RULE, 4)

    assert ranks(found) == {1: 1, 2: 2, 3: 2, 4: 4}


def test_a_tied_group_across_the_line_is_undecided_as_a_whole():
    found = rank([row(1, 95), row(2, 90), row(3, 90), row(4, 85)], RULE, 2)

    assert {one.key: one.standing for one in found} == {1: WITHIN, 2: ACROSS, 3: ACROSS, 4: BELOW}


def test_a_recorded_decision_names_the_order_of_a_tie():
    found = rank([row(1, 95), row(2, 90), row(3, 90), row(4, 85)], RULE, 2, orders=[[3, 2]])

    assert ranks(found) == {1: 1, 3: 2, 2: 3, 4: 4}
    assert {one.key: one.standing for one in found} == {1: WITHIN, 3: WITHIN, 2: BELOW, 4: BELOW}


def test_a_decision_that_does_not_name_the_whole_group_decides_nothing():
    found = rank([row(1, 90), row(2, 90), row(3, 90)], RULE, 2, orders=[[1, 2]])

    assert {one.standing for one in found} == {ACROSS}


def test_the_newest_decision_counts():
    found = rank([row(1, 90), row(2, 90)], RULE, 1, orders=[[2, 1], [1, 2]])

    assert [one.key for one in found] == [2, 1]


def test_a_barred_unit_keeps_its_rank_and_takes_no_place():
    found = rank([row(1, 95, bar="整改没有销号"), row(2, 90), row(3, 85)], RULE, 1)

    assert {one.key: (one.rank, one.standing) for one in found} == {1: (1, OUT), 2: (2, WITHIN), 3: (3, BELOW)}


def test_below_the_pass_mark_there_is_no_place_even_when_places_are_left():
    found = rank([row(1, 95), row(2, 79)], RULE, 3)

    assert {one.key: one.standing for one in found} == {1: WITHIN, 2: OUT}


halves = st.integers(0, 20).map(lambda n: Decimal(n) / 2)
items = st.tuples(halves, halves, st.booleans())
units = st.lists(st.tuples(items, items, items), min_size=1, max_size=8)


def as_rows(drawn):
    return [
        Row(key, tuple(ItemScore(code, Decimal(10), desk, site, applies) for code, (desk, site, applies) in zip("135", unit, strict=True)))
        for key, unit in enumerate(drawn)
    ]


@given(units, st.integers(1, 5), st.randoms(use_true_random=False))
def test_ranks_and_standings_do_not_depend_on_the_order_of_the_input(drawn, quota, random):
    rows = as_rows(drawn)
    shuffled = random.sample(rows, len(rows))

    first, second = rank(rows, RULE, quota), rank(shuffled, RULE, quota)

    assert {one.key: (one.rank, one.standing, one.total) for one in first} == {one.key: (one.rank, one.standing, one.total) for one in second}


@given(units, st.integers(1, 5))
def test_the_order_is_total_ranks_leave_gaps_and_no_more_stand_within_than_places(drawn, quota):
    found = rank(as_rows(drawn), RULE, quota)

    ranked = [one for one in found if one.rank is not None]
    assert len(found) == len(drawn)
    assert [one.total for one in ranked] == sorted((one.total for one in ranked), reverse=True)
    for number, one in enumerate(ranked, 1):
        assert one.rank <= number
        assert one.rank == 1 + sum(other.rank < one.rank for other in ranked)
    assert sum(one.standing == WITHIN for one in found) <= quota
    across = [one for one in found if one.standing == ACROSS]
    if across:
        assert sum(one.standing == WITHIN for one in found) + len(across) > quota
        assert len({one.rank for one in across}) == 1


@given(units, st.integers(1, 4))
def test_a_decision_on_every_tie_leaves_nothing_undecided(drawn, quota):
    rows = as_rows(drawn)
    orders = [sorted(one.tied, reverse=True) for one in rank(rows, RULE, quota) if one.tied]

    found = rank(rows, RULE, quota, orders)

    assert not [one for one in found if one.standing == ACROSS]
    places = [one.rank for one in found if one.rank is not None]
    assert places == list(range(1, len(places) + 1))


@given(units, st.sampled_from([1, 3, 7]))
def test_scaling_all_points_alike_changes_nothing(drawn, factor):
    """N/A or not, what counts is the share of the maximum that still applies."""
    rows = as_rows(drawn)
    larger = [
        Row(one.key, tuple(ItemScore(i.category, i.maximum * factor, i.desk * factor, i.site * factor, i.applies) for i in one.items))
        for one in rows
    ]

    assert [score(one, RULE).total for one in rows] == [score(one, RULE).total for one in larger]
