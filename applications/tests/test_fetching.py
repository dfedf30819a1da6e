"""The fetcher reaches the public web and nothing else (S-32, S-33): hostile addresses, names, redirects and servers.

Servers stand on loopback. A page of the public web is played by `connect`, which leads a tested address to such a server;
`is_public` and `resolve` are the other two seams. Each guard is also switched off once, to see that the canary would be hit.
"""

import errno
import gzip
import socket
import ssl
import threading
import time
import zlib

import pytest

from applications import fetching, links
from applications.fetching import Away, Broken, Refused, Silent

PUBLIC = "93.184.215.14"
OTHER = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


def until(seconds=5):
    return time.monotonic() + seconds


class Server:
    """Answers each connection with the same bytes, a piece at a time, and remembers who came and what was asked."""

    def __init__(self, *pieces, endless=False):
        self.pieces, self.endless = pieces, endless
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.visits, self.asked, self.closing = 0, [], threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while not self.closing.is_set():
            try:
                connection, _who = self.listener.accept()
            except OSError:
                return
            if self.closing.is_set():
                connection.close()
                return
            self.visits += 1
            with connection:
                connection.settimeout(10)
                try:
                    self.asked.append(connection.recv(65536))
                    for piece in self.pieces:
                        connection.sendall(piece)
                    while self.endless and not self.closing.is_set():
                        connection.sendall(self.pieces[-1])
                        self.closing.wait(self.endless)
                except OSError:
                    pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.closing.set()
        with socket.socket() as last:
            last.connect_ex(("127.0.0.1", self.port))
        self.listener.close()
        self.thread.join(10)

    def connect(self, address, port, until):
        connection = socket.socket()
        connection.connect(("127.0.0.1", self.port))
        self.reached = [*getattr(self, "reached", []), (address, port)]
        return connection


