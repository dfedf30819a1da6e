"""When messages leave the portal, in whose words, and what an office sees and does about it."""

import re
from datetime import UTC, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import inbox, letters, sealing, sending, timetable
from accounts.models import AuditEvent, Channel, Delivery, LetterText, SendingTimes
from accounts.tasks import sweep_mail
from accounts.tests import doubles
from accounts.tests.factories import make_user, moment

AT = moment(9, 27, 10)
DIGEST = moment(9, 27, 14, 30)


@pytest.fixture
def reader(clerk):
    clerk.email = "clerk@example.gov.cn"
    clerk.save()
    return clerk


def named(person, number=1, at=AT):
    """A message that can wait for the digest."""
    return inbox.leave([person], "results.named", key=f"named-{number}", at=at, words={"unit": f"第{number}镇", "track": "示范点"})


def returned(person, at=AT):
    return inbox.leave([person], "applications.returned_by_county", key="returned", at=at, words={"unit": "桃花潭镇", "text": "请修改"})


# When


@pytest.mark.parametrize(("at", "quiet"), [
    (moment(9, 27, 20, 59, 59), False), (moment(9, 27, 21), True), (moment(9, 28, 0), True), (moment(9, 28, 7, 29, 59), True), (moment(9, 28, 7, 30), False),
])
def test_quiet_hours_run_over_midnight_and_end_on_the_minute(db, at, quiet):
    assert timetable.times().is_quiet(at) == quiet


@pytest.mark.parametrize(("at", "urgent", "due"), [
    (moment(9, 27, 10), True, moment(9, 27, 10)),
    (moment(9, 27, 21), True, moment(9, 28, 7, 30)),
    (moment(9, 28, 3), True, moment(9, 28, 7, 30)),
    (moment(9, 27, 8, 29, 59), False, moment(9, 27, 8, 30)),
    (moment(9, 27, 8, 30), False, moment(9, 27, 14, 30)),
    (moment(9, 27, 14, 30), False, moment(9, 28, 8, 30)),
    (moment(9, 27, 23), False, moment(9, 28, 8, 30)),
])
def test_what_is_urgent_goes_at_once_and_the_rest_with_the_next_digest(db, at, urgent, due):
    assert timetable.times().due(at, urgent=urgent) == due


def test_a_server_in_another_zone_keeps_the_offices_hours(db, settings):
    assert timetable.times().is_quiet(moment(9, 27, 22).astimezone(UTC))
    assert not timetable.times().is_quiet(moment(9, 27, 10).astimezone(UTC))


def test_nothing_leaves_in_the_quiet_hours_and_afterwards_it_is_caught_up_once(reader):
    returned(reader, at=moment(9, 27, 20, 59))

    for at in (moment(9, 27, 21), moment(9, 28, 7, 29)):
        sweep_mail(at)
        assert mail.outbox == []
    for _again in range(3):
        sweep_mail(moment(9, 28, 7, 30))

    assert [letter.subject for letter in mail.outbox] == ["桃花潭镇的申报被县里退回，请修改后重新提交"]
    assert Delivery.objects.get().sent_at == moment(9, 28, 7, 30)


def test_what_can_wait_arrives_as_one_letter_with_the_digest(reader):
    for number in range(3):
        named(reader, number)
    returned(reader)

    sweep_mail(AT)
    assert [letter.subject for letter in mail.outbox] == ["桃花潭镇的申报被县里退回，请修改后重新提交"]
    sweep_mail(DIGEST - timedelta(seconds=1))
    assert len(mail.outbox) == 1
    sweep_mail(DIGEST)
    sweep_mail(DIGEST)

    assert len(mail.outbox) == 2
    assert mail.outbox[1].subject == "宣城市政务公开示范创建平台：有 3 条新消息"
    assert all(f"第{number}镇已命名为示范点。" in mail.outbox[1].body for number in range(3))
    assert Delivery.objects.filter(state="sent").count() == 4


def test_what_happens_only_inside_the_portal_has_no_delivery(officer):
    inbox.leave([officer], "inspections.signed", key="x", at=AT, words={"person": "胡小验", "unit": "桃花潭镇"})

    assert officer.messages.get().title == "胡小验已在桃花潭镇的验收记录上签字"
    assert not Delivery.objects.exists()


# To whom


