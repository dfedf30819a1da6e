"""通报: drafted from figures, edited, published by another person, in the inbox of every unit and on the list."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules, tasks
from results.models import Bulletin
from results.tests.factories import make_named, make_scored

AT = moment(11, 20, 9)


@pytest.fixture
def bulletin(campaign, officer):
    return actions.draft_bulletin(campaign, by=officer, at=AT)


def test_the_draft_tells_the_figures_of_the_moment(campaign, officer, jing):
    make_scored("桃花潭镇", campaign, parent=jing)
    make_scored("市丙局", campaign, kind="bureau")
    make_named("甲县", campaign)

    drafted = actions.draft_bulletin(campaign, by=officer, at=AT)

    assert drafted.title == "关于2021年全市政务公开示范区和示范点创建工作进展情况的通报（第1期）"
    assert "截至 2021 年 11 月 20 日，全市共收到申报 3 份，其中县（市、区）示范区 1 份（名额 3 个），市直单位示范点 1 份（名额 5 个），乡镇（街道）示范点 1 份（名额 10 个）。" in drafted.body
    assert "泾县（1 个，至少 2 个）" in drafted.body
    assert "已安排验收 3 个单位，完成 3 个。" in drafted.body
    assert "已命名 1 个单位。" in drafted.body
    assert drafted.figures["named"] == 1
    assert "市丙局" not in drafted.body
    assert [line[:2] for line in drafted.paragraphs] == ["一、", "二、", "三、", "四、"]


@pytest.mark.parametrize(("at", "urged"), [(moment(9, 30, 23, 59), True), (moment(10, 1), False)])
def test_counties_are_urged_only_while_they_can_still_file(campaign, officer, jing, at, urged):
    drafted = actions.draft_bulletin(campaign, by=officer, at=at)

    assert "泾县（0 个，至少 2 个）" in drafted.body
    assert ("请抓紧组织申报" in drafted.body) == urged


def test_what_has_not_begun_is_not_spoken_of(campaign, officer):
    drafted = actions.draft_bulletin(campaign, by=officer, at=AT)

    assert len(drafted.paragraphs) == 1
    assert "全市共收到申报 0 份" in drafted.body


def test_the_office_drafts_and_edits_from_the_page(client, campaign, officer):
    client.force_login(officer)
    client.post(reverse("results:draft_bulletin"))
    drafted = Bulletin.objects.get()

    assert "请填写正文" in client.post(drafted.get_absolute_url(), {"title": "通报", "body": ""}).content.decode()
    client.post(drafted.get_absolute_url(), {"title": "通报", "body": "进展良好。"})

    drafted.refresh_from_db()
    assert (drafted.title, drafted.body) == ("通报", "进展良好。")
    assert AuditEvent.objects.get(action="results.change_bulletin").detail["before"]["title"].startswith("关于2021年")


def test_another_person_publishes_and_every_unit_is_told(client, bulletin, lead, officer, clerk, county_clerk, inspector, django_capture_on_commit_callbacks):
    client.force_login(lead)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("results:publish_bulletin", args=[bulletin.pk]))

    bulletin.refresh_from_db()
    assert bulletin.published_by == lead
    assert set(Message.objects.filter(key=f"bulletin-{bulletin.pk}").values_list("user__username", flat=True)) == {"lead", "officer", "clerk", "county_clerk"}
    client.force_login(clerk)
    assert bulletin.title in client.get(reverse("results:bulletin_list")).content.decode()
    assert client.get(bulletin.get_absolute_url()).status_code == 200
    with pytest.raises(NotAllowed, match="已经发布，不能修改"):
        actions.change_bulletin(bulletin, title="改", body="改", by=officer, at=AT)


def test_nobody_publishes_what_they_drafted(campaign, lead):
    own = actions.draft_bulletin(campaign, by=lead, at=AT)

    with pytest.raises(NotAllowed, match="通报由你起草"):
        actions.publish_bulletin(own, by=lead, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=own.pk).update(published_at=AT, published_by=lead)


def test_personal_data_keeps_a_bulletin_back(bulletin, officer, lead):
    actions.change_bulletin(bulletin, title="通报", body="联系人 13800138000", by=officer, at=AT)

    with pytest.raises(NotAllowed, match="有疑似手机号码“138[*]+8000”"):
        actions.publish_bulletin(bulletin, by=lead, at=AT)
    assert Bulletin.objects.get().published_at is None


@pytest.mark.parametrize(("person", "status"), [("officer", 403), ("auditor", 403), ("clerk", 404), ("nobody", 404)])
def test_only_a_lead_publishes_and_drafts_are_the_offices(client, request, bulletin, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("results:publish_bulletin", args=[bulletin.pk])).status_code == status
    assert Bulletin.objects.get().published_at is None


@pytest.mark.parametrize("person", ["clerk", "auditor", "inspector", "administrator", "nobody"])
def test_only_the_office_drafts(client, request, campaign, person):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("results:draft_bulletin")).status_code == 403
    assert not Bulletin.objects.exists()


def test_a_draft_waits_for_a_lead_who_did_not_write_it(campaign, bulletin, lead, officer):
    assert "审查并发布通报" in [todo.title for todo in rules.todos(lead, campaign, AT)]
    assert rules.todos(officer, campaign, AT) == []


def test_the_list_asks_as_many_questions_for_many_as_for_one(client, campaign, bulletin, officer, django_assert_num_queries):
    client.force_login(officer)
    address = reverse("results:bulletin_list")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _more in range(3):
        actions.draft_bulletin(campaign, by=officer, at=AT)

    with django_assert_num_queries(len(one)):
        client.get(address)


def test_a_lost_message_is_sent_by_the_sweep_once(bulletin, lead, clerk):
    actions.publish_bulletin(bulletin, by=lead, at=AT)

    for _twice in range(2):
        tasks.sweep_lost_messages(AT)

    assert Message.objects.filter(user=clerk).count() == 1
