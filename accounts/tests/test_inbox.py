"""Messages: left once, read on a click, mailed by the sweep."""

from datetime import timedelta

from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import inbox, sending
from accounts.models import Delivery, Message
from accounts.tasks import sweep_mail
from accounts.tests.factories import moment

AT = moment(9, 27, 10)


def leave(people, key="returned-1", **fields):
    return inbox.leave(people, key=key, title="申报有 2 项退回", body="请在10月10日前补正。", url="/applications/1/", at=AT, **fields)


def test_the_same_thing_is_told_once(clerk, colleague):
    assert leave([clerk]) == 1
    assert leave([clerk, colleague]) == 1
    assert Message.objects.count() == 2


def test_opening_a_message_marks_it_read_and_leads_on(client, clerk):
    leave([clerk])
    client.force_login(clerk)

    assert "申报有 2 项退回" in client.get(reverse("accounts:inbox")).content.decode()
    response = client.post(reverse("accounts:message", args=[clerk.messages.get().pk]))

    assert response["Location"] == "/applications/1/"
    assert clerk.messages.get().read_at is not None


def test_a_message_never_leads_to_another_site(client, clerk):
    inbox.leave([clerk], key="x", title="x", url="https://evil.example/", at=AT)
    client.force_login(clerk)

    response = client.post(reverse("accounts:message", args=[clerk.messages.get().pk]))

    assert response["Location"] == reverse("accounts:inbox")


def test_nobody_opens_the_message_of_another(client, clerk, other_clerk):
    leave([clerk])
    client.force_login(other_clerk)

    assert client.post(reverse("accounts:message", args=[clerk.messages.get().pk])).status_code == 404
    assert clerk.messages.get().read_at is None


def test_all_can_be_marked_read_at_once(client, clerk):
    leave([clerk])
    leave([clerk], key="second")
    client.force_login(clerk)

    client.post(reverse("accounts:inbox"))

    assert not clerk.messages.unread().exists()


def test_the_sweep_mails_what_is_due_once(clerk, colleague):
    clerk.email = "clerk@example.gov.cn"
    clerk.save()
    leave([clerk, colleague])

    sweep_mail(AT)
    sweep_mail(AT)

    letter = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert letter.to == ["clerk@example.gov.cn"]
    assert letter.subject == "申报有 2 项退回"
    assert letter.body == "请在10月10日前补正。\n\nhttp://127.0.0.1:8000/applications/1/"


def test_a_letter_that_fails_stops_no_other_and_is_tried_a_few_times(clerk, colleague, monkeypatch):
    for person in (clerk, colleague):
        person.email = f"{person.username}@example.gov.cn"
        person.save()
    leave([clerk, colleague])
    send = EmailMessage.send

    def broken_for_clerk(self, *args, **kwargs):
        if self.to == ["clerk@example.gov.cn"]:
            raise ConnectionRefusedError
        return send(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", broken_for_clerk)

    for hours in range(9):
        sweep_mail(AT + timedelta(hours=hours))

    assert [letter.to for letter in mail.outbox] == [["colleague@example.gov.cn"]]
    failed = Delivery.objects.get(message__user=clerk)
    assert (failed.state, failed.tries) == (Delivery.State.FAILED, sending.TRIES)


def test_the_inbox_asks_as_many_questions_for_many_messages_as_for_one(client, clerk, django_assert_num_queries):
    client.force_login(clerk)
    leave([clerk])
    client.get(reverse("accounts:inbox"))  # the session begins

    with CaptureQueriesContext(connection) as one:
        client.get(reverse("accounts:inbox"))
    for number in range(20):
        leave([clerk], key=f"m{number}")

    with django_assert_num_queries(len(one)):
        client.get(reverse("accounts:inbox"))
