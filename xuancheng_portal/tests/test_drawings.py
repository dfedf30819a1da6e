"""The geometry of the drawings, and the SVG that comes of it."""

from math import dist

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from xuancheng_portal.drawings import Cell, Column, Part, funnel, heat, histogram, radar, scale_floor, stacks
from xuancheng_portal.templatetags.charts import PATTERNS, chart, swatch

SVG = "{http://www.w3.org/2000/svg}"


def rects(drawing, look):
    return [shape.numbers for shape in drawing.shapes if shape.kind == "rect" and look in shape.look.split()]


def words(drawing, look):
    return [shape.words for shape in drawing.shapes if shape.kind == "text" and shape.look == look]


def spots(shape):
    return [tuple(map(float, pair.split(","))) for pair in shape.numbers["points"].split()]


def test_a_bar_of_the_funnel_is_as_wide_as_its_share_and_stands_in_the_middle():
    drawing = funnel(["应报", "已报送", "入围"], [("泾县", [Part(10), Part(5), Part(0)])])

    first, second = rects(drawing, "chart-stage")
    grounds = rects(drawing, "chart-ground")
    assert second["width"] == first["width"] / 2
    for bar, ground in zip((first, second), grounds, strict=False):
        assert bar["x"] + bar["width"] / 2 == ground["x"] + ground["width"] / 2
    assert words(drawing, "chart-number") == ["10", "5", "0"]


@given(st.lists(st.lists(st.integers(0, 300), min_size=3, max_size=3), min_size=1, max_size=9))
def test_stacked_parts_touch_and_never_leave_the_drawing(counts):
    looks = ["draft", "returned", "accepted"]
    drawing = stacks([(str(number), [Part(count, look) for count, look in zip(row, looks, strict=True)]) for number, row in enumerate(counts)])

    parts = rects(drawing, "chart-part")
    assert len(parts) == sum(count > 0 for row in counts for count in row)
    assert all(part["x"] + part["width"] <= drawing.width for part in parts)
    for before, after in zip(parts, parts[1:], strict=False):
        assert after["y"] > before["y"] or after["x"] == pytest.approx(before["x"] + before["width"])
    assert words(drawing, "chart-sum") == [str(sum(row)) for row in counts]


def test_a_number_is_written_only_where_it_has_room():
    drawing = stacks([("泾县", [Part(1, "draft"), Part(199, "accepted")])])

    assert words(drawing, "chart-number") == ["199"]


def test_cells_below_the_pass_line_differ_by_shape_and_the_best_have_a_corner():
    drawing = heat([("组织", ["1.1", "1.2"]), ("制度", ["2.1", "2.2"])], [("泾县", [Cell("72", 1), Cell("81", 2), Cell("95", 5), Cell("–", 0)])])

    marks = [shape.look for shape in drawing.shapes if shape.kind == "polygon"]
    assert marks == ["chart-falling", "chart-peak"]
    assert words(drawing, "chart-number") == ["72", "81", "95"]
    assert words(drawing, "chart-dash") == ["–"]
    assert len(rects(drawing, "chart-heat")) == 3


def test_a_radar_marks_its_own_spots_round_and_the_median_square():
    axes = ["1 · 90", "2 · 70", "3 · 80"]
    drawing = radar(axes, [90, 70, None], [80, 80, 80], 80)

    assert len([shape for shape in drawing.shapes if shape.kind == "circle"]) == 2
    assert len(rects(drawing, "chart-middle-mark")) == 3
    assert words(drawing, "chart-below") == ["2 · 70"]
    # On the first axis, straight up: the higher rate lies further from the centre.
    own, middle = (next(spots(shape) for shape in drawing.shapes if shape.look == look) for look in ("chart-own", "chart-middle"))
    assert dist(own[0], (125, 108)) > dist(middle[0], (125, 108))
    assert own[2] == (125, 108)


@given(st.lists(st.floats(0, 130), min_size=3, max_size=8))
def test_no_spot_of_a_radar_leaves_its_ring(rates):
    drawing = radar(["x"] * len(rates), rates, rates, 80)

    for shape in drawing.shapes:
        if shape.kind == "polygon":
            assert all(dist(spot, (125, 108)) <= 74.2 for spot in spots(shape))


@pytest.mark.parametrize(("rates", "floor"), [([95, 88], 60), ([75, 88], 60), ([69.9, 88], 50), ([5], 0), ([None], 0), ([None, 45], 30)])
def test_a_radar_begins_somewhat_below_its_lowest_rate(rates, floor):
    assert scale_floor(rates) == floor


def test_the_lines_of_a_histogram_stand_at_their_points():
    drawing = histogram([Column(80, 85, 2), Column(85, 90, 4)], 80, "合格线 80", 87.5, "名额线 87.50（3 个）")

    lines = {shape.look: shape.numbers for shape in drawing.shapes if shape.kind == "line"}
    assert lines["chart-pass"]["x1"] == 20
    assert lines["chart-quota"]["x1"] == 20 + 360 * .75
    columns = rects(drawing, "chart-column")
    assert columns[0]["height"] == columns[1]["height"] / 2
    assert words(drawing, "chart-quota-words") == ["名额线 87.50（3 个）"]


def test_lines_outside_the_axis_are_left_out_and_nothing_is_drawn_of_nothing():
    drawing = histogram([Column(80, 85, 2)], 60, "合格线 60")

    assert not [shape for shape in drawing.shapes if shape.look == "chart-pass"]
    assert histogram([]).shapes == []
    assert stacks([]).shapes == []


def test_the_svg_is_well_formed_and_escapes_what_people_wrote():
    drawing = stacks([("<b>&县", [Part(3, "draft", '"><script>', "/x/?a=1&b=2")])])

    markup = chart(drawing, "status")
    svg = fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))

    assert "<script" not in markup
    assert [link.get("href") for link in svg.iter(f"{SVG}a")] == ["/x/?a=1&b=2"] * 3
    assert {link.get("tabindex") for link in svg.iter(f"{SVG}a")} == {"-1"}
    assert svg.get("aria-hidden") == "true"
    assert [one.get("id") for one in svg.iter(f"{SVG}pattern")] == ["status-draft"]
    assert [rect.get("fill") for rect in svg.iter(f"{SVG}rect") if rect.get("fill")] == ["url(#status-draft)"]
    assert svg.find(f".//{SVG}title").text == '"><script>'


def test_states_that_remain_to_be_done_all_have_a_pattern_of_their_own_kind():
    assert len({PATTERNS[look] for look in ("draft", "with_county", "submitted", "returned", "declined", "withdrawn")}) == 6
    assert 'id="key-broken"' in swatch("broken", "key")
