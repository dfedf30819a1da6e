from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tests.factories import make_organization
from campaigns import actions
from campaigns.document import wanted_settings
from campaigns.forms import SettingsForm
from campaigns.models import Campaign, CountyCutoff, Phase, Track
from campaigns.rules import NotAllowed
from campaigns.tests.factories import make_campaign, moment

BEFORE = moment(9, 10)


@pytest.fixture
def in_september(time_machine):
    time_machine.move_to(BEFORE)


def settings_data(campaign, **changes):
    form = SettingsForm(instance=campaign)
    data = {name: form.initial.get(name, "") for name in form.fields}
    data = {name: value for name, value in data.items() if value is not False and value is not None}
    return data | {"reason": "会议决定"} | changes


def phase_data(phase, **changes):
    return {"name": phase.name, "starts_on": "2021-08-17", "opens": phase.opens, "text": phase.text} | changes


def test_the_office_sees_how_the_campaign_is_set_up(client, campaign, officer):
    client.force_login(officer)

    html = client.get(reverse("campaigns:settings")).content.decode()

    assert "9 月 30 日（周四）24:00" in html
    assert "材料审核 × 40% + 现场验收 × 60%" in html
    assert "乡镇（街道）示范点" in html
    assert "分值非官方" in html


def test_before_the_first_campaign_the_page_says_so(client, officer):
    client.force_login(officer)

    for name in ("settings", "extensions", "calendar"):
        assert client.get(reverse(f"campaigns:{name}")).status_code == 200
    assert client.get(reverse("campaigns:change_settings")).status_code == 404
    assert client.get(reverse("campaigns:grant_extension")).status_code == 404


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "nobody"])
@pytest.mark.parametrize("name", ["settings", "calendar", "extensions", "change_settings", "grant_extension"])
def test_others_are_refused(client, campaign, request, person, name):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(f"campaigns:{name}")).status_code == 403
    assert client.post(reverse(f"campaigns:{name}")).status_code == 403


@pytest.mark.parametrize("person", ["administrator", "auditor"])
def test_those_who_may_look_may_not_change(client, campaign, request, person):
    client.force_login(request.getfixturevalue(person))

    page = client.get(reverse("campaigns:settings"))
    assert page.status_code == 200
    assert "修改设置" not in page.content.decode()
    assert client.post(reverse("campaigns:change_settings"), settings_data(campaign, pass_mark="1")).status_code == 403
    for name, row in (("change_phase", campaign.phases.first()), ("change_track", campaign.tracks.first())):
        assert client.post(reverse(f"campaigns:{name}", args=[row.pk])).status_code == 403
    assert Campaign.objects.get().pass_mark == 80


