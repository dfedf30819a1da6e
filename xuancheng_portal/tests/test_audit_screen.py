"""The audit log on the screen: found, taken away, checked."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import audit
from accounts.models import AuditEvent, AuditHead, Heartbeat, Job
from campaigns.models import Campaign
from campaigns.tests.factories import make_county_campaign, moment

AT = moment(9, 27, 10)
ADDRESS = "/audit/"


@pytest.fixture
def entries(campaign, officer, clerk, taohuatan, miaoshou):
    """Three entries: of the office about the campaign, of a clerk about a unit, of the office about another unit without a campaign."""
    audit.record("campaigns.publish", campaign, by=officer, at=AT, campaign=campaign)
    audit.record("accounts.change_user", clerk, by=clerk, at=moment(9, 28, 10), organization=taohuatan, campaign=campaign, reason="=1+1")
    audit.record("accounts.login", officer, by=officer, at=moment(9, 29, 10), organization=miaoshou)


@pytest.mark.parametrize(("query", "numbers"), [
    ("", [3, 2, 1]), ("person=汪小桃", [2]), ("unit=桃花潭", [2]), ("unit=没有", []), ("event=accounts.login", [3]), ("event=x", [3, 2, 1]), ("object=汪小桃", [2]), ("object=3", [3]),
    ("first=2021-09-28", [3, 2]), ("last=2021-09-28", [2, 1]), ("first=2021-09-28&last=2021-09-28", [2]), ("first=x", [3, 2, 1]), ("about=xuancheng-2021", [2, 1]),
])
def test_entries_are_found_by_person_unit_day_event_and_object(client, auditor, entries, query, numbers):
    client.force_login(auditor)

    response = client.get(f"{ADDRESS}?{query}")

    assert [entry.number for entry, _words in response.context["rows"] if entry.number <= 3] == numbers


def test_the_office_sees_what_concerns_its_campaign_only(client, officer, entries):
    client.force_login(officer)

    response = client.get(ADDRESS)

    assert [entry.number for entry, _words in response.context["rows"]] == [2, 1]
    assert reverse("verify_audit") not in response.content.decode()
    assert client.post(reverse("verify_audit")).status_code == 403


@pytest.mark.parametrize(("person", "status"), [("auditor", 200), ("administrator", 200), ("officer", 200), ("lead", 200), ("clerk", 403), ("county_clerk", 403), ("county_officer", 403), ("county_lead", 403), ("inspector", 403)])
def test_who_reads_the_log(client, request, campaign, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(ADDRESS).status_code == status
    assert client.post(reverse("export_audit")).status_code == (302 if status == 200 else 403)


def fetch(client, person, address, callbacks):
    with callbacks(execute=True):
        client.post(address)
    job = Job.objects.filter(owner=person).latest("pk")
    assert job.state == Job.State.DONE, job.error
    return b"".join(client.get(reverse("accounts:download", args=[job.pk])).streaming_content)


def test_what_is_shown_is_taken_away_as_a_workbook_in_which_text_is_text(client, auditor, entries, django_capture_on_commit_callbacks):
    client.force_login(auditor)

    content = fetch(client, auditor, reverse("export_audit") + "?person=汪小桃", django_capture_on_commit_callbacks)

    sheet = load_workbook(BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert len(rows) == 1
    assert rows[0][1] == 2
    assert rows[0][4] == "修改账号"
    assert '"=1+1"' in rows[0][9]
    assert "筛选：操作人 汪小桃" in sheet["A2"].value
    assert AuditEvent.objects.latest("number").action == "accounts.export"


def test_the_chain_is_checked_behind_the_page_and_the_result_stays(client, auditor, entries, django_capture_on_commit_callbacks):
    client.force_login(auditor)
    assert "还没有核对过" in client.get(ADDRESS).content.decode()

    content = fetch(client, auditor, reverse("verify_audit"), django_capture_on_commit_callbacks).decode()

    assert "审计链完整，共 5 条。" in content  # the check itself and the sign-in are entries as well
    assert "最近一次核对" in client.get(ADDRESS).content.decode()
    assert Heartbeat.objects.get(duty="verify_audit").succeeded
    assert AuditEvent.objects.latest("number").action == "accounts.verify_audit"


def alter_behind_its_back(number):
    """As somebody at the database would: the triggers go, one entry changes."""
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON accounts_auditevent"
        cursor.execute(f"DROP TRIGGER accounts_auditevent_update_refused{on}")
        cursor.execute("UPDATE accounts_auditevent SET by_label = 'x' WHERE number = %s", [number])


def test_the_first_bad_entry_is_named(client, administrator, entries, django_capture_on_commit_callbacks):
    alter_behind_its_back(2)
    client.force_login(administrator)

    content = fetch(client, administrator, reverse("verify_audit"), django_capture_on_commit_callbacks).decode()

    assert "审计链从第 2 条起不完整" in content
    assert "审计链从第 2 条起不完整" in client.get(ADDRESS).content.decode()


def test_what_is_recorded_while_the_chain_is_walked_is_no_fault(entries, officer, campaign, monkeypatch):
    hashed = audit.event_hash

    def while_walking(event):
        monkeypatch.setattr(audit, "event_hash", hashed)
        audit.record("campaigns.publish", campaign, by=officer, at=AT)
        return hashed(event)

    monkeypatch.setattr(audit, "event_hash", while_walking)

    assert audit.verify() is None


def test_an_entry_beyond_the_head_is_a_fault(entries):
    AuditHead.objects.update(number=2, hash=AuditEvent.objects.get(number=2).hash)

    assert audit.verify() == 3


def test_the_page_asks_as_many_questions_for_many_entries_as_for_one(client, auditor, campaign, clerk, taohuatan, django_assert_num_queries):
    client.force_login(auditor)
    audit.record("accounts.login", clerk, by=clerk, at=AT, organization=taohuatan)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as one:
        client.get(ADDRESS)
    for _again in range(20):
        audit.record("accounts.login", clerk, by=clerk, at=AT, organization=taohuatan)

    with django_assert_num_queries(len(one)):
        client.get(ADDRESS)


def test_every_campaign_can_be_chosen(client, auditor, campaign):
    client.force_login(auditor)

    assert Campaign.objects.get().title in client.get(ADDRESS).content.decode()


def test_no_title_of_a_countys_campaign_is_told_by_the_filter(client, officer, auditor, campaign, jing):
    own = make_county_campaign(jing, title="泾县的活动")

    for person, tells in ((officer, False), (auditor, True)):
        client.force_login(person)
        assert ("泾县的活动" in client.get(ADDRESS).content.decode()) == tells
        client.post(reverse("export_audit") + f"?about={own.code}")
        assert ("泾县的活动" in Job.objects.filter(owner=person).latest("pk").title) == tells