def test_nothing_is_sent_to_somebody_disabled_meanwhile(reader):
    returned(reader)
    reader.is_active = False
    reader.save()

    sweep_mail(AT)

    assert mail.outbox == []
    assert (Delivery.objects.get().state, Delivery.objects.get().error) == ("skipped", "账号已停用。")


def test_a_person_may_leave_out_a_channel_but_not_what_is_urgent(client, reader):
    client.force_login(reader)
    client.post(reverse("accounts:my_channels"), {"wanted": [], "save": "1"})
    reader.refresh_from_db()
    assert reader.channels_off == ["mail"]
    named(reader)
    returned(reader)

    sweep_mail(DIGEST)

    assert [letter.subject for letter in mail.outbox] == ["桃花潭镇的申报被县里退回，请修改后重新提交"]
    assert Delivery.objects.get(state="skipped").error == "本人选择了不用这个渠道。"


# Failures


def test_a_failed_letter_is_tried_after_growing_pauses_and_can_be_sent_again_by_hand(client, officer, reader, monkeypatch):
    returned(reader)
    monkeypatch.setattr(mail.EmailMessage, "send", refuse := lambda self: (_ for _ in ()).throw(ConnectionRefusedError("refused")))
    at, tried = AT, []
    for _try in range(sending.TRIES):
        sweep_mail(at - timedelta(seconds=1))
        sweep_mail(at)
        row = Delivery.objects.get()
        tried.append((row.tries, row.state))
        at = row.due_at
    assert tried == [(1, "waiting"), (2, "waiting"), (3, "waiting"), (4, "waiting"), (5, "failed")]
    assert row.error == "邮件服务器没有接收：refused。"
    assert refuse
    monkeypatch.undo()
    client.force_login(officer)

    with time_machine.travel(AT + timedelta(days=1), tick=False):
        page = client.get(reverse("accounts:delivery_list") + "?state=failed")
        assert "邮件服务器没有接收" in page.content.decode()
        client.post(reverse("accounts:resend"), {"delivery": row.pk})
    sweep_mail(AT + timedelta(days=1))

    assert [letter.to for letter in mail.outbox] == [["clerk@example.gov.cn"]]
    assert AuditEvent.objects.filter(action="accounts.resend", by=officer).count() == 1


def test_all_that_failed_of_what_is_shown_is_sent_again(client, officer, reader, colleague):
    returned(reader)
    inbox.leave([colleague], key="other", title="另一条", at=AT)
    Delivery.objects.update(state="failed", error="坏了")
    client.force_login(officer)

    client.post(reverse("accounts:resend") + "?q=汪小桃")

    assert {row.message.user: row.state for row in Delivery.objects.all()} == {reader: "waiting", colleague: "failed"}


def test_two_workers_never_send_the_same_letter(reader):
    returned(reader)
    row = Delivery.objects.get()

    assert sending.claim(row, AT) == 1
    assert sending.claim(row, AT) == 0


def test_a_channel_that_refuses_three_times_is_left_alone_until_the_next_sweep(db, monkeypatch):
    people = [make_user(email=f"p{number}@example.gov.cn") for number in range(6)]
    inbox.leave(people, key="x", title="x", at=AT)
    tried = []

    def refuse(self):
        tried.append(self.to)
        raise TimeoutError("timed out")

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)

    sweep_mail(AT)

    assert len(tried) == sending.REFUSALS_IN_A_ROW
    assert Delivery.objects.filter(tries=0).count() == 3


def test_a_slow_channel_leaves_the_rest_to_the_next_sweep(db, monkeypatch):
    inbox.leave([make_user(email=f"p{number}@example.gov.cn") for number in range(3)], key="x", title="x", at=AT)
    monkeypatch.setattr(sending, "SECONDS", -1)

    sweep_mail(AT)

    assert mail.outbox == []
    assert Delivery.objects.filter(tries=0, state="waiting").count() == 3


def test_a_title_over_two_lines_makes_one_subject(reader):
    inbox.leave([reader], key="x", title="第一行\n第二行", at=AT)

    sweep_mail(AT)

    assert mail.outbox[0].subject == "第一行 第二行"


def test_a_channel_turned_off_lets_go_of_what_waits(reader):
    returned(reader)
    Channel.objects.create(code="mail", enabled=False)

    sweep_mail(AT)

    assert (Delivery.objects.get().state, Delivery.objects.get().error) == ("skipped", "渠道已停用。")
    assert mail.outbox == []


# Words


