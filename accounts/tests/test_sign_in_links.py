"""One-time links: invited, opened once, and nothing told to those who only guess."""

import re
import stat
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import actions, first, links, tasks
from accounts.models import AuditEvent, SignInLink, User

NEW = "Xi 敬亭山上的云 7"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def secret(clerk, administrator, now):
    """Of an invitation of the clerk's."""
    return actions.invite([clerk], by_mail=False, by=administrator, at=now)[0][1]


def page(secret):
    return reverse("accounts:sign_in_link", args=[secret])


def set_password(client, secret, password=NEW):
    return client.post(page(secret), {"new_password1": password, "new_password2": password})


def test_the_link_says_who_and_which_unit_and_opens_the_portal_once(client, clerk, secret):
    shown = client.get(page(secret)).content.decode()
    response = set_password(client, secret)

    assert "汪小桃" in shown
    assert "桃花潭镇" in shown
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(clerk.pk)
    clerk.refresh_from_db()
    assert clerk.check_password(NEW)
    assert SignInLink.objects.get().state == "used"
    assert set(AuditEvent.objects.filter(target_id=str(clerk.pk)).values_list("action", flat=True)) == {"accounts.invite", "accounts.use_link", "accounts.login"}
    client.logout()
    assert set_password(client, secret, NEW + "x").status_code == 410
    clerk.refresh_from_db()
    assert clerk.check_password(NEW)


def test_only_a_digest_of_the_secret_is_kept(secret):
    row = SignInLink.objects.values().get()

    assert row["digest"] == links.digest_of(secret)
    assert secret not in str(row)
    assert secret not in str(list(AuditEvent.objects.values()))


def test_opening_the_page_uses_nothing_up(client, secret):
    client.get(page(secret))

    assert client.get(page(secret)).status_code == 200


def used(client, clerk, secret, **people):
    set_password(client, secret)
    client.logout()


def replaced(client, clerk, secret, administrator, now):
    actions.invite([clerk], by_mail=False, by=administrator, at=now)


def disabled(client, clerk, secret, administrator, now):
    actions.disable(clerk, reason="调离", by=administrator, at=now)


def password_set_elsewhere(client, clerk, secret, administrator, now):
    clerk.set_password("别处设置的 Passwort 1")
    clerk.save()


def enabled_again(client, clerk, secret, administrator, now):
    actions.disable(clerk, reason="调离", by=administrator, at=now)
    actions.enable(clerk, by=administrator, at=now)


@pytest.mark.parametrize("spoil", [used, replaced, disabled, enabled_again, password_set_elsewhere])
def test_what_ended_a_link_cannot_be_told_from_a_link_that_never_was(client, clerk, secret, administrator, now, spoil):
    spoil(client, clerk, secret, administrator=administrator, now=now)

    answers = [client.get(page(word)) for word in (secret, "never-was")]

    assert [answer.status_code for answer in answers] == [410, 410]
    bodies = [re.sub(r'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken": "[^"]*"', "", answer.content.decode()).replace(word, "") for answer, word in zip(answers, (secret, "never-was"), strict=True)]
    assert bodies[0] == bodies[1]
    assert "链接不能用" in bodies[0]
    assert set_password(client, secret, "另一个密码 Wort 22").status_code == 410


@pytest.mark.parametrize(("later", "status"), [(timedelta(days=7) - timedelta(seconds=2), 200), (timedelta(days=7, seconds=1), 410)])
def test_a_link_opens_until_its_last_second(client, secret, now, later, status):
    with time_machine.travel(now + later, tick=False):
        assert client.get(page(secret)).status_code == status
        assert set_password(client, secret).status_code == (302 if status == 200 else 410)


def test_two_who_use_the_same_link_together_set_one_password(clerk, secret, now):
    assert actions.use_link(secret, "第一个人的 Wort 1", at=now) == clerk
    assert actions.use_link(secret, "第二个人的 Wort 2", at=now) is None

    clerk.refresh_from_db()
    assert clerk.check_password("第一个人的 Wort 1")


def test_an_invitation_goes_by_letter_with_a_secret_that_is_stored_nowhere(client, clerk, administrator, now, django_capture_on_commit_callbacks):
    clerk.email = "clerk@example.cn"
    clerk.save()
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.invite([clerk], by_mail=True, by=administrator, at=now)

    letter = mail.outbox[0]
    assert made[0][1] is None
    assert letter.to == ["clerk@example.cn"]
    secret = re.search(r"/accounts/link/([^/]+)/", letter.body)[1]
    assert client.get(page(secret)).status_code == 200
    assert SignInLink.objects.get().sent_at


