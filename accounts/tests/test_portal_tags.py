"""The shared pieces of every screen: what people read in dates, points, rings and badges."""

from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from accounts.models import Job
from accounts.templatetags import portal
from accounts.tests.factories import moment


def render(text, **context):
    return Template("{% load portal %}" + text).render(Context(context)).strip()


def test_a_deadline_at_midnight_is_24_o_clock_of_the_day_before():
    assert portal.deadline(moment(10, 1)) == "9 月 30 日（周四）24:00"
    assert portal.deadline(moment(10, 1) - timedelta(minutes=1)) == "9 月 30 日（周四）23:59"
    assert portal.deadline(moment(10, 1) + timedelta(minutes=1)) == "10 月 1 日（周五）00:01"
    assert portal.deadline(None) == "–"


def test_a_phase_ends_on_the_last_day_before_its_exclusive_end():
    assert portal.short_day(moment(8, 17)) == "8月17日"
    assert portal.last_day(moment(10, 1)) == "9月30日"
    assert portal.last_day(moment(10, 1, 0, 1)) == "10月1日"
    assert portal.written_day(date(2021, 11, 4)) == "2021 年 11 月 4 日"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(minutes=1), "1 分钟前"),
        (timedelta(minutes=59), "59 分钟前"),
        (timedelta(hours=1), "今天 09:32"),
        (timedelta(hours=10, minutes=33), "昨天 23:59"),
        (timedelta(days=3), "9月24日 10:32"),
        (timedelta(days=300), "2020-12-01 10:32"),
        (timedelta(minutes=-5), "今天 10:37"),
    ],
)
def test_a_moment_is_told_as_people_say_it(past, words):
    now = moment(9, 27, 10, 32)

    with time_machine.travel(now, tick=False):
        assert portal.when(now - past) == words


@pytest.mark.parametrize(
    ("left", "tone"),
    [
        (timedelta(hours=72, seconds=1), ""),
        (timedelta(hours=72), " is-soon"),
        (timedelta(hours=24, seconds=1), " is-soon"),
        (timedelta(hours=24), " is-urgent"),
        (timedelta(seconds=1), " is-urgent"),
        (timedelta(0), ""),
    ],
)
def test_the_countdown_grows_louder_as_the_end_comes_near(left, tone):
    end = moment(10, 1)

    with time_machine.travel(end - left, tick=False):
        drawn = render("{% countdown end %}", end=end)

    assert f'class="countdown{tone}"' in drawn
    assert ("已截止" in drawn) == (left == timedelta(0))
    assert "9 月 30 日（周四）24:00 截止" in drawn


def test_the_timer_tells_days_hours_and_minutes():
    with time_machine.travel(moment(9, 27, 16, 32), tick=False):
        assert "3 天 07:28" in render("{% timer end %}", end=moment(10, 1))


def test_points_have_fixed_decimals_and_nothing_is_not_zero():
    assert portal.points(Decimal("2.5")) == "2.5"
    assert portal.points(Decimal("85.605"), 2) == "85.61"
    assert portal.points(0) == "0.0"
    assert portal.points(None) == "–"
    assert portal.short_points(Decimal("4.00")) == "4"
    assert portal.short_points(Decimal("2.50")) == "2.5"
    assert portal.short_points(Decimal("10")) == "10"


def test_the_ring_says_in_words_what_it_draws():
    drawn = render("{% ring 17 3 2 24 %}")

    assert "共 24 项，已完成 17 项，填报中 3 项，退回 2 项，未开始 2 项" in drawn
    assert drawn.count("stroke-dasharray") == 3
    assert "style=" not in drawn


def test_a_bar_never_leaves_its_track():
    assert 'width="100.00"' in render("{% bar 30 24 %}")
    assert "<rect" not in render("{% bar 0 24 %}")
    assert "<rect" not in render("{% bar 3 0 %}")


def test_seats_show_the_places_left_and_the_places_not_used():
    assert render("{% seats 5 4 %}").count("seat-chosen") == 4
    assert render("{% seats 5 4 %}").count("seat-open") == 1
    assert render("{% seats 5 4 True %}").count("seat-unused") == 1
    assert "5 个名额，已选 4 个" in render("{% seats 5 4 %}")


def test_the_meter_shows_what_is_missing_to_the_minimum():
    drawn = render("{% meter 1 0 2 %}")

    assert drawn.count("block-full") == 1
    assert drawn.count("block-none") == 1
    assert "至少 2" in drawn


def test_score_cells_are_coloured_around_the_pass_line():
    assert [portal.heat(rate, 80) for rate in (None, 79.9, 80, 83, 89, 93)] == [f"heat-{step}" for step in range(6)]


def test_the_phone_line_counts_what_was_checked():
    drawn = render("{% segments states %}", states=["done", "bad", "now", "+todo"])

    assert "共 4 项，已查 2 项，当前第 3 项" in drawn
    assert drawn.count("segment-gap") == 1


