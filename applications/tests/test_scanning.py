"""Malware scanning: a scanner that speaks ClamAV's protocol on a loopback socket, well or badly. Nothing waits for it."""

import os
import socket
import struct
import threading
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent, Message
from applications import actions, rules, tasks, uploads
from applications.models import Blob, Evidence
from applications.tests import corpus
from applications.tests.factories import make_application
from campaigns.rules import NotAllowed
from campaigns.tests.factories import moment

NOW = moment(9, 27, 10, 32)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Scan = Blob.Scan


def spoken_to(line):
    """What a client of clamd sends, as clamd understands it: the command, then sized pieces up to one of size nothing."""
    stream = line.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", stream.read(4))[0]:
        content += stream.read(size)
    return content


def honest(line):
    found = EICAR in spoken_to(line)
    line.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if found else b"stream: OK\0")


def saying(answer):
    def say(line):
        spoken_to(line)
        line.sendall(answer)

    return say


def dripping(line):
    """A letter now and then and never the end, for as long as anybody listens."""
    spoken_to(line)
    try:
        while True:
            line.sendall(b"s")
            threading.Event().wait(0.01)
    except OSError:
        pass


def silent(line):
    spoken_to(line)
    line.recv(1)


def rude(line):
    """Hangs up in the middle of the file."""
    line.recv(10)


