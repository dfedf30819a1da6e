from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, Organization
from accounts.tests.factories import make_organization
from campaigns.actions import change_track
from campaigns.models import CalendarDay, Campaign, Minimum, Track
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results.models import Place
from results.tests.factories import make_scored
from standards.actions import lock_standard
from standards.models import Checkpoint, Item, Standard

HERE = Path(__file__).resolve().parents[2]
NOTICE = HERE / "standards/data/xuancheng-2021.yaml"
UNITS = HERE / "accounts/data/organizations-xuancheng.csv"
OTHER = HERE / "campaigns/tests/data/schools-2026.yaml"

pytestmark = pytest.mark.django_db


def load(file, command="load_campaign", **options):
    """What the command said."""
    out = StringIO()
    call_command(command, file, stdout=out, **options)
    return out.getvalue()


def refused(file, command="load_campaign"):
    """What the command complained about, line by line."""
    errors = StringIO()
    with pytest.raises(CommandError, match="什么都没有保存"):
        call_command(command, file, stderr=errors)
    return errors.getvalue().splitlines()


@pytest.fixture
def changed(tmp_path):
    """The notice's file with some words replaced."""

    def change(*pairs):
        text = NOTICE.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "campaign.yaml"
        file.write_text(text)
        return file

    return change


def test_the_notice_is_loaded_as_it_stands():
    load(UNITS, "load_organizations")
    load(NOTICE)

    campaign = Campaign.objects.get()
    assert campaign.published_at is not None
    assert [(track.key, track.kind.code, track.quota) for track in campaign.tracks.all()] == [("zone", "county", 3), ("bureau", "bureau", 5), ("township", "township", 10)]
    assert [(phase.key, phase.opens, phase.starts_at, phase.ends_at) for phase in campaign.phases.all()] == [
        ("application", "submit", moment(8, 17), moment(10, 1)),
        ("guidance", "guide", moment(9, 30), moment(10, 16)),
        ("inspection", "inspect", moment(10, 15), moment(11, 1)),
    ]
    minimum = Minimum.objects.get()
    assert (minimum.track.key, minimum.per.code, minimum.min, minimum.max) == ("township", "county", 2, None)
    assert (campaign.desk_weight, campaign.site_weight, campaign.pass_mark, campaign.tie_order) == (40, 60, 80, ["5", "3", "6"])
    assert campaign.recommends == ["zone"]
    standard = Standard.objects.get()
    assert [category.items.count() for category in standard.categories.order_by("order")] == [4, 1, 5, 4, 6, 4]
    assert (Item.objects.count(), Checkpoint.objects.count()) == (24, 89)
    assert [Item.objects.for_track(track).count() for track in campaign.tracks.all()] == [24, 21, 21]
    assert [sum(item.maximum for item in Item.objects.for_track(track)) for track in campaign.tracks.all()] == [100, 100, 100]
    assert not standard.official_points
    assert Item.objects.get(code="5.4").text in (HERE / "standards/data/xuancheng-2021.yaml").read_text()
    assert CalendarDay.objects.filter(date__year=2021).count() == 365


def test_the_units_are_loaded_and_the_three_later_streets_are_valid_later():
    load(UNITS, "load_organizations")

    counts = {kind: Organization.objects.of_kind(kind).count() for kind in ("county", "township", "bureau", "office")}
    assert counts == {"county": 7, "township": 101, "bureau": 41, "office": 1}
    assert Organization.objects.of_kind("township").valid_on(moment(9, 1).date()).count() == 98
    assert Organization.objects.of_kind("township").valid_on(moment(1, 1, year=2022).date()).count() == 101
    assert Organization.objects.get(short_name="桃花潭镇").county.short_name == "泾县"
    assert Organization.objects.get(code="341823").kind.name == "县级单位"


def test_a_second_run_changes_nothing():
    load(UNITS, "load_organizations")
    load(NOTICE)
    before = AuditEvent.objects.count()

    again = load(UNITS, "load_organizations") + load(NOTICE)

    assert again.count("新增 0，修改 0") == 4
    assert AuditEvent.objects.count() == before


def test_a_second_run_leaves_what_the_office_changed():
    load(NOTICE)
    Campaign.objects.update(pass_mark=85)
    Item.objects.filter(code="1.1").update(notes="附件到了")

    load(NOTICE)

    assert Campaign.objects.get().pass_mark == 85
    assert Item.objects.get(code="1.1").notes == "附件到了"


def test_a_track_may_say_what_its_titles_are_worth_in_the_yearly_assessment(changed):
    load(NOTICE)
    assert set(Track.objects.values_list("yearly_bonus", flat=True)) == {0}

    load(changed(("quota: 5", "quota: 5\n      yearly_bonus: 1.5")))

    assert {track.key: track.yearly_bonus for track in Track.objects.all()} == {"zone": 0, "bureau": Decimal("1.5"), "township": 0}