def test_the_radar_marks_what_lies_below_the_pass_line():
    drawn = render("{% radar axes 80 %}", axes=[("组织", 96), ("制度", 80), ("创新", 52), ("平台", None)])

    assert drawn.count("is-below") == 1
    assert "创新 52" in drawn
    assert "平台 –" in drawn


def test_a_state_wears_the_colour_of_the_work_that_remains():
    assert 'class="tag tag-red"' in render("{% state_tag job %}", job=Job(state=Job.State.FAILED))
    assert 'class="tag tag-done"' in render("{% state_tag job %}", job=Job(state=Job.State.DONE))


def test_words_in_a_tag_are_never_markup():
    assert "&lt;b&gt;" in render('{% tag words "red" "back" %}', words="<b>")


def test_a_change_is_shown_as_a_phrase_and_not_as_islands_of_single_characters():
    drawn = render("{% diff before after %}", before="出台文件十余件，均已解读。", after="出台文件14 件，配套解读 14 件。")

    assert drawn == '<span class="diff">出台文件<del>十余件，均已解读</del><ins>14 件，配套解读 14 件</ins>。</span>'


@pytest.mark.parametrize(("before", "after"), [("", "新"), ("旧", ""), (None, None), ("甲乙丙丁", "甲丙丁戊"), ("<b>", "<i>"), ("一二。" * 5000, "二一；" * 4000), ("甲" * 3000, "乙" * 3000), ("甲。\n" * 900, "甲！\n" * 900)])
def test_a_change_loses_no_character_of_either_side(before, after):
    pieces = portal.changes(before or "", after or "")

    assert "".join(old for old, new, changed in pieces) == (before or "")
    assert "".join(new for old, new, changed in pieces) == (after or "")
    assert "<b>" not in render("{% diff before after %}", before=before, after=after)


def test_a_long_text_is_compared_by_the_character_within_the_sentences_that_differ():
    sentences = [f"第{number}村按月更新公示栏，逐项核对公开目录。" for number in range(900)]
    before, after = "".join(sentences), "".join(sentences[:450]) + "新添一句。" + sentences[450].replace("按月", "按周") + "".join(sentences[451:])
    assert len(before) > 19_000

    changed = [(old, new) for old, new, is_changed in portal.changes(before, after) if is_changed]

    assert changed == [("", "新添一句。"), ("月", "周")]


def test_comparing_grows_with_the_length_and_not_with_its_square(monkeypatch):
    looked_at = []
    monkeypatch.setattr(portal, "SequenceMatcher", lambda junk, one, other, **options: looked_at.append((len(one), len(other))) or SequenceMatcher(junk, one, other, **options))

    portal.changes("一二三四。" * 4000, "一二四三。" * 4000)
    portal.changes("一" * 20000, "二" * 20000)

    assert looked_at == [(4000, 4000), (1, 1)]  # sentences, and never twenty thousand characters against as many


def test_the_query_string_changes_one_key_and_keeps_the_others():
    request = RequestFactory().get("/?county=泾县&page=3")

    assert render('{% query page=4 %}', request=request) == "?county=%E6%B3%BE%E5%8E%BF&amp;page=4"
    assert render('{% query county="" %}', request=request) == "?page=3"


def test_the_error_summary_links_to_the_control_and_says_the_same_words():
    class Form(forms.Form):
        reason = forms.CharField(label="理由", error_messages={"required": "请填写理由。"})

    drawn = render('{% include "_error_summary.html" %}', form=Form({}))

    assert "还有 1 处需要补充" in drawn
    assert '<a href="#id_reason">理由：请填写理由。</a>' in drawn
    assert render('{% include "_error_summary.html" %}', form=Form({"reason": "有"})) == ""


def test_sizes_are_told_in_the_unit_a_person_would_use():
    assert [portal.size(amount) for amount in (0, 1023, 1024, 1024**2, 1024**3)] == ["0 B", "1023 B", "1 KB", "1.0 MB", "1.0 GB"]


def test_pages_of_a_list_keep_the_filter():
    page = SimpleNamespace(
        number=2, has_other_pages=True, has_previous=True, has_next=False, previous_page_number=1, start_index=51, end_index=60,
        paginator=SimpleNamespace(count=60, ELLIPSIS="…"),
    )
    request = RequestFactory().get("/?q=thtz&page=2")

    drawn = render('{% include "_pages.html" %}', page_obj=page, pages=[1, 2], request=request)

    assert "共 60 条，本页为第 51—60 条" in drawn
    assert 'rel="prev" href="?q=thtz&amp;page=1"' in drawn
    assert 'aria-current="page">2<' in drawn
    assert 'rel="next"' not in drawn


def test_a_deadline_is_spaced_for_english_readers():
    with translation.override("en"):
        assert portal.deadline(moment(10, 1)).endswith(" 24:00")