@contextmanager
def clamd(settings, behave=honest, path=None):
    """A scanner at an address of its own, for as long as the block runs."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    settings.CLAMAV_URL = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"

    def serve():
        while True:
            try:
                line, _peer = server.accept()
            except OSError:
                return
            with line:
                try:
                    behave(line)
                except (OSError, struct.error):
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def nobody_there(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{probe.getsockname()[1]}"


# The client.


def test_a_clean_file_is_clean_and_the_test_virus_is_found(settings):
    with clamd(settings):
        assert uploads.scan(BytesIO(b"hello")) == Scan.CLEAN
        assert uploads.scan(BytesIO(b"x" * 700_000)) == Scan.CLEAN
        assert uploads.scan(BytesIO(EICAR)) == Scan.INFECTED
        assert uploads.scan(BytesIO(b"x" * 262_100 + EICAR)) == Scan.INFECTED  # across the edge of a piece


def test_a_scanner_may_listen_at_a_path(settings, tmp_path):
    os.chdir(tmp_path)  # the path of a socket is short
    with clamd(settings, path=tmp_path / "clamd.ctl"):
        assert uploads.scan(BytesIO(EICAR)) == Scan.INFECTED


@pytest.mark.parametrize(
    "behave",
    [
        silent, dripping, rude, saying(b""), saying(b"\0"), saying(b"\xff\xfe\0"), saying(b"stream: OK"), saying(b"x" * 5000 + b"\0"), saying(b"stream: OK FOUND ERROR\0"),
        saying(b"INSTREAM size limit exceeded. ERROR\0"), saying(b"HTTP/1.1 200 OK\r\n\r\n\0"), saying(b"OK\0"),
    ],
)
def test_a_slow_or_senseless_scanner_says_nothing_about_a_file(settings, behave):
    with clamd(settings, behave), pytest.raises(uploads.ScanFailed):
        uploads.scan(BytesIO(b"hello"), seconds=0.3)


def test_a_scanner_that_is_away_says_nothing_about_a_file(settings):
    nobody_there(settings)

    with pytest.raises(uploads.ScanFailed):
        uploads.scan(BytesIO(b"hello"))


# Its files.


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def undrawn(settings, tmp_path):
    """No pictures from other tests of the same bytes."""
    empty = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "derived"}}
    settings.STORAGES = settings.STORAGES | {"derived": empty}


@pytest.fixture
def response(campaign, taohuatan, clerk, clock):
    return make_application(taohuatan, campaign, by=clerk).responses.in_order().first()


def photo(colour=b"", name="公示栏.jpg"):
    return SimpleUploadedFile(name, corpus.jpg(comment=b"hello" + colour))


@pytest.fixture
def evidence(response, clerk):
    return actions.attach_file(response, photo(), "公示栏.jpg", by=clerk, at=NOW)


@pytest.fixture
def infected(response, clerk):
    """What a scanner knows and a parser does not: a comment inside an ordinary photo."""
    return actions.attach_file(response, SimpleUploadedFile("报表.jpg", corpus.jpg(comment=EICAR)), "报表.jpg", by=clerk, at=NOW)


def opened(client, evidence):
    answer = client.get(reverse("applications:evidence", args=[evidence.pk]))
    return answer.status_code == 200 and b"".join(answer.streaming_content) != b""


def state(evidence):
    return Blob.objects.get(pk=evidence.blob_id).scan_state


def test_without_a_scanner_nothing_is_scanned_or_said(settings, client, county_clerk, evidence):
    assert settings.CLAMAV_URL == ""
    tasks.sweep_scans(NOW + timedelta(days=1))
    client.force_login(county_clerk)

    assert state(evidence) == Scan.PENDING
    assert "等待查毒" not in client.get(reverse("applications:evidence_view", args=[evidence.pk])).content.decode()
    assert opened(client, evidence)


def test_a_new_file_is_scanned_after_commit(settings, response, clerk, django_capture_on_commit_callbacks):
    with clamd(settings), django_capture_on_commit_callbacks(execute=True):
        evidence = actions.attach_file(response, photo(), "公示栏.jpg", by=clerk, at=NOW)

    assert state(evidence) == Scan.CLEAN
    assert Blob.objects.get().scan_tried_at == NOW


def test_until_a_file_is_clean_others_do_not_open_it_and_its_unit_does(settings, client, clerk, county_clerk, evidence):
    uploads.draw_pictures(evidence.blob_id)
    with clamd(settings):
        client.force_login(county_clerk)
        answer = client.get(reverse("applications:evidence", args=[evidence.pk]), follow=True)
        assert answer.redirect_chain
        assert "这个文件还没有通过病毒检查，通过后才能打开" in answer.content.decode()
        for name, *more in (["evidence_preview"], ["evidence_picture", 1]):
            answer = client.get(reverse(f"applications:{name}", args=[evidence.pk, *more]))
            assert (answer.status_code, answer["Content-Type"]) == (202, "image/svg+xml")
            assert "等待病毒检查" in answer.content.decode()
        assert not AuditEvent.objects.filter(action="applications.download").exists()
        client.force_login(clerk)
        assert opened(client, evidence)
        assert "等待查毒" in client.get(evidence.response.get_absolute_url()).content.decode()

        uploads.scan_file(evidence.blob_id)
        client.force_login(county_clerk)
        assert opened(client, evidence)
        assert client.get(reverse("applications:evidence_preview", args=[evidence.pk])).status_code == 200


def test_an_infected_file_is_opened_by_nobody_and_its_unit_is_told(settings, client, clerk, officer, infected, django_capture_on_commit_callbacks):
    with clamd(settings), django_capture_on_commit_callbacks(execute=True):
        uploads.scan_file(infected.blob_id)
    settings.CLAMAV_URL = ""  # what was found stays found

    assert state(infected) == Scan.INFECTED
    assert Message.objects.get(user=clerk).title == "文件“报表.jpg”查出病毒，请更换"
    assert AuditEvent.objects.get(action="applications.find_infected").detail["sha256"] == infected.blob_id
    for person in (clerk, officer):
        client.force_login(person)
        answer = client.get(reverse("applications:evidence", args=[infected.pk]), follow=True)
        assert "任何人都不能打开" in answer.content.decode()
        assert not answer.streaming
        assert client.get(reverse("applications:evidence_preview", args=[infected.pk])).status_code == 404
        assert client.get(reverse("applications:evidence_picture", args=[infected.pk, 1])).status_code == 404


def test_an_infected_file_does_not_come_back_under_another_name(settings, response, clerk, infected):
    with clamd(settings):
        uploads.scan_file(infected.blob_id)
    other = response.application.responses.in_order()[1]

    with pytest.raises(NotAllowed, match="查出病毒，没有接收"):
        actions.attach_file(other, SimpleUploadedFile("新.jpg", corpus.jpg(comment=EICAR)), "新.jpg", by=clerk, at=NOW)
    actions.remove_evidence(infected, by=clerk, at=NOW)
    with pytest.raises(NotAllowed, match="查出病毒，没有接收"):
        actions.restore_evidence(infected, by=clerk, at=NOW)

    assert not Evidence.objects.present().exists()


def test_a_scanner_that_was_down_for_a_day_catches_up(settings, clock, evidence, infected):
    nobody_there(settings)
    uploads.scan_file(evidence.blob_id)
    assert state(evidence) == Scan.FAILED

    clock.move_to(NOW + timedelta(days=1))
    with clamd(settings):
        tasks.sweep_scans(NOW + timedelta(days=1))

    assert (state(evidence), state(infected)) == (Scan.CLEAN, Scan.INFECTED)


def test_the_sweep_waits_a_little_before_it_asks_again(settings, clock, evidence):
    nobody_there(settings)
    uploads.scan_file(evidence.blob_id)

    with clamd(settings):
        for later, expected in ((timedelta(minutes=5) - timedelta(seconds=1), Scan.FAILED), (timedelta(minutes=5), Scan.CLEAN)):
            clock.move_to(NOW + later)
            tasks.sweep_scans(NOW + later)
            assert state(evidence) == expected


def test_while_the_scanner_rests_files_do_not_queue_up_behind_it(settings, clock, evidence, infected):
    nobody_there(settings)
    uploads.scan_file(evidence.blob_id)
    uploads.scan_file(infected.blob_id)
    assert (state(evidence), state(infected)) == (Scan.FAILED, Scan.PENDING)

    clock.move_to(NOW + timedelta(minutes=1))
    uploads.scan_file(infected.blob_id)

    assert state(infected) == Scan.FAILED


def test_a_dead_scanner_keeps_nobody_from_submitting(settings, campaign, taohuatan, clerk, clock, django_capture_on_commit_callbacks):
    nobody_there(settings)
    application = make_application(taohuatan, campaign, done=True, by=clerk)
    with django_capture_on_commit_callbacks(execute=True):
        actions.attach_file(application.responses.first(), photo(), "公示栏.jpg", by=clerk, at=NOW)

    assert rules.submission_problems(application, NOW) == []
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(application, by=clerk, at=NOW, received_at=NOW)

    application.refresh_from_db()
    assert application.status == "with_county"
    assert Blob.objects.get().scan_state == Scan.FAILED
