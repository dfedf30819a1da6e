"""What `make run` says when it cannot start. That it starts is shown by the browser tests, which run on it."""

import fcntl
import os
import socket
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from xuancheng_portal import broker
from xuancheng_portal.management.commands import up


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


def test_a_port_in_use_is_said_in_one_sentence_with_the_way_out(taken_port):
    with pytest.raises(CommandError, match=rf"端口 {taken_port} 已被占用，请换一个，例如 make run PORT=\d+"):
        call_command("up", port=taken_port)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(CommandError, match="应为 1–65535 的数字"):
        up.free_port(port)


def test_two_portals_never_share_a_data_folder(settings, tmp_path):
    settings.VAR = tmp_path
    with open(tmp_path / "up.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="门户已经在用数据目录"), up.only_one_here():
            pass

    with up.only_one_here():
        pass


def test_a_second_start_keeps_what_the_office_changed(campaign, monkeypatch):
    called = []
    monkeypatch.setattr(up, "call_command", lambda *args, **kwargs: called.append(args))

    up.once(type(campaign), "load_campaign", Path("file"))()

    assert called == []


@pytest.mark.django_db
def test_a_first_start_loads_the_file(campaign, monkeypatch):
    called = []
    monkeypatch.setattr(up, "call_command", lambda *args, **kwargs: called.append(args))
    type(campaign).objects.all().delete()

    up.once(type(campaign), "load_campaign", Path("file"))()

    assert called == [("load_campaign", "file")]


@pytest.mark.django_db
def test_an_empty_portal_says_how_to_make_the_first_administrator(settings, tmp_path):
    settings.PRODUCTION, settings.VAR = True, tmp_path
    command = up.Command(stdout=StringIO())

    command.welcome(8000)

    assert (tmp_path / "first-sign-in.txt").read_text().strip() in command.stdout.getvalue()


@pytest.mark.django_db
def test_a_portal_with_an_account_says_nothing_of_the_kind(settings, tmp_path, clerk):
    settings.PRODUCTION, settings.VAR = True, tmp_path
    command = up.Command(stdout=StringIO())

    command.welcome(8000)

    assert "/accounts/first/" not in command.stdout.getvalue()


class TestBrokerSocket:
    def test_it_lies_beside_the_data(self, tmp_path):
        assert broker.socket_path(Path("/srv/portal")) == Path("/srv/portal/broker.sock")
        assert broker.broker_url(Path("/srv/portal")) == "redis+socket:///srv/portal/broker.sock"
        assert broker.cache_url(Path("/srv/portal")) == "unix:///srv/portal/broker.sock?db=1"

    def test_a_path_too_long_for_a_socket_gets_a_short_folder_of_its_own(self):
        deep, other = Path("/srv") / ("x" * 120), Path("/srv") / ("y" * 120)

        assert len(bytes(broker.socket_path(deep))) < broker.LONGEST
        assert broker.socket_path(deep) == broker.socket_path(deep) != broker.socket_path(other)

    def test_the_short_folder_is_closed_to_others(self, tmp_path):
        deep = tmp_path / ("x" * 100)
        deep.mkdir()

        broker.command(deep)

        folder = broker.socket_path(deep).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.owner() == deep.owner()
        folder.rmdir()

    def test_a_folder_somebody_else_laid_there_is_not_used(self, tmp_path):
        deep = tmp_path / ("x" * 100)
        deep.mkdir()
        folder = broker.socket_path(deep).parent
        folder.symlink_to(tmp_path)

        with pytest.raises(PermissionError):
            broker.command(deep)
        os.unlink(folder)

    def test_without_the_wheel_files_carry_the_messages(self, monkeypatch, tmp_path):
        monkeypatch.setattr(broker, "get_binary_path", None)

        assert broker.broker_url(tmp_path) == "filesystem://"
        assert broker.cache_url(tmp_path) == ""
