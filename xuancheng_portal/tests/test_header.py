"""The header of every page: each role its own navigation, what is unread, and the year in view."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Message, Role
from accounts.tests.factories import make_user, moment
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.tests.factories import make_campaign
from inspections.tests.factories import make_rectification
from xuancheng_portal import context
from xuancheng_portal.tests.urlconf import patterns

pytestmark = pytest.mark.django_db


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user, request.session = user, {}
    return request


def labels(user, path="/"):
    return [str(entry["label"]) for entry in context.navigation(request_of(user, path))]


def page(user, path="/"):
    return render_to_string("base.html", request=request_of(user, path))


def test_a_clerk_finds_filing_and_rectification_and_nothing_of_the_office(clerk):
    assert "申报填报" in labels(clerk)
    assert "整改任务" in labels(clerk)
    assert not {"总览", "审核", "督导整改", "设置"} & set(labels(clerk))


def test_the_office_finds_review_and_settings_and_nothing_of_filing(officer):
    assert {"总览", "审核", "督导整改", "排名与名额", "设置"} <= set(labels(officer))
    assert not {"申报填报", "整改任务"} & set(labels(officer))


def test_an_inspector_who_is_also_a_clerk_finds_both(taohuatan):
    both = make_user("兼任", taohuatan, [Role.UNIT_CLERK, Role.INSPECTOR])

    assert {"申报填报", "现场任务"} <= set(labels(both))


def test_the_entry_of_the_page_is_marked_also_below_its_address(clerk):
    below = context.navigation(request_of(clerk, context.reverse("applications:list") + "12/"))

    assert [str(entry["label"]) for entry in below if entry["current"]] == ["申报填报"]


def test_a_page_of_another_address_marks_the_entry_it_belongs_to(officer, client, campaign):
    client.force_login(officer)

    page = client.get(context.reverse("results:objection_list"))

    assert [str(entry["label"]) for entry in page.context["nav"] if entry["current"]] == ["公示命名"]


@pytest.mark.parametrize("person", ["officer", "clerk"])
def test_cases_belong_to_what_comes_after_naming_for_whoever_looks(client, campaign, request, person):
    client.force_login(request.getfixturevalue(person))

    page = client.get(reverse("results:case_list"))

    assert [str(entry["label"]) for entry in page.context["nav"] if entry["current"]] == ["命名以后"]
    assert reverse("results:experience_list") in page.content.decode()


def test_every_page_that_belongs_to_an_entry_exists():
    names = {name for name, _route, _pattern in patterns()}

    assert set(context.BELONGS_TO) <= names
    bars = [*context.NAVIGATION, *context.PUBLIC_NAVIGATION]
    assert set(context.BELONGS_TO.values()) <= {name for name, _label, _third in bars}


@pytest.mark.parametrize("address", ["results:public_case_list", "results:public_experience_list"])
def test_cases_and_experiences_share_an_entry_of_the_public_bar(client, address):
    page = client.get(reverse(address))

    assert [str(entry["label"]) for entry in page.context["public_nav"] if entry["current"]] == ["典型经验"]


def test_what_waits_is_counted_on_the_entry_that_leads_there(clerk, other_clerk, officer, campaign, taohuatan, miaoshou):
    application = make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)
    make_application(miaoshou, campaign, status=Application.Status.ACCEPTED)
    make_rectification(application, by=officer)

    def counts(user):
        return {str(entry["label"]): entry["count"] for entry in context.navigation(request_of(user))}

    assert counts(clerk)["整改任务"] == 1
    assert counts(other_clerk)["整改任务"] == 0
    assert counts(officer)["审核"] == 1
    assert counts(officer)["督导整改"] == 0


def test_unread_messages_are_counted_for_their_reader_only(clerk, officer):
    Message.objects.create(user=clerk, key="a", title="退回", created_at=moment(9, 27))
    Message.objects.create(user=clerk, key="b", title="读过", created_at=moment(9, 27), read_at=moment(9, 28))

    assert "1 条未读" in page(clerk)
    assert "条未读" not in page(officer)


def test_the_year_can_be_switched_once_there_are_two(clerk, campaign):
    assert "切换年度" not in page(clerk)

    make_campaign(code="xuancheng-2022", year=2022)

    assert "?campaign=xuancheng-2021" in page(clerk)
    assert "2022 年度" in page(clerk)


def test_invented_data_is_labelled(clerk, campaign):
    assert "演示数据" not in page(clerk)

    campaign.is_demo = True
    campaign.save()

    assert "演示数据" in page(clerk)
    assert "演示数据" in page(AnonymousUser())


def test_a_piece_of_a_page_asks_nothing_of_the_database(clerk, django_assert_num_queries):
    request = request_of(clerk)

    with django_assert_num_queries(0):
        context.header(request)