def test_a_letter_that_did_not_go_out_is_sent_by_the_sweep_once(clerk, administrator, now):
    clerk.email = "clerk@example.cn"
    clerk.save()
    actions.invite([clerk], by_mail=True, by=administrator, at=now)
    assert mail.outbox == []

    with time_machine.travel(now + timedelta(minutes=2), tick=False):
        tasks.sweep_links(timezone.now())
        tasks.sweep_links(timezone.now())

    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_leaves_the_letter_for_later(clerk, administrator, now, settings, monkeypatch):
    clerk.email = "clerk@example.cn"
    clerk.save()
    actions.invite([clerk], by_mail=True, by=administrator, at=now)

    def away(self):
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.notices.EmailMessage.send", away)
    tasks.sweep_links(now + timedelta(minutes=2))

    link = SignInLink.objects.get()
    assert (link.sent_at, link.attempts) == (None, 1)


class TestForgotten:
    def ask(self, client, name, **extra):
        return client.post(reverse("accounts:forgotten"), {"username": name}, **extra)

    @pytest.fixture
    def reachable(self, clerk):
        clerk.email = "clerk@example.cn"
        clerk.save()
        return clerk

    def test_the_link_in_the_letter_sets_a_new_password(self, client, reachable, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            self.ask(client, "clerk")

        secret = re.search(r"/accounts/link/([^/]+)/", mail.outbox[0].body)[1]
        assert set_password(client, secret).status_code == 302
        reachable.refresh_from_db()
        assert reachable.check_password(NEW)

    def test_every_name_is_answered_alike(self, client, reachable, colleague, officer, django_capture_on_commit_callbacks):
        officer.is_active, officer.email = False, "off@example.cn"
        officer.save()

        with django_capture_on_commit_callbacks(execute=True):
            answers = [self.ask(client, name) for name in ("clerk", "colleague", "officer", "ghost")]

        assert {answer.status_code for answer in answers} == {200}
        assert len({re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken)[^>]*', "", answer.content.decode()) for answer in answers}) == 1
        assert [letter.to for letter in mail.outbox] == [["clerk@example.cn"]]

    def test_asking_again_at_once_sends_no_second_letter_and_ends_no_invitation(self, client, reachable, secret, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            self.ask(client, "clerk")
            self.ask(client, "clerk")

        assert len(mail.outbox) == 1
        assert client.get(page(secret)).status_code == 200

    def test_the_old_password_stays_good_until_the_link_is_used(self, client, reachable, password, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            self.ask(client, "clerk")

        assert client.post(reverse("accounts:login"), {"username": "clerk", "password": password}).status_code == 302


@pytest.mark.django_db
class TestFirstAdministrator:
    @pytest.fixture
    def secret(self, settings, tmp_path):
        settings.VAR = tmp_path
        return first.address().rstrip("/").rpartition("/")[2]

    def make(self, client, secret, **extra):
        told = {"username": "guanli", "name": "管理员", "new_password1": NEW, "new_password2": NEW} | extra
        return client.post(reverse("accounts:first_administrator", args=[secret]), told)

    def test_the_link_makes_the_first_administrator_and_then_opens_nothing(self, client, secret, tmp_path):
        response = self.make(client, secret)

        assert response["Location"] == "/"
        assert User.objects.get().roles == {"admin"}
        assert client.session["_auth_user_id"] == str(User.objects.get().pk)
        assert not (tmp_path / "first-sign-in.txt").exists()
        assert AuditEvent.objects.filter(action="accounts.make_first_administrator").exists()
        assert self.make(client, secret, username="zweiter").status_code == 410
        assert User.objects.count() == 1

    def test_only_its_owner_can_read_the_file_and_a_second_start_says_the_same_link(self, secret, tmp_path):
        assert stat.S_IMODE((tmp_path / "first-sign-in.txt").stat().st_mode) == 0o600
        assert secret in first.address()

    def test_a_guess_opens_nothing(self, client, secret):
        assert client.get(reverse("accounts:first_administrator", args=["guess"])).status_code == 410
        assert self.make(client, "guess").status_code == 410
        assert not User.objects.exists()

    def test_any_account_voids_the_link(self, client, secret, clerk):
        assert client.get(reverse("accounts:first_administrator", args=[secret])).status_code == 410
        assert first.address() is None

    def test_a_weak_password_is_refused(self, client, secret):
        response = self.make(client, secret, new_password1="123", new_password2="123")

        assert response.status_code == 200
        assert not User.objects.exists()

    @pytest.mark.parametrize(("production", "lines"), [(True, 1), (False, 0)])
    def test_a_web_server_says_it_once_and_in_production_only(self, settings, tmp_path, production, lines):
        settings.VAR, settings.PRODUCTION = tmp_path, production
        said = []

        first.announce(said.append)
        first.announce(said.append)

        assert len(said) == lines

    def test_a_database_that_is_away_keeps_no_server_from_starting(self, settings, tmp_path, monkeypatch):
        settings.VAR, settings.PRODUCTION = tmp_path, True
        monkeypatch.setattr(User.objects, "exists", lambda: (_ for _ in ()).throw(first.DatabaseError))
        monkeypatch.setattr(first.User, "objects", User.objects)

        assert first.announce(print) is None
