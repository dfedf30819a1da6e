import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEvent, Message
from accounts.tests.factories import make_organization
from applications import uploads
from applications.models import Application
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment
from inspections import actions, rules, tasks
from inspections.models import GuidanceNote, Rectification, RectificationFile, RectificationStep
from inspections.permissions import can_answer_rectification, can_guide
from inspections.tests.factories import make_accepted, make_item, make_note, make_rectification

AT = moment(10, 9, 9)


@pytest.fixture
def accepted(campaign, taohuatan):
    return make_accepted(taohuatan, campaign)


def page(thing, name):
    return reverse(f"inspections:{name}", args=[thing.pk])


def fetched(client, name, file):
    """A download read to its end, so that the stored file is closed again."""
    response = client.get(reverse(f"inspections:{name}", args=[file.pk]))
    if response.streaming:
        assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    return response


def photo(name="整改后.png"):
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue())


def refusal(action, *args, **options):
    with pytest.raises(NotAllowed) as refused:
        action(*args, **options)
    return str(refused.value)


def test_a_note_reaches_the_unit_and_is_new_until_read(client, campaign, accepted, officer, clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(page(accepted, "guidance"), {"item": make_item(accepted, "1.1").pk, "text": "请更新公示栏。"})

    assert response.status_code == 302
    note = GuidanceNote.objects.get()
    assert (note.text, note.noted_by, note.item.code) == ("请更新公示栏。", officer, "1.1")
    assert Message.objects.get(user=clerk).title == "市政务公开办对你单位提出指导意见：1.1 机构健全"
    assert [todo.title for todo in rules.guidance_todos(clerk, campaign, AT)] == ["市政务公开办给你单位 1 条新的指导意见"]

    client.force_login(clerk)
    assert "请更新公示栏。" in client.get(page(accepted, "guidance")).content.decode()
    assert rules.guidance_todos(clerk, campaign, AT) == []


@pytest.mark.parametrize("status", ["draft", "with_county", "declined", "withdrawn"])
def test_only_units_whose_papers_arrived_are_guided(campaign, taohuatan, officer, status):
    application = make_application(taohuatan, campaign, status=status)

    assert "收到申报以后才能督导" in refusal(actions.add_guidance_note, application, "意见", by=officer, at=AT)


@pytest.mark.parametrize("status", ["submitted", "returned", "accepted"])
def test_units_are_guided_from_arrival_on(campaign, taohuatan, officer, status):
    actions.add_guidance_note(make_application(taohuatan, campaign, status=status), "意见", by=officer, at=AT)


def test_a_locked_list_ends_guidance(campaign, taohuatan, officer):
    application = make_accepted(taohuatan, campaign, held_at=AT)

    assert "锁定的名单" in refusal(actions.add_guidance_note, application, "意见", by=officer, at=AT)
    assert "锁定的名单" in refusal(
        actions.require_rectification, application, make_item(application, "1.1"), "问题", moment(10, 12), by=officer, at=AT
    )


def test_a_task_is_raised_and_the_unit_and_its_county_are_told(client, accepted, officer, clerk, county_clerk, django_capture_on_commit_callbacks):
    client.force_login(officer)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            page(accepted, "require_rectification"), {"item": make_item(accepted, "2.1").pk, "problem": "公示栏没有更新。", "due_on": "2099-10-12"}
        )

    assert response.url == page(accepted, "review") + "?item=2.1"
    task = Rectification.objects.get()
    assert (task.due_at, task.state) == (moment(10, 13, year=2099), "open")
    assert set(Message.objects.values_list("user__username", flat=True)) == {"clerk", "county_clerk"}
    assert AuditEvent.objects.filter(action="inspections.require_rectification").exists()


def test_a_task_needs_a_problem_and_a_due_date_in_the_future(client, accepted, officer):
    item = make_item(accepted, "1.1")
    assert "写明存在的问题" in refusal(actions.require_rectification, accepted, item, " ", moment(10, 12), by=officer, at=AT)
    assert "已经过去" in refusal(actions.require_rectification, accepted, item, "问题", AT, by=officer, at=AT)

    client.force_login(officer)
    response = client.post(page(accepted, "require_rectification"), {"item": item.pk, "problem": "写好的问题", "due_on": "2020-01-01"})

    assert response.status_code == 422
    assert "写好的问题" in response.content.decode()


