"""Who objected is put right and removed when asked for, and forgotten by the clock; the objection, its numbers and the log stay."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent, Heartbeat
from accounts.retention import kept_since
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, tasks
from results.models import Objection
from results.tests.factories import make_confirmed, make_notice, make_objection, make_scored

ANSWERED = moment(11, 12, 23)
LAST_DAY, AFTER = moment(11, 12, 23, year=2023), moment(11, 13, year=2023)
FACTS = "我是李小明，电话0563-3021234，手机13905630000。该单位公开专栏长期没有更新。"


@pytest.fixture
def entry(campaign):
    units = [make_scored(name, campaign, 90, kind="bureau") for name in ("市财政局", "市审计局")]
    make_confirmed(units)
    return make_notice(units, starts_on=moment(11, 4).date(), ends_on=moment(11, 10).date()).entries.first()


@pytest.fixture
def objection(entry, officer):
    found = make_objection(entry, name="李小明", phone="0563-3021234", facts=FACTS, received_at=moment(11, 5))
    actions.examine_objection(found, by=officer, at=moment(11, 6))
    return found


@pytest.fixture
def answered(objection, officer):
    return actions.answer_objection(objection, "rejected", "李小明同志：经核查，专栏已按期更新。", by=officer, at=ANSWERED)


def who(objection):
    found = Objection.objects.get(pk=objection.pk)
    return found.name, found.phone


def test_an_objector_is_forgotten_when_the_months_are_over_and_not_a_day_before(client, answered, campaign, officer):
    before = Objection.objects.filter(outcome="rejected").count()
    tasks.sweep_personal_data(LAST_DAY)
    assert who(answered) == ("李小明", "0563-3021234")

    tasks.sweep_personal_data(AFTER)

    assert who(answered) == ("", "")
    found = Objection.objects.get(pk=answered.pk)
    assert found.facts == "我是（异议人），电话***，手机139******00。该单位公开专栏长期没有更新。"
    assert found.reply == "（异议人）同志：经核查，专栏已按期更新。"
    assert (found.state, found.outcome, found.replied_at) == ("answered", "rejected", ANSWERED)
    assert Objection.objects.filter(outcome="rejected").count() == before == 1
    told = AuditEvent.objects.get(action="results.remove_personal_data")
    assert (told.by, told.campaign_code, told.detail) == (None, campaign.code, {"objections": 1, "before": str(kept_since(AFTER))})
    assert AuditEvent.objects.filter(action="results.answer_objection", target_id=str(answered.pk)).exists()
    assert audit.verify() is None


@pytest.mark.parametrize(("answered_at", "forgotten"), [(moment(11, 12, 23, 59), True), (moment(11, 13), False)])
def test_the_limit_itself_is_still_kept(objection, officer, answered_at, forgotten):
    actions.answer_objection(objection, "rejected", "经核查，专栏已按期更新。", by=officer, at=answered_at)

    actions.remove_personal_data(at=AFTER)

    assert Objection.objects.get(pk=objection.pk).is_forgotten == forgotten


def test_nothing_is_written_twice_and_nothing_without_need(answered):
    actions.remove_personal_data(at=AFTER)
    version = Objection.objects.get(pk=answered.pk).version

    assert actions.remove_personal_data(at=AFTER + timedelta(days=1)) == {}
    assert Objection.objects.get(pk=answered.pk).version == version
    assert AuditEvent.objects.filter(action="results.remove_personal_data").count() == 1


def test_who_waits_for_an_answer_is_not_forgotten_however_long(objection):
    actions.remove_personal_data(at=moment(1, 1, year=2031))

    assert who(objection) == ("李小明", "0563-3021234")


def test_the_clock_works_once_a_day(answered):
    Heartbeat.objects.create(duty="results.personal_data", at=AFTER + timedelta(minutes=1))
    tasks.sweep_personal_data(AFTER + timedelta(hours=2))
    assert who(answered) == ("李小明", "0563-3021234")

    tasks.sweep_personal_data(AFTER + timedelta(days=1))
    assert who(answered) == ("", "")


# Asked for by the objector


def test_the_office_puts_right_what_an_objector_asks_for_and_the_log_holds_no_data(client, objection, officer):
    client.force_login(officer)

    answer = client.post(reverse("results:correct_objector", args=[objection.pk]), {"name": "李晓明", "phone": "0563-3029876", "reason": "本人来电，已核实"}, follow=True)

    assert who(objection) == ("李晓明", "0563-3029876")
    assert "已更正" in answer.content.decode()
    told = AuditEvent.objects.get(action="results.correct_objector")
    assert (told.by, told.detail) == (officer, {"reason": "本人来电，已核实", "fields": ["name", "phone"]})
    client.logout()
    tracked = client.post(reverse("results:public_track"), {"code": objection.code, "phone_tail": "9876"})
    assert tracked.context["objection"] == objection


def test_the_office_removes_who_it_was_once_the_answer_is_given(client, answered, officer):
    client.force_login(officer)
    address = reverse("results:objection", args=[answered.pk])
    assert "按申请删除" in client.get(address).content.decode()

    client.post(reverse("results:forget_objector", args=[answered.pk]), {"reason": "本人到窗口申请，已核实"})

    assert who(answered) == ("", "")
    assert AuditEvent.objects.get(action="results.forget_objector").detail == {"reason": "本人到窗口申请，已核实"}
    page = client.get(address).content.decode()
    assert "姓名和电话已经没有了" in page
    assert "李小明" not in page
    assert audit.verify() is None
    client.logout()
    assert client.post(reverse("results:public_track"), {"code": answered.code, "phone_tail": ""}).context["objection"] == answered


def test_before_the_answer_nobody_is_forgotten(client, objection, officer):
    client.force_login(officer)
    assert "按申请删除" not in client.get(reverse("results:objection", args=[objection.pk])).content.decode()

    answer = client.post(reverse("results:forget_objector", args=[objection.pk]), {"reason": "本人到窗口申请"}, follow=True)

    assert "这件异议还没有答复" in answer.content.decode()
    assert who(objection) == ("李小明", "0563-3021234")


def test_what_is_gone_is_neither_put_right_nor_removed_again(answered, officer):
    actions.forget_objector(answered, "本人到窗口申请", by=officer, at=AFTER)

    with pytest.raises(NotAllowed, match="已经没有了"):
        actions.forget_objector(answered, "本人到窗口申请", by=officer, at=AFTER)
    with pytest.raises(NotAllowed, match="已经删除，不能再更正"):
        actions.correct_objector(answered, "李四", "0563-3020000", "本人到窗口申请", by=officer, at=AFTER)


@pytest.mark.parametrize("verb", ["correct_objector", "forget_objector"])
def test_a_request_says_how_it_was_made(client, answered, officer, verb):
    client.force_login(officer)

    answer = client.post(reverse(f"results:{verb}", args=[answered.pk]), {"name": "李四", "phone": "0563-3020000", "reason": "要"})

    assert "不少于 5 字" in answer.content.decode()
    assert who(answered) == ("李小明", "0563-3021234")


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "inspector", "administrator", "auditor", "nobody"])
def test_others_touch_nobodys_data(client, request, answered, person):
    client.force_login(request.getfixturevalue(person))

    for verb in ("correct_objector", "forget_objector"):
        assert client.post(reverse(f"results:{verb}", args=[answered.pk]), {"name": "李四", "phone": "0563-3020000", "reason": "本人申请"}).status_code == 404
    assert who(answered) == ("李小明", "0563-3021234")


# What the public reads about it


def test_anybody_reads_what_is_kept_and_for_how_long(client, entry, settings):
    settings.PERSONAL_DATA_MONTHS = 36

    page = client.get(reverse("results:privacy")).content.decode()

    assert "答复以后保存 36 个月" in page
    assert "账号停用满 36 个月" in page
    assert reverse("results:privacy") in client.get(reverse("results:public_home")).content.decode()
    with time_machine.travel(moment(11, 5, 9), tick=False):
        form = client.get(reverse("results:public_objection", args=[entry.notice_id])).content.decode()
    assert f'href="{reverse("results:privacy")}" target="_blank"' in form


@pytest.mark.parametrize(("name", "phone", "sentence"), [
    ("李四", "0563-30", "7 位以上"), ("李四", "-------", "7 位以上"), ("  ", "0563-3020000", "请填写姓名"), ("李四", "3020000", ""),
])
def test_whoever_objected_stays_within_reach_of_the_query(answered, officer, name, phone, sentence):
    before = (answered.name, answered.phone)
    if sentence:
        with pytest.raises(NotAllowed, match=sentence):
            actions.correct_objector(answered, name, phone, "本人到窗口申请", by=officer, at=AFTER)
    else:
        actions.correct_objector(answered, name, phone, "本人到窗口申请", by=officer, at=AFTER)

    answered.refresh_from_db()
    assert (answered.name, answered.phone) == (before if sentence else (name, phone))
