from decimal import Decimal
from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_organization
from applications.models import Application, Return, ReturnedItem, SensitiveFinding
from applications.tests.factories import make_application
from campaigns.tests.factories import moment
from inspections.models import AgreedScore, DeskReview, Score
from inspections.tests.factories import make_accepted, make_desk_review, make_version


@pytest.fixture
def submitted(campaign, taohuatan):
    return make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)


@pytest.fixture
def accepted(campaign, taohuatan):
    return make_accepted(taohuatan, campaign)


def page(application, name="review", *more):
    return reverse(f"inspections:{name}", args=[application.pk, *more])


def typed(**changes):
    return {"points": "29.5", "reason": "缺会议纪要。", "version": "0"} | changes


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_office_opens_the_workbench_on_the_first_item(client, accepted, officer):
    client.force_login(officer)

    response = client.get(page(accepted))

    assert response.status_code == 200
    text = response.content.decode()
    assert "政务公开领导机构和政务公开工作机构健全" in text
    assert "1.1 评分" in text
    assert response.context["item"].code == "1.1"


def test_the_workbench_shows_warnings_about_evidence_with_what_the_unit_decided(client, submitted, officer, clerk):
    proof = submitted.responses.in_order().first().evidence.get()
    make_version(submitted, clerk)
    finding = SensitiveFinding.objects.create(evidence=proof, kind="phone", excerpt="138****0000", found_at=moment(9, 28))
    client.force_login(officer)

    text = client.get(page(submitted) + "?item=1.1").content.decode()
    assert "138****0000" in text
    assert "填报单位还没有处理" in text
    workbench = quote(page(submitted) + "?item=1.1", safe="")
    assert f"{reverse('applications:evidence_view', args=[proof.pk])}?back={workbench}" in text

    SensitiveFinding.objects.filter(pk=finding.pk).update(decision="publishable", reason="单位公开的电话", decided_at=moment(9, 29), decided_by=clerk)
    assert "单位公开的电话" in client.get(page(submitted) + "?item=1.1").content.decode()


def test_an_unknown_item_and_a_draft_are_not_found(client, campaign, accepted, yunling, officer):
    client.force_login(officer)
    draft = make_application(yunling, campaign)

    assert client.get(page(accepted) + "?item=9.9").status_code == 404
    assert client.get(page(draft)).status_code == 404


