"""Submitting: in time to the millisecond, complete, once, frozen for good."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.audit import digest
from accounts.models import Message
from applications import actions, rules, snapshots
from applications.models import Application, Submission
from applications.tests.factories import make_application
from campaigns.models import CountyCutoff, Extension
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

END = moment(10, 1)
MOMENT = timedelta(milliseconds=1)


def extend(campaign, organization, until, by):
    return Extension.objects.create(
        phase=campaign.phases.get(key="application"), organization=organization, until=until, reason="停电", granted_at=moment(9, 29), granted_by=by
    )


def submit(application, by, at):
    return actions.submit(application, by=by, at=at, received_at=at)


@pytest.mark.parametrize(("at", "in_time"), [(END - MOMENT, True), (END, False), (END + MOMENT, False), (moment(8, 17) - MOMENT, False), (moment(8, 17), True)])
def test_the_phase_decides_to_the_millisecond(at, in_time, campaign, education, bureau_clerk):
    application = make_application(education, campaign, done=True)

    if in_time:
        submit(application, bureau_clerk, at)
    else:
        with pytest.raises(NotAllowed, match="截止|没有开始"):
            submit(application, bureau_clerk, at)

    application.refresh_from_db()
    assert (application.status == Application.Status.SUBMITTED) == in_time


@pytest.mark.parametrize(("offset", "in_time"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_an_extension_moves_the_end_of_its_unit_only(offset, in_time, campaign, education, bureau_clerk, jing, county_clerk, officer):
    until = moment(10, 3, 12)
    extend(campaign, education, until, officer)
    extended, other = make_application(education, campaign, done=True), make_application(jing, campaign, done=True)

    assert bool(rules.submission_problems(extended, until + offset)) != in_time
    assert rules.submission_problems(other, END)


@pytest.mark.parametrize(("offset", "in_time"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_a_county_ends_the_filing_of_its_townships_earlier(offset, in_time, campaign, taohuatan, clerk, jing, county_clerk, miaoshou, other_clerk):
    cutoff = moment(9, 25, 18)
    CountyCutoff.objects.create(campaign=campaign, county=jing, at=cutoff, set_at=moment(9, 1), set_by=county_clerk)
    bound, other = make_application(taohuatan, campaign, done=True), make_application(miaoshou, campaign, done=True)
    zone = make_application(jing, campaign, done=True)

    assert bool(rules.submission_problems(bound, cutoff + offset)) != in_time
    assert not rules.submission_problems(other, cutoff + offset)
    assert not rules.submission_problems(zone, cutoff + offset)


def test_an_extension_by_the_city_outruns_the_county_cutoff(campaign, taohuatan, clerk, jing, county_clerk, officer):
    CountyCutoff.objects.create(campaign=campaign, county=jing, at=moment(9, 25), set_at=moment(9, 1), set_by=county_clerk)
    extend(campaign, taohuatan, moment(10, 2), officer)
    application = make_application(taohuatan, campaign, done=True)

    assert rules.filing_deadline(campaign, taohuatan, moment(9, 26)) == moment(10, 2)
    assert not rules.submission_problems(application, END)


@pytest.mark.parametrize(("at", "in_time"), [(END - MOMENT, True), (END, False)])
def test_the_recommendation_itself_must_arrive_in_time(at, in_time, campaign, taohuatan, clerk, county_clerk):
    application = make_application(taohuatan, campaign, Application.Status.WITH_COUNTY)

    assert bool(rules.recommendation_problems(application, at)) != in_time


@pytest.mark.parametrize("whose", ["unit", "county"])
def test_an_extension_of_the_unit_or_its_county_keeps_the_recommendation_open(whose, campaign, taohuatan, clerk, jing, county_clerk, officer):
    extend(campaign, taohuatan if whose == "unit" else jing, moment(10, 3), officer)
    application = make_application(taohuatan, campaign, Application.Status.WITH_COUNTY)

    assert not rules.recommendation_problems(application, moment(10, 3) - MOMENT)
    assert rules.recommendation_problems(application, moment(10, 3))


@pytest.mark.parametrize(("offset", "in_time"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_what_the_office_returned_follows_its_own_due_date(offset, in_time, campaign, taohuatan, clerk):
    application = make_application(taohuatan, campaign, Application.Status.RETURNED, done=True)
    due = rules.open_return(application).due_at

    assert due > END
    assert bool(rules.submission_problems(application, due + offset)) != in_time


def test_what_counts_is_when_the_request_began_to_arrive(campaign, education, bureau_clerk):
    application = make_application(education, campaign, done=True)

    submission = actions.submit(application, by=bureau_clerk, at=END + timedelta(seconds=30), received_at=END - MOMENT)

    assert (submission.received_at, submission.submitted_at) == (END - MOMENT, END + timedelta(seconds=30))


def test_every_unfinished_item_is_named_with_its_address(campaign, taohuatan, clerk, in_time):
    application = make_application(taohuatan, campaign)

    problems = rules.submission_problems(application, in_time)

    assert [problem.text for problem in problems] == ["1.1 机构健全 还没有完成", "2.1 法定内容公开 还没有完成", "2.2 村务公开衔接 还没有完成"]
    assert problems[0].url == f"/applications/{application.pk}/items/1.1/"


def test_a_version_is_frozen_whole(campaign, education, bureau_clerk, in_time):
    application = make_application(education, campaign, done=True)

    submission = submit(application, bureau_clerk, in_time)

    assert submission.sha256 == digest(submission.snapshot) == digest(snapshots.freeze(application))
    assert submission.receipt == f"2021-{application.pk:04}-1"
    first = submission.snapshot["items"][0]
    assert (first["code"], first["verdict"], first["maximum"], first["score"]) == ("1.1", "met", "40.00", "40.00")
    assert first["evidence"][0]["url"] == "https://www.example.gov.cn/zwgk/1.html"


@pytest.mark.parametrize("sql", ["UPDATE applications_submission SET sha256 = 'x'", "DELETE FROM applications_submission"])
def test_the_database_refuses_to_change_a_version(sql, campaign, education, bureau_clerk, in_time):
    submit(make_application(education, campaign, done=True), bureau_clerk, in_time)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert Submission.objects.get().sha256 == digest(Submission.objects.get().snapshot)


@pytest.fixture
def page(client, clerk, campaign, taohuatan):
    """A clerk whose draft is complete, in time, before the submit page."""
    application = make_application(taohuatan, campaign, done=True)
    with time_machine.travel(moment(9, 27, 10), tick=False):
        client.force_login(clerk)
        yield client, application


FORM = {"contact_name": "汪小桃", "contact_phone": "0563-1234567", "declaration": "on"}


def test_the_page_submits_and_shows_the_receipt(page, django_capture_on_commit_callbacks, county_clerk, officer):
    client, application = page

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("applications:submit", args=[application.pk]), FORM | {"version": application.version}, follow=True)

    application.refresh_from_db()
    assert application.status == Application.Status.WITH_COUNTY
    assert application.contact_phone == "0563-1234567"
    html = response.content.decode()
    assert application.latest_submission.receipt in html
    assert "2021-09-27 10:00:00" in html
    assert Message.objects.get(user=county_clerk).title == "桃花潭镇已提交申报，请审核"
    assert application.latest_submission.receipt in Message.objects.get(user__username="clerk").title
    assert not Message.objects.filter(user=officer).exists()


def test_without_the_declaration_nothing_is_sent_and_what_was_typed_stays(page):
    client, application = page

    response = client.post(reverse("applications:submit", args=[application.pk]), {"contact_name": "查小慧", "contact_phone": "1", "version": 0})

    application.refresh_from_db()
    assert application.status == Application.Status.DRAFT
    assert response.status_code == 422
    assert "请确认材料真实、不涉密，再提交。" in response.content.decode()
    assert 'value="查小慧"' in response.content.decode()


def test_too_late_is_one_clear_sentence_and_the_draft_stays(client, clerk, campaign, taohuatan):
    application = make_application(taohuatan, campaign, done=True)
    with time_machine.travel(END, tick=False):
        client.force_login(clerk)
        response = client.post(reverse("applications:submit", args=[application.pk]), FORM | {"version": 0})

    application.refresh_from_db()
    assert application.status == Application.Status.DRAFT
    assert "申报已于 9月30日（周四）24:00 截止，不能再提交" in response.content.decode()
    assert "已按要求完成。" in response.content.decode()


def test_a_page_opened_before_a_colleague_acted_is_refused_with_their_name(page, colleague, county_clerk):
    client, application = page
    submit(application, colleague, moment(9, 27, 9))
    actions.return_to_unit(application, {}, "请补充。", by=county_clerk, at=moment(9, 27, 9, 30))

    response = client.post(reverse("applications:submit", args=[application.pk]), FORM | {"version": 0})

    assert "吴小泾（泾县） 已于 09-27 09:30 县级退回修改" in response.content.decode()
    application.refresh_from_db()
    assert application.status == Application.Status.DRAFT


def test_the_receipt_lists_every_file_with_its_hash(client, clerk, campaign, taohuatan, in_time):
    application = make_application(taohuatan, campaign, done=True)
    snapshot = {"unit": "桃花潭镇", "track": "乡镇", "items": [{"code": "1.1", "title": "机构健全", "evidence": [{"kind": "file", "title": "会议纪要.pdf", "sha256": "ab" * 32, "size": 2048}]}]}
    Submission.objects.create(
        application=application, number=1, receipt="2021-0001-1", received_at=in_time, submitted_at=in_time, submitted_by=clerk, snapshot=snapshot, sha256="0" * 64,
    )
    client.force_login(clerk)

    html = client.get(reverse("applications:receipt", args=[application.pk, 1])).content.decode()

    assert "会议纪要.pdf" in html
    assert "ab" * 32 in html
    assert client.get(reverse("applications:receipt", args=[application.pk, 2])).status_code == 404