def page(body=b"<title>x</title>", status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def fetch(url, server, *, addresses=(PUBLIC,), seconds=5, **seams):
    return fetching.fetch(url, until(seconds), **{"resolve": lambda host, port: list(addresses), "connect": server.connect} | seams)


# What an address may look like

REFUSED = r"""
http://localhost/
http://localhost./
http://intranet/
http://127.1/
http://127.0.1/
http://2130706433/
http://017700000001/
http://0177.0.0.1/
http://0x7f000001/
http://0x7f.0.0.1/
http://0x7f.1/
http://127.0.0.1./
http://127.0.0.01/
http://①②⑦.⓪.⓪.①/
http://１２７.０.０.１/
http://127。0。0。1/
http://127．0．0．1/
http://256.256.256.256/
http://1.2.3/
http://1.2.3.4.5/
http://0/
http://[::1%25lo]/
http://[fe80::1%eth0]/
http://[1:2]/
http://[127.0.0.1]/
http://user@www.example.gov.cn/
http://user:word@www.example.gov.cn/
http://www.example.gov.cn@127.0.0.1/
http://www.example.gov.cn:22/
http://www.example.gov.cn:8080/
http://www.example.gov.cn:0/
http://www.example.gov.cn:99999/
http://www.example.gov.cn:八十/
http://www.example.gov.cn\\@127.0.0.1/
http:\\\\127.0.0.1\\
http://www.exa mple.gov.cn/
http://www.example.gov.cn/a b
http://www.example.gov.cn/\u00a0x
http://www.example.gov.cn/\r\nHost: x
http://www.example.gov.cn/\u2028x
http://www.example.gov.cn\x00.evil.example/
http://..example.gov.cn/
http://-bad-.example.gov.cn/
http://ex%61mple.gov.cn/
http://www.example.gov.cn%00.evil.example/
http://%31%32%37.0.0.1/
http://www．example.gov.cn＠127.0.0.1/
http://a.０ｘ7f/
http:///etc/passwd
http:127.0.0.1
//www.example.gov.cn/
www.example.gov.cn
file:///etc/passwd
ftp://www.example.gov.cn/
gopher://127.0.0.1:6379/_FLUSHALL
dict://127.0.0.1:11211/stat
data:text/html,hello
javascript:alert(1)
jar:http://www.example.gov.cn/!/x
unix:///var/run/docker.sock
ws://www.example.gov.cn/
""".strip("\n").split("\n")
# Written plainly, and leading where nobody is led.
DENIED = """
http://127.0.0.1#@www.example.gov.cn:81/
http://127.0.0.1/
http://127.255.255.254/
http://0.0.0.0/
http://10.0.0.1/
http://172.16.0.1/
http://172.31.255.255/
http://192.168.1.1/
http://100.64.0.1/
http://100.100.100.200/latest/meta-data/
http://169.254.169.254/latest/meta-data/
http://192.0.0.192/
http://192.0.2.1/
http://192.88.99.1/
http://198.18.0.1/
http://198.51.100.7/
http://203.0.113.9/
http://224.0.0.1/
http://239.255.255.250/
http://240.0.0.1/
http://255.255.255.255/
http://[::]/
http://[::1]/
http://[::127.0.0.1]/
http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/
http://[::ffff:100.64.0.1]/
http://[::ffff:93.184.215.14]/
http://[64:ff9b::7f00:1]/
http://[64:ff9b:1::7f00:1]/
http://[100::1]/
http://[2001::1]/
http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/
http://[2001:10::1]/
http://[2001:db8::1]/
http://[2002:7f00:1::]/
http://[2002:c0a8:101::1]/
http://[3fff::1]/
http://[5f00::1]/
http://[fc00::1]/
http://[fd00:ec2::254]/
http://[fe80::1]/
http://[fec0::1]/
http://[ff02::1]/
""".split()
TAKEN = {
    "http://www.example.gov.cn": ("www.example.gov.cn", 80, "/"),
    "HTTPS://WWW.Example.GOV.cn./": ("www.example.gov.cn", 443, "/"),
    "https://www.example.gov.cn:443/a?b=c#d": ("www.example.gov.cn", 443, "/a?b=c"),
    "http://www.example.gov.cn:443/": ("www.example.gov.cn", 443, "/"),
    "https://政务.example.cn/解读?词=公开": (f"{'政务'.encode('idna').decode()}.example.cn", 443, "/%E8%A7%A3%E8%AF%BB?%E8%AF%8D=%E5%85%AC%E5%BC%80"),
    "https://www.example.gov.cn/a%20b/(1),2;x=3": ("www.example.gov.cn", 443, "/a%20b/(1),2;x=3"),
    "http://93.184.215.14/": (PUBLIC, 80, "/"),
    f"http://[{OTHER}]/": (OTHER, 80, "/"),
}


def test_the_corpus_is_large_enough():
    assert len({*REFUSED, *DENIED}) >= 80


@pytest.mark.parametrize("url", [address.encode().decode("unicode_escape") if address.isascii() else address for address in REFUSED])
def test_what_hides_where_it_leads_is_never_looked_at(url):
    with pytest.raises(Refused):
        fetching.place_of(url)
    assert fetching.objection(url)


@pytest.mark.parametrize("url", DENIED)
def test_an_address_outside_the_public_web_is_denied_and_without_the_guard_it_would_be_reached(url):
    with Server(page()) as canary:
        with pytest.raises(Refused):
            fetching.fetch(url, until(), connect=canary.connect)
        assert canary.visits == 0

        assert fetching.fetch(url, until(), connect=canary.connect, is_public=lambda address: True).status == 200
        assert canary.visits == 1
    assert fetching.objection(url) == "internal"


@pytest.mark.parametrize(("url", "place"), TAKEN.items())
def test_an_ordinary_address_has_one_spelling(url, place):
    found = fetching.place_of(url)

    assert (found.host, found.port, found.target) == place
    assert fetching.objection(url) == ""
    assert fetching.place_of(found.url) == found


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", PUBLIC, OTHER, "2400:3200::1", "223.5.5.5", "100.63.255.255", "100.128.0.0", "172.32.0.1", "169.253.0.1", "223.255.255.255"])
def test_the_public_web_is_let_through_up_to_its_edges(address):
    assert fetching.is_public(address)


# Names


def test_every_address_of_a_name_is_tested_before_any_is_reached():
    with Server(page()) as canary:
        for addresses in ([PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [OTHER, "::1"], []):
            with pytest.raises(Refused):
                fetch("http://www.example.gov.cn/", canary, addresses=addresses)
        assert canary.visits == 0


def test_a_name_that_changes_its_mind_is_asked_once_and_never_reaches_the_second_answer():
    answers, asked = [[PUBLIC], ["127.0.0.1"]], []

    def rebinding(host, port):
        asked.append(host)
        return answers[len(asked) - 1]

    with Server(page()) as server:
        assert fetch("http://rebind.example.cn/", server, resolve=rebinding).status == 200
        assert (asked, server.reached) == (["rebind.example.cn"], [(PUBLIC, 80)])
        with pytest.raises(Refused):
            fetch("http://rebind.example.cn/", server, resolve=rebinding)
        assert server.visits == 1


def test_a_name_is_looked_up_by_the_system_once_for_the_whole_connection(monkeypatch):
    asked = []

    def getaddrinfo(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port)), (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (OTHER, port, 0, 0))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", getaddrinfo)
    with Server(page()) as server:
        assert fetching.fetch("http://www.example.gov.cn/", until(), connect=server.connect).status == 200
    assert (asked, server.reached) == (["www.example.gov.cn"], [(PUBLIC, 80)])


@pytest.mark.parametrize(
    ("code", "error"), [(socket.EAI_AGAIN, Away), (socket.EAI_FAIL, Away), (socket.EAI_SYSTEM, Away), (socket.EAI_NONAME, Silent)],
)
def test_a_name_server_that_is_away_is_not_the_pages_fault(monkeypatch, code, error):
    def getaddrinfo(*_asked, **_options):
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(fetching.socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(error):
        fetching.resolved("www.example.gov.cn", 80)


@pytest.mark.parametrize(("number", "error"), [(errno.ENETUNREACH, Away), (errno.ENETDOWN, Away), (errno.ECONNREFUSED, Silent), (errno.ETIMEDOUT, Silent), (None, Silent)])
def test_our_own_network_is_told_from_a_door_that_is_shut(number, error):
    def connect(address, port, until):
        raise OSError(number, "no") if number else TimeoutError

    with pytest.raises(error):
        fetching.fetch("http://www.example.gov.cn/", until(), resolve=lambda host, port: [PUBLIC, OTHER], connect=connect)


def test_the_next_tested_address_is_tried_when_one_does_not_answer():
    with Server(page()) as server:
        def connect(address, port, until):
            if address == OTHER:
                raise OSError(errno.ENETUNREACH, "no IPv6 here")
            return server.connect(address, port, until)

        assert fetch("http://www.example.gov.cn/", server, addresses=[OTHER, PUBLIC], connect=connect).status == 200


def test_before_a_page_is_blamed_for_its_silence_somebody_else_is_asked():
    with Server(page()) as server:
        assert fetching.is_online(until(), resolve=lambda host, port: [PUBLIC], connect=server.connect)
        assert server.reached == [(PUBLIC, 443)]

    def shut(address, port, until):
        raise OSError(errno.ECONNREFUSED, "no")

    def unknown(host, port):
        raise Silent("name")

    assert not fetching.is_online(until(), resolve=lambda host, port: [PUBLIC], connect=shut)
    assert not fetching.is_online(until(), resolve=unknown)


# Redirects


@pytest.mark.parametrize("target", [
    "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "//127.0.0.1/", "http://0x7f.1/", "file:///etc/passwd", "http://user@www.example.gov.cn/",
    "gopher://127.0.0.1/", "http://www.example.gov.cn:6379/", "http://localhost/", "http://①②⑦.⓪.⓪.①/",
])
def test_a_redirect_is_as_carefully_followed_as_the_first_address(target):
    with Server(page(b"", "302 Found", Location=target)) as hostile:
        def resolve(host, port):
            return [PUBLIC] if host == "www.example.gov.cn" else fetching.resolved(host, port)

        with pytest.raises(Refused):
            fetch("http://www.example.gov.cn/", hostile, resolve=resolve)
        assert (hostile.visits, hostile.reached) == (1, [(PUBLIC, 80)])


def test_a_redirect_to_a_name_that_leads_inside_is_not_followed():
    names = {"www.example.gov.cn": [PUBLIC], "inside.example.cn": ["10.0.0.5"]}
    with Server(page(b"", "301 Moved", Location="http://inside.example.cn/")) as hostile:
        with pytest.raises(Refused):
            fetch("http://www.example.gov.cn/", hostile, resolve=lambda host, port: names[host])
        assert hostile.visits == 1
        with pytest.raises(Broken):  # without the guard it goes in circles
            fetch("http://www.example.gov.cn/", hostile, resolve=lambda host, port: names[host], is_public=lambda address: True)
        assert hostile.visits > 2


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (3, True), (4, False)])
def test_three_redirects_are_followed_and_no_more(hops, arrives):
    with Server() as server:
        def connect(address, port, until):
            gone = len(getattr(server, "reached", []))
            server.pieces = [page(b"", "302 Found", Location=f"/{gone + 1}") if gone < hops else page()]
            return server.connect(address, port, until)

        if arrives:
            assert fetch("http://www.example.gov.cn/0", server, connect=connect).url == f"http://www.example.gov.cn/{hops}"
        else:
            with pytest.raises(Broken):
                fetch("http://www.example.gov.cn/0", server, connect=connect)
        assert server.visits == min(hops, 3) + 1


