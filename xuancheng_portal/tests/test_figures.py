"""The figures of the dashboard, on plain data."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.ranking import ACROSS, BELOW, OUT, WITHIN, ItemScore, Row, Rule, score
from xuancheng_portal.figures import (
    STAGES,
    Line,
    Load,
    Mean,
    Person,
    Place,
    Unit,
    by_stage,
    by_status,
    distribution,
    heat,
    loads,
    matching,
    profiles,
    rate,
    rates,
    sums,
)

JING, JINGDE, CITY = Place("county-1", "泾县"), Place("county-2", "旌德县"), Place("track-9", "市直单位")
PLACES = [JING, JINGDE, CITY]


def one(key, place=JING, **fields):
    return Unit(key=key, name=f"{key}镇", place=place.key, track=1, **fields)


def item(desk, site, maximum=10, **fields):
    return ItemScore(fields.pop("category", "1"), Decimal(maximum), desk and Decimal(desk), site and Decimal(site), code=fields.pop("code", "1.1"), **fields)


@pytest.mark.parametrize(
    ("desk", "site", "expected"), [("8", "5", 62), ("8", None, 80), (None, "5", 50), (None, None, None), ("10", "10", 100)],
)
def test_an_item_counts_by_the_weights_or_by_the_stage_that_is_known(desk, site, expected):
    assert rate(item(desk, site), Decimal(40), Decimal(60)) == expected


def test_what_does_not_apply_or_does_not_weigh_has_no_rate():
    assert rate(item("8", "8", applies=False), Decimal(40), Decimal(60)) is None
    assert rate(item("8", None), Decimal(0), Decimal(100)) is None


def test_a_category_weighs_its_items_by_their_full_marks():
    of_items, categories = rates([item("10", "10", 10), item("0", "0", 30, code="1.2"), item(None, None, 10, category="2", code="2.1")], Decimal(40), Decimal(60))

    assert of_items == {"1.1": 100, "1.2": 0}
    assert categories == {"1": 25}


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(1, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12))
def test_whole_units_have_the_categories_of_the_ranking(given_items):
    items = tuple(
        ItemScore(category, Decimal(maximum), Decimal(min(desk, maximum)), Decimal(min(site, maximum)), code=f"{category}.{number}")
        for number, (category, maximum, desk, site) in enumerate(given_items)
    )
    ranked = score(Row(1, items), Rule(Decimal(40), Decimal(60), Decimal(80)))

    _items, categories = rates(items, Decimal(40), Decimal(60))

    assert categories.keys() == ranked.categories.keys()
    assert all(abs(Fraction(ranked.categories[code]) - value) <= Fraction(1, 200) for code, value in categories.items())


def test_lines_count_by_place_and_leave_out_places_without_units():
    units = [one(1, stages=frozenset(STAGES)), one(2, status="draft", stages=frozenset(STAGES[:2])), one(3, CITY)]

    assert [(line.place.name, list(line.counts.values())) for line in by_stage(PLACES, units)] == [("泾县", [2, 2, 1, 1, 1, 1]), ("市直单位", [1, 0, 0, 0, 0, 0])]
    rows = by_status(PLACES, units, ["none", "draft"])
    assert [row.counts for row in rows] == [{"none": 1, "draft": 1}, {"none": 1, "draft": 0}]
    assert sums(rows) == {"none": 2, "draft": 1}
    assert rows[0].whole == 2
    assert sums([]) == {}
    assert by_stage(PLACES, []) == []


def test_a_cell_of_the_heat_map_is_the_mean_of_the_scored():
    units = [one(1, rates={"1.1": 80, "2.1": 60}), one(2, rates={"1.1": 90}), one(3, JINGDE), one(4, CITY, rates={"2.1": 100})]

    assert heat(PLACES, ["1.1", "2.1"], units) == [(JING, [Mean(85.0, 2), Mean(60.0, 1)]), (CITY, [None, Mean(100.0, 1)])]


def test_profiles_stand_beside_the_median_of_all_units():
    units = [one(1, categories={"1": 70}), one(2, categories={"1": 80}), one(3, JINGDE, categories={"1": 96}), one(4, CITY)]

    rows, middle = profiles(PLACES, ["1", "2"], units)

    assert rows == [(JING, [Mean(75.0, 2), None]), (JINGDE, [Mean(96.0, 1), None])]
    assert middle == [80.0, None]


def totals(*pairs):
    return [one(number, total=total and Decimal(total), standing=standing, stages=frozenset({"expected", "received"})) for number, (total, standing) in enumerate(pairs)]


def test_totals_fall_into_bands_without_gap_or_overlap():
    spread = distribution(totals(("79.99", OUT), ("80.00", WITHIN), ("84.99", WITHIN), ("95", WITHIN), (None, OUT)))

    assert [(band.low, band.high, band.count) for band in spread.bands if band.count] == [(78, 80, 1), (80, 82, 1), (84, 86, 1), (94, 96, 1)]
    assert [band.low for band in spread.bands] == [after - 2 for after in [band.high for band in spread.bands]]
    assert (spread.ranked, spread.unranked, spread.middle) == (4, 1, Decimal("82.495"))


@given(st.lists(st.decimals(0, 120, places=2), min_size=1, max_size=60))
def test_every_total_is_in_one_band(values):
    units = totals(*((value, OUT) for value in values))
    spread = distribution(units)

    assert sum(band.count for band in spread.bands) == len(values)
    assert len(spread.bands) <= 12
    for band in spread.bands:
        assert len(matching(units, low=band.low, high=band.high)) == band.count


def test_the_line_of_the_places_is_drawn_only_where_someone_stays_outside():
    assert distribution(totals(("90", WITHIN), ("85", WITHIN), ("82", BELOW), ("70", OUT))).line == 85
    assert distribution(totals(("90", WITHIN), ("85", WITHIN), ("70", OUT))).line is None
    tied = distribution(totals(("90", WITHIN), ("85", ACROSS), ("85", ACROSS)))
    assert (tied.line, tied.undecided) == (85, True)
    assert distribution(totals((None, OUT))).bands == []


def test_who_has_most_work_comes_first_and_nobody_is_left_out():
    people = [Person(1, "甲"), Person(2, "乙"), Person(3, "丙")]
    units = [one(1, reviewers={1: True, 2: True}), one(2, reviewers={2: False})]

    assert loads(people, units, "reviewers") == [Load(people[1], 1, 1), Load(people[0], 1, 0), Load(people[2], 0, 0)]


def test_filters_are_met_all_together():
    units = [
        one(1, stages=frozenset(STAGES), status="accepted", total=Decimal(90), rates={"1.1": 90}, categories={"1": 90}, reviewers={7: True}, inspectors={8: False}),
        one(2, CITY, stages=frozenset({"expected", "received"}), status="submitted"),
    ]
    keys = lambda **asked: [unit.key for unit in matching(units, **asked)]  # noqa: E731

    assert keys() == [1, 2]
    assert keys(place="track-9") == [2]
    assert keys(track=2) == []
    assert keys(stage="received", status="accepted") == [1]
    assert keys(item="1.1") == keys(scored=True) == [1]
    assert (keys(low=Decimal(90), high=Decimal(91)), keys(low=Decimal(89), high=Decimal(90))) == ([1], [])
    assert keys(unranked=True) == [2]
    assert (keys(reviewer=7), keys(reviewer=7, done=True), keys(reviewer=7, done=False), keys(reviewer=8)) == ([1], [1], [], [])
    assert (keys(inspector=8, done=False), keys(inspector=8, done=True)) == ([1], [])
    assert Line(JING, {"a": 1, "b": 2}).whole == 3
