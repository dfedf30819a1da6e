"""Starting, and one item at a time: what is saved, what is refused, what is kept."""

from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_organization, make_user
from applications import actions, rules
from applications.models import Application, ItemResponse
from applications.tests.factories import make_application, make_link
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
def response(application):
    return application.responses.in_order().first()


@pytest.fixture
def page(client, clerk, response):
    client.force_login(clerk)

    def post(action="save", **fields):
        typed = {"version": response.version, "self_verdict": "met", "self_score": "", "narrative": "已成立领导小组。", "action": action} | fields
        return client.post(response.get_absolute_url(), typed, headers=fields.pop("headers", {}))

    return post


# Starting


def test_starting_copies_the_items_of_the_track_and_locks_the_standard(campaign, education, bureau_clerk):
    application = actions.start(education, campaign, by=bureau_clerk, at=NOW)

    assert [(response.item.code, response.maximum) for response in application.responses.in_order()] == [("1.1", 40), ("2.1", 60)]
    assert application.standard.is_locked


@pytest.mark.postgres
def test_whoever_starts_holds_the_unit_against_changes_only(campaign, education, bureau_clerk):
    """A stronger hold keeps others from entering something about the unit in the log, on which the one who starts then waits."""
    with CaptureQueriesContext(connection) as asked:
        actions.start(education, campaign, by=bureau_clerk, at=NOW)

    held = [query["sql"] for query in asked if 'FROM "accounts_organization"' in query["sql"] and " FOR " in query["sql"]]
    assert len(held) == 1
    assert "FOR NO KEY UPDATE" in held[0]


def test_a_second_application_is_refused_by_the_rule_and_by_the_database(application, campaign, taohuatan, clerk):
    with pytest.raises(NotAllowed, match="每个单位只能申报一次"):
        actions.start(taohuatan, campaign, by=clerk, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(taohuatan, campaign)


def test_a_unit_without_a_track_or_out_of_use_does_not_start(campaign):
    school = make_organization("实验小学", kind="school")
    gone = make_organization("旧镇", valid_until=moment(8, 1).date())

    assert "没有面向你单位" in str(rules.start_problems(school, campaign, NOW)[0])
    assert any("不是有效单位" in str(problem) for problem in rules.start_problems(gone, campaign, NOW))


def test_nobody_starts_after_the_deadline(campaign, taohuatan):
    assert "截止" in str(rules.start_problems(taohuatan, campaign, moment(10, 1))[0])


def test_the_start_page_begins_and_leads_to_the_first_item(client, campaign, taohuatan, clerk):
    client.force_login(clerk)

    answer = client.post(reverse("applications:start"))

    application = Application.objects.get(organization=taohuatan)
    assert answer.url == f"/applications/{application.pk}/items/1.1/"
    assert client.get(reverse("applications:start")).url == application.get_absolute_url()


@pytest.mark.parametrize("person", ["officer", "inspector", "nobody", "auditor"])
def test_who_files_for_nobody_cannot_start(person, request, client, campaign):
    client.force_login(request.getfixturevalue(person))

    assert client.post(reverse("applications:start")).status_code == 403
    assert not Application.objects.exists()


# One item


def test_saving_stays_and_done_goes_on(page, response, application):
    assert page("save").url == response.get_absolute_url()
    response.refresh_from_db()
    assert (response.self_verdict, response.narrative, response.is_done, response.version) == ("met", "已成立领导小组。", False, 1)
    make_link(response)

    answer = page("done", version=1)

    response.refresh_from_db()
    assert response.is_done
    assert answer.url == f"/applications/{application.pk}/items/2.1/"


def test_later_saves_and_goes_on_without_a_tick(page, response, application):
    assert page("later").url == f"/applications/{application.pk}/items/2.1/"
    response.refresh_from_db()
    assert response.is_touched
    assert not response.is_done


def test_a_text_of_another_day_says_its_day_and_a_score_has_no_empty_decimals(page, client, response, clerk):
    page(self_score="9")

    assert "已保存 10:32" in client.get(response.get_absolute_url()).content.decode()
    with time_machine.travel(moment(9, 29, 8), tick=False):
        client.force_login(clerk)
        html = client.get(response.get_absolute_url()).content.decode()
    assert "已保存 10:32" not in html
    assert "已保存 9月27日 10:32" in html
    assert 'value="9"' in html
    assert 'value="9.00"' not in html


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"self_score": "30.5"}, "自评得分应在 0 到 30 分之间。"),
        ({"self_score": "-1"}, "自评得分"),
        ({"self_score": "2.3"}, "自评得分按 0.5 分一档填写。"),
        ({"self_score": "好"}, "自评得分请填数字"),
    ],
)
def test_a_wrong_score_is_refused_at_the_field_and_everything_typed_stays(page, response, fields, sentence):
    answer = page(**fields)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count(sentence) >= 2
    assert "已成立领导小组。" in html
    assert "内容还没有保存" in html
    response.refresh_from_db()
    assert response.version == 0


def test_the_full_score_is_allowed_and_the_database_refuses_more(page, response):
    page(self_score="30")

    response.refresh_from_db()
    assert response.self_score == Decimal(30)
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemResponse.objects.filter(pk=response.pk).update(self_score=Decimal("30.5"))