def test_the_unit_answers_with_a_photo_and_the_office_closes(client, accepted, officer, clerk, django_capture_on_commit_callbacks):
    task = make_rectification(accepted, officer)
    client.force_login(clerk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page(task, "answer_rectification"), {"text": "已更新。", "version": "0", "files": [photo()]})
    task.refresh_from_db()
    file = RectificationFile.objects.get()
    assert (task.state, task.version, file.title) == ("answered", 1, "整改后.png")
    assert Message.objects.get(user=officer).title == "桃花潭镇 回复了整改任务，请核验：1.1 机构健全"
    assert fetched(client, "rectification_file", file).headers["X-Content-Type-Options"] == "nosniff"

    client.force_login(officer)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page(task, "settle_rectification"), {"text": "", "version": "1", "decision": "close"})
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("closed", officer)
    assert [step.kind for step in task.steps.all()] == ["answer", "closed"]
    assert Message.objects.get(user=clerk).title == "整改任务已销号：1.1 机构健全"


def test_an_answer_that_does_not_do_is_sent_back_with_a_reason_and_a_new_date(client, campaign, accepted, officer, clerk):
    task = make_rectification(accepted, officer)
    actions.answer_rectification(task, "已更新。", by=clerk, at=AT)
    client.force_login(officer)

    refused = client.post(page(task, "settle_rectification"), {"text": "", "due_on": "2099-10-14", "version": "1", "decision": "send_back"})
    without_date = client.post(page(task, "settle_rectification"), {"text": "照片不清。", "version": "1", "decision": "send_back"})
    client.post(page(task, "settle_rectification"), {"text": "照片不清。", "due_on": "2099-10-14", "version": "1", "decision": "send_back"})

    assert (refused.status_code, without_date.status_code) == (422, 422)
    assert "照片不清。" in without_date.content.decode()
    task.refresh_from_db()
    assert (task.state, task.due_at) == ("open", moment(10, 15, year=2099))
    assert RectificationStep.objects.get(kind="sent_back").text == "照片不清。"
    assert [todo.title for todo in rules.guidance_todos(clerk, campaign, AT)] == ["整改被退回，请重新整改：1.1 机构健全"]


def test_a_refused_file_refuses_the_answer_and_keeps_the_text(client, accepted, officer, clerk):
    task = make_rectification(accepted, officer)
    client.force_login(clerk)

    response = client.post(
        page(task, "answer_rectification"), {"text": "写了很久的回复", "version": "0", "files": [SimpleUploadedFile("x.exe", b"MZ" * 50)]}
    )

    assert response.status_code == 422
    text = response.content.decode()
    assert "不支持 .exe 文件" in text
    assert "写了很久的回复" in text
    task.refresh_from_db()
    assert task.state == "open"


def test_a_page_older_than_the_task_is_refused_with_the_text_kept(client, accepted, officer, clerk):
    task = make_rectification(accepted, officer)
    actions.answer_rectification(task, "同事已回复。", by=clerk, at=AT)
    client.force_login(officer)

    response = client.post(page(task, "settle_rectification"), {"text": "旧页面的意见", "version": "0", "decision": "close"})

    assert response.status_code == 409
    assert "旧页面的意见" in response.content.decode()
    task.refresh_from_db()
    assert task.state == "answered"


def test_steps_out_of_turn_are_refused(accepted, officer, clerk):
    task = make_rectification(accepted, officer)

    assert "单位回复以后才能核验" in refusal(actions.close_rectification, task, by=officer, at=AT)
    assert "写明整改情况" in refusal(actions.answer_rectification, task, " ", by=clerk, at=AT)
    actions.answer_rectification(task, "已改。", by=clerk, at=AT)
    assert "不需要回复" in refusal(actions.answer_rectification, task, "再答", by=clerk, at=AT)


def test_who_guides_and_who_answers(campaign, accepted, officer, lead, clerk, colleague, other_clerk, county_clerk, inspector, administrator, auditor, nobody):
    task = make_rectification(accepted, officer)

    assert can_guide(officer, accepted)
    assert can_guide(lead, accepted)
    assert can_answer_rectification(clerk, task)
    assert can_answer_rectification(colleague, task)
    for person in [clerk, county_clerk, inspector, administrator, auditor, nobody]:
        assert not can_guide(person, accepted)
    for person in [officer, other_clerk, county_clerk, inspector, auditor, nobody]:
        assert not can_answer_rectification(person, task)


@pytest.mark.parametrize(("person", "status"), [("clerk", 200), ("county_clerk", 200), ("officer", 200), ("auditor", 200), ("other_clerk", 404), ("other_county_clerk", 404), ("bureau_clerk", 404), ("nobody", 404)])
def test_a_task_and_its_files_are_seen_by_the_unit_its_county_and_the_office(client, accepted, officer, clerk, request, person, status):
    task = make_rectification(accepted, officer)
    client.force_login(clerk)
    client.post(page(task, "answer_rectification"), {"text": "已更新。", "version": "0", "files": [photo()]})
    file = RectificationFile.objects.get()
    uploads.draw_pictures(file.blob_id)
    client.force_login(request.getfixturevalue(person))

    assert client.get(page(task, "rectification")).status_code == status
    assert client.get(page(accepted, "guidance")).status_code == status
    assert fetched(client, "rectification_file", file).status_code == status
    assert fetched(client, "rectification_file_preview", file).status_code == status