@pytest.mark.parametrize(("person", "status"), [("clerk", 403), ("county_clerk", 403), ("other_clerk", 404), ("inspector", 404), ("administrator", 404), ("nobody", 404), ("auditor", 200), ("lead", 200)])
def test_only_the_office_and_the_auditor_read_the_workbench(client, accepted, request, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(page(accepted)).status_code == status


@pytest.mark.parametrize(("person", "status"), [("clerk", 403), ("county_clerk", 403), ("inspector", 403), ("nobody", 403), ("auditor", 200), ("officer", 200)])
def test_only_the_office_and_the_auditor_read_the_list(client, accepted, request, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse("inspections:review_list")).status_code == status


@pytest.mark.parametrize(("name", "more"), [("desk_score", ["1.1"]), ("finish_desk", []), ("agree_desk", ["1.1"]), ("collect_return", ["1.1"]), ("send_return", []), ("accept", []), ("decline", []), ("approve_exemption", ["1.1"]), ("refuse_exemption", ["1.1"])])
def test_an_auditor_and_a_county_change_nothing(client, accepted, auditor, county_clerk, name, more):
    for person in (auditor, county_clerk):
        client.force_login(person)
        assert client.post(page(accepted, name, *more), typed()).status_code == 403


def test_a_score_is_saved_and_the_next_item_opens(client, accepted, officer):
    client.force_login(officer)

    response = client.post(page(accepted, "desk_score", "1.1") + "?state=accepted", typed(next="2.1"))

    assert response.status_code == 302
    assert response.url == page(accepted) + "?state=accepted&item=2.1"
    assert Score.objects.get().points == Decimal("29.5")
    assert said(response) == ["1.1 机构健全 的评分已保存。"]


def test_points_above_the_item_are_refused_and_what_was_typed_is_kept(client, accepted, officer):
    client.force_login(officer)

    response = client.post(page(accepted, "desk_score", "1.1"), typed(points="31", reason="写了很久的理由"))

    assert response.status_code == 422
    text = response.content.decode()
    assert "得分 31 超过了该项满分 30 分" in text
    assert "写了很久的理由" in text
    assert 'value="31"' in text
    assert not Score.objects.exists()


def test_what_is_no_number_is_refused_with_a_sentence(client, accepted, officer):
    client.force_login(officer)

    for points in ["很好", "NaN", "Infinity", "1e999999"]:
        response = client.post(page(accepted, "desk_score", "1.1"), typed(points=points))
        assert response.status_code == 422
        assert "得分请填写数字" in response.content.decode()


def test_an_abstention_is_kept_apart_from_zero(client, accepted, officer):
    client.force_login(officer)

    client.post(page(accepted, "desk_score", "1.1"), {"points": "abstain", "reason": "", "version": "0"})

    assert (Score.objects.get().abstained, Score.objects.get().points) == (True, None)


def test_a_page_older_than_the_score_is_refused_and_keeps_the_text(client, accepted, officer):
    client.force_login(officer)
    client.post(page(accepted, "desk_score", "1.1"), typed(points="30", reason=""))

    response = client.post(page(accepted, "desk_score", "1.1"), typed(points="10", reason="旧页面上的理由"))

    assert response.status_code == 409
    text = response.content.decode()
    assert "别的页面上已经改过" in text
    assert "旧页面上的理由" in text
    assert 'name="version" value="1"' in text
    assert Score.objects.get().points == 30


def test_the_second_scorer_sees_nothing_of_the_first_until_both_have_finished(client, campaign, accepted, officer, second_officer):
    campaign.desk_scorers = 2
    campaign.save()
    make_desk_review(accepted, officer, {"1.1": "17.5"})
    client.force_login(second_officer)

    before = client.get(page(accepted)).content.decode()
    make_desk_review(accepted, second_officer, {"1.1": "18"})
    after = client.get(page(accepted)).content.decode()

    assert "17.5" not in before
    assert "双方评完后可见" in before
    assert "17.5" in after
    assert "双方评完后可见" not in after


def test_nobody_of_the_unit_or_its_county_ever_sees_a_score(client, accepted, officer, clerk, county_clerk):
    make_desk_review(accepted, officer, {"1.1": "17.5"})

    for person in (clerk, county_clerk):
        client.force_login(person)
        for address in [reverse("applications:detail", args=[accepted.pk]), page(accepted, "guidance"), reverse("inspections:rectification_list")]:
            response = client.get(address, follow=True)
            assert response.status_code == 200
            assert "17.5" not in response.content.decode()


def test_finishing_lists_what_is_missing(client, accepted, officer):
    client.force_login(officer)
    client.post(page(accepted, "desk_score", "1.1"), typed())

    response = client.post(page(accepted, "finish_desk"))

    assert response.status_code == 422
    assert "2.1 法定内容公开 还没有评分。" in response.content.decode()
    assert DeskReview.objects.get().finished_at is None


def test_a_gap_asks_for_an_agreement_on_the_page(client, campaign, accepted, officer, second_officer):
    campaign.desk_scorers = 2
    campaign.save()
    make_desk_review(accepted, officer, {"1.1": "30"})
    make_desk_review(accepted, second_officer, {"1.1": "20"})
    client.force_login(officer)
    assert "分差超过该项满分的 20%" in client.get(page(accepted)).content.decode()

    response = client.post(page(accepted, "agree_desk", "1.1"), {"points": "25", "reason": "会商一致。", "base": ""})

    assert response.status_code == 302
    assert AgreedScore.objects.get().points == 25
    assert "分差超过" not in client.get(page(accepted)).content.decode()


def test_an_agreement_that_loses_points_without_a_reason_is_refused(client, accepted, officer):
    make_desk_review(accepted, officer)
    client.force_login(officer)

    response = client.post(page(accepted, "agree_desk", "1.1"), {"points": "25", "reason": "", "base": ""})

    assert response.status_code == 422
    assert "扣分请写明理由" in response.content.decode()


def test_an_officer_who_is_no_scorer_may_not_agree(client, accepted, officer, second_officer):
    make_desk_review(accepted, officer)
    client.force_login(second_officer)

    assert client.post(page(accepted, "agree_desk", "1.1"), {"points": "30", "reason": "", "base": ""}).status_code == 403


def test_returned_items_are_collected_and_sent_with_one_due_date(client, submitted, officer):
    client.force_login(officer)
    client.post(page(submitted, "collect_return", "1.1"), {"reason": "请补充会议纪要。"})
    client.post(page(submitted, "collect_return", "2.1"), {"reason": "链接无法打开。"})
    client.post(page(submitted, "collect_return", "2.2"), {"reason": "多余。"})
    client.post(page(submitted, "collect_return", "2.2"), {"remove": "1"})
    assert "已选 2 项待退回" in client.get(page(submitted)).content.decode()

    response = client.post(page(submitted, "send_return"), {"due_on": "2099-10-08", "note": "请尽快。", "version": submitted.version})

    assert response.status_code == 302
    returned = Return.objects.get()
    assert returned.due_at == moment(10, 9, year=2099)
    assert dict(returned.items.values_list("response__item__code", "reason")) == {"1.1": "请补充会议纪要。", "2.1": "链接无法打开。"}
    submitted.refresh_from_db()
    assert submitted.status == Application.Status.RETURNED


def test_a_return_without_items_or_due_date_is_refused(client, submitted, officer):
    client.force_login(officer)

    assert client.post(page(submitted, "send_return"), {"due_on": "", "note": "写好的意见"}).status_code == 422
    response = client.post(page(submitted, "send_return"), {"due_on": "2099-10-08", "note": ""})
    assert response.status_code == 422
    assert not Return.objects.exists()


def test_a_remark_without_text_is_refused(client, submitted, officer):
    client.force_login(officer)

    assert client.post(page(submitted, "collect_return", "1.1"), {"reason": " "}).status_code == 422


def test_accepting_and_declining(client, campaign, submitted, yunling, officer):
    other = make_application(yunling, campaign, status=Application.Status.SUBMITTED)
    client.force_login(officer)

    client.post(page(submitted, "accept"), {"version": submitted.version})
    refused = client.post(page(other, "decline"), {"reason": "", "version": other.version})
    client.post(page(other, "decline"), {"reason": "不在申报范围。", "version": other.version})

    submitted.refresh_from_db()
    other.refresh_from_db()
    assert refused.status_code == 422
    assert "请写明不予受理的理由。" in refused.content.decode()
    assert (submitted.status, other.status, other.decline_reason) == ("accepted", "declined", "不在申报范围。")


def test_a_decision_from_an_old_page_is_refused(client, submitted, officer):
    client.force_login(officer)
    Application.objects.filter(pk=submitted.pk).update(version=7)

    response = client.post(page(submitted, "accept"), {"version": "6"})

    assert response.status_code == 422
    assert "已经过期" in response.content.decode()


def test_an_exemption_is_approved_and_refused_with_a_reason(client, accepted, officer):
    answer = accepted.responses.get(item__code="2.2")
    answer.self_verdict = "not_applicable"
    answer.save()
    client.force_login(officer)
    assert "同意不适用" in client.get(page(accepted) + "?item=2.2").content.decode()

    client.post(page(accepted, "approve_exemption", "2.2"))
    answer.refresh_from_db()
    assert answer.exempted_by == officer
    assert client.post(page(accepted, "refuse_exemption", "2.2"), {"reason": ""}).status_code == 422
    client.post(page(accepted, "refuse_exemption", "2.2"), {"reason": "乡镇都有村务公开。"})
    answer.refresh_from_db()
    assert answer.exempted_at is None


def test_what_changed_since_the_return_is_shown_character_by_character(client, campaign, taohuatan, clerk, officer):
    application = make_application(taohuatan, campaign, status=Application.Status.SUBMITTED)
    response = application.responses.get(item__code="1.1")
    make_version(application, clerk, number=2, at=moment(9, 29), change={"1.1": "制定文件若干件。"})
    returned = Return.objects.create(
        application=application, level=Return.Level.OFFICE, due_at=moment(10, 10), returned_at=moment(9, 30), returned_by=officer,
        answered_at=moment(10, 2), answered_by=clerk,
    )
    ReturnedItem.objects.create(of=returned, response=response, reason="请写明件数。")
    make_version(application, clerk, number=3, at=moment(10, 2), change={"1.1": "制定文件6件。"})
    client.force_login(officer)

    text = client.get(page(application)).content.decode()
    only = client.get(page(application) + "?only=changed")

    assert "<del>若干</del><ins>6</ins>" in text
    assert "只看修改（1 处）" in text
    assert "请写明件数。" in text
    assert [cell["response"].item.code for group in only.context["map"] for cell in group["cells"]] == ["1.1"]


def test_the_first_version_shows_no_changes(client, accepted, officer):
    client.force_login(officer)

    assert "只看修改" not in client.get(page(accepted)).content.decode()


@pytest.mark.parametrize(("query", "names"), [
    ("", {"桃花潭镇", "庙首镇", "市教体局"}),
    ("?county=341823", {"桃花潭镇"}),
    ("?track=bureau", {"市教体局"}),
    ("?state=submitted", {"庙首镇"}),
    ("?state=accepted", {"桃花潭镇", "市教体局"}),
    ("?state=finished", {"桃花潭镇"}),
    ("?state=unscored", {"庙首镇", "市教体局"}),
    ("?q=庙首", {"庙首镇"}),
    ("?q=没有这个", set()),
    ("?state=nonsense&page=99", {"桃花潭镇", "庙首镇", "市教体局"}),
])
def test_the_list_is_filtered_by_its_address(client, campaign, taohuatan, miaoshou, education, yunling, officer, query, names):
    make_desk_review(make_accepted(taohuatan, campaign), officer)
    make_application(miaoshou, campaign, status=Application.Status.SUBMITTED)
    make_accepted(education, campaign)
    make_application(yunling, campaign)
    client.force_login(officer)

    response = client.get(reverse("inspections:review_list") + query)

    assert {str(unit.organization) for unit in response.context["page"]} == names


def test_pages_ask_the_same_number_of_queries_for_one_unit_and_many(client, campaign, jing, taohuatan, officer):
    application = make_accepted(taohuatan, campaign)
    client.force_login(officer)
    counts = {}
    for _round in range(2):
        for address in [reverse("inspections:review_list"), page(application)]:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.setdefault(address, []).append(len(queries))
        for _number in range(3):
            make_desk_review(make_accepted(make_organization(parent=jing), campaign), officer)

    for address, (one, many) in counts.items():
        assert one == many, address


def test_the_list_without_a_campaign_says_so(client, db, officer):
    client.force_login(officer)

    assert "还没有启用的创建活动" in client.get(reverse("inspections:review_list")).content.decode()