def test_changed_dates_and_quotas_are_updated_in_place_and_logged(changed):
    load(NOTICE)
    track = Track.objects.get(key="bureau").pk

    said = load(changed(("quota: 5", "quota: 6"), ('end: "2021-10-31"', 'end: "2021-11-05"')))

    assert "新增 0，修改 2，不变 6" in said
    assert Track.objects.get(pk=track).quota == 6
    assert Campaign.objects.get().phases.get(key="inspection").ends_at == moment(11, 6)
    event = AuditEvent.objects.filter(action="campaigns.load").first()
    assert event.detail["changes"]["tracks.bureau.quota"] == ["5", "6"]
    assert Standard.objects.count() == 1


def test_a_changed_text_updates_a_standard_nobody_uses(changed):
    load(NOTICE)

    said = load(changed(("title: 政务公开培训\n", "title: 培训\n")))

    assert "新增 0，修改 1，不变 118" in said
    assert Standard.objects.get().number == 1
    assert Item.objects.get(code="1.4").title == "培训"


def test_a_changed_text_makes_a_new_version_of_a_standard_in_use(changed):
    load(NOTICE)
    lock_standard(Standard.objects.get(), at=moment(8, 20))

    said = load(changed(("title: 政务公开培训\n", "title: 培训\n")))

    assert "第1版已在使用，没有改动；有变化的内容写入第2版，今后开始的申报使用新版：1.4。" in said
    assert [item.title for item in Item.objects.filter(code="1.4").order_by("category__standard__number")] == ["政务公开培训", "培训"]
    assert Item.objects.filter(category__standard__number=2).count() == 24


def test_a_draft_is_published_by_the_next_load():
    load(NOTICE, draft=True)
    assert not Campaign.objects.published().exists()

    load(NOTICE)
    assert Campaign.objects.published().exists()


def test_a_campaign_of_quite_another_shape_is_loaded():
    county = make_organization("蜀山区", kind="county")
    street = make_organization("荷叶街道", kind="street", parent=county)
    make_organization("荷塘社区", kind="community", parent=street)

    said = load(OTHER)

    campaign = Campaign.objects.get()
    assert (campaign.year, campaign.city, campaign.desk_weight, campaign.site_weight, str(campaign.score_step)) == (2026, "庐州市", 25, 75, "0.25")
    assert (campaign.scale_to, campaign.bonus_enabled, campaign.desk_scorers, campaign.site_inspectors, campaign.conflict_years) == (60, True, 2, 3, 5)
    assert campaign.likeness_percent == 45
    assert (campaign.publicity_days, campaign.objection_reply_days, campaign.objection_real_name, campaign.tie_order) == (7, 15, False, ["B", "A"])
    assert [(phase.key, phase.opens) for phase in campaign.phases.all()] == [("briefing", ""), ("collecting", "submit"), ("helping", "guide"), ("looking", "inspect")]
    assert [(track.kind.name, str(track.total_points)) for track in campaign.tracks.all()] == [("学校", "60.00"), ("医院", "45.50"), ("社区", "30.00")]
    assert [(str(item.maximum), item.code) for item in Item.objects.for_track(campaign.tracks.get(key="ward"))] == [("25.50", "A-1"), ("20.00", "A-2")]
    assert [track.key for track in Checkpoint.objects.get(code="A-1-b").tracks.all()] == ["classroom", "corner"]
    assert Item.objects.get(code="A-1").title_derived
    assert campaign.legend["evidence_kinds"]["noticeboard"] == "公示栏照片"
    assert "蜀山区只有 0 个单位可以申报示范学校" in said
    assert "新增 0，修改 0" in load(OTHER)


