"""Agreement, severity and stability, checked against published worked examples."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.agreement import Judgment, Part, adjusted, alpha, alpha_by_item, alpha_overall, severity, stability

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units, gaps.
OBSERVERS = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
# P. Shrout and J. Fleiss, "Intraclass Correlations", Psychological Bulletin 86 (1979), table 2: six targets, four judges.
TARGETS = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]


def judged(unit, scorer, points, item="1.1", maximum="10"):
    return Judgment(unit, item, scorer, Decimal(str(points)), Decimal(maximum))


def by_unit(observers):
    columns = zip(*(line.split() for line in observers), strict=True)
    return [[int(value) for value in column if value != "."] for column in columns]


def shrout_and_fleiss():
    return [judged(unit, scorer, points) for unit, row in enumerate(TARGETS) for scorer, points in enumerate(row)]


def test_alpha_is_the_published_one_with_missing_values():
    assert round(float(alpha(by_unit(OBSERVERS))), 3) == 0.849


def test_alpha_of_two_observers_and_two_values_is_the_published_one():
    """Section A of the same paper: 0.095."""
    pairs = zip("0100000000", "1110010010", strict=True)

    assert round(float(alpha([[int(first), int(second)] for first, second in pairs])), 3) == 0.095


def test_who_agrees_in_everything_has_an_alpha_of_one():
    assert alpha([[1, 1], [2, 2], [4, 4]]) == 1


@pytest.mark.parametrize("groups", [[], [[3]], [[1], [2], [5]], [[2, 2], [2, 2]]])
def test_where_nothing_can_be_compared_there_is_no_alpha(groups):
    assert alpha(groups) is None


def test_alpha_is_told_per_item_and_over_all():
    judgments = [judged(1, 7, 4), judged(1, 8, 4), judged(2, 7, 9), judged(2, 8, 9)]
    judgments += [judged(1, 7, 2, "1.2"), judged(1, 8, 6, "1.2"), judged(2, 7, 6, "1.2"), judged(2, 8, 2, "1.2")]

    by_item = alpha_by_item(judgments)

    assert by_item["1.1"] == 1
    assert by_item["1.2"] < 0
    assert by_item["1.2"] < alpha_overall(judgments) < by_item["1.1"]


def test_severity_is_the_published_effect_of_each_judge():
    """Means of the judges minus the grand mean; their mean square is the paper's 32.49 (table 3)."""
    effects = severity(shrout_and_fleiss())

    assert [round(10 * effects[judge], 3) for judge in range(4)] == [2.375, -2.792, -0.958, 1.375]
    assert round(len(TARGETS) * sum((10 * effect) ** 2 for effect in effects.values()) / 3, 2) == 32.49


def test_severity_is_found_through_partners_where_not_everybody_judged_everything():
    """The second gives one point less than the first, the third one less than the second; first and third never met."""
    judgments = [judged(1, 1, 8), judged(1, 2, 7), judged(2, 2, 6), judged(2, 3, 5), judged(3, 3, 9)]

    effects = severity(judgments)

    assert {scorer: round(10 * effect, 6) for scorer, effect in effects.items()} == {1: 1, 2: 0, 3: -1}


def test_scorers_who_never_met_are_not_compared():
    judgments = [judged(1, 1, 8), judged(1, 2, 6), judged(2, 3, 3), judged(2, 4, 3)]

    effects = severity(judgments)

    assert {scorer: round(10 * effect, 6) for scorer, effect in effects.items()} == {1: 1, 2: -1, 3: 0, 4: 0}


def test_who_judged_alone_has_no_severity():
    assert severity([judged(1, 1, 8), judged(2, 2, 3)]) == {}


def test_an_adjusted_score_takes_the_severity_off_and_stays_within_the_item():
    assert adjusted(judged(1, 1, "6"), {1: 0.1}) == Decimal("5.00")
    assert adjusted(judged(1, 1, "9.5"), {1: -0.1}) == Decimal("10.00")
    assert adjusted(judged(1, 1, "0.5"), {1: 0.1}) == Decimal("0.00")
    assert adjusted(judged(1, 9, "6"), {1: 0.1}) == Decimal("6.00")


def unit(total, *parts):
    return Decimal(total), [Part(Decimal(points), Decimal("10"), Fraction(weight)) for points, weight in parts]


def test_a_place_far_above_the_line_never_moves_and_one_at_the_line_does():
    units = {1: unit("95", ("9.5", 1)), 2: unit("88.00", ("8.8", 1)), 3: unit("87.90", ("8.8", 1)), 4: unit("60", ("6", 1))}

    shares = stability(units, 2, pass_mark=Decimal(80))

    assert shares[1] == 1
    assert shares[4] == 0
    assert 0 < shares[3] < shares[2] < 1


def test_the_same_seed_gives_the_same_figures_and_another_gives_others():
    units = {1: unit("88.00", ("8.8", 1)), 2: unit("87.90", ("8.8", 1))}

    first, again, other = (stability(units, 1, pass_mark=Decimal(80), seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_who_no_longer_passes_is_out_though_a_place_is_free():
    units = {1: unit("80.00", ("8.0", 1))}

    share = stability(units, 3, pass_mark=Decimal(80))[1]

    assert Fraction(55, 100) < share < Fraction(78, 100)  # two of three moves keep it at 80 or above


def test_a_score_at_its_maximum_cannot_rise():
    units = {1: unit("90", ("10", 1)), 2: unit("90.4", ("0", 0))}

    assert stability(units, 1, pass_mark=Decimal(80))[1] == 0


shares = st.lists(st.lists(st.integers(0, 20), min_size=2, max_size=4), min_size=2, max_size=8)


@given(shares, st.integers(1, 9), st.integers(-50, 50))
def test_alpha_does_not_depend_on_the_unit_or_the_zero_of_the_scale(groups, times, plus):
    moved = [[times * value + plus for value in group] for group in groups]

    assert alpha(moved) == alpha(groups)
    assert alpha(groups) is None or alpha(groups) <= 1
