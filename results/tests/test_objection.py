"""Objections: from the public during the notice, seen by the office only, answered in writing."""

from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent, Message, Role
from accounts.tests.factories import make_organization, make_user
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from results import actions, challenge, rules, tasks
from results.models import Objection
from results.tests.factories import make_confirmed, make_notice, make_objection, make_scored

DURING = moment(11, 5, 9)
FACTS = "该单位公开专栏的内容长期没有更新，与申报材料不一致。"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def notice(campaign):
    units = [make_scored(name, campaign, 90, kind="bureau") for name in ("市财政局", "市审计局")]
    make_confirmed(units)
    return make_notice(units, starts_on=date(2021, 11, 4), ends_on=date(2021, 11, 10))


@pytest.fixture
def entry(notice):
    return notice.entries.first()


def file(client, notice, at=DURING, wait=5, **changes):
    """Open the form, wait while the browser does its work, and send it."""
    address = reverse("results:public_objection", args=[notice.pk])
    with time_machine.travel(at, tick=False) as clock:
        page = client.get(address)
        form = page.context["form"]
        clock.shift(wait)
        given = {
            "entry": notice.entries.first().pk, "name": "张三", "phone": "0563-3021234", "facts": FACTS, "website": "",
            "token": form["token"].value(), "work": challenge.solve(form["token"].value()),
        }
        return client.post(address, given | changes)


def test_anybody_files_an_objection_and_follows_it_with_the_code(client, notice, officer, clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = file(client, notice)

    objection = Objection.objects.get()
    assert answer.url == reverse("results:public_objection_received", args=[objection.code])
    assert objection.due_on == date(2021, 11, 19)
    assert len(objection.code) == 14
    received = client.get(answer.url).content.decode()
    assert objection.code in received
    assert "张三" not in received
    message = Message.objects.get(user=officer, key=f"objection-{objection.pk}")
    assert "张三" not in message.title + message.body
    assert not Message.objects.filter(user=clerk).exists()
    filed = AuditEvent.objects.get(action="results.file_objection")
    assert "张三" not in str(filed.detail)
    assert filed.address is None

    page = client.post(reverse("results:public_track"), {"code": objection.code.lower(), "phone_tail": "1234"}).content.decode()
    assert "待受理" in page


@pytest.mark.parametrize(("code_is_right", "tail"), [(True, "4321"), (True, ""), (False, "1234")])
def test_a_wrong_code_or_number_shows_nothing(client, entry, code_is_right, tail):
    objection = make_objection(entry)
    code = objection.code if code_is_right else "AAAA-BBBB-CCCC"

    page = client.post(reverse("results:public_track"), {"code": code, "phone_tail": tail}).content.decode()

    assert "查询码或电话后四位不正确" in page
    assert "待受理" not in page


@pytest.mark.parametrize(("at", "status"), [(moment(11, 10, 23, 59, 50), 302), (moment(11, 11), 200)])
def test_the_last_day_counts_and_the_day_after_does_not(client, notice, at, status):
    address = reverse("results:public_objection", args=[notice.pk])
    with time_machine.travel(moment(11, 10, 12), tick=False):
        token = client.get(address).context["form"]["token"].value()

    with time_machine.travel(at, tick=False):
        answer = client.post(address, {"entry": notice.entries.first().pk, "name": "张三", "phone": "0563-3021234", "facts": FACTS, "token": token})

    assert answer.status_code == status
    assert Objection.objects.count() == (status == 302)
    if status == 200:
        assert "公示已结束" in answer.content.decode()


def test_the_action_asks_the_rule_again(entry):
    with pytest.raises(NotAllowed, match="公示已结束"):
        actions.file_objection(entry, name="张三", phone="0563-3021234", facts=FACTS, at=moment(11, 11))


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"facts": "太短"}, "不少于 20 字"), ({"name": ""}, "请填写姓名或单位名称"), ({"phone": "abc"}, "联系电话只能写数字"),
    ({"website": "https://spam.example"}, "请把标明“请留空”的一栏清空"), ({"token": "made-up"}, "页面打开太久了"),
])
def test_a_wrong_form_says_why_and_keeps_what_was_typed(client, notice, changes, sentence):
    page = file(client, notice, **({"facts": FACTS + "第二段。"} | changes)).content.decode()

    assert sentence in page
    assert changes.get("facts", "第二段。") in page
    assert not Objection.objects.exists()


def test_a_form_sent_at_once_is_from_a_machine(client, notice):
    assert "提交得太快了" in file(client, notice, wait=0).content.decode()
    assert not Objection.objects.exists()


def test_without_the_real_name_setting_a_name_is_optional(client, campaign, notice):
    campaign.objection_real_name = False
    campaign.save()

    file(client, notice, name="", phone="")

    objection = Objection.objects.get()
    page = client.post(reverse("results:public_track"), {"code": objection.code, "phone_tail": ""}).content.decode()
    assert "待受理" in page