def test_done_needs_a_verdict_a_text_and_a_proof(page, response):
    answer = page("done", self_verdict="", narrative="")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count("选择自评结论") >= 2
    assert html.count("填写工作情况说明") >= 2
    answer = page("done")
    assert "添加至少 1 份证明材料" in answer.content.decode()
    response.refresh_from_db()
    assert response.narrative == "已成立领导小组。"
    assert not response.is_done


@pytest.mark.parametrize(("length", "done"), [(800, True), (801, False)])
def test_a_text_over_the_limit_is_saved_but_not_done(page, response, length, done):
    make_link(response)

    answer = page("done", narrative="公" * length)

    response.refresh_from_db()
    assert len(response.narrative) == length
    assert response.is_done == done
    if not done:
        assert "超出 1 字，请精简" in answer.content.decode()


def test_not_applicable_asks_for_a_reason_but_no_proof(page, response):
    assert "填写不适用的理由" in page("done", self_verdict="not_applicable", narrative=" ").content.decode()
    response.refresh_from_db()
    page("done", self_verdict="not_applicable", narrative="本镇没有村民委员会。", version=response.version)

    response.refresh_from_db()
    assert response.is_done


def test_two_tabs_see_both_texts_and_nothing_is_lost(page, response, colleague):
    actions.save_response(response, base_version=0, verdict="met", score=None, narrative="同事写的。", by=colleague, at=NOW)

    answer = page(narrative="我写的。")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "内容有两个版本，请选择" in html
    assert "同事写的。" in html
    assert "我写的。" in html
    assert "查小慧" in html
    response.refresh_from_db()
    assert response.narrative == "同事写的。"

    page(narrative="我写的。", version=1)
    response.refresh_from_db()
    assert response.narrative == "我写的。"


def test_the_same_text_sent_again_is_no_conflict(page, response):
    page()
    answer = page()

    assert answer.status_code == 302
    response.refresh_from_db()
    assert response.version == 1


def test_a_done_item_that_lacks_something_again_is_reopened(campaign, education, bureau_clerk):
    application = make_application(education, campaign, done=True)
    response = application.responses.in_order().first()

    actions.remove_evidence(response.evidence.get(), by=bureau_clerk, at=NOW)

    response.refresh_from_db()
    assert not response.is_done


def test_a_draft_is_still_saved_after_the_deadline(page, response):
    with time_machine.travel(moment(10, 5), tick=False):
        actions.save_response(response, base_version=0, verdict="met", score=None, narrative="晚到的。", by=response.application.started_by, at=moment(10, 5))

    response.refresh_from_db()
    assert response.narrative == "晚到的。"


@pytest.mark.parametrize("person", ["county_clerk", "officer", "auditor"])
def test_who_may_read_may_not_write(person, request, client, response):
    client.force_login(request.getfixturevalue(person))

    assert client.post(response.get_absolute_url(), {"version": 0, "narrative": "改"}).status_code == 403
    response.refresh_from_db()
    assert response.narrative == ""


def test_a_foreign_item_is_not_found(client, response, other_clerk):
    client.force_login(other_clerk)

    assert client.get(response.get_absolute_url()).status_code == 404
    assert client.post(response.get_absolute_url(), {"narrative": "改"}).status_code == 404


def test_only_the_checkpoints_of_the_track_are_shown(client, campaign, education, bureau_clerk):
    application = make_application(education, campaign)
    item = application.responses.in_order().first().item
    township = campaign.tracks.get(key="township")
    item.checkpoints.create(code="1.1-2", text="村级公开栏。", order=1).tracks.set([township])
    client.force_login(bureau_clerk)

    html = client.get(reverse("applications:item", args=[application.pk, "1.1"])).content.decode()

    assert "配齐必要的专兼职人员" in html
    assert "村级公开栏。" not in html


def test_the_item_page_asks_the_same_number_of_questions_however_much_it_holds(client, clerk, response, django_assert_num_queries, django_assert_max_num_queries):
    client.force_login(clerk)
    make_link(response, by=clerk)
    client.get(response.get_absolute_url())
    with django_assert_max_num_queries(45) as few:
        client.get(response.get_absolute_url())
    for number in range(5):
        make_link(response, url=f"https://www.example.gov.cn/{number}.html", by=make_user())

    with django_assert_num_queries(len(few)):
        client.get(response.get_absolute_url())


def test_progress_counts_each_state(campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, Application.Status.RETURNED)
    first, second, third = application.responses.in_order()
    actions_done = rules.progress(application)
    assert (actions_done.done, actions_done.total) == (3, 3)
    ItemResponse.objects.filter(pk=first.pk).update(done_at=None, done_by=None)
    ItemResponse.objects.filter(pk=second.pk).update(done_at=None, done_by=None)

    parts = rules.progress(application)

    assert (parts.done, parts.working, parts.returned, parts.left) == (1, 1, 1, 2)
    assert parts.first == first
    assert [(category.done, category.total) for category in parts.categories] == [(0, 1), (1, 2)]
