"""Two people change the settings of a campaign at once: neither undoes the other (R-16)."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, OrganizationKind
from accounts.tests.pages import opened
from campaigns.models import Campaign, Minimum
from campaigns.tests.factories import moment

OVERTAKEN = "你打开这一页以后，别人把这一项改成了“%s”，所以没有保存。"
REASON = {"reason": "会议决定"}


@pytest.fixture
def desk(client, officer, campaign, time_machine):
    time_machine.move_to(moment(9, 10))
    client.force_login(officer)
    return client


def logged(what):
    return [event.detail["changes"] for event in AuditEvent.objects.filter(action=f"campaigns.change_{what}").order_by("number")]


def test_different_settings_both_survive_and_each_is_logged_as_its_own(desk, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(goal="第一行\n第二行", bonus_enabled=True)
    address = reverse("campaigns:change_settings")
    first, second = opened(desk, address), opened(desk, address)
    del first["bonus_enabled"]

    assert desk.post(address, first | REASON | {"pass_mark": "85"}).status_code == 302
    assert desk.post(address, second | REASON | {"publicity_days": "7"}).status_code == 302

    campaign.refresh_from_db()
    assert (campaign.pass_mark, campaign.publicity_days, campaign.bonus_enabled, campaign.goal) == (85, 7, False, "第一行\n第二行")
    assert [set(changes) for changes in logged("settings")] == [{"pass_mark", "bonus_enabled"}, {"publicity_days"}]


def test_the_same_setting_is_refused_with_both_values(desk, campaign):
    address = reverse("campaigns:change_settings")
    first, second = opened(desk, address), opened(desk, address)
    desk.post(address, first | REASON | {"pass_mark": "85", "city": "宣城"})

    answer = desk.post(address, second | REASON | {"pass_mark": "90", "goal": "新的目标"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert OVERTAKEN % "85" in page
    assert 'value="90"' in page
    assert "新的目标" in page
    assert 'value="宣城"' in page
    assert "会议决定" in page
    campaign.refresh_from_db()
    assert (campaign.pass_mark, campaign.goal) == (85, "")
    assert len(logged("settings")) == 1


def test_another_spelling_of_the_same_number_is_no_change(desk, campaign):
    address = reverse("campaigns:change_settings")
    first, second = opened(desk, address), opened(desk, address)
    desk.post(address, first | REASON | {"pass_mark": "85"})

    assert desk.post(address, second | REASON | {"pass_mark": "80.00"}).status_code == 302

    campaign.refresh_from_db()
    assert campaign.pass_mark == 85


def test_a_phase_keeps_what_the_other_moved(desk, campaign):
    phase = campaign.phases.get(key="application")
    address = reverse("campaigns:change_phase", args=[phase.pk])
    first, second, third = (opened(desk, address) for _person in range(3))

    desk.post(address, first | REASON | {"last_on": "2021-10-08", "text": "国庆顺延\r\n至 8 日"})
    desk.post(address, second | REASON | {"name": "申报和推荐"})
    refused = desk.post(address, third | REASON | {"last_on": "2021-10-15"})

    phase.refresh_from_db()
    assert (phase.ends_at, phase.name, phase.text) == (moment(10, 9), "申报和推荐", "国庆顺延\n至 8 日")
    assert [set(changes) for changes in logged("phase")] == [{"ends_at", "text"}, {"name"}]
    assert refused.status_code == 409
    assert OVERTAKEN % "2021-10-08" in refused.content.decode()
    assert 'value="2021-10-15"' in refused.content.decode()


def test_a_track_keeps_what_the_other_set(desk, campaign):
    track = campaign.tracks.get(key="bureau")
    address = reverse("campaigns:change_track", args=[track.pk])
    first, second, third = (opened(desk, address) for _person in range(3))

    desk.post(address, first | REASON | {"quota": "6"})
    desk.post(address, second | REASON | {"yearly_bonus": "1.50"})
    refused = desk.post(address, third | REASON | {"quota": "7"})

    track.refresh_from_db()
    assert (track.quota, track.yearly_bonus) == (6, 1.5)
    assert refused.status_code == 409
    assert OVERTAKEN % "6" in refused.content.decode()


def test_a_minimum_keeps_what_the_other_set(desk, campaign):
    kind = OrganizationKind.objects.get(code="county")
    minimum, _made = Minimum.objects.update_or_create(track=campaign.tracks.get(key="township"), per=kind, defaults={"min": 1, "max": None})
    address = reverse("campaigns:change_minimum", args=[minimum.pk])
    first, second, third = (opened(desk, address) for _person in range(3))

    desk.post(address, first | REASON | {"max": "5"})
    desk.post(address, second | REASON | {"min": "2"})
    refused = desk.post(address, third | REASON | {"max": "4"})

    minimum.refresh_from_db()
    assert (minimum.min, minimum.max) == (2, 5)
    assert logged("minimum") == [{"max": ["None", "5"]}, {"min": ["1", "2"]}]
    assert refused.status_code == 409


def test_what_was_emptied_is_said_in_words(desk, campaign):
    track = campaign.tracks.get(key="bureau")
    type(track).objects.filter(pk=track.pk).update(verbatim="不超过5个")
    address = reverse("campaigns:change_track", args=[track.pk])
    first, second = opened(desk, address), opened(desk, address)

    desk.post(address, first | REASON | {"verbatim": ""})

    assert OVERTAKEN % "（空）" in desk.post(address, second | REASON | {"verbatim": "不超过6个"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_several_who_save_the_same_track_at_once_one_is_first_and_the_others_are_told(campaign, officer):
    track = campaign.tracks.get(key="bureau")
    address = reverse("campaigns:change_track", args=[track.pk])
    desks = [Client() for _person in range(4)]
    for desk in desks:
        desk.force_login(officer)
    pages = [opened(desk, address) | REASON | {"quota": str(10 + number)} for number, desk in enumerate(desks)]
    outcomes, start = {}, threading.Barrier(len(desks))

    def save(desk, page):
        try:
            start.wait()
            outcomes[page["quota"]] = desk.post(address, page).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=told) for told in zip(desks, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes.values()) == [302, 409, 409, 409]
    track.refresh_from_db()
    assert outcomes[str(track.quota)] == 302
    assert logged("track") == [{"quota": ["5", str(track.quota)]}]
    connection.close()