@pytest.mark.parametrize(
    ("old", "new", "path", "sentence"),
    [
        ("  city: 宣城市\n", "", "campaign.city", "缺少这一项"),
        ("  city: 宣城市\n", "  city: 宣城市\n  citty: 宣城\n", "campaign.citty", "没有这个字段"),
        ("  city: 宣城市\n", "  city: 宣城市\n  city: 合肥市\n", "campaign.city", "写了两次"),
        ("  city: 宣城市\n", "  city: 3418\n", "campaign.city", "应为文字（带引号），现在是数字"),
        ("  city: 宣城市\n", "  city: &city 宣城市\n  goal: *city\n", "campaign.goal", "不接受引用"),
        ("  city: 宣城市\n", "  city: !!python/object/apply:os.system [ls]\n", "campaign.city", "不接受标记"),
        ("  city: 宣城市\n", '  city: "宣城\\0市"\n', "campaign.city", "控制字符"),
        ("  city: 宣城市\n", "  city: 宣城市\n  1: 一\n", "campaign.1", "加引号"),
        ("quota: 5", "quota: 5.5", "campaign.tracks[1].quota", "应为整数"),
        ("quota: 5", "quota: -1", "campaign.tracks[1].quota", "不能小于 0"),
        ("quota: 5", "quota: .inf", "campaign.tracks[1].quota", "不是普通的十进制数"),
        ("kind: bureau", "kind: school", "campaign.tracks[1].kind", "没有“school”这种单位"),
        ("kind: bureau", "kind: county", "campaign.tracks[1].kind", "一种单位只能申报一个类别"),
        ("key: bureau", "key: zone", "campaign.tracks[1].key", "已经在 campaign.tracks[0].key 用过"),
        ('end: "2021-10-31"', 'end: "2021-02-30"', "campaign.phases[2].end", "不是有效的日期"),
        ('end: "2021-10-31"', 'end: "2021-10-14"', "campaign.phases[2].end", "早于开始日期"),
        ('end: "2021-10-31"', 'end: "9999-12-31"', "campaign.phases[2].end", "不是有效的日期"),
        ('date: "2021-09-30"', 'date: "2021-10-30"', "campaign.phases[0].deadline.date", "不在本阶段之内"),
        ("    - key: guidance", "    - key: application", "campaign.phases[1].key", "已经在"),
        ("    - key: application", "    - key: filing", "campaign.phases", "opens: submit"),
        ("timezone: Asia/Shanghai", "timezone: Asia/Xuancheng", "campaign.timezone", "没有时区"),
        ("    - track: township", "    - track: village", "campaign.minimums[0].track", "没有“village”这个申报类别"),
        ("      per: county", "      per: province", "campaign.minimums[0].per", "没有“province”这种单位"),
        ("      max: null", "      max: 1", "campaign.minimums[0].max", "小于下限 2"),
        ("      desk: 40", "      desk: 50", "campaign.scoring.weights", "相加应为 100"),
        ("    pass_mark: 80", "    pass_mark: 101", "campaign.scoring.pass_mark", "高于总分"),
        ("      - '3'", "      - '9'", "campaign.scoring.tie_order[1]", "没有编号为“9”的类别"),
        ("    applies_to:\n      - zone", "    applies_to:\n      - village", "campaign.recommendation.applies_to[0]", "没有“village”"),
        ("total_per_track: 100", "total_per_track: 101", "points.total_per_track", "应为 101"),
        ("total_per_track: 100", "total_per_track: {zone: 100, bureau: 100}", "points.total_per_track.township", "缺少这一项"),
        ("          zone: 3\n          bureau: 3", "          zone: 2.5\n          bureau: 3", "categories[0].default_points.zone", "各项相加是 9.5 分"),
        ("          zone: 3\n          bureau: 3", "          zone: 2.7\n          bureau: 3", "categories[0].items[0].default_points.zone", "必须是 0.5 的整数倍"),
        ("          zone: 3\n          bureau: 3", "          zone: null\n          bureau: 3", "categories[0].items[0].default_points.zone", "却没有分值"),
        ("          township: null", "          township: 1", "categories[3].items[1].default_points.township", "不应有分值"),
        ('code: "1.2"', 'code: "1.1"', "categories[0].items[1].code", "已经在 categories[0].items[0].code 用过"),
        ('code: "1.2-1"', 'code: "1.1-1"', "categories[0].items[1].checkpoints[0].code", "已经在"),
        ("    item_count: 4", "    item_count: 5", "categories[0].item_count", "实际有 4 项"),
        ("            - ledger", "            - gossip", "categories[0].items[0].evidence.kinds[1]", "没有“gossip”这种证明材料"),
        ("            - onsite\n", "            - telepathy\n", "categories[0].items[0].inspection_methods.kinds[1]", "没有“telepathy”这种检查方式"),
    ],
)
def test_a_broken_file_is_refused_with_its_place_and_nothing_is_saved(changed, old, new, path, sentence):
    complaints = refused(changed((old, new)))

    assert any(line.startswith((f"{path}（第", f"{path}：")) and sentence in line for line in complaints), complaints
    assert not Campaign.objects.exists()
    assert not CalendarDay.objects.exists()


def test_every_finding_is_told_at_once(changed):
    complaints = refused(changed(("  city: 宣城市\n", ""), ("quota: 5", "quota: x"), ('end: "2021-10-31"', 'end: "2021-10-14"'), ("            - ledger", "            - gossip")))

    assert [line.partition("（")[0] for line in complaints] == [
        "campaign.city", "campaign.tracks[1].quota", "campaign.phases[2].end", "categories[0].items[0].evidence.kinds[1]",
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b"- 1\n- 2\n", "最外层"),
        (b"campaign: [1, 2\n", "不是完整的 YAML"),
        ("campaign: 宣城".encode("gb18030"), "不是 UTF-8"),
        (b"campaign: \x01", "控制字符"),
        (b"[" * 3000, "层次太深"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "不接受引用"),
        (b"a: &a [*a]\n", "不接受引用"),
        (b"a: 1\n--- \nb: 2\n", "不是完整的 YAML"),
    ],
)
def test_a_file_that_is_no_campaign_file_gets_a_sentence(tmp_path, data, sentence):
    file = tmp_path / "campaign.yaml"
    file.write_bytes(data)

    assert sentence in "\n".join(refused(file))


