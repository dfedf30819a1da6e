"""交流会: invited units are told, a change is told anew, minutes say who came."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Message, Role
from accounts.tests.factories import make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, rules, tasks
from results.models import Invitation, Meeting
from results.tests.factories import make_named

CALLED, STARTS = moment(11, 20, 9), moment(12, 1, 9)
WORDS = {"title": "经验交流会", "place": "市政务中心 301", "agenda": "一、介绍做法\n二、讨论"}


@pytest.fixture
def units(campaign):
    return [make_named(name, campaign, slot=slot).application.organization for slot, name in enumerate(["甲县", "乙县"], 1)]


@pytest.fixture
def first_clerk(units):
    return make_user("甲县的人", units[0], [Role.COUNTY_CLERK])


@pytest.fixture
def second_clerk(units):
    return make_user("乙县的人", units[1], [Role.COUNTY_CLERK])


@pytest.fixture
def meeting(campaign, units, officer):
    return actions.call_meeting(campaign, **WORDS, starts_at=STARTS, organizations=units[:1], by=officer, at=CALLED)


def told(person):
    return list(Message.objects.filter(user=person).order_by("pk").values_list("title", flat=True))


def test_the_office_calls_a_meeting_from_the_page(client, campaign, units, officer, first_clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)
    address, start = reverse("results:meeting_new"), timezone.localtime() + timedelta(days=3)
    given = WORDS | {"organizations": [unit.pk for unit in units]}

    assert "请选择开始时间" in client.post(address, given).content.decode()
    assert "开始时间要晚于现在" in client.post(address, given | {"starts_at": "2021-12-01T09:00"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, given | {"starts_at": f"{start:%Y-%m-%dT%H:%M}"})

    meeting = Meeting.objects.get()
    assert [str(one.organization) for one in meeting.invitations.order_by("pk")] == ["甲县", "乙县"]
    assert told(first_clerk) == ["请参加交流会：经验交流会"]
    client.force_login(first_clerk)
    assert "市政务中心 301" in client.get(meeting.get_absolute_url()).content.decode()
    assert "参加交流会：经验交流会" in [todo.title for todo in rules.todos(first_clerk, campaign, timezone.now())]


@pytest.mark.parametrize(("starts_at", "fine"), [(CALLED, False), (CALLED + timedelta(seconds=1), True)])
def test_a_meeting_lies_ahead(units, starts_at, fine):
    assert (rules.call_meeting_problems(starts_at, units, CALLED) == []) == fine


def test_whoever_is_not_invited_does_not_see_it(client, meeting, second_clerk, clerk):
    for person in (second_clerk, clerk):
        client.force_login(person)
        assert client.get(meeting.get_absolute_url()).status_code == 404
        assert "经验交流会" not in client.get(reverse("results:meeting_list")).content.decode()


def test_a_change_is_told_anew_and_to_who_is_left_out(meeting, units, officer, first_clerk, second_clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_meeting(meeting, **WORDS | {"place": "改在 302"}, starts_at=STARTS, organizations=units[1:], by=officer, at=CALLED + timedelta(hours=1))

    assert told(first_clerk) == ["你单位不用参加交流会：经验交流会"]
    assert told(second_clerk) == ["交流会有变更：经验交流会"]
    assert [one.organization for one in Invitation.objects.all()] == units[1:]


@pytest.mark.parametrize(("at", "fine"), [(STARTS - timedelta(seconds=1), True), (STARTS, False)])
def test_it_is_changed_or_called_off_before_it_begins_and_minuted_from_then_on(meeting, at, fine):
    assert (rules.coming_problems(meeting, at) == []) == fine
    assert (rules.cancel_meeting_problems(meeting, "改期", at) == []) == fine
    assert (rules.minutes_problems(meeting, "纪要", at) == []) != fine


def test_a_cancelled_meeting_says_why(client, meeting, officer, first_clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.cancel_meeting(meeting, "改期再开", by=officer, at=CALLED)

    assert told(first_clerk) == ["交流会已取消：经验交流会"]
    client.force_login(first_clerk)
    assert "改期再开" in client.get(meeting.get_absolute_url()).content.decode()
    with pytest.raises(NotAllowed, match="已经取消"):
        actions.record_minutes(meeting, "纪要", {}, by=officer, at=STARTS)


def test_the_minutes_say_who_came(client, campaign, meeting, units, officer, first_clerk, django_capture_on_commit_callbacks):
    Invitation.objects.create(meeting=meeting, organization=units[1])
    assert "记录交流会的纪要" in [todo.title for todo in rules.todos(officer, campaign, STARTS)]
    first, second = meeting.invitations.order_by("pk")
    client.force_login(officer)
    address = reverse("results:record_minutes", args=[meeting.pk])

    assert "请填写会议纪要" in client.post(address, {f"people_{first.pk}": "王某、李某"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"minutes": "会议认为……", f"people_{first.pk}": "王某、李某"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert [(one.came, one.people) for one in (first, second)] == [(True, "王某、李某"), (False, "")]
    assert told(first_clerk) == ["交流会的纪要可以看了：经验交流会"]
    client.force_login(first_clerk)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "会议认为……" in page
    assert "邀请 2 个，到会 1 个" in page


@pytest.mark.parametrize(("person", "new", "known"), [("auditor", 403, 403), ("clerk", 403, 404), ("inspector", 403, 404), ("nobody", 403, 404)])
def test_only_the_office_calls_changes_and_minutes(client, request, meeting, person, new, known):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("results:meeting_new")).status_code == new
    for name in ("change_meeting", "cancel_meeting", "record_minutes"):
        assert client.post(reverse(f"results:{name}", args=[meeting.pk]), {"reason": "x", "minutes": "x"}).status_code == known
    meeting.refresh_from_db()
    assert (meeting.cancelled_at, meeting.minuted_at) == (None, None)


def test_an_invited_unit_reads_and_changes_nothing(client, meeting, first_clerk):
    client.force_login(first_clerk)

    assert client.get(meeting.get_absolute_url()).status_code == 200
    assert client.post(reverse("results:cancel_meeting", args=[meeting.pk]), {"reason": "x"}).status_code == 403


def test_the_pages_ask_as_many_questions_for_many_as_for_one(client, campaign, meeting, officer, django_assert_num_queries):
    client.force_login(officer)
    addresses = [reverse("results:meeting_list"), meeting.get_absolute_url(), reverse("results:change_meeting", args=[meeting.pk])]
    for address in addresses:
        client.get(address)
    counts = []
    for address in addresses:
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        counts.append(len(one))
    more = [make_named(name, campaign, kind="bureau", slot=slot).application.organization for slot, name in enumerate(["市甲局", "市乙局", "市丙局"], 1)]
    Invitation.objects.bulk_create([Invitation(meeting=meeting, organization=unit) for unit in more])
    actions.call_meeting(campaign, **WORDS, starts_at=STARTS, organizations=more, by=officer, at=CALLED)

    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)


def test_lost_messages_are_sent_by_the_sweep_once(meeting, units, officer, first_clerk):
    for _twice in range(2):
        tasks.sweep_lost_messages(CALLED)
    assert told(first_clerk) == ["请参加交流会：经验交流会"]

    actions.change_meeting(meeting, **WORDS, starts_at=STARTS, organizations=units[:1], by=officer, at=CALLED + timedelta(hours=1))
    for _twice in range(2):
        tasks.sweep_lost_messages(CALLED)
    assert told(first_clerk) == ["请参加交流会：经验交流会", "交流会有变更：经验交流会"]