def test_a_sixth_objection_within_the_hour_waits_and_keeps_what_was_typed(client, notice):
    for _one in range(5):
        assert file(client, notice).status_code == 302

    answer = file(client, notice)

    assert answer.status_code == 429
    assert FACTS in answer.content.decode()
    assert Objection.objects.count() == 5


def test_sent_twice_from_one_page_it_is_one_objection_with_one_code(client, notice):
    address = reverse("results:public_objection", args=[notice.pk])
    with time_machine.travel(DURING, tick=False) as clock:
        form = client.get(address).context["form"]
        clock.shift(5)
        given = {"entry": notice.entries.first().pk, "name": "张三", "phone": "0563-3021234", "facts": FACTS, "token": form["token"].value()}
        first, second = client.post(address, given), client.post(address, given)
        other = client.post(address, given | {"facts": FACTS + "另外，电话打不通。"})

        assert first.url == second.url
        assert Objection.objects.count() == 1
        assert other.status_code == 409
        assert "另外，电话打不通。" in other.content.decode()
        assert "从这一页已经收到一件异议" in other.content.decode()
        clock.shift(5)
        again = client.post(address, given | {"facts": FACTS + "另外，电话打不通。", "token": other.context["form"]["token"].value()})

    assert again.status_code == 302
    assert Objection.objects.count() == 2


def test_codes_cannot_be_tried_without_end(client, notice):
    for _one in range(20):
        client.post(reverse("results:public_track"), {"code": "AAAA-BBBB-CCCC"})

    assert client.post(reverse("results:public_track"), {"code": "AAAA-BBBB-CCCC"}).status_code == 429


def test_every_view_of_an_objection_is_recorded(client, entry, officer):
    objection = make_objection(entry)
    client.force_login(officer)

    client.get(reverse("results:objection_list"))
    assert not AuditEvent.objects.filter(action="results.read_objection").exists()
    page = client.get(objection.get_absolute_url()).content.decode()

    assert "张三" in page
    assert AuditEvent.objects.get(action="results.read_objection").by == officer


@pytest.mark.parametrize("person", ["clerk", "county_clerk", "auditor", "administrator", "inspector", "nobody"])
def test_an_objection_is_the_offices_alone(client, request, entry, person):
    objection = make_objection(entry)
    client.force_login(request.getfixturevalue(person))

    assert client.get(objection.get_absolute_url()).status_code == 404
    assert client.post(reverse("results:answer_objection", args=[objection.pk]), {"outcome": "rejected", "reply": "不属实"}).status_code == 404
    assert client.post(reverse("results:examine_objection", args=[objection.pk])).status_code == 404
    assert not AuditEvent.objects.filter(action="results.read_objection").exists()


def test_the_list_shows_no_objector(client, entry, officer):
    make_objection(entry)
    client.force_login(officer)

    page = client.get(reverse("results:objection_list")).content.decode()

    assert "市" in page
    for secret in ("张三", "0563-3021234", "长期没有更新"):
        assert secret not in page


def test_the_office_examines_and_answers(client, entry, officer):
    objection = make_objection(entry)
    client.force_login(officer)

    client.post(reverse("results:examine_objection", args=[objection.pk]))
    client.post(reverse("results:answer_objection", args=[objection.pk]), {"outcome": "rejected", "reply": "经核查，专栏按时更新。"})

    objection.refresh_from_db()
    entry.refresh_from_db()
    assert (objection.state, objection.outcome, objection.replied_by) == ("answered", "rejected", officer)
    assert entry.fallen_at is None
    page = client.post(reverse("results:public_track"), {"code": objection.code, "phone_tail": "1234"}).content.decode()
    assert "经核查，专栏按时更新。" in page


def test_an_answer_without_words_keeps_what_was_chosen(client, entry, officer):
    objection = make_objection(entry)
    client.force_login(officer)

    page = client.post(reverse("results:answer_objection", args=[objection.pk]), {"outcome": "upheld", "reply": ""}).content.decode()

    assert "请填写书面答复" in page
    assert '<option value="upheld" selected' in page
    objection.refresh_from_db()
    assert objection.state == "received"


def test_a_lead_declines_what_is_no_objection_with_a_reason_and_it_holds_nobody_up(client, entry, officer, lead):
    objection = make_objection(entry, facts="买一送一买一送一买一送一买一送一买一送一")
    address = reverse("results:decline_objection", args=[objection.pk])
    client.force_login(officer)
    assert client.post(address, {"reason": "广告，与公示无关。"}).status_code == 403

    client.force_login(lead)
    assert "请写明不予受理的理由" in client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "广告，与公示无关。"})

    objection.refresh_from_db()
    assert (objection.state, objection.outcome, objection.replied_by) == ("declined", "", lead)
    assert not Objection.objects.open().exists()
    assert AuditEvent.objects.get(action="results.decline_objection").by == lead
    page = client.post(reverse("results:public_track"), {"code": objection.code, "phone_tail": "1234"}).content.decode()
    assert "不予受理的理由" in page
    assert "广告，与公示无关。" in page


