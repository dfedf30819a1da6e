"""A rehearsal played from the first line to a title, moved on from phase to phase, leaves nothing behind: no row, no file, no letter."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Message, Role, User
from accounts.rehearsing import WORD, playing
from accounts.tests.factories import make_organization
from applications import actions as filing
from applications import uploads
from applications.models import Application, Blob, Submission
from applications.tests.factories import make_application
from inspections import actions as inspecting
from results import actions as deciding
from results.models import NoticeReview, Objection
from results.reports import ranking_of
from xuancheng_portal import rehearsals
from xuancheng_portal.demo import stage
from xuancheng_portal.invariants import violations
from xuancheng_portal.tests.test_rehearsals import account_of, counts

pytestmark = pytest.mark.django_db


def files_in(storage, folder=""):
    folders, files = storages[storage].listdir(folder)
    found = {f"{folder}{name}" for name in files}
    return found.union(*(files_in(storage, f"{folder}{name}/") for name in folders if name != "tmp"))


@pytest.fixture
def cast(jing, taohuatan, yunling, jingde, miaoshou, education, city_office, officer, lead, second_officer, clerk, county_clerk):
    make_organization("市司法局", kind="bureau", code="3418-B04")
    make_organization("市数据资源局", kind="bureau", code="3418-B05")
    User.objects.update(email="somebody@example.com")
    return {"office": officer, "lead": lead, "second": second_officer}


def play(rehearsal, cast, taohuatan, yunling, jing, commit):
    """Two townships from their first line to their titles."""
    office, lead, second = cast["office"], cast["lead"], cast["second"]

    def on(month, day):
        rehearsals.move_rehearsal(rehearsal, day=date(2021, month, day), by=office, at=timezone.now())

    with playing(rehearsal.code):
        units = [account_of(rehearsal, unit) for unit in (taohuatan, yunling)]
        county = account_of(rehearsal, jing)
        now = timezone.now()
        applications = []
        for number, clerk in enumerate(units):
            with commit(execute=True):
                application = filing.start(clerk.organization, rehearsal, by=clerk, at=now)
                stage.answer(application, now, files=not number, minutes=0)
                stage.submit(application, now)
                application.refresh_from_db()
                applications.append(filing.recommend(application, by=county, at=now))
        with commit(execute=True):
            filing.remind(rehearsal, [county.organization], by=office, at=now)
        with commit(execute=True):
            first = applications[0].responses.in_order().first()
            filing.return_items(applications[0], {first.pk: "请补充。"}, "", now + timedelta(days=3), by=office, at=now)
            first.refresh_from_db()
            filing.save_response(first, base_version=first.version, verdict="met", score=first.self_score, narrative=f"{first.narrative}已补充 2 份。", by=units[0], at=now)
            filing.mark_done(first, by=units[0], at=now)
            stage.submit(Application.objects.get(pk=applications[0].pk), now)
        with commit(execute=True):
            applications = [filing.accept(Application.objects.get(pk=application.pk), by=office, at=now) for application in applications]
            for application in applications:
                stage.score_desk(application, [office], 1, now)
        call_command("sweep")
        on(10, 20)
        now = timezone.now()
        inspectors = list(User.objects.with_role(Role.INSPECTOR).order_by("pk")[:2])
        with commit(execute=True):
            group = inspecting.make_group(rehearsal, "第一验收组", inspectors[0], inspectors, by=office, at=now)
            for application in applications:
                visit = inspecting.plan_visit(application, group, timezone.localdate(now), by=office, at=now)
                stage.inspect(visit, stage.Team(group, inspectors[0], inspectors[1:]), 1, now)
            task = inspecting.require_rectification(applications[0], first.item, "公示栏有两处过期。", now + timedelta(days=5), by=office, at=now)
            inspecting.answer_rectification(task, "已更新。", by=units[0], at=now)
            inspecting.close_rectification(task, "已核对，同意销号。", by=office, at=now)
        on(11, 2)
        now = timezone.now()
        track = rehearsal.tracks.get(key="township")
        with commit(execute=True):
            rows, ranked = ranking_of(track)
            deciding.record_tie_decision(track, [row.key for row in rows], "两个单位总分和各类别得分均相同，经集体研究确定先后。", timezone.localdate(now), by=office, at=now)
            for row in ranking_of(track)[0]:
                deciding.choose(track, ranked[row.key], by=office, at=now)
            deciding.lock_list(track, "只演练两个。", by=office, at=now)
            deciding.confirm_list(track, by=lead, at=now)
            notice = deciding.create_notice(rehearsal, applications, title="公示", body="现予公示。", contact="市政务公开办", by=office, at=now)
            deciding.review_notice(notice, NoticeReview.Outcome.PASSED, by=second, at=now)
            notice = deciding.publish_notice(notice, by=lead, at=now)
        on(11, 4)
        now = timezone.now()
        notice.refresh_from_db()
        with commit(execute=True):
            objection = deciding.file_objection(notice.entries.first(), name="某市民", phone="13900000000", facts="公示栏没有更新，请核实一下这件事情。", at=now)
            deciding.examine_objection(objection, by=office, at=now)
            deciding.answer_objection(objection, Objection.Outcome.REJECTED, "经核查已经整改，不影响认定。", by=office, at=now)
        on(11, 20)
        with commit(execute=True):
            deciding.name_units(rehearsal, "宣政务公开〔2021〕12号", by=lead, at=timezone.now())
        call_command("sweep")
    return applications


def test_played_to_a_title_and_thrown_away(campaign, cast, taohuatan, yunling, jing, miaoshou, clerk, django_capture_on_commit_callbacks):
    for left in files_in("evidence"):  # by other tests: the same bytes would be stored once, and go with the rehearsal
        storages["evidence"].delete(left)
    real = make_application(miaoshou, campaign)
    call_command("sweep")
    before, kept, told, broken = counts(), files_in("evidence"), Message.objects.count(), list(violations())
    amiss = list(uploads.verify_store(Blob.objects.all()))  # files of other tests
    mail.outbox.clear()

    rehearsal = rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=cast["office"], at=timezone.now())
    play(rehearsal, cast, taohuatan, yunling, jing, django_capture_on_commit_callbacks)

    assert list(violations()) == broken
    assert [letter.subject for letter in mail.outbox] == []
    messages = Message.objects.exclude(rehearsal="")
    assert messages.count() == Message.objects.count() - told > 10
    assert all(message.title.startswith(WORD) and rehearsal.code in message.url for message in messages if message.url)
    assert {message.user.rehearsal for message in messages} == {"", rehearsal.code}
    assert not Message.objects.filter(rehearsal="", user__rehearsal=rehearsal.code).exists()
    assert list(Application.objects.visible_to(cast["office"])) == [real]
    assert not Application.objects.visible_to(clerk).exists()
    assert files_in("evidence") > kept

    with django_capture_on_commit_callbacks(execute=True):
        rehearsals.delete_rehearsal(rehearsal, typed=rehearsal.title, by=cast["office"], at=timezone.now())
    after = counts()
    del after["accounts.AuditEvent"], before["accounts.AuditEvent"]
    assert {label: (before[label], n) for label, n in after.items() if before[label] != n} in ({}, {"accounts.AuditHead": (0, 1)})
    assert files_in("evidence") == kept
    assert list(violations()) == broken
    assert audit.verify() is None
    assert not AuditEvent.objects.filter(by__rehearsal=rehearsal.code).exists()
    assert list(uploads.verify_store(Blob.objects.all())) == amiss


def test_what_is_kept_of_real_campaigns_is_kept_while_a_rehearsal_is_played(campaign, cast, taohuatan, in_time, clerk):
    rehearsals.create_rehearsal(campaign, day=date(2021, 9, 20), by=cast["office"], at=timezone.now())
    application = filing.start(taohuatan, campaign, by=clerk, at=in_time)
    stage.answer(application, in_time, minutes=0)
    stage.submit(application, in_time)
    for change in (lambda: Submission.objects.all()._raw_delete("default"), lambda: Submission.objects.update(receipt="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Submission.objects.count() == 1
