"""Saving field by field, as the item page's script does it: what is answered, what is refused, what is never overwritten."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from applications import actions, presence, rules
from applications.tests.factories import make_application, make_link
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def application(campaign, taohuatan, clerk):
    return make_application(taohuatan, campaign, by=clerk)


@pytest.fixture
def response(application):
    return application.responses.in_order().first()


@pytest.fixture
def typed(client, response, clerk):
    """Somebody types: one field, by the version of it that the page knows."""
    client.force_login(clerk)

    def post(field="narrative", value="已成立领导小组。", version=0, name="save_field", **more):
        values = {"person": clerk.pk, "field": field, field: value, "version": version} | more
        answer = client.post(reverse(f"applications:{name}", args=[response.application_id, response.item.code]), values, headers=JSON)
        return answer, json.loads(answer.content)

    return post


def test_a_field_is_saved_alone_and_answered_with_its_version_and_the_time(typed, response):
    answer, said = typed()

    response.refresh_from_db()
    assert (answer.status_code, said) == (200, {"version": 1, "whole": 1, "at": "10:32"})
    assert (response.narrative, response.narrative_version, response.self_verdict_version, response.version) == ("已成立领导小组。", 1, 0, 1)
    assert AuditEvent.objects.get(action="applications.save_response").detail == {"item": "1.1", "version": 1, "fields": ["narrative"]}


def test_each_kind_of_field_is_saved_and_counts_its_own_saves(typed, response):
    typed("self_verdict", "partly")
    typed("self_score", "2.5")
    typed("narrative", "第一稿")
    typed("narrative", "第二稿", version=1)

    response.refresh_from_db()
    assert (response.self_verdict, response.self_score, response.narrative) == ("partly", Decimal("2.5"), "第二稿")
    assert (response.self_verdict_version, response.self_score_version, response.narrative_version, response.version) == (1, 1, 2, 4)
    typed("self_score", "", version=1)
    response.refresh_from_db()
    assert response.self_score is None


@pytest.mark.parametrize("text", ["　　首行缩进两格。\n", " 尾部空格 ", "一\n\n二\n", "👩‍👩‍👧🇨🇳é", "=1+1", "<b>不是粗体</b>", "\\n'\"%s"])
def test_every_character_arrives_as_it_was_typed(typed, response, text):
    typed(value=text)

    response.refresh_from_db()
    assert response.narrative == text


def test_line_ends_of_a_form_are_one_character(typed, response):
    typed(value="一\r\n二")

    response.refresh_from_db()
    assert response.narrative == "一\n二"


def test_the_same_text_sent_again_because_an_answer_was_lost_is_saved_once(typed, response):
    typed()
    answer, said = typed()

    assert (answer.status_code, said["version"]) == (200, 1)
    assert AuditEvent.objects.filter(action="applications.save_response").count() == 1


def test_an_older_text_never_overwrites_and_is_told_what_is_stored_by_whom_and_when(typed, response, colleague):
    actions.save_field(response, "narrative", "同事写的。", base_version=0, by=colleague, at=NOW - timedelta(minutes=5))
    actions.save_field(response, "self_score", Decimal(3), base_version=0, by=response.application.started_by, at=NOW)

    answer, said = typed(value="我写的。")

    assert answer.status_code == 409
    assert said == {"version": 1, "whole": 2, "value": "同事写的。", "who": "查小慧（桃花潭镇）", "when": "5 分钟前"}
    response.refresh_from_db()
    assert response.narrative == "同事写的。"
    answer, said = typed(value="同事写的。\n我写的。", version=1)
    assert (answer.status_code, said["version"]) == (200, 2)


def test_a_choice_and_a_score_are_told_as_their_controls_hold_them(typed, response, colleague):
    actions.save_field(response, "self_verdict", "not_met", base_version=0, by=colleague, at=NOW)
    actions.save_field(response, "self_score", Decimal("1.50"), base_version=0, by=colleague, at=NOW)

    assert typed("self_verdict", "met")[1]["value"] == "not_met"
    assert typed("self_score", "3")[1]["value"] == "1.5"
    actions.save_field(response, "self_score", None, base_version=1, by=colleague, at=NOW)
    assert typed("self_score", "3", version=1)[1]["value"] == ""


def test_two_people_in_two_fields_do_not_meet(typed, response, colleague):
    actions.save_field(response, "self_verdict", "met", base_version=0, by=colleague, at=NOW)

    answer, said = typed(value="我写的。")

    response.refresh_from_db()
    assert (answer.status_code, said["whole"]) == (200, 2)
    assert (response.self_verdict, response.narrative) == ("met", "我写的。")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("self_score", "30.5", "自评得分应在 0 到 30 分之间。"), ("self_score", "2.3", "自评得分按 0.5 分一档填写。"), ("self_score", "好", "自评得分请填数字，例如 3.5。"),
        ("self_score", "-1", "自评得分不能小于 0。"), ("narrative", "公" * 20001, "工作情况说明太长，超过 20000 字就不能保存，请精简。"),
    ],
)
def test_what_cannot_be_saved_is_told_in_a_sentence(typed, response, field, value, sentence):
    answer, said = typed(field, value)

    assert (answer.status_code, said) == (422, {"problems": [sentence]})
    response.refresh_from_db()
    assert response.version == 0


def test_the_longest_text_is_saved(typed, response):
    typed(value="公" * 20000)

    response.refresh_from_db()
    assert len(response.narrative) == 20000


@pytest.mark.parametrize("values", [{"field": "maximum"}, {"field": ""}, {"field": "application"}])
def test_only_what_is_typed_is_saved(typed, response, values):
    assert typed(**values, value="1")[0].status_code == 400
    assert typed(version="")[0].status_code == 422
    response.refresh_from_db()
    assert response.version == 0


def test_a_draft_is_saved_after_the_deadline_but_not_one_that_was_sent(typed, response, application, client, clerk):
    with time_machine.travel(moment(10, 5), tick=False):
        client.force_login(clerk)
        assert typed(value="晚到的。")[0].status_code == 200
    application.status = application.Status.WITH_COUNTY
    application.save()
    client.logout()
    client.force_login(clerk)

    answer, said = typed(value="更晚的。", version=1)

    assert (answer.status_code, said) == (422, {"problems": ["申报现在是“待县级审核”，内容不能修改。"]})
    response.refresh_from_db()
    assert response.narrative == "晚到的。"


def test_the_page_says_after_the_deadline_that_only_sending_has_ended(client, response, clerk):
    before = client_page(client, clerk, response)
    with time_machine.travel(moment(10, 1), tick=False):
        after = client_page(client, clerk, response)

    assert "<p data-after hidden>" in before
    assert "<p data-before hidden>" in after
    assert "申报已于 9 月 30 日（周四）24:00 截止，不能再提交。内容仍可填写和保存" in after
    assert 'data-field="narrative"' in after


def client_page(client, person, response):
    client.force_login(person)
    return client.get(response.get_absolute_url()).content.decode()


# Whose session it is


def test_a_session_that_ended_is_told_with_401_and_not_with_the_sign_in_page(client, response):
    path = reverse("applications:save_field", args=[response.application_id, "1.1"])

    answer = client.post(path, {"field": "narrative", "narrative": "写"}, headers=JSON)

    assert (answer.status_code, json.loads(answer.content)) == (401, {"problems": ["登录已过期，内容没有丢失，请重新登录。"]})
    assert client.post(path).status_code == 302


def test_nothing_is_saved_in_the_name_of_somebody_who_signed_in_meanwhile(client, typed, response, colleague):
    client.force_login(colleague)

    answer, said = typed()

    assert (answer.status_code, said) == (401, {"problems": ["现在登录的是查小慧，这一页的内容没有用这个账号保存。"]})
    response.refresh_from_db()
    assert response.narrative == ""
    assert typed(person="")[0].status_code == 401


@pytest.mark.parametrize("name", ["save_field", "editing", "leave_item"])
@pytest.mark.parametrize(("person", "status"), [("county_clerk", 403), ("officer", 403), ("other_clerk", 404)])
def test_who_may_not_fill_in_is_refused(name, person, status, request, client, response):
    user = request.getfixturevalue(person)
    client.force_login(user)

    answer = client.post(
        reverse(f"applications:{name}", args=[response.application_id, "1.1"]), {"person": user.pk, "field": "narrative", "narrative": "改", "version": 0}, headers=JSON,
    )

    assert answer.status_code == status
    response.refresh_from_db()
    assert response.narrative == ""


REFUSED = "账号或密码不正确，请检查后再试。连续输错多次，要等几分钟才能再试；等不及可以点“忘记密码”。"


def test_signing_in_again_in_the_dialog(client, clerk, colleague, password, db):
    path = reverse("accounts:login")

    wrong = client.post(path, {"username": "clerk", "password": "nicht"}, headers=JSON)
    right = client.post(path, {"username": "clerk", "password": password}, headers=JSON)
    other = client.post(path, {"username": "colleague", "password": password}, headers=JSON)

    assert (wrong.status_code, json.loads(wrong.content)) == (422, {"problems": [REFUSED]})
    assert (right.status_code, json.loads(right.content)) == (200, {"person": clerk.pk, "name": "汪小桃"})
    assert json.loads(other.content)["person"] == colleague.pk


def test_who_has_to_wait_is_answered_in_the_dialog_as_after_a_wrong_password(client, clerk, password):
    for _try in range(5):
        client.post(reverse("accounts:login"), {"username": "clerk", "password": "nicht"}, headers=JSON)

    answer = client.post(reverse("accounts:login"), {"username": "clerk", "password": password}, headers=JSON)

    assert (answer.status_code, json.loads(answer.content)) == (422, {"problems": [REFUSED]})


def test_saving_needs_the_token(response, clerk):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk)

    answer = strict.post(
        reverse("applications:save_field", args=[response.application_id, "1.1"]), {"person": clerk.pk, "field": "narrative", "narrative": "写", "version": 0}, headers=JSON,
    )

    assert answer.status_code == 403
    response.refresh_from_db()
    assert response.narrative == ""


# Going on


def test_going_on_marks_done_or_says_what_lacks_with_a_place_for_each(typed, response, application):
    answer, said = typed(name="leave_item", action="done")

    assert answer.status_code == 422
    assert said == {"problems": [{"text": "选择自评结论", "target": "#id_self_verdict"}, {"text": "填写工作情况说明", "target": "#id_narrative"}]}
    typed("self_verdict", "met")
    typed("narrative", "写好了。")
    assert typed(name="leave_item", action="done")[1] == {"problems": [{"text": "添加至少 1 份证明材料：文件、照片或网页链接", "target": "#evidence"}]}
    make_link(response)
    answer, said = typed(name="leave_item", action="done")
    response.refresh_from_db()
    assert (answer.status_code, said) == (200, {"url": f"/applications/{application.pk}/items/2.1/"})
    assert response.is_done
    assert typed(name="leave_item", action="later")[1]["url"].endswith("/items/2.1/")
    assert typed(name="leave_item", action="previous")[1]["url"] == response.get_absolute_url()


def test_the_page_without_script_says_the_same_words_on_top_and_at_the_place(client, response, clerk):
    client.force_login(clerk)

    answer = client.post(response.get_absolute_url(), {"version": 0, "self_verdict": "met", "narrative": "写", "action": "done"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in html
    assert "还有 1 处需要补充" in html
    assert html.count("添加至少 1 份证明材料：文件、照片或网页链接") == 2
    assert '<a href="#evidence">添加至少 1 份证明材料' in html
    response.refresh_from_db()
    again = client.post(response.get_absolute_url(), {"version": response.version, "self_verdict": "met", "narrative": "写完", "action": "save"})
    assert again.status_code == 302


# Who is here


def test_a_colleague_who_is_at_an_item_is_seen_there_and_in_the_list_for_a_minute(client, typed, response, clerk, colleague):
    typed(name="editing", focus="1")
    client.force_login(colleague)

    html = client.get(response.get_absolute_url()).content.decode()

    assert "汪小桃 正在编辑此项" in html
    assert "汪小桃 正在编辑</small>" in client.get(response.application.get_absolute_url()).content.decode()
    said = client.post(reverse("applications:editing", args=[response.application_id, "1.1"]), {"person": colleague.pk}, headers=JSON)
    assert json.loads(said.content) == {"others": ["汪小桃"]}
    assert typed_as(client, clerk, response) == []
    with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
        assert presence.at_work_on(response.application, besides=colleague) == {}


def typed_as(client, person, response):
    client.force_login(person)
    answer = client.post(reverse("applications:editing", args=[response.application_id, "1.1"]), {"person": person.pk}, headers=JSON)
    return json.loads(answer.content)["others"]


def test_without_the_cache_nobody_is_shown_and_saving_goes_on(typed, response, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(type(caches["default"]), "set", away)
    monkeypatch.setattr(type(caches["default"]), "get_many", away)

    assert typed()[0].status_code == 200
    assert typed(name="editing", focus="1")[1] == {"others": []}


# Counting


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("公开", 2), ("ＡＢ，。", 4), ("abc 12", 6), ("一\n二", 3), ("一\r\n二", 3), ("𠮷野家", 3), ("é", 1), ("e\u0301", 1), ("😀", 1), ("👍🏽", 1),
        ("👩\u200d👩\u200d👧", 1), ("👩🏽\u200d💻", 1), ("❤\ufe0f\u200d🔥", 1), ("🇨🇳", 1), ("🇨🇳🇫🇷", 2), ("1\ufe0f\u20e3", 1), ("公\u200b开\ufeff", 2), ("汉\u200d字", 2), ("🏴\U000e0067\U000e0062\U000e007f", 1),
    ],
)
def test_characters_are_counted_as_a_reader_counts_them(text, count):
    assert rules.characters(text) == count


def test_a_save_asks_a_bounded_number_of_questions(typed, django_assert_max_num_queries):
    typed()

    with django_assert_max_num_queries(26):
        typed(value="第二稿", version=1)


def test_who_saved_last_is_known_per_field(response, clerk, colleague):
    actions.save_field(response, "narrative", "一", base_version=0, by=clerk, at=timezone.now())
    actions.save_field(response, "self_verdict", "met", base_version=0, by=colleague, at=timezone.now())

    assert rules.last_save(response, "narrative").by == clerk
    assert rules.last_save(response, "self_verdict").by == colleague
    assert rules.last_save(response, "self_score") is None