def test_every_event_composes_with_its_examples_and_every_word_has_a_name():
    for letter in letters.every().values():
        names = [str(name) for name, _example in letters.word_names(letter).values()]
        assert len(set(names)) == len(names)
        assert letters.text_problems(letter, letters.written(letter, letter.title) + letters.written(letter, letter.body)) == []
        assert "{" not in letters.fill(letter, letters.written(letter, letter.title), letters.examples(letter))


def test_the_code_names_only_events_there_are(settings):

    used = set()
    for app in ("accounts", "campaigns", "applications", "inspections", "results", "xuancheng_portal"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "tests" not in path.parts and path.name != "letters.py":
                used |= set(re.findall(r'"(\w+\.\w+)"', path.read_text()))

    assert set(letters.every()) - used == set()


def test_the_office_changes_the_words_of_an_event_and_the_next_message_has_them(client, officer, reader):
    client.force_login(officer)
    address = reverse("accounts:letter", args=["results.named"])

    client.post(address, {"title": "祝贺{单位}", "body": "{单位}成为{申报类别}。", "channels": ["mail"], "urgent": "on"})
    named(reader)

    message = reader.messages.get()
    assert (message.title, message.body) == ("祝贺第1镇", "第1镇成为示范点。")
    assert Delivery.objects.get().due_at == AT
    client.post(reverse("accounts:reset_letter", args=["results.named"]))
    named(reader, 2)
    assert reader.messages.first().title == "第2镇已命名为示范点。"
    assert list(AuditEvent.objects.order_by("number").values_list("action", flat=True))[-2:] == ["accounts.change_letter", "accounts.reset_letter"]


@pytest.mark.parametrize(("title", "words"), [("{单位}{密码}", "不能用 {密码}"), ("{单位", "花括号没有成对"), ("单位}", "花括号没有成对")])
def test_an_unknown_placeholder_is_refused_in_words(client, officer, title, words):
    client.force_login(officer)

    response = client.post(reverse("accounts:letter", args=["results.named"]), {"title": title, "body": "", "channels": []})

    assert words in response.content.decode()
    assert not LetterText.objects.exists()


def test_a_preview_shows_examples_and_saves_nothing(client, officer):
    client.force_login(officer)

    response = client.post(reverse("accounts:letter", args=["results.named"]), {"title": "祝贺{单位}", "body": "", "preview": "1"})

    assert "祝贺桃花潭镇" in response.content.decode()
    assert not LetterText.objects.exists()


def test_what_is_put_in_is_not_looked_at_again(reader):
    LetterText.objects.create(event="results.named", title="{单位}", urgent=False, channels=[], changed_at=AT)

    inbox.leave([reader], "results.named", key="x", at=AT, words={"unit": "{申报类别}", "track": "秘密"})

    assert reader.messages.get().title == "{申报类别}"


def test_changing_only_the_channels_keeps_the_default_words(client, officer, reader):
    client.force_login(officer)
    letter = letters.every()["results.named"]

    client.post(reverse("accounts:letter", args=["results.named"]), {
        "title": letters.written(letter, letter.title), "body": letters.written(letter, letter.body), "channels": [],
    })
    named(reader)

    assert LetterText.objects.get().title == ""
    assert reader.messages.get().title == "第1镇已命名为示范点。"
    assert not Delivery.objects.exists()


# Screens


def test_the_administrator_sets_up_a_channel_and_never_reads_its_secret(client, administrator):
    client.force_login(administrator)
    address = reverse("accounts:channel", args=["webhook"])
    with doubles.running(doubles.webhook()) as server:
        client.post(address, {"enabled": "on", "url": server.url, "secret": "key-of-the-test"})
        answer = client.post(reverse("accounts:test_channel", args=["webhook"]), {"to": "administrator"}, follow=True)
        assert "测试消息已发出" in answer.content.decode()
        assert server.taken[0]["account"] == "administrator"

        client.post(address, {"enabled": "on", "url": server.url, "secret": ""})  # left empty it stays

    channel = Channel.objects.get()
    assert sealing.unseal(channel.sealed) == "key-of-the-test"
    assert "key-of-the-test" not in client.get(address).content.decode()
    assert "key-of-the-test" not in str(list(AuditEvent.objects.values()))


def test_a_test_message_that_fails_says_why(client, administrator):
    Channel.objects.create(code="webhook", enabled=True, settings={"url": "http://127.0.0.1:9/"})
    client.force_login(administrator)

    answer = client.post(reverse("accounts:test_channel", args=["webhook"]), {"to": "x"}, follow=True).content.decode()

    assert "测试消息没有发出：连接不上对方接口" in answer
    assert Channel.objects.get().test_error.startswith("连接不上")


@pytest.mark.parametrize(("code", "data", "words"), [
    ("webhook", {"url": "ftp://x"}, "要以 http:// 或 https:// 开头"), ("webhook", {"secret": "x"}, "请填写接口地址。"),
    ("wecom", {"corp": "ww", "agent": "abc"}, "应用编号是一串数字"), ("mail", {"host": "smtp.example.gov.cn", "port": "二五"}, "端口是一个数字"),
])
def test_a_setting_that_cannot_work_is_refused_in_words(client, administrator, code, data, words):
    client.force_login(administrator)

    assert words in client.post(reverse("accounts:channel", args=[code]), data).content.decode()
    assert not Channel.objects.exists()


def test_a_channel_is_like_none_to_whom_sending_is_closed(client, administrator, officer, auditor):
    Channel.objects.create(code="webhook")
    addresses = [reverse("accounts:channel", args=["webhook"]), reverse("accounts:test_channel", args=["webhook"])]

    for person, status in ((auditor, 404), (officer, 403), (administrator, None)):
        client.force_login(person)
        answers = {client.post(address, {}).status_code for address in addresses}
        assert answers == {status} if status else not answers & {403, 404}
        assert client.post(reverse("accounts:channel", args=["pigeon"]), {}).status_code == 404


def test_the_times_are_changed_on_their_page(client, administrator):
    client.force_login(administrator)

    client.post(reverse("accounts:sending_times"), {"quiet_from": "22:00", "quiet_until": "06:00", "first_digest": "09:00", "second_digest": "15:00"})

    assert f"{SendingTimes.objects.get().quiet_from:%H:%M}" == "22:00"
    assert "22:00 – 06:00" in client.get(reverse("accounts:sending")).content.decode()


def test_the_office_reads_what_kind_of_message_went_out_and_the_administrator_which(client, reader, officer, administrator):
    returned(reader)

    for person, told, kept in ((officer, "县里退回", "桃花潭镇的申报被县里退回"), (administrator, "桃花潭镇的申报被县里退回", None)):
        client.force_login(person)
        page = client.get(reverse("accounts:delivery_list")).content.decode()
        rows = page[page.index("<tbody>"):page.index("</tbody>")]
        assert told in rows
        assert kept is None or kept not in rows


@pytest.mark.parametrize("name", ["accounts:sending", "accounts:letter_list", "accounts:delivery_list"])
@pytest.mark.parametrize(("person", "status"), [("administrator", 200), ("officer", 200), ("auditor", 403), ("clerk", 403), ("inspector", 403)])
def test_who_reads_what_was_sent(client, request, name, person, status):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(name)).status_code == status


