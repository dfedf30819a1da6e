"""The office's list: filters in the address, counts, reminders once a day."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Message
from accounts.tests.factories import make_organization
from applications import actions, snapshots
from applications.models import Application, Reminder, Submission
from applications.tests.factories import make_application
from campaigns.tests.factories import moment

NOW = moment(9, 29, 10, 32)
S = Application.Status


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client, officer):
    client.force_login(officer)
    return client


def units(answer):
    return [row[0].short_name for row in answer.context["rows"]]


def test_filters_stand_in_the_address_and_counts_follow_them(office, campaign, jing, taohuatan, yunling, jingde, miaoshou, education):
    make_application(taohuatan, campaign, S.SUBMITTED)
    make_application(yunling, campaign)
    address = reverse("applications:list")

    assert set(units(office.get(address))) == {"泾县", "桃花潭镇", "云岭镇", "旌德县", "庙首镇", "市教体局"}
    assert set(units(office.get(address, {"county": jing.pk}))) == {"泾县", "桃花潭镇", "云岭镇"}
    assert units(office.get(address, {"q": "云岭"})) == ["云岭镇"]
    assert units(office.get(address, {"status": "submitted"})) == ["桃花潭镇"]
    assert "桃花潭镇" not in units(office.get(address, {"status": "unsent"}))
    township = campaign.tracks.get(key="township")
    both = office.get(address, {"track": township.pk, "status": "none"})
    assert units(both) == ["庙首镇"]
    counts = {value: n for value, name, n in both.context["chips"]}
    assert (counts["none"], counts["draft"], counts["submitted"]) == (1, 1, 1)


@pytest.mark.parametrize("query", [{"county": "x"}, {"status": "nonsense"}, {"page": "-1"}, {"track": "99999999999999999999"}, {"q": "\x00"}])
def test_what_cannot_be_read_filters_nothing(query, office, campaign, taohuatan):
    assert "桃花潭镇" in units(office.get(reverse("applications:list"), query))


def test_the_list_asks_as_much_for_many_rows_as_for_one(office, campaign, taohuatan, django_assert_num_queries, django_assert_max_num_queries):
    make_application(taohuatan, campaign, S.SUBMITTED)
    office.get(reverse("applications:list"))
    with django_assert_max_num_queries(25) as few:
        office.get(reverse("applications:list"))
    for number in range(4):
        make_application(make_organization(f"镇{number}", parent=taohuatan.parent), campaign, S.SUBMITTED)

    with django_assert_num_queries(len(few)):
        office.get(reverse("applications:list"))


def test_a_clerk_is_led_to_their_own(client, campaign, taohuatan, clerk, bureau_clerk, nobody):
    application = make_application(taohuatan, campaign)
    client.force_login(clerk)
    assert client.get(reverse("applications:list")).url == application.get_absolute_url()
    client.force_login(bureau_clerk)
    assert client.get(reverse("applications:list")).url == reverse("applications:start")
    client.force_login(nobody)
    assert client.get(reverse("applications:list")).status_code == 403


def test_a_unit_is_reminded_once_a_day_whoever_asks(office, campaign, taohuatan, clerk, county_clerk, second_officer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post(reverse("applications:remind"), {"unit": [taohuatan.pk]}, follow=True)
    assert "已向 1 个单位发送提醒。" in answer.content.decode()

    again = actions.remind(campaign, [taohuatan], by=county_clerk, at=moment(9, 29, 23, 59))
    tomorrow = actions.remind(campaign, [taohuatan], by=second_officer, at=moment(9, 30))

    assert (again, tomorrow) == ((0, 1), (1, 0))
    assert Message.objects.get(user=clerk).deliveries.get().channel == "mail"
    assert Reminder.objects.count() == 2


def test_who_has_arrived_is_not_reminded(campaign, taohuatan, yunling, clerk, officer):
    make_application(taohuatan, campaign, S.SUBMITTED)
    make_application(yunling, campaign, S.WITH_COUNTY)

    assert actions.remind(campaign, [taohuatan, yunling], by=officer, at=NOW) == (1, 0)
    assert Reminder.objects.get().organization == yunling


def test_a_county_reminds_its_own_units_only(client, campaign, taohuatan, miaoshou, county_clerk):
    client.force_login(county_clerk)

    assert client.post(reverse("applications:remind"), {"unit": [miaoshou.pk]}).status_code == 403
    client.post(reverse("applications:remind"), {"unit": [taohuatan.pk, miaoshou.pk]})

    assert Reminder.objects.get().organization == taohuatan


@pytest.mark.parametrize("person", ["clerk", "inspector", "auditor", "nobody", "administrator"])
def test_others_remind_nobody(person, request, client, campaign, taohuatan):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("applications:remind"), {"unit": [taohuatan.pk]}).status_code == 403
    assert not Reminder.objects.exists()


def test_after_reminding_one_comes_back_here_and_nowhere_else(office, campaign, taohuatan):
    here = reverse("applications:list") + "?status=none"
    assert office.post(reverse("applications:remind"), {"unit": [taohuatan.pk], "next": here}).url == here
    assert office.post(reverse("applications:remind"), {"next": "https://evil.example/"}).url == reverse("applications:list")


# Versions


def test_any_two_versions_are_compared_character_by_character(office, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    submission = application.submissions.get()
    response = application.responses.in_order().first()
    old = snapshots.freeze(application)
    response.narrative = "已按规定完成。"
    response.save()
    response.evidence.update(url="https://www.example.gov.cn/2.html")
    new = snapshots.freeze(application)
    for number, snapshot in ((2, old), (3, new)):
        Submission.objects.create(
            application=application, number=number, receipt=f"r-{number}", received_at=NOW, submitted_at=NOW, submitted_by=clerk, snapshot=snapshot, sha256="0" * 64
        )

    html = office.get(reverse("applications:compare", args=[application.pk])).content.decode()

    assert "已按<del>要求</del><ins>规定</ins>完成。" in html
    assert "改了 2 处" in html  # the text, and the page that now stands at another address
    same = office.get(reverse("applications:compare", args=[application.pk]), {"old": 3, "new": 3}).content.decode()
    assert "两个版本的内容相同。" in same
    assert submission.receipt in office.get(reverse("applications:history", args=[application.pk])).content.decode()


def test_the_office_moves_a_due_date(office, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, S.RETURNED)

    office.post(reverse("applications:move_due", args=[application.pk]), {"due_at": "2021-10-15T18:00"})
    assert application.returns.get().due_at == moment(10, 15, 18)
    past = office.post(reverse("applications:move_due", args=[application.pk]), {"due_at": "2021-09-01T18:00"}, follow=True)

    assert "补正期限要晚于现在" in past.content.decode()
    assert application.returns.get().due_at == moment(10, 15, 18)


def test_nobody_is_reminded_of_what_can_no_longer_be_filed(client, officer, campaign, taohuatan, clerk):
    with time_machine.travel(moment(10, 1), tick=False):
        client.force_login(officer)
        page = client.post(reverse("applications:remind"), {"unit": [taohuatan.pk]}, follow=True)

    assert "申报期已经结束，不能再催报" in page.content.decode()
    assert not Reminder.objects.exists()
    assert not Message.objects.exists()
