"""Each way out of the portal, against a server that speaks the real protocol."""

import email
import email.policy

import pytest
from django.core import mail
from django.core.cache import cache

from accounts import inbox, sealing, sending
from accounts.channels import NotSent, Parcel, webhook
from accounts.models import Channel, Delivery, SendingTimes
from accounts.tests import doubles
from accounts.tests.factories import moment

AT = moment(9, 27, 10)
PARCEL = Parcel("7-test", "桃花潭镇的申报有 2 项被退回", "5.4 链接打不开", "https://portal.example.gov.cn/applications/1/", "applications.returned", "汪小桃")


def turn_on(code, secret="", **settings):
    return Channel.objects.create(code=code, enabled=True, settings=settings, sealed=sealing.seal(secret))


def send(code, to, parcel=PARCEL):
    return sending.Way(code).send(parcel, to)


@pytest.fixture
def reachable(clerk):
    clerk.email, clerk.phone, clerk.wecom = "clerk@example.gov.cn", "138 0000 1234", "WangXiaoTao"
    clerk.save()
    return clerk


@pytest.fixture(autouse=True)
def no_tokens():
    cache.clear()


def test_a_letter_goes_over_the_server_named_on_the_screen(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with doubles.running(doubles.Mailbox()) as server:
        turn_on("mail", host="127.0.0.1", port=str(server.port), sender="portal@example.gov.cn")

        send("mail", "clerk@example.gov.cn")

    (recipient, text), = server.taken
    letter = email.message_from_bytes(text, policy=email.policy.default)
    assert recipient == "clerk@example.gov.cn"
    assert (letter["Subject"], letter["From"], letter["X-Portal-Id"]) == (PARCEL.title, "portal@example.gov.cn", "7-test")
    assert "5.4 链接打不开" in letter.get_content()


def test_a_recipient_the_mail_server_does_not_know_is_named(db):
    with doubles.running(doubles.Mailbox(refused=["wrong@example.gov.cn"])) as server:
        turn_on("mail", host="127.0.0.1", port=str(server.port))

        with pytest.raises(NotSent, match="拒收 wrong@example.gov.cn"):
            send("mail", "wrong@example.gov.cn")


def test_without_a_server_of_its_own_the_installations_is_used(db):
    send("mail", "clerk@example.gov.cn")

    assert mail.outbox[0].to == ["clerk@example.gov.cn"]


def test_a_webhook_is_signed_and_a_repeat_carries_the_same_id(db):
    with doubles.running(doubles.webhook()) as server:
        turn_on("webhook", "key-of-the-test", url=f"{server.url}/in")

        send("webhook", "clerk")
        send("webhook", "clerk")

    assert server.asked == ["/in", "/in"]
    assert server.taken == [{
        "id": "7-test", "event": "applications.returned", "account": "clerk", "title": PARCEL.title, "body": PARCEL.body, "link": PARCEL.link,
    }]


def test_a_webhook_under_another_key_is_refused_in_words(db):
    with doubles.running(doubles.webhook()) as server:
        turn_on("webhook", "another key", url=server.url)

        with pytest.raises(NotSent, match="错误 401"):
            send("webhook", "clerk")

    assert server.taken == []


def test_the_signature_covers_time_and_body():
    whole = webhook.signature("key", "1632709920", b"{}")

    assert whole != webhook.signature("key", "1632709921", b"{}")
    assert whole != webhook.signature("key", "1632709920", b"{ }")
    assert whole != webhook.signature("yek", "1632709920", b"{}")


def test_what_is_signed_is_not_carried_to_another_address(db):
    with doubles.running(doubles.webhook()) as server:
        turn_on("webhook", "key-of-the-test", url=server.url)
        server.status = 302

        with pytest.raises(NotSent, match="错误 302"):
            send("webhook", "clerk")

    assert server.asked == ["/"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", ""])
def test_only_web_addresses_are_asked(db, address):
    turn_on("webhook", "key", url=address)

    with pytest.raises(NotSent, match="http://"):
        send("webhook", "clerk")


def test_a_text_message_is_signed_for_the_gateway(db):
    with doubles.running(doubles.mas()) as server:
        turn_on("sms", "secret-of-the-test", url=f"{server.url}/sms/norsubmit", enterprise="宣城市政务公开办", account="portal", sign="abc", extension="")

        send("sms", "13800001234")

    facts, = server.taken
    assert (facts["mobiles"], facts["content"]) == ("13800001234", f"{PARCEL.title} {PARCEL.link}")
    assert "secret" not in str(facts)


def test_the_gateways_refusal_is_told_in_words(db):
    with doubles.running(doubles.mas()) as server:
        turn_on("sms", "wrong", url=server.url, enterprise="市政务公开办", account="portal", sign="abc")

        with pytest.raises(NotSent, match="签名不对"):
            send("sms", "13800001234")


def test_wecom_fetches_a_token_once_for_many_messages(db):
    with doubles.running(doubles.wecom()) as server:
        turn_on("wecom", "secret-of-the-test", corp="ww1", agent="1000002", url=server.url)

        send("wecom", "WangXiaoTao")
        send("wecom", "WangXiaoTao")

    assert [path.partition("?")[0] for path in server.asked] == ["/cgi-bin/gettoken", "/cgi-bin/message/send", "/cgi-bin/message/send"]
    assert server.taken[0]["textcard"]["url"] == PARCEL.link


def test_wecom_fetches_a_new_token_when_the_old_one_is_no_longer_good(db):
    with doubles.running(doubles.wecom()) as server:
        turn_on("wecom", "secret-of-the-test", corp="ww1", agent="1000002", url=server.url)
        send("wecom", "WangXiaoTao")
        server.forget_tokens()

        send("wecom", "WangXiaoTao")

    assert len(server.taken) == 2
    assert sum("gettoken" in path for path in server.asked) == 2


@pytest.mark.parametrize(("settings", "secret", "person", "words", "final"), [
    ({"corp": "ww2"}, "secret-of-the-test", "WangXiaoTao", "企业编号不对", False),
    ({"corp": "ww1"}, "wrong", "WangXiaoTao", "Secret 不对", False),
    ({"corp": "ww1"}, "secret-of-the-test", "Nobody", "可见范围", True),
])
def test_wecoms_error_codes_are_told_in_words(db, settings, secret, person, words, final):
    with doubles.running(doubles.wecom()) as server:
        turn_on("wecom", secret, agent="1000002", url=server.url, **settings)

        with pytest.raises(NotSent, match=words) as refusal:
            send("wecom", person)

    assert refusal.value.final == final


def test_every_channel_that_is_on_gets_its_own_row_and_one_that_is_down_blocks_no_other(reachable):
    with doubles.running(doubles.webhook()) as hook, doubles.running(doubles.mas()) as gateway:
        turn_on("webhook", "key-of-the-test", url=hook.url)
        turn_on("sms", "secret-of-the-test", url=gateway.url, enterprise="市政务公开办", account="portal", sign="abc")
        gateway.status = 503
        inbox.leave([reachable], "applications.returned_by_county", key="r", at=AT, words={"unit": "桃花潭镇", "text": "请修改"})

        for code in ("sms", "mail", "webhook"):
            sending.sweep(code, AT)

        rows = {row.channel: row for row in Delivery.objects.all()}
        assert {code: row.state for code, row in rows.items()} == {"mail": "sent", "webhook": "sent", "sms": "waiting"}
        assert rows["sms"].error == "对方接口返回了错误 503。"
        assert rows["sms"].due_at == AT + sending.PAUSES[0]

        gateway.status = 200
        sending.sweep("sms", AT + sending.PAUSES[0])

        assert Delivery.objects.get(channel="sms").state == "sent"
        assert gateway.taken[0]["mobiles"] == "13800001234"


def test_a_secret_lies_sealed_and_another_key_does_not_open_it(db, settings):
    channel = turn_on("webhook", "key-of-the-test", url="http://127.0.0.1:9/")
    assert "key-of-the-test" not in channel.sealed
    assert sealing.unseal(channel.sealed) == "key-of-the-test"
    settings.SECRET_KEY = "another " * 10

    assert sealing.unseal(channel.sealed) is None
    with pytest.raises(NotSent, match="重新填写"):
        send("webhook", "clerk")


def test_each_person_without_an_address_is_skipped_with_the_reason(clerk):
    turn_on("sms", "x", url="http://127.0.0.1:9/", enterprise="a", account="b", sign="c")
    clerk.phone = "0563-3022222"
    clerk.save()
    inbox.leave([clerk], key="x", title="x", at=AT)

    sending.sweep("sms", AT)
    sending.sweep("mail", AT)

    assert {row.channel: (row.state, row.error) for row in Delivery.objects.all()} == {
        "sms": ("skipped", "没有填写手机号码。"), "mail": ("skipped", "没有填写邮箱。"),
    }


def test_an_address_nobody_listens_at_is_told_in_words(reachable):
    turn_on("webhook", "x", url="http://127.0.0.1:9/")
    SendingTimes.objects.create()
    inbox.leave([reachable], key="x", title="x", at=AT)

    sending.sweep("webhook", AT)

    assert Delivery.objects.get(channel="webhook").error.startswith("连接不上对方接口")


def test_the_mail_channel_names_the_reason_of_a_refused_connection(db):
    turn_on("mail", host="127.0.0.1", port="9")

    with pytest.raises(NotSent, match="邮件服务器没有接收"):
        send("mail", "clerk@example.gov.cn")