def test_a_missing_file_gets_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("load_campaign", tmp_path / "nothing.yaml")


def test_a_track_with_a_standard_in_use_is_not_taken_away(tmp_path):
    load(OTHER)
    lock_standard(Standard.objects.get(), at=moment(3, 20, year=2026))
    text = OTHER.read_text()
    for old, new in [
        ("    - {key: ward, kind: hospital, name: 示范医院, quota: 1}\n", ""), ("    ward: 45.5\n", ""),
        (" ward: 25.5,", ""), (" ward: 20,", ""), ("[classroom, ward]", "[classroom]"),
    ]:
        text = text.replace(old, new)
    file = tmp_path / "campaign.yaml"
    file.write_text(text)

    assert refused(file) == ["文件中没有了申报类别“示范医院”，但建设标准已在使用，不能删除。"]
    assert Track.objects.filter(key="ward").exists()


def test_a_quota_stays_while_units_stand_in_its_places(campaign, officer):
    track = campaign.tracks.get(key="township")
    application = make_scored("桃花潭镇", campaign)
    Place.objects.create(track=track, slot=1, cap=10, application=application, taken_at=moment(11, 1), taken_by=officer)

    with pytest.raises(NotAllowed, match="已有单位列入名单，名额不能再改"):
        change_track(track, quota=12, reason="增加", by=officer, at=moment(11, 2))

    assert Track.objects.get(pk=track.pk).quota == 10


UNITS_HEAD = "code,name,kind,parent_code,short_name,source,active_2021\n"


@pytest.mark.parametrize(
    ("rows", "place", "sentence"),
    [
        ("1,甲县,county,,甲县,,1\n1,乙县,county,,乙县,,1\n", "code（第 3 行）", "与第 2 行重复"),
        ("1,甲镇,township,9,甲镇,,1\n", "parent_code（第 2 行）", "没有代码为“9”的上级单位"),
        ("1,甲镇,township,2,甲镇,,1\n2,乙镇,township,1,乙镇,,1\n", "parent_code（第 2 行）", "绕成了一圈"),
        ("1,,county,,甲县,,1\n", "name（第 2 行）", "不能为空"),
        ("1,甲县,县,,甲县,,1\n", "kind（第 2 行）", "只能用小写字母"),
        ("1,甲县,county,,甲县,,2\n", "active_2021（第 2 行）", "只能是 1 或 0"),
        ("1,甲县,county\n", "（第 2 行）", "列数"),
        (f"1,{'长' * 101},county,,甲县,,1\n", "name（第 2 行）", "超过 100 个字"),
        ("1,甲\u200b县,county,,甲县,,1\n", "name（第 2 行）", "看不见的字符"),
    ],
)
def test_a_broken_list_of_units_is_refused_with_its_line(tmp_path, rows, place, sentence):
    file = tmp_path / "units.csv"
    file.write_text(UNITS_HEAD + rows)

    complaints = refused(file, "load_organizations")

    assert any(place in line and sentence in line for line in complaints), complaints
    assert not Organization.objects.exists()


def test_a_list_of_units_names_its_unknown_and_missing_columns(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("code,name,kind,short_name,colour\n1,甲县,county,甲县,蓝\n")

    assert refused(file, "load_organizations") == ["parent_code（第 1 行）：缺少这一列，请补上。", "colour（第 1 行）：没有这一列，请检查拼写或删去。"]


def test_a_list_of_units_brings_its_own_kinds_and_may_stand_in_any_order(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("code,name,kind,kind_name,parent_code,short_name\nC1,荷塘社区居委会,community,社区,T1,荷塘社区\nT1,荷叶镇,township,,X1,荷叶镇\nX1,蜀山区,county,,,蜀山区\n")

    assert "新增 3" in load(file, "load_organizations")
    community = Organization.objects.get(code="C1")
    assert (community.kind.name, community.county.code) == ("社区", "X1")


def test_a_renamed_unit_is_changed_alone(tmp_path):
    load(UNITS, "load_organizations")
    file = tmp_path / "units.csv"
    file.write_text(UNITS.read_text().replace("桃花潭镇,stats", "桃花潭,stats"))

    assert "新增 0，修改 1，不变 149" in load(file, "load_organizations")
    assert Organization.objects.get(name="泾县桃花潭镇人民政府").short_name == "桃花潭"