def test_a_redirect_written_in_utf8_is_understood():
    with Server() as server:
        def connect(address, port, until):
            first = not getattr(server, "reached", [])
            server.pieces = [b"HTTP/1.1 302 Found\r\nLocation: /" + "解读".encode() + b"\r\n\r\n" if first else page()]
            return server.connect(address, port, until)

        assert fetch("http://www.example.gov.cn/", server, connect=connect).url == "http://www.example.gov.cn/%E8%A7%A3%E8%AF%BB"


# What is sent, and what TLS is asked for


def test_nothing_of_ours_travels_with_the_question(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with Server(page(Set_Cookie="a=b")) as server:
        fetch("http://www.example.gov.cn/a?b", server)
        fetch("http://www.example.gov.cn/a?b", server)

    assert server.visits == 2
    for asked in server.asked:
        lines = asked.decode().split("\r\n")
        assert lines[0] == "GET /a?b HTTP/1.1"
        assert {line.partition(":")[0] for line in lines[1:] if line} == {"Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Connection"}


def test_tls_is_asked_for_in_the_name_of_the_host_and_a_stranger_is_not_believed():
    with Server(b"not tls") as server:
        with pytest.raises(ssl.SSLError):
            fetch("https://www.example.gov.cn/", server)
        assert b"www.example.gov.cn" in server.asked[0]  # the name in the ClientHello
    assert server.reached == [(PUBLIC, 443)]
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


# Servers that mean harm


def test_an_endless_page_is_read_up_to_a_megabyte():
    with Server(page(Content_Type="text/html"), b"x" * 65536, endless=0.0001) as server:
        assert len(fetch("http://www.example.gov.cn/", server, seconds=20).body) == fetching.BYTES


@pytest.mark.parametrize("drip", [[b"HTTP/1.1 200 OK\r\nX: ", b"y"], [page(), b"z"]], ids=["headers", "body"])
def test_a_page_that_drips_has_as_long_as_any_other(drip):
    with Server(*drip, endless=0.05) as server, pytest.raises(TimeoutError):
        fetch("http://www.example.gov.cn/", server, seconds=0.6)


def test_a_page_that_says_nothing_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        with pytest.raises(TimeoutError):
            fetching.fetch(
                "http://www.example.gov.cn/", until(0.4), resolve=lambda host, port: [PUBLIC],
                connect=lambda address, _port, until: socket.create_connection(("127.0.0.1", port)),
            )


@pytest.mark.parametrize("flood", [
    b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(200)) + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 60_000 + b"\r\nZ: " + b"y" * 60_000 + b"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
], ids=["many", "long line", "large", "never final"])
def test_a_flood_of_headers_is_stopped(flood):
    with Server(flood) as server, pytest.raises((Broken, fetching.http.client.HTTPException)):
        fetch("http://www.example.gov.cn/", server)