def test_a_setting_is_changed_with_its_reason_in_the_log(client, campaign, officer):
    client.force_login(officer)

    response = client.post(reverse("campaigns:change_settings"), settings_data(campaign, pass_mark="85.5", desk_weight="30", site_weight="70", likeness_percent="40", tie_order="2，1"))

    assert response.url == reverse("campaigns:settings")
    campaign.refresh_from_db()
    assert (str(campaign.pass_mark), campaign.desk_weight, campaign.site_weight, campaign.tie_order) == ("85.50", 30, 70, ["2", "1"])
    event = AuditEvent.objects.get(action="campaigns.change_settings")
    assert event.detail["reason"] == "会议决定"
    assert event.detail["changes"]["pass_mark"] == ["80.00", "85.5"]
    assert "相同的文字达到较短一篇的 40%" in client.get(reverse("campaigns:settings")).content.decode()
    assert "合格线：80 → 85.5" in client.get(reverse("campaigns:settings")).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"desk_weight": "50"}, "权重相加应为 100"),
        ({"pass_mark": "101"}, "合格线不能高于总分"),
        ({"reason": " "}, "请填写理由"),
        ({"tie_order": "2、9"}, "没有编号为“9”的类别"),
        ({"tie_order": "2、2"}, "有重复"),
        ({"publicity_days": "0"}, "1"),
        ({"desk_scorers": "3"}, "2"),
        ({"likeness_percent": "9"}, "10"),
        ({"likeness_percent": "101"}, "100"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_what_was_typed_stays(client, campaign, officer, changes, sentence):
    campaign.document = {"categories": [{"code": "1", "name": "一"}, {"code": "2", "name": "二"}]}
    campaign.save()
    client.force_login(officer)

    page = client.post(reverse("campaigns:change_settings"), settings_data(campaign, organizer="市政府办公室") | changes)

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert "市政府办公室" in page.content.decode()
    assert Campaign.objects.get().organizer == "市政务公开办"
    assert not AuditEvent.objects.filter(action="campaigns.change_settings").exists()


def test_nothing_changed_is_nothing_logged(client, campaign, officer):
    client.force_login(officer)

    page = client.post(reverse("campaigns:change_settings"), settings_data(campaign), follow=True)

    assert "没有改动" in page.content.decode()
    assert not AuditEvent.objects.filter(action="campaigns.change_settings").exists()


def test_a_phase_ends_with_its_last_day(client, campaign, officer, in_september):
    client.force_login(officer)
    phase = campaign.phases.get(key="application")

    client.post(reverse("campaigns:change_phase", args=[phase.pk]), phase_data(phase, last_on="2021-10-08", reason="国庆顺延"))

    phase.refresh_from_db()
    assert phase.ends_at == moment(10, 9)
    assert AuditEvent.objects.get(action="campaigns.change_phase").detail["reason"] == "国庆顺延"
    assert 'value="2021-10-08"' in client.get(reverse("campaigns:change_phase", args=[phase.pk])).content.decode()


def test_a_phase_is_not_cut_off_in_the_past_nor_under_a_countys_feet(client, campaign, officer, jing, county_clerk, in_september):
    CountyCutoff.objects.create(campaign=campaign, county=jing, at=moment(9, 21), set_at=BEFORE, set_by=county_clerk)
    client.force_login(officer)
    phase = campaign.phases.get(key="application")
    url = reverse("campaigns:change_phase", args=[phase.pk])

    past = client.post(url, phase_data(phase, last_on="2021-09-05", reason="提前")).content.decode()
    early = client.post(url, phase_data(phase, last_on="2021-09-15", reason="提前")).content.decode()

    assert "已经过去" in past
    assert "泾县设定的县内截止时间 9月20日（周一）24:00 不早于新的截止时间" in early
    assert Phase.objects.get(pk=phase.pk).ends_at == moment(10, 1)


def test_a_quota_is_changed_with_a_reason(client, campaign, officer):
    client.force_login(officer)
    track = campaign.tracks.get(key="bureau")
    url = reverse("campaigns:change_track", args=[track.pk])

    assert "请填写理由" in client.post(url, {"name": track.name, "quota": 6, "reason": ""}).content.decode()
    client.post(url, {"name": track.name, "quota": 6, "reason": "市政府同意"})

    assert Track.objects.get(pk=track.pk).quota == 6
    assert AuditEvent.objects.get(action="campaigns.change_track").detail["changes"] == {"quota": ["5", "6"]}


def test_the_bonus_of_a_track_changes_while_units_stand_in_its_places(client, campaign, officer):
    client.force_login(officer)
    track = campaign.tracks.get(key="bureau")
    url = reverse("campaigns:change_track", args=[track.pk])

    assert "加分不能小于 0" in client.post(url, {"name": track.name, "quota": 5, "yearly_bonus": "-1", "reason": "定标准"}).content.decode()
    client.post(url, {"name": track.name, "quota": 5, "yearly_bonus": "1.5", "reason": "定标准"})
    client.post(url, {"name": track.name, "quota": 5, "reason": "没有写加分，就不改加分"})

    assert Track.objects.get(pk=track.pk).yearly_bonus == Decimal("1.5")
    assert AuditEvent.objects.get(action="campaigns.change_track").detail["changes"] == {"yearly_bonus": ["0.00", "1.5"]}
    assert "1.5" in client.get(reverse("campaigns:settings")).content.decode()


def test_an_action_refuses_what_the_page_would(campaign, officer):
    with pytest.raises(NotAllowed):
        actions.change_settings(campaign, {"desk_weight": 10}, reason="改", by=officer, at=BEFORE)
    with pytest.raises(NotAllowed):
        actions.change_track(campaign.tracks.first(), quota=9, reason=" ", by=officer, at=BEFORE)


def test_a_phase_or_track_that_is_not_there_is_404(client, officer, campaign):
    client.force_login(officer)

    assert client.get(reverse("campaigns:change_phase", args=[0])).status_code == 404
    assert client.get(reverse("campaigns:change_track", args=[0])).status_code == 404


def test_a_later_campaign_without_approval_is_warned_about(client, officer, campaign):
    make_campaign(code="later", year=2022)
    Campaign.objects.update(organizer="")
    client.force_login(officer)

    html = client.get(reverse("campaigns:settings")).content.decode()

    assert "还没有填写主办单位" in html
    assert "还没有填写批准依据" in html


def test_the_calendar_shows_the_months_of_the_campaign(client, campaign, officer):
    actions.seed_calendar()
    client.force_login(officer)

    html = client.get(reverse("campaigns:calendar")).content.decode()

    assert "10月1日 国庆节" in html
    assert "10月9日 国庆节调休 上班" in html
    assert "未确认" not in html


def test_a_year_nobody_confirmed_is_marked_in_the_calendar(client, campaign, officer):
    client.force_login(officer)

    assert "未确认，按周一至周五" in client.get(reverse("campaigns:calendar")).content.decode()


@pytest.mark.parametrize("name", ["settings", "extensions", "calendar"])
def test_the_pages_ask_as_often_for_many_rows_as_for_one(client, campaign, officer, county_clerk, jing, name, django_assert_num_queries):
    def add(unit):
        actions.grant_extension(campaign.phases.get(key="application"), unit, until=moment(10, 9), reason="洪灾", by=officer, at=BEFORE)
        CountyCutoff.objects.create(campaign=campaign, county=unit, at=moment(9, 21), set_at=BEFORE, set_by=county_clerk)

    add(jing)
    client.force_login(officer)
    client.get(reverse(f"campaigns:{name}"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(f"campaigns:{name}"))
    for n in range(6):
        add(make_organization(f"县{n}", kind="county"))

    with django_assert_num_queries(len(one)):
        client.get(reverse(f"campaigns:{name}"))




def test_the_stamped_scan_is_asked_for_where_the_office_or_the_campaign_file_says_so(client, campaign, officer):
    client.force_login(officer)
    assert "可以上传，不要求" in client.get(reverse("campaigns:settings")).content.decode()

    client.post(reverse("campaigns:change_settings"), settings_data(campaign, signed_form_required="on"))

    campaign.refresh_from_db()
    assert campaign.signed_form_required
    assert "提交时必须上传" in client.get(reverse("campaigns:settings")).content.decode()
    assert wanted_settings({"campaign": {"filing": {"signed_form_required": True}}}) == {"signed_form_required": True}
    assert wanted_settings({"campaign": {}}) == {}
