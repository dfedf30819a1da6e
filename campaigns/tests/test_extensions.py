import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Message
from campaigns import actions
from campaigns.models import CountyCutoff, Extension, Opens
from campaigns.rules import NotAllowed, is_open
from campaigns.tests.factories import moment

BEFORE = moment(9, 10)


@pytest.fixture(autouse=True)
def in_september(time_machine):
    time_machine.move_to(BEFORE, tick=False)


def typed(campaign, unit, **changes):
    return {"phase": campaign.phases.get(key="application").pk, "organization": unit.pk, "last_on": "2021-10-08", "reason": "遭遇洪灾"} | changes


def test_the_office_grants_an_extension_and_the_unit_is_told(client, campaign, taohuatan, officer, clerk, county_clerk, other_clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("campaigns:grant_extension"), typed(campaign, taohuatan), follow=True)

    extension = Extension.objects.get()
    assert (extension.organization, extension.until, extension.granted_by, extension.granted_at) == (taohuatan, moment(10, 9), officer, BEFORE)
    assert "已同意桃花潭镇的自主申报延至 10月8日（周五）24:00" in response.content.decode()
    assert is_open(campaign, Opens.SUBMIT, taohuatan, moment(10, 8, 23, 59, 59))
    event = AuditEvent.objects.get(action="campaigns.grant_extension")
    assert (event.organization, event.by, event.detail["reason"]) == (taohuatan, officer, "遭遇洪灾")
    assert {message.user for message in Message.objects.all()} == {clerk, county_clerk}
    assert Message.objects.first().title == "桃花潭镇的自主申报延至 10月8日（周五）24:00"


def test_granted_again_the_row_says_the_latest_and_the_log_keeps_both(client, campaign, taohuatan, officer, clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)
    for day, reason in (("2021-10-08", "遭遇洪灾"), ("2021-10-12", "道路仍未抢通")):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("campaigns:grant_extension"), typed(campaign, taohuatan, last_on=day, reason=reason))

    html = client.get(reverse("campaigns:extensions")).content.decode()

    assert Extension.objects.get().until == moment(10, 13)
    assert AuditEvent.objects.filter(action="campaigns.grant_extension").count() == 2
    assert clerk.messages.count() == 2
    assert "遭遇洪灾" in html
    assert "道路仍未抢通" in html
    assert "10 月 8 日（周五）24:00" in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_on": "2021-09-30"}, "延期须晚于本阶段的截止时间 9月30日（周四）24:00"),
        ({"reason": ""}, "请填写延期理由"),
        ({"last_on": ""}, "请填写延至哪一天"),
        ({"organization": ""}, "请选择单位"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused_and_what_was_typed_stays(client, campaign, taohuatan, officer, changes, sentence):
    client.force_login(officer)

    page = client.post(reverse("campaigns:grant_extension"), typed(campaign, taohuatan, reason="水毁道路") | changes)

    assert sentence in page.content.decode()
    assert changes.get("reason") == "" or "水毁道路" in page.content.decode()
    assert not Extension.objects.exists()


def test_a_unit_that_does_not_apply_is_refused(campaign, city_office, officer):
    with pytest.raises(NotAllowed, match="不属于本次活动的申报单位"):
        actions.grant_extension(campaign.phases.first(), city_office, until=moment(10, 9), reason="洪灾", by=officer, at=BEFORE)


def test_an_auditor_reads_extensions_and_grants_none(client, campaign, taohuatan, auditor):
    client.force_login(auditor)

    assert "批准延期</a>" not in client.get(reverse("campaigns:extensions")).content.decode()
    assert client.post(reverse("campaigns:grant_extension"), typed(campaign, taohuatan)).status_code == 403
    assert not Extension.objects.exists()


def test_a_county_sets_an_earlier_end_for_its_townships(client, campaign, jing, county_clerk):
    client.force_login(county_clerk)

    page = client.post(reverse("campaigns:cutoff"), {"last_on": "2021-09-20"}, follow=True).content.decode()

    cutoff = CountyCutoff.objects.get()
    assert (cutoff.county, cutoff.at, cutoff.set_by) == (jing, moment(9, 21), county_clerk)
    assert "县内截止时间已设为 9月20日（周一）24:00" in page
    assert AuditEvent.objects.get(action="campaigns.set_cutoff").organization == jing


@pytest.mark.parametrize(("day", "sentence"), [("2021-09-30", "早于全市截止时间"), ("2021-08-01", "须在申报阶段之内"), ("2021-09-09", "已经过去"), ("", "请填写县内截止的最后一天")])
def test_a_cutoff_outside_the_phase_or_in_the_past_is_refused(client, campaign, county_clerk, day, sentence):
    client.force_login(county_clerk)

    assert sentence in client.post(reverse("campaigns:cutoff"), {"last_on": day}).content.decode()
    assert not CountyCutoff.objects.exists()


def test_a_cutoff_is_changed_and_taken_back(client, campaign, county_clerk):
    client.force_login(county_clerk)
    client.post(reverse("campaigns:cutoff"), {"last_on": "2021-09-20"})
    client.post(reverse("campaigns:cutoff"), {"last_on": "2021-09-25"})
    assert CountyCutoff.objects.get().at == moment(9, 26)

    page = client.post(reverse("campaigns:cutoff"), {"clear": "1"}, follow=True).content.decode()

    assert "已取消县内截止时间" in page
    assert not CountyCutoff.objects.exists()
    assert AuditEvent.objects.filter(action="campaigns.clear_cutoff").exists()
    assert "没有设定过" in client.post(reverse("campaigns:cutoff"), {"clear": "1"}).content.decode()


@pytest.mark.parametrize("person", ["clerk", "bureau_clerk", "officer", "lead", "administrator", "auditor", "inspector", "nobody"])
def test_only_a_countys_clerk_sets_its_cutoff(client, campaign, request, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("campaigns:cutoff")).status_code == 403
    assert client.post(reverse("campaigns:cutoff"), {"last_on": "2021-09-20"}).status_code == 403
    assert not CountyCutoff.objects.exists()


def test_a_county_sets_only_its_own(client, campaign, jing, other_county_clerk):
    client.force_login(other_county_clerk)

    client.post(reverse("campaigns:cutoff"), {"last_on": "2021-09-20"})

    assert CountyCutoff.objects.get().county == other_county_clerk.organization