def test_a_page_that_unpacks_to_gigabytes_is_unpacked_up_to_a_megabyte():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 1024**2) for _number in range(64)) + packer.flush()
    assert len(bomb) < 100_000
    with Server(page(bomb, Content_Encoding="gzip")) as server:
        assert len(fetch("http://www.example.gov.cn/", server).body) == fetching.BYTES


def test_a_packing_that_unpacks_to_nothing_for_ever_is_stopped():
    empty = b"\0\0\0\xff\xff" * 4096  # stored blocks of length zero
    with Server(page(gzip.compress(b"")[:10], Content_Encoding="gzip"), empty, endless=0.0001) as server, pytest.raises(Broken):
        fetch("http://www.example.gov.cn/", server, seconds=20)


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"\0" * 100, b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_what_does_not_speak_http_has_not_answered(raw):
    with Server(raw) as server, pytest.raises((Broken, OSError, fetching.http.client.HTTPException, ValueError)):
        fetch("http://www.example.gov.cn/", server)


@pytest.mark.parametrize(("headers", "body", "kind", "read"), [
    ({"Content_Type": "text/html; charset=GBK"}, b"x", "html", b"x"),
    ({"Content_Type": "text/plain"}, b"x", "plain", b"x"),
    ({}, b"x", "html", b"x"),
    ({"Content_Type": "application/pdf"}, b"%PDF", "", b""),
    ({"Content_Type": "text/html", "Content_Encoding": "gzip"}, gzip.compress(b"hello", mtime=0), "html", b"hello"),
    ({"Content_Type": "text/html", "Content_Encoding": "deflate"}, zlib.compress(b"hello"), "html", b"hello"),
    ({"Content_Type": "text/html", "Content_Encoding": "br"}, b"\x0b\x02\x80", "html", b""),
    ({"Content_Type": "text/html", "Transfer_Encoding": "chunked"}, b"3\r\nabc\r\n0\r\n\r\n", "html", b"abc"),
])
def test_text_is_read_and_anything_else_is_only_there(headers, body, kind, read):
    with Server(page(body, **headers)) as server:
        answer = fetch("http://www.example.gov.cn/", server)

    assert (answer.kind, answer.body) == (kind, read)


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (206, "ok"), (304, "broken"), (401, "broken"), (404, "broken"), (500, "broken"), (412, "not_checked"), (429, "not_checked"), (521, "not_checked")])
def test_an_answer_is_a_page_a_fault_or_a_refusal_of_machines(status, outcome):
    assert fetching.outcome_of(status) == outcome


