"""Servers on this machine that speak as the real ones do, for tests: HTTP gateways and an SMTP server, each in a thread."""

import base64
import hashlib
import hmac
import json
import socketserver
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Gateway(ThreadingHTTPServer):
    """Keeps what it took in `taken`. `status` other than 200 makes it fail as a gateway in front of a broken system does."""

    def __init__(self, answer):
        self.taken, self.asked, self.status, self._answer = [], [], 200, answer
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.path)
        status, answer = (self.server.status, {}) if self.server.status != 200 else self.server._answer(self.server, self.path, self.headers, body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST

    def log_message(self, *args):
        """Quiet."""


def webhook(secret="key-of-the-test"):
    """Refuses what is signed wrongly or long ago; takes each id once."""
    seen = set()

    def answer(server, path, headers, body):
        timestamp = headers["X-Portal-Timestamp"]
        expected = "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        facts = json.loads(body)
        if not hmac.compare_digest(headers["X-Portal-Signature"], expected) or abs(time.time() - int(timestamp)) > 300 or headers["X-Portal-Id"] != facts["id"]:
            return 401, {}
        if facts["id"] not in seen:
            seen.add(facts["id"])
            server.taken.append(facts)
        return 200, {}

    return Gateway(answer)


def mas(secret="secret-of-the-test"):
    """移动云MAS: base64 of JSON, checked by its MD5."""

    def answer(server, path, headers, body):
        facts = json.loads(base64.b64decode(body))
        text = facts["ecName"] + facts["apId"] + secret + facts["mobiles"] + facts["content"] + facts["sign"] + facts["addSerial"]
        if facts["mac"] != hashlib.md5(text.encode()).hexdigest():
            return 200, {"msgGroup": "", "rspcod": "IllegalMac", "success": False}
        server.taken.append(facts)
        return 200, {"msgGroup": "0123456789", "rspcod": "success", "success": True}

    return Gateway(answer)


def wecom(corp="ww1", secret="secret-of-the-test", people=("WangXiaoTao",)):
    """企业微信: tokens, of which only the newest is good, and messages to known people."""
    tokens = []

    def answer(server, path, headers, body):
        asked, query = urlsplit(path), parse_qs(urlsplit(path).query)
        if asked.path == "/cgi-bin/gettoken":
            if query["corpid"] != [corp]:
                return 200, {"errcode": 40013, "errmsg": "invalid corpid"}
            if query["corpsecret"] != [secret]:
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            tokens.append(f"token-{len(tokens) + 1}")
            return 200, {"errcode": 0, "errmsg": "ok", "access_token": tokens[-1], "expires_in": 7200}
        if query["access_token"] != tokens[-1:]:
            return 200, {"errcode": 40014, "errmsg": "invalid access_token"}
        facts = json.loads(body)
        if facts["touser"] not in people:
            return 200, {"errcode": 81013, "errmsg": "user & party & tag all invalid", "invaliduser": facts["touser"]}
        server.taken.append(facts)
        return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "1"}

    gateway = Gateway(answer)
    gateway.forget_tokens = lambda: tokens.append("token-of-another-server")
    return gateway


class Mailbox(socketserver.ThreadingTCPServer):
    """A small SMTP server; the letters it took are in `taken`, as (recipient, text). Addresses in `refused` are turned away."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, refused=()):
        self.taken, self.refused = [], refused
        super().__init__(("127.0.0.1", 0), Session)

    @property
    def port(self):
        return self.server_address[1]


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 mailbox")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.say("250 mailbox")
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self.say("550 no such person" if recipient in self.server.refused else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                letter = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    letter += part
                self.server.taken.append((recipient, letter))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")
