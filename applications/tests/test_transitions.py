"""Who may move an application from where to where: the table of the design, tried cell by cell."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from applications import actions
from applications.models import Application, Return
from applications.permissions import can_edit, can_recommend, can_review, can_send
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

S = Application.Status
ALL = list(S)

VERBS = {
    "submit": lambda application, by, at: actions.submit(application, by=by, at=at, received_at=at),
    "take_back": lambda application, by, at: actions.take_back(application, by=by, at=at),
    "withdraw": lambda application, by, at: actions.withdraw(application, by=by, at=at),
    "recommend": lambda application, by, at: actions.recommend(application, by=by, at=at),
    "return_to_unit": lambda application, by, at: actions.return_to_unit(application, {}, "请补充。", by=by, at=at),
    "return_items": lambda application, by, at: actions.return_items(
        application, {application.responses.first().pk: "请补充。"}, "", moment(10, 20), by=by, at=at
    ),
    "accept": lambda application, by, at: actions.accept(application, by=by, at=at),
    "decline": lambda application, by, at: actions.decline(application, "不属于本次范围", by=by, at=at),
}

# verb -> {from: to} for a township
TABLE = {
    "submit": {S.DRAFT: S.WITH_COUNTY, S.RETURNED: S.SUBMITTED},
    "take_back": {S.WITH_COUNTY: S.DRAFT},
    "withdraw": {status: S.WITHDRAWN for status in ALL if status not in (S.DECLINED, S.WITHDRAWN)},
    "recommend": {S.WITH_COUNTY: S.SUBMITTED},
    "return_to_unit": {S.WITH_COUNTY: S.DRAFT},
    "return_items": {S.SUBMITTED: S.RETURNED},
    "accept": {S.SUBMITTED: S.ACCEPTED},
    "decline": {S.SUBMITTED: S.DECLINED},
}


@pytest.mark.parametrize("verb", TABLE)
@pytest.mark.parametrize("status", ALL)
def test_a_status_changes_only_as_the_table_says(verb, status, campaign, taohuatan, clerk, in_time):
    application = make_application(taohuatan, campaign, status, done=True, by=clerk)
    version = application.version

    if status in TABLE[verb]:
        VERBS[verb](application, clerk, in_time)
        application.refresh_from_db()
        assert application.status == TABLE[verb][status]
        assert application.version == version + 1
        assert AuditEvent.objects.get(detail__status=application.status).by == clerk
    else:
        with pytest.raises(NotAllowed):
            VERBS[verb](application, clerk, in_time)
        application.refresh_from_db()
        assert (application.status, application.version) == (status, version)
        assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("kind", ["county", "bureau"])
def test_a_zone_and_a_bureau_go_straight_to_the_city(kind, campaign, jing, education, county_clerk, bureau_clerk, in_time):
    organization, by = (jing, county_clerk) if kind == "county" else (education, bureau_clerk)
    application = make_application(organization, campaign, done=True, by=by)

    submission = actions.submit(application, by=by, at=in_time, received_at=in_time)

    application.refresh_from_db()
    assert application.status == S.SUBMITTED
    assert (application.submitted_at, application.submitted_by) == (in_time, by)
    assert not submission.to_county


# person -> (edit, send, recommend, review) on a township of Jing County
PEOPLE = {
    "clerk": (True, True, False, False),
    "colleague": (True, True, False, False),
    "other_clerk": (False, False, False, False),
    "bureau_clerk": (False, False, False, False),
    "county_clerk": (False, False, True, False),
    "other_county_clerk": (False, False, False, False),
    "officer": (False, False, False, True),
    "lead": (False, False, False, True),
    "inspector": (False, False, False, False),
    "administrator": (False, False, False, False),
    "auditor": (False, False, False, False),
    "nobody": (False, False, False, False),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_each_verb_belongs_to_somebody(name, request, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign)
    person = request.getfixturevalue(name)

    assert tuple(may(person, application) for may in (can_edit, can_send, can_recommend, can_review)) == PEOPLE[name]


def test_nobody_decides_about_their_own_unit(campaign, jing, county_clerk, officer):
    own = make_application(jing, campaign, S.WITH_COUNTY, by=county_clerk)

    assert not can_recommend(county_clerk, own)
    officer.organization = jing
    assert not can_review(officer, own)


# url name -> people who are let in, of those who can see the application
POSTS = {
    "submit": {"clerk"},
    "take_back": {"clerk"},
    "withdraw": {"clerk"},
    "county_check": {"county_clerk"},
    "move_due": {"officer"},
}


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("person", ["clerk", "county_clerk", "officer", "auditor"])
def test_who_sees_an_application_without_the_right_is_refused(name, person, request, client, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    client.force_login(request.getfixturevalue(person))

    response = client.post(reverse(f"applications:{name}", args=[application.pk]))

    assert (response.status_code == 403) == (person not in POSTS[name])
    application.refresh_from_db()
    if response.status_code == 403:
        assert application.status == S.WITH_COUNTY


@pytest.mark.parametrize("name", [*POSTS, "detail", "history", "compare"])
@pytest.mark.parametrize("person", ["other_clerk", "bureau_clerk", "other_county_clerk", "inspector", "nobody"])
def test_a_foreign_application_is_not_found(name, person, request, client, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(f"applications:{name}", args=[application.pk])).status_code in (404, 405)
    assert client.post(reverse(f"applications:{name}", args=[application.pk])).status_code == 404


def test_the_office_reopens_only_what_it_returned(campaign, taohuatan, clerk, officer, in_time):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    named, other = application.responses.in_order()[:2]

    actions.return_items(application, {named.pk: "请补充会议纪要。"}, "", moment(10, 12), by=officer, at=in_time)

    named.refresh_from_db()
    assert not named.is_done
    change = {"base_version": other.version, "verdict": "partly", "score": None, "narrative": "改", "by": clerk, "at": in_time}
    with pytest.raises(NotAllowed, match="没有被退回"):
        actions.save_response(other, **change)
    actions.save_response(named, **change)


def test_the_county_reopens_the_whole_draft_with_its_remarks(campaign, taohuatan, clerk, county_clerk, in_time):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    first, second = application.responses.in_order()[:2]

    actions.return_to_unit(application, {first.pk: "缺文件。"}, "", by=county_clerk, at=in_time)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_done, second.is_done) == (False, True)
    assert Return.objects.get().items.get().reason == "缺文件。"
    actions.save_response(second, base_version=second.version, verdict="met", score=None, narrative="改。", by=clerk, at=in_time)


def test_an_answered_return_comes_straight_back_as_a_new_version(campaign, taohuatan, clerk, officer, in_time):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    response = application.responses.in_order().first()
    actions.return_items(application, {response.pk: "请补充。"}, "", moment(10, 12), by=officer, at=in_time)
    actions.save_response(response, base_version=response.version, verdict="met", score=None, narrative="补充了。", by=clerk, at=in_time)
    actions.mark_done(response, by=clerk, at=in_time)
    after_the_phase = moment(10, 5)

    submission = actions.submit(application, by=clerk, at=after_the_phase, received_at=after_the_phase)

    application.refresh_from_db()
    assert (application.status, submission.number, submission.to_county) == (S.SUBMITTED, 2, False)
    assert application.submitted_at == moment(9, 28, 10)
    assert Return.objects.get().answered_at == after_the_phase


def test_a_sealed_application_is_returned_no_more(campaign, taohuatan, clerk, officer, in_time):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    actions.seal(application, by=officer, at=in_time)

    with pytest.raises(NotAllowed, match="已封存"):
        actions.return_items(application, {application.responses.first().pk: "请补充。"}, "", moment(10, 12), by=officer, at=in_time)


def test_a_unit_on_a_locked_list_cannot_withdraw_until_it_is_released(campaign, taohuatan, clerk, officer, in_time):
    application = make_application(taohuatan, campaign, S.ACCEPTED)
    actions.hold(application, by=officer, at=in_time)

    with pytest.raises(NotAllowed, match="锁定的名单"):
        actions.withdraw(application, by=clerk, at=in_time)
    actions.release(application, by=officer, at=in_time)
    actions.withdraw(application, by=clerk, at=in_time)

    application.refresh_from_db()
    assert (application.status, application.withdrawn_by) == (S.WITHDRAWN, clerk)


def test_a_stale_page_is_told_who_did_what(campaign, taohuatan, clerk, colleague, client, in_time, monkeypatch):
    application = make_application(taohuatan, campaign, S.WITH_COUNTY)
    shown = application.version
    actions.take_back(application, by=colleague, at=in_time)
    client.force_login(clerk)

    response = client.post(reverse("applications:withdraw", args=[application.pk]), {"version": shown}, follow=True)

    application.refresh_from_db()
    assert application.status == S.DRAFT
    assert "查小慧（桃花潭镇） 已于 09-27 10:32 取回申报" in response.content.decode()


def test_two_deciders_one_wins_and_the_other_is_told(campaign, taohuatan, clerk, officer, second_officer, in_time):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    shown = application.version
    actions.accept(application, by=officer, at=in_time, version=shown)

    with pytest.raises(NotAllowed, match="宋小公"):
        actions.decline(application, "材料不实", by=second_officer, at=in_time, version=shown)


def test_an_exemption_needs_the_office_and_goes_when_the_answer_changes(campaign, taohuatan, clerk, officer, in_time):
    application = make_application(taohuatan, campaign, S.SUBMITTED)
    response = application.responses.in_order().first()
    with pytest.raises(NotAllowed, match="不适用"):
        actions.approve_exemption(response, by=officer, at=in_time)
    application.responses.filter(pk=response.pk).update(self_verdict="not_applicable")

    response = actions.approve_exemption(response, by=officer, at=in_time)
    assert response.exempted_by == officer
    actions.return_items(application, {response.pk: "还是请填写。"}, "", moment(10, 12), by=officer, at=in_time)
    response = actions.save_response(response, base_version=response.version, verdict="met", score=None, narrative="做了。", by=clerk, at=in_time)

    assert response.exempted_at is None