# The whole, as the worker asks for it


def child(monkeypatch, tmp_path, code):
    """Puts other code in the place of the child's."""
    script = tmp_path / "child.py"
    script.write_text(code)
    monkeypatch.setattr(links.fetching, "__file__", str(script))


def test_the_child_finds_nothing_of_the_portal_in_its_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9/")
    child(monkeypatch, tmp_path, """
import json, os, sys
known = [name for name in os.environ if name not in ("LC_CTYPE",)]
print(json.dumps({"outcome": "ok", "status": 200, "url": " ".join(known), "kind": "html", "charset": ""}))
sys.stdout.flush()
os.write(1, b"<title>T</title><p>words")
""")

    found = links.look("http://www.example.gov.cn/")

    assert found == links.Look("ok", 200, "", "T", "words")


@pytest.mark.parametrize(("code", "outcome"), [
    ("import sys; sys.exit(1)", "broken"), ("", "broken"), ("raise MemoryError", "broken"), ("import time; time.sleep(60)", "not_checked"),
], ids=["failed", "silent", "crashed", "stuck"])
def test_a_child_that_ends_badly_has_found_nothing(monkeypatch, tmp_path, code, outcome):
    monkeypatch.setattr(links, "FETCH_SECONDS", 2)
    child(monkeypatch, tmp_path, code)

    assert links.look("http://www.example.gov.cn/") == links.Look(outcome)


