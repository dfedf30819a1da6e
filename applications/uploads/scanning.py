"""Malware scanning: asks a ClamAV daemon over its own protocol (INSTREAM). Off unless CLAMAV_URL names one (S-31)."""

import socket
import struct
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from applications.models import Blob

CONNECT_SECONDS, SCAN_SECONDS = 3, 60
CHUNK = 256 * 1024
ANSWER_BYTES = 1024


class ScanFailed(Exception):
    """The scanner is away, slow, or talks nonsense: the file is asked about again later."""


def is_on():
    return bool(settings.CLAMAV_URL)


def scan(file, seconds=SCAN_SECONDS):
    """Blob.Scan.CLEAN or INFECTED, in so many seconds at most; else ScanFailed."""
    until = time.monotonic() + seconds
    try:
        with _connected() as line:
            _send(line, b"zINSTREAM\0", until)
            while chunk := file.read(CHUNK):
                _send(line, struct.pack(">I", len(chunk)) + chunk, until)
            _send(line, struct.pack(">I", 0), until)
            answer = _answer(line, until)
    except OSError as error:
        raise ScanFailed(str(error)) from error
    if answer == "stream: OK":
        return Blob.Scan.CLEAN
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Blob.Scan.INFECTED
    raise ScanFailed(answer)


def _connected():
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname, address.port or 3310), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(CONNECT_SECONDS)
    try:
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line


def _left(until):
    if (left := until - time.monotonic()) <= 0:
        raise TimeoutError("out of time")
    return left


def _send(line, data, until):
    line.settimeout(_left(until))
    line.sendall(data)


def _answer(line, until):
    """Up to the closing zero byte; one that never closes, or drips for ever, is none."""
    answer = b""
    while not answer.endswith(b"\0"):
        line.settimeout(_left(until))
        piece = line.recv(ANSWER_BYTES)
        answer += piece
        if not piece or len(answer) > ANSWER_BYTES:
            raise ScanFailed("no answer")
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def opening_problem(blob, *, is_own):
    """Why this file may not be opened now, as a sentence; nothing when it may. `is_own`: asked by somebody of the unit that sent it."""
    if blob.scan_state == Blob.Scan.INFECTED:
        return _("这个文件查出病毒，任何人都不能打开，请由上传单位更换")
    if is_on() and not is_own and blob.scan_state != Blob.Scan.CLEAN:
        return _("这个文件还没有通过病毒检查，通过后才能打开")
    return ""
