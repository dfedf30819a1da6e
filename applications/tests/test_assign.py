"""Sharing the items out among the people of a unit."""

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_user
from applications import actions, rules
from applications.models import ItemResponse
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def application(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk)


@pytest.fixture
def share(client, clerk, application):
    client.force_login(clerk)
    return lambda **chosen: client.post(reverse("applications:assign", args=[application.pk]), chosen)


def shares(application):
    return {response.item.code: response.assignee and response.assignee.name for response in application.responses.in_order().select_related("item", "assignee")}


def test_a_category_and_an_item_are_given_to_colleagues_who_are_told_once(share, application, colleague, clerk, django_capture_on_commit_callbacks):
    first, second, third = application.responses.in_order()
    with django_capture_on_commit_callbacks(execute=True):
        answer = share(category_2=str(colleague.pk), **{f"item_{first.pk}": str(clerk.pk)})

    assert answer.url == application.get_absolute_url()
    assert shares(application) == {"1.1": "汪小桃", "2.1": "查小慧", second.item.code if second.item.code != "2.1" else third.item.code: "查小慧"}
    told = Message.objects.get()
    assert (told.user, told.title) == (colleague, "汪小桃把 2 项填报分给了你")
    assert str(second.item) in told.body
    assert told.url == second.get_absolute_url()
    event = AuditEvent.objects.get(action="applications.assign")
    assert {"item": "2.1", "to": "查小慧"} in event.detail["shares"]
    with django_capture_on_commit_callbacks(execute=True):
        share(**{f"item_{response.pk}": str(response.assignee_id) for response in application.responses.all()})
    assert Message.objects.count() == 1
    assert AuditEvent.objects.filter(action="applications.assign").count() == 1


def test_a_share_is_taken_back(share, application, colleague):
    first = application.responses.in_order().first()
    share(**{f"item_{first.pk}": str(colleague.pk)})
    share(**{f"item_{first.pk}": "0"})

    first.refresh_from_db()
    assert (first.assignee, first.assigned_at, first.assigned_by) == (None, None, None)


def test_only_people_of_the_unit_get_a_share(share, application, other_clerk, clerk):
    first = application.responses.in_order().first()
    answer = share(**{f"item_{first.pk}": str(other_clerk.pk)})

    assert answer.status_code == 422
    assert "这位同事不是本单位的填报人员" in answer.content.decode()
    with pytest.raises(NotAllowed, match="只能把本单位申报的指标分给本单位的填报人员"):
        actions.assign(application, {first.pk: other_clerk.pk}, by=clerk, at=NOW)
    assert set(shares(application).values()) == {None}


def test_after_sending_in_nothing_is_shared_out(share, application, colleague, clerk):
    application.status = application.Status.WITH_COUNTY
    application.save()
    first = application.responses.in_order().first()

    answer = share(**{f"item_{first.pk}": str(colleague.pk)})

    assert answer.status_code == 422
    assert "申报现在是“待县级审核”" in answer.content.decode()
    assert set(shares(application).values()) == {None}


def test_somebody_elses_application_is_not_shared_out(client, application, county_clerk, other_clerk):
    path = reverse("applications:assign", args=[application.pk])
    client.force_login(county_clerk)
    assert client.post(path).status_code == 403
    client.force_login(other_clerk)
    assert client.post(path).status_code == 404


def test_the_database_wants_who_and_when_with_a_share(application, colleague):
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemResponse.objects.filter(application=application).update(assignee=colleague)


def test_list_and_item_say_whose_an_item_is_and_who_finished_it(client, share, application, colleague, clerk):
    first, second, *_rest = application.responses.in_order()
    share(**{f"item_{first.pk}": str(colleague.pk), f"item_{second.pk}": str(colleague.pk)})
    ItemResponse.objects.filter(pk=first.pk).update(done_at=NOW, done_by=colleague, updated_at=NOW, updated_by=colleague)

    page = client.get(application.get_absolute_url()).content.decode()
    item = client.get(first.get_absolute_url()).content.decode()

    assert "分给 查小慧" in page
    assert '已完成 </span>查小慧</span>' in page
    assert "分工：查小慧" in item
    assert "查小慧 刚刚 完成" in item
    client.force_login(colleague)
    assert "分给我" in client.get(application.get_absolute_url()).content.decode()


def test_going_on_leads_past_the_share_of_a_colleague(client, share, application, colleague, clerk):
    first, second, third = application.responses.in_order()
    share(**{f"item_{second.pk}": str(colleague.pk)})

    def after(response):
        return client.post(reverse("applications:leave_item", args=[application.pk, response.item.code]), {"person": clerk.pk, "action": "later"}).json()["url"]

    assert after(first) == second.get_absolute_url()
    ItemResponse.objects.filter(pk=first.pk).update(self_verdict="not_applicable", narrative="无")
    answer = client.post(reverse("applications:leave_item", args=[application.pk, first.item.code]), {"person": clerk.pk, "action": "done"})
    assert answer.json()["url"] == third.get_absolute_url()


def test_the_page_asks_as_many_questions_for_many_colleagues_as_for_one(client, application, clerk, colleague, taohuatan, django_assert_num_queries, django_assert_max_num_queries):
    client.force_login(clerk)
    path = reverse("applications:assign", args=[application.pk])
    client.get(path)
    with django_assert_max_num_queries(30) as few:
        client.get(path)
    for number in range(4):
        make_user(f"同事{number}", taohuatan, ["unit_clerk"])

    with django_assert_num_queries(len(few)):
        client.get(path)
    assert rules.colleagues(application).count() == 6
