"""Bodies that are too long, in too many parts, or not what they say of themselves (S-26), against the server as it runs."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from xuancheng_portal.management.commands.up import web_command

pytestmark = pytest.mark.django_db
MEGABYTE = 1024**2
SENTENCE = "一次发送的内容太多，没有收下"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """(port, process id of the one worker). There is no database behind it: what gets past the limits is answered with an error."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PORTAL_MODE": "demo", "ENV_FILE": os.devnull, "VAR": str(tmp_path_factory.mktemp("var")), "WEB_CONCURRENCY": "1"}
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DATABASE_POOL", "CACHE_URL", "CELERY_BROKER_URL"):
        environment.pop(name, None)
    command = web_command(port)
    command[command.index("--workers") + 1] = "1"
    process = subprocess.Popen([sys.executable, *command[1:]], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 120
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < give_up
        yield port, int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    finally:
        process.terminate()
        process.wait(60)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0 and post(port, PLAIN | {"Content-Length": 0}).startswith("HTTP/1.1 ")


def most_memory(worker):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1]) * 1024


def post(port, headers, pieces=(), *, hang_up=False):
    """What the server says to a body sent as it comes; a server that has said enough need not hear the rest."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        lines = [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(["POST /accounts/login/ HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Accept: text/html", *lines, "", ""]).encode())
        try:
            for piece in pieces:
                connection.sendall(piece)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            while read := connection.recv(65536):
                answer += read
        except ConnectionResetError:
            pass
    return answer.decode(errors="replace")


def status(answer):
    return int(answer.split(" ", 2)[1])


def multipart(parts):
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PLAIN = {"Content-Type": "application/x-www-form-urlencoded"}
PART = b'Content-Disposition: form-data; name="x"; filename="x.pdf"\r\n\r\nx'
FIELD = b'Content-Disposition: form-data; name="x"\r\n\r\nx'


@pytest.mark.parametrize(
    ("headers", "limit"), [(FORM, settings.REQUEST_MAX_BODY), (PLAIN, settings.DATA_UPLOAD_MAX_MEMORY_SIZE), ({"Content-Type": "application/octet-stream"}, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)],
    ids=["files", "a form", "raw"],
)
def test_a_body_that_is_too_long_is_refused_before_it_is_sent(server, headers, limit):
    answer = post(server[0], headers | {"Content-Length": limit + 1})

    assert status(answer) == 413
    assert SENTENCE in answer


@pytest.mark.parametrize(("length", "refused"), [(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, False), (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1, True)])
def test_the_limit_is_exact_to_the_byte(length, refused):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", b"x=" + b"a" * (length - 2), content_type=PLAIN["Content-Type"])

    assert answer.status_code == (413 if refused else 403)


@pytest.mark.parametrize(("parts", "refused"), [([PART] * 20, False), ([PART] * 21, True), ([PART] * 10_000, True), ([FIELD] * 2000, False), ([FIELD] * 2001, True), ([FIELD] * 10_000, True)])
def test_parts_are_counted(parts, refused):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", multipart(parts), content_type=FORM["Content-Type"])

    assert answer.status_code == (413 if refused else 403)
    assert (SENTENCE in answer.content.decode()) == refused


def test_a_script_is_told_in_its_own_way():
    answer = Client().post("/accounts/login/", multipart([PART] * 21), content_type=FORM["Content-Type"], headers={"Accept": "application/json"})

    assert answer.status_code == 413
    assert SENTENCE in answer.json()["problem"]


def test_a_body_shorter_than_it_says_takes_nobody_else_s_turn(server):
    post(server[0], FORM | {"Content-Length": 50 * MEGABYTE}, [b"--b\r\n" + PART], hang_up=True)

    assert answers(server[0])


def test_large_bodies_are_not_held_in_memory(server):
    """What is refused is not read, and what is read goes to the disk piece by piece."""
    port, worker = server
    post(port, PLAIN | {"Content-Length": 0})
    before = most_memory(worker)
    head = b'--b\r\nContent-Disposition: form-data; name="file-files"; filename="x.pdf"\r\n\r\n'
    tail, piece = b"\r\n--b--\r\n", bytes(MEGABYTE)

    whole = post(port, FORM | {"Content-Length": len(head) + 100 * MEGABYTE + len(tail)}, [head, *[piece] * 100, tail])
    chunked = post(port, {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}, [b"100000\r\n" + piece + b"\r\n"] * 100)
    many = post(port, FORM | {"Content-Length": len(multipart([PART] * 10_000))}, [multipart([PART] * 10_000)])

    assert status(whole) != 413
    assert not chunked or status(chunked) != 413
    assert not many or status(many) == 413
    assert most_memory(worker) - before < 64 * MEGABYTE