def test_denied_addresses_and_shut_doors_read_alike(monkeypatch, capsysbinary):
    """One and the same sentence for what is denied, shut, slow, or speaks something else."""
    monkeypatch.setattr(fetching, "limit_this_process", lambda: None)
    monkeypatch.setattr(fetching, "is_online", lambda until: True)
    told = set()
    for error in (Refused("address"), Silent("connection"), TimeoutError(), Broken("redirects"), ssl.SSLError("no"), ValueError("no")):
        def fail(url, until, error=error):
            raise error

        monkeypatch.setattr(fetching, "fetch", fail)
        fetching.main("http://www.example.gov.cn/")
        told.add(capsysbinary.readouterr().out)

    assert told == {b'{"kind": "", "charset": "", "outcome": "broken"}\n'}


@pytest.mark.parametrize(("error", "online", "outcome"), [(Silent("name"), True, b"broken"), (Silent("name"), False, b"not_checked"), (Away("name"), True, b"not_checked")])
def test_silence_is_the_pages_fault_only_when_others_answer(monkeypatch, capsysbinary, error, online, outcome):
    def fail(url, until):
        raise error

    monkeypatch.setattr(fetching, "limit_this_process", lambda: None)
    monkeypatch.setattr(fetching, "fetch", fail)
    monkeypatch.setattr(fetching, "is_online", lambda until: online)

    fetching.main("http://www.example.gov.cn/")

    assert b'"outcome": "' + outcome + b'"' in capsysbinary.readouterr().out


# What is read in a page


@pytest.mark.parametrize(("html", "charset", "title", "text", "day"), [
    ("<title>政策解读</title><body><p>一</p><p>二</p>", "", "政策解读", "一\n二", None),
    ('<meta name="ArticleTitle" content="一图读懂"><meta name="PubDate" content="2021-09-18 10:00"><title>x</title>', "", "一图读懂", "", "2021-09-18"),
    ('<meta property="article:published_time" content="2021-09-18T02:00:00Z"><p>发布日期：2021-01-01', "", "", "发布日期：2021-01-01", "2021-09-18"),
    ('<meta name="publishdate" content="2021年9月8日">', "", "", "", "2021-09-08"),
    ("<p>发布时间：2021-09-18 10:20　来源：县政府办", "", "", "发布时间：2021-09-18 10:20 来源：县政府办", "2021-09-18"),
    ("<td>【发布日期】</td><td>2021年9月18日</td>", "", "", "【发布日期】 2021年9月18日", "2021-09-18"),
    ("<p>发布时间：2021-13-45", "", "", "发布时间：2021-13-45", None),
    ("<p>成立于2021年9月18日", "", "", "成立于2021年9月18日", None),
    ("<script>alert('x')</script><style>p{}</style><noscript>n</noscript><p>a&lt;b&#0;</p><!-- c -->", "", "", "a<b\ufffd", None),
    ("<title>&lt;script&gt;</title><p>甲", "", "<script>", "甲", None),
])
def test_a_page_is_read_for_its_title_its_words_and_its_day(html, charset, title, text, day):
    found = links.read("html", charset, html.encode())

    assert (found["title"], found["text"], found["published_on"] and found["published_on"].isoformat()) == (title, text, day)


@pytest.mark.parametrize(("encoded", "charset"), [
    ("<title>政务公开</title>".encode("gb18030"), "gb2312"),
    ('<meta charset="gbk"><title>政务公开</title>'.encode("gbk"), ""),
    ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>政务公开</title>'.encode("gb2312"), ""),
    ("<title>政务公开</title>".encode("gb18030"), ""),
    ("<title>政务公开</title>".encode("utf-8-sig"), "gb2312"),
    ("<title>政务公开</title>".encode("utf-16"), ""),
    ("<title>政务公开</title>".encode(), "hex"),
    ("<title>政务公开</title>".encode(), "unicode_escape"),
    ("<title>政务公开</title><p>末".encode()[:-1], ""),
])
def test_the_spelling_of_a_page_is_found_out(encoded, charset):
    assert links.read("html", charset, encoded)["title"] == "政务公开"


def test_a_text_is_read_as_it_is():
    assert links.read("plain", "", "<title>不是标题</title>\n二".encode()) == {"title": "", "text": "<title>不是标题</title>\n二", "published_on": None}


def test_a_page_that_is_too_much_to_read_still_answers(monkeypatch):
    monkeypatch.setattr(links, "READ_SECONDS", 0.001)

    assert links.read("html", "", "<title>政务公开</title>".encode()) == {}