def test_only_the_administrator_changes_channels(client, officer):
    client.force_login(officer)

    assert client.post(reverse("accounts:channel", args=["webhook"]), {"url": "http://127.0.0.1:9/"}).status_code == 403
    assert client.post(reverse("accounts:sending_times"), {}).status_code == 403
    assert not Channel.objects.exists()


@pytest.mark.parametrize(("query", "shown"), [
    ("q=汪小桃", 1), ("q=桃花潭", 2), ("q=没有", 0), ("event=results.named", 1), ("event=没有", 2), ("state=failed", 1), ("channel=sms", 0),
    ("day=2021-09-27", 2), ("day=2021-09-28", 0), ("day=x", 2),
])
def test_deliveries_are_found_by_person_unit_event_state_and_day(client, officer, reader, colleague, query, shown):
    named(reader)
    returned(colleague)
    Delivery.objects.filter(message__user=colleague).update(state="failed")
    client.force_login(officer)

    assert client.get(reverse("accounts:delivery_list") + f"?{query}").context["total"] == shown


def test_the_list_asks_as_many_questions_for_many_deliveries_as_for_one(client, officer, reader, django_assert_num_queries):
    named(reader)
    client.force_login(officer)
    client.get(reverse("accounts:delivery_list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("accounts:delivery_list"))
    for number in range(2, 22):
        named(make_user(organization=reader.organization), number)

    with django_assert_num_queries(len(one)):
        client.get(reverse("accounts:delivery_list"))