def test_what_was_taken_up_is_answered_and_not_declined(entry, officer, lead):
    objection = make_objection(entry)
    objection = actions.examine_objection(objection, by=officer, at=DURING)
    assert (objection.examined_at, objection.examined_by) == (DURING, officer)

    with pytest.raises(NotAllowed, match="请核查后答复"):
        actions.decline_objection(objection, "广告，与公示无关。", by=lead, at=DURING)
    actions.answer_objection(objection, "rejected", "不属实。", by=officer, at=DURING)
    with pytest.raises(NotAllowed, match="已经办结"):
        actions.examine_objection(objection, by=officer, at=DURING)


def test_who_of_the_office_belongs_to_the_unit_neither_sees_nor_hears_of_it(client, campaign, entry, officer, django_capture_on_commit_callbacks):
    """S-36: somebody lent to the office by the very unit, or by the county above it."""
    unit = entry.application.organization
    unit.parent = make_organization("某县", kind="county")
    unit.save()
    unit.refresh_from_db()
    lent = [make_user(f"借调{n}", organization, [Role.OFFICE, Role.OFFICE_LEAD]) for n, organization in enumerate((unit, unit.county))]
    objection = make_objection(entry)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_lost_messages(DURING)

    assert Message.objects.filter(key=f"objection-{objection.pk}", user=officer).exists()
    for person in lent:
        assert not Message.objects.filter(key=f"objection-{objection.pk}", user=person).exists()
        client.force_login(person)
        assert client.get(objection.get_absolute_url()).status_code == 404
        assert objection.code not in client.get(reverse("results:objection_list")).content.decode()
        assert not [todo for todo in rules.todos(person, campaign, DURING) if "异议" in todo.title]
    client.force_login(officer)
    assert client.get(objection.get_absolute_url()).status_code == 200
    assert AuditEvent.objects.filter(action="results.read_objection").count() == 1


def test_the_clock_counts_working_days(client, entry, officer):
    """Received on Friday, 5 November; the tenth working day is Friday, 19 November."""
    make_objection(entry)
    client.force_login(officer)

    for at, words in ((moment(11, 6), "还有 10 个工作日"), (moment(11, 18), "还有 1 个工作日"), (moment(11, 19, 23), "今天到期"), (moment(11, 20), "逾期")):
        with time_machine.travel(at, tick=False):
            client.force_login(officer)
            assert words in client.get(reverse("results:objection_list")).content.decode(), at


@pytest.mark.parametrize(("outcome", "falls"), [("upheld", True), ("partly", False), ("rejected", False), ("withdrawn", False)])
def test_only_an_upheld_objection_makes_the_unit_fall(entry, officer, outcome, falls):
    objection = make_objection(entry)

    actions.answer_objection(objection, outcome, "答复。", by=officer, at=DURING)

    entry.refresh_from_db()
    assert (entry.fallen_at is not None) == falls
    assert entry.fallen_by == (officer if falls else None)
    assert hasattr(entry.application, "place"), "the place is freed by an action of its own"


def test_a_second_answer_is_refused_with_the_first_persons_name(entry, officer, lead):
    objection = make_objection(entry)
    actions.answer_objection(objection, "rejected", "不属实。", by=officer, at=DURING)

    with pytest.raises(NotAllowed, match="已由宋小公答复"):
        actions.answer_objection(objection, "upheld", "属实。", by=lead, at=DURING)


def test_an_overdue_objection_is_red_and_told_once(client, entry, officer, django_capture_on_commit_callbacks):
    objection = make_objection(entry)
    campaign = entry.notice.campaign

    tasks.sweep_overdue_objections(moment(11, 19, 23))
    assert not Message.objects.exists()
    assert [todo.urgency for todo in rules.todos(officer, campaign, moment(11, 19, 23))][0] == "amber"
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep_overdue_objections(moment(11, 20))

    assert Message.objects.filter(user=officer, key=f"objection-overdue-{objection.pk}").count() == 1
    assert [todo.urgency for todo in rules.todos(officer, campaign, moment(11, 20))][0] == "red"


def test_the_list_asks_as_many_questions_for_many_as_for_one(client, entry, officer, django_assert_num_queries):
    make_objection(entry)
    client.force_login(officer)
    client.get(reverse("results:objection_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("results:objection_list"))
    for _more in range(3):
        make_objection(entry)

    with django_assert_num_queries(len(one)):
        client.get(reverse("results:objection_list"))
