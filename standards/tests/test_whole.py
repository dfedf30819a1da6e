"""A campaign with its standard: copied, handed out and brought in again, tried, published."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Message
from accounts.organizations_file import known_kinds
from accounts.tests.factories import make_kind
from campaigns import actions, campaign_file
from campaigns.dates import Shift, to_first_day
from campaigns.models import Campaign, Minimum, Track
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from standards import whole
from standards.actions import publish
from standards.contents import present_standard
from standards.handing_out import document_of
from standards.models import Item, ItemPoints, Standard
from standards.rules import old_note_warnings

HERE = Path(__file__).resolve().parents[2]
NOTICE = HERE / "standards/data/xuancheng-2021.yaml"
OTHER = HERE / "campaigns/tests/data/schools-2026.yaml"
AT = moment(3, 1, year=2022)

pytestmark = pytest.mark.django_db


def read(data):
    return campaign_file.read(data if isinstance(data, bytes) else data.read_bytes(), known_kinds())


def load(data, **options):
    return whole.load_whole(read(data), by=None, at=AT, **options)[0]


def changes(data):
    return whole.try_whole(read(data), by=None, at=AT).rows


def handed_out(campaign):
    return campaign_file.write(document_of(Campaign.objects.get(pk=campaign.pk)))


def backwards(value):
    """The same with the fields of each part in another order."""
    if isinstance(value, dict):
        return {key: backwards(inner) for key, inner in reversed(value.items())}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value


def test_a_file_has_its_fields_in_one_order_whatever_order_a_database_kept_them_in():
    document = document_of(load(NOTICE))

    written = campaign_file.write(backwards(document))

    assert written == campaign_file.write(document)
    assert written.decode().startswith("schema_version: 1\ncampaign:\n  code: xuancheng-2021\n  year: 2021\n")


@pytest.mark.parametrize("file", [NOTICE, OTHER], ids=["xuancheng", "luzhou"])
def test_an_unedited_campaign_is_handed_out_as_it_came_in(file):
    campaign = load(file)

    again = handed_out(campaign)

    assert campaign_file.plain(read(again)) == campaign_file.plain(read(file))
    assert changes(again) == []


@pytest.mark.parametrize("file", [NOTICE, OTHER], ids=["xuancheng", "luzhou"])
def test_what_was_edited_on_the_page_is_in_the_file_and_makes_the_same_campaign_elsewhere(file, officer):
    campaign = load(file)
    edit_everything(campaign, officer)
    again = handed_out(campaign)

    assert changes(again) == []
    before = document_of(Campaign.objects.get(pk=campaign.pk))
    actions.delete_draft(campaign, by=officer, at=AT)
    elsewhere = load(again)

    assert document_of(Campaign.objects.get(pk=elsewhere.pk)) == before
    assert elsewhere.title == "另一个名称"
    assert (elsewhere.publicity_days, elsewhere.approval, elsewhere.organizer) == (6, "", "市政府")
    assert "closing" in elsewhere.phases.values_list("key", flat=True)


def edit_everything(campaign, by):
    """One edit of each kind that the pages know."""
    told = {"by": by, "at": AT}
    actions.change_settings(campaign, {"title": "另一个名称", "publicity_days": 6, "approval": "", "organizer": "市政府", "pass_mark": Decimal("41.5"), "veto_enabled": True}, reason="", **told)
    phase = campaign.phases.get(opens="inspect")
    actions.change_phase(phase, opens="", name="看现场", ends_at=phase.ends_at + timedelta(days=1), **told)
    actions.add_phase(campaign, key="closing", name="总结", opens="inspect", text="", starts_at=phase.ends_at, ends_at=phase.ends_at + timedelta(days=9), **told)
    track = campaign.tracks.first()
    whole.add_track(campaign, like=track, name="村", kind=make_kind("village"), quota=4, yearly_bonus=0, verbatim="", total_points=100, **told)
    actions.change_track(track, quota=8, name="新名称", yearly_bonus=Decimal("1.5"), **told)
    actions.remove_track(campaign.tracks.exclude(pk=track.pk).exclude(kind__code="village").first(), **told)
    actions.save_minimum(Minimum(), track=track, per=make_kind("office"), min=1, max=3, verbatim="", **told)
    item = Item.objects.filter(category__standard__campaign=campaign, points__track=track).first()
    Item.objects.filter(pk=item.pk).update(title="改过的标题", notes="附件到了", methods=["desk"], veto_candidate=True)
    item.checkpoints.all().delete()


def test_a_copy_has_everything_of_last_year_with_its_dates_a_year_later(officer):
    source = load(NOTICE)

    copy = whole.copy_campaign(source, code="xuancheng-2022", year=2022, by=officer, at=AT)

    assert (copy.title, copy.is_draft, copy.issued_on) == ("2022年全市政务公开示范区和示范点创建", True, date(2022, 8, 17))
    assert [(phase.key, phase.opens, phase.starts_at, phase.ends_at) for phase in copy.phases.all()] == [
        ("application", "submit", moment(8, 17, year=2022), moment(10, 1, year=2022)),
        ("guidance", "guide", moment(9, 30, year=2022), moment(10, 16, year=2022)),
        ("inspection", "inspect", moment(10, 15, year=2022), moment(11, 1, year=2022)),
    ]
    assert [(track.key, track.quota) for track in copy.tracks.all()] == [("zone", 3), ("bureau", 5), ("township", 10)]
    assert Minimum.objects.get(track__campaign=copy).min == 2
    assert (copy.pass_mark, copy.tie_order, copy.recommends) == (80, ["5", "3", "6"], ["zone"])
    standard = copy.standards.get()
    assert (standard.number, standard.official_points, standard.is_locked) == (1, False, False)
    assert Item.objects.filter(category__standard=standard).count() == 24
    assert ItemPoints.objects.filter(item__category__standard=standard, track__campaign=source).count() == 0
    assert whole.publish_problems(copy) == []
    assert AuditEvent.objects.get(action="campaigns.copy").detail["source"] == "xuancheng-2021"
    assert source.phases.first().starts_at == moment(8, 17)


@pytest.mark.parametrize(
    ("year", "official", "note"),
    [
        (2021, True, "分值来自《细则》。"),
        (2022, False, "分值沿用2021年的官方分值，不是2022年的官方分值。原来的说明：分值来自《细则》。"),
    ],
)
def test_the_official_points_of_one_year_are_not_those_of_the_next(officer, year, official, note):
    source = load(NOTICE)
    Standard.objects.update(official_points=True, points_note="分值来自《细则》。")

    copy = whole.copy_campaign(source, code="next", year=year, by=officer, at=AT)

    standard = copy.standards.get()
    assert (standard.official_points, standard.points_note) == (official, note)
    assert present_standard(source.standards.get())[0] == {"official_points": True, "points_note": "分值来自《细则》。"}
    assert changes(handed_out(copy)) == []
    assert [str(problem) for problem in old_note_warnings(copy)] == ([] if official else ["建设标准的分值说明里还写着 2021 年，请核对分值。"])


def test_a_copy_may_begin_on_a_chosen_day_and_keeps_every_length(officer):
    source = load(NOTICE)

    copy = whole.copy_campaign(source, code="next", year=2022, shift=to_first_day(source.phases.all(), date(2022, 3, 1)), by=officer, at=AT)

    lengths = [phase.ends_at - phase.starts_at for phase in source.phases.all()]
    assert [phase.ends_at - phase.starts_at for phase in copy.phases.all()] == lengths
    assert copy.phases.first().starts_at == moment(3, 1, year=2022)


def test_a_code_is_used_once(officer):
    source = load(NOTICE)

    with pytest.raises(NotAllowed, match="已经有活动使用"):
        whole.copy_campaign(source, code=source.code, year=2022, by=officer, at=AT)

    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("shift", "start", "end", "moved"),
    [
        (Shift(years=1), moment(2, 29, year=2024), moment(3, 1, year=2024), (moment(2, 28, year=2025), moment(3, 1, year=2025))),
        (Shift(years=1), moment(9, 30), moment(10, 1), (moment(9, 30, year=2022), moment(10, 1, year=2022))),
        (Shift(days=7), moment(9, 30, 9, 0), moment(9, 30, 17, 30), (moment(10, 7, 9, 0), moment(10, 7, 17, 30))),
    ],
)
def test_dates_keep_their_day_and_their_hour(shift, start, end, moved):
    assert (shift.start(start), shift.end(end)) == moved


def test_the_file_is_taken_at_its_word_and_every_change_is_told_beforehand(officer):
    campaign = load(NOTICE)
    actions.change_settings(campaign, {"pass_mark": 85}, reason="", by=officer, at=AT)
    text = NOTICE.read_text().replace("quota: 5", "quota: 6").replace("title: 政务公开培训\n", "title: 培训\n").encode()

    rows = changes(text)

    assert {row[1:] for row in rows} == {("85", "80"), ("5", "6"), ("政务公开培训", "培训")}
    assert [row[0] for row in rows] == ["合格线", "申报类别 bureau 名额", "指标 1.4 短标题"]
    assert Campaign.objects.get().pass_mark == 85
    load(text)
    assert Campaign.objects.get().pass_mark == 80
    assert Track.objects.get(key="bureau").quota == 6


def test_publishing_needs_a_standard_whose_points_add_up(officer, lead):
    campaign = load(NOTICE)
    point = ItemPoints.objects.filter(track__key="zone").first()
    ItemPoints.objects.filter(pk=point.pk).update(points=point.points + 1)

    with pytest.raises(NotAllowed, match="各项分值相加是 101，应为 100"):
        whole.publish(campaign, by=officer, at=AT)
    assert not Campaign.objects.published().exists()
    ItemPoints.objects.filter(pk=point.pk).update(points=point.points)
    whole.publish(campaign, by=officer, at=AT)

    assert Campaign.objects.get().published_by == officer
    Standard.objects.all().delete()
    assert "还没有建设标准" in str(whole.publish_problems(campaign)[0])


def test_publishing_tells_those_who_will_file(clerk, county_clerk, inspector, officer, django_capture_on_commit_callbacks):
    campaign = load(NOTICE)

    with django_capture_on_commit_callbacks(execute=True):
        whole.publish(campaign, by=officer, at=AT)

    assert set(Message.objects.values_list("user__username", flat=True)) == {"clerk", "county_clerk", "officer"}
    assert "已经启用" in Message.objects.first().title


@pytest.mark.parametrize("change", [{"year": 2023}, {"code": "other"}])
def test_the_database_keeps_the_code_and_year_of_what_is_published(change, officer):
    campaign = load(NOTICE)
    Campaign.objects.update(city="先改")
    whole.publish(campaign, by=officer, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(**change)
    with pytest.raises(NotAllowed, match="不能再改"):
        actions.change_settings(campaign, change, reason="改", by=officer, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Track.objects.filter(key="zone").update(kind=make_kind("school"))


def test_a_file_does_not_move_the_year_or_the_kinds_of_a_published_campaign(officer):
    campaign = load(NOTICE)
    whole.publish(campaign, by=officer, at=AT)
    text = NOTICE.read_text().replace("year: 2021", "year: 2022").replace("kind: bureau", "kind: school").encode()
    make_kind("school")

    with pytest.raises(NotAllowed) as refusal:
        load(text, reason="改")

    assert "年度 2021 不能再改" in str(refusal.value)
    assert "“市直单位示范点”的申报单位种类" in str(refusal.value)


def test_a_published_campaign_asks_a_file_for_its_reason(officer):
    campaign = load(NOTICE)
    whole.publish(campaign, by=officer, at=AT)
    text = NOTICE.read_text().replace("quota: 5", "quota: 6").encode()

    with pytest.raises(NotAllowed, match="请填写理由"):
        load(text)
    load(text, reason="市政府同意")

    assert AuditEvent.objects.filter(action="campaigns.load").first().detail["reason"] == "市政府同意"


def test_a_track_that_a_file_adds_has_items_once_its_draft_is_in_force_and_the_look_says_so(officer):
    campaign = whole.publish(load(NOTICE), by=officer, at=AT)
    document = document_of(campaign)
    document["kinds"] = [*document.get("kinds", []), {"code": "village", "name": "村"}]
    document["campaign"]["tracks"].append({"key": "village", "kind": "village", "name": "示范村", "quota": 4})
    for category in document["categories"]:
        for row in [category, *category["items"]]:
            row["default_points"]["village"] = row["default_points"]["zone"]
        for item in category["items"]:
            if "applies_to" in item.get("tracks", {}):
                item["tracks"]["applies_to"].append("village")
    data = campaign_file.write(document)

    looked_at = whole.try_whole(read(data), by=officer, at=AT)
    _campaign, done = whole.load_whole(read(data), by=officer, at=AT, reason="增加示范村")

    assert "草稿启用以前，“示范村”还没有指标可以填报。" in looked_at.notes
    assert done.rows == looked_at.rows
    points = ItemPoints.objects.filter(track__key="village")
    assert set(points.values_list("item__category__standard", flat=True)) == {done.draft.pk}
    assert points.count() == 24
    publish(done.draft, by=officer, at=AT)
    assert changes(data) == []
    assert points.filter(item__category__standard=campaign.standards.in_force()).count() == 24


# Made-up campaigns of other cities

words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=12)
halves = st.integers(1, 40).map(lambda n: n / 2)


@st.composite
def documents(draw):
    keys = draw(st.lists(st.sampled_from(["zone", "bureau", "no", "y", "a-1", "null"]), min_size=1, max_size=3, unique=True))
    kinds = ["school", "hospital", "village"]
    items, sums = [], dict.fromkeys(keys, 0)
    for n in range(draw(st.integers(1, 3))):
        points = {key: draw(halves) for key in keys if n == 0 or draw(st.booleans())}
        if not points:
            continue
        for key, value in points.items():
            sums[key] += value
        item = {"code": f"{n + 1}.0", "text": draw(words), "default_points": points}
        if draw(st.booleans()):
            item["title"] = draw(words)
        if draw(st.booleans()):
            item["checkpoints"] = [{"code": f"{n}-1", "text": draw(words), "details": draw(st.lists(words, max_size=2))}]
        if draw(st.booleans()):
            item["notes"] = draw(words)
        items.append(item)
    start = draw(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
    campaign = {
        "code": "made-up", "year": start.year, "city": draw(words), "title": draw(words),
        "tracks": [{"key": key, "kind": kinds[n], "name": draw(words), "quota": draw(st.integers(0, 99))} for n, key in enumerate(keys)],
        "phases": [{"key": "application", "name": draw(words), "start": start.isoformat(), "end": start.isoformat(), "opens": "submit"}],
        "minimums": [{"track": keys[0], "per": "county", "min": draw(st.integers(0, 3))}],
        "scoring": {"tie_order": ["1"], "pass_mark": draw(st.integers(0, 100))},
    }
    return {
        "kinds": [{"code": code, "name": draw(words)} for code in kinds], "campaign": campaign, "points": {"total_per_track": sums, "official": draw(st.booleans())},
        "categories": [{"code": "1", "name": draw(words), "items": items}],
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(document=documents())
def test_any_citys_campaign_comes_out_as_it_went_in(document):
    with transaction.atomic():
        data = yaml.safe_dump(document, allow_unicode=True).encode()

        campaign = load(data)
        again = handed_out(campaign)

        assert campaign_file.plain(read(again)) == campaign_file.plain(read(data))
        assert changes(again) == []
        transaction.set_rollback(True)