def test_the_wrong_person_is_refused(client, accepted, officer, clerk, county_clerk, auditor):
    task = make_rectification(accepted, officer)
    for person, thing, name in [
        (county_clerk, task, "answer_rectification"), (officer, task, "answer_rectification"), (clerk, task, "settle_rectification"),
        (auditor, task, "settle_rectification"), (clerk, accepted, "guidance"), (auditor, accepted, "require_rectification"),
    ]:
        client.force_login(person)
        assert client.post(page(thing, name), {"text": "x", "version": "0"}).status_code == 403


def test_overdue_begins_at_the_due_moment(accepted, officer):
    task = make_rectification(accepted, officer, due_at=moment(10, 12))

    assert not task.is_overdue(moment(10, 11, 23, 59, 59))
    assert task.is_overdue(moment(10, 12))
    assert not Rectification.objects.overdue(moment(10, 11, 23, 59, 59)).exists()
    assert Rectification.objects.overdue(moment(10, 12)).exists()


def test_the_board_counts_states_and_shows_each_person_their_own(client, campaign, accepted, miaoshou, officer, clerk, county_clerk, nobody):
    make_rectification(accepted, officer, code="1.1")
    make_rectification(accepted, officer, code="2.1", due_at=moment(10, 12, year=2099))
    make_rectification(make_accepted(miaoshou, campaign), officer, state=Rectification.State.ANSWERED)
    board = reverse("inspections:rectification_list")
    client.force_login(officer)

    response = client.get(board)
    late = client.get(board + "?state=overdue")

    assert [(key, n) for key, label, n in response.context["chips"]] == [("", 3), ("open", 1), ("overdue", 1), ("answered", 1), ("closed", 0)]
    assert [row["task"].item.code for row in late.context["rows"]] == ["1.1"]
    assert "逾期" in late.content.decode()
    assert len(client.get(board + "?county=341825").context["rows"]) == 1
    for person in (clerk, county_clerk):
        client.force_login(person)
        assert len(client.get(board).context["rows"]) == 2
    client.force_login(nobody)
    assert client.get(board).status_code == 403


def test_the_board_asks_the_same_number_of_queries_for_one_task_and_many(client, campaign, accepted, jing, officer, clerk):
    make_rectification(accepted, officer)
    counts = {person: [] for person in (officer, clerk)}
    for _round in range(2):
        for person in counts:
            client.force_login(person)
            client.get(reverse("inspections:rectification_list"))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("inspections:rectification_list"))
            counts[person].append(len(queries))
        make_rectification(accepted, officer, code="2.1")
        make_rectification(make_accepted(make_organization(parent=jing), campaign), officer)

    assert all(one == many for one, many in counts.values())


def test_the_sweep_reminds_once_per_due_date(accepted, officer, clerk):
    task = make_rectification(accepted, officer, due_at=moment(10, 12))

    tasks.sweep_rectifications(moment(10, 10, 23, 59))
    assert not Message.objects.exists()
    for at in [moment(10, 11), moment(10, 11, 12), moment(10, 12), moment(10, 13)]:
        tasks.sweep_rectifications(at)

    assert [message.title for message in Message.objects.filter(user=clerk).order_by("created_at")] == [
        "整改即将到期：1.1 机构健全，期限 10月11日（周一）24:00",
        "桃花潭镇：整改已逾期，请尽快回复：1.1 机构健全（期限 10月11日（周一）24:00）",
    ]
    assert Message.objects.filter(user=officer).count() == 1
    Rectification.objects.filter(pk=task.pk).update(due_at=moment(10, 14))
    tasks.sweep_rectifications(moment(10, 14))
    assert Message.objects.filter(user=clerk).count() == 3


def test_withdrawn_applications_are_not_reminded(accepted, officer, clerk):
    make_rectification(accepted, officer)
    Application.objects.filter(pk=accepted.pk).update(status="withdrawn", withdrawn_at=AT, withdrawn_by=clerk)

    tasks.sweep_rectifications(moment(10, 20))

    assert not Message.objects.exists()


def test_the_office_is_told_of_answers_and_delays(campaign, accepted, officer, county_clerk):
    make_rectification(accepted, officer, state=Rectification.State.ANSWERED)
    make_rectification(accepted, officer, code="2.1")
    make_note(accepted, officer)

    assert [todo.title for todo in rules.guidance_todos(officer, campaign, moment(10, 12))] == ["有 1 项整改回复待核验", "有 1 项整改已逾期"]
    assert [todo.title for todo in rules.guidance_todos(county_clerk, campaign, moment(10, 12))] == ["所辖单位有 1 项整改已逾期"]
