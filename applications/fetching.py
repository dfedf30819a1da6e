"""Fetches a web page that a unit names, and cannot be led anywhere but onto the public web (S-32, S-33).

`links.look` starts this very file as a script: the child imports nothing of the portal, inherits no environment (so no
proxy and no secret), knows no cookie and no password, and has ten seconds. A name is resolved once, every address found
is tested, and the connection is made to a tested address; a redirect begins all over. What does not answer is told in
one way, whatever the reason, so nobody learns from us which doors of a network are open.
"""

import errno
import http.client
import io
import ipaddress
import json
import re
import resource
import socket
import ssl
import sys
import time
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

SECONDS = 10
CONNECT_SECONDS = 4
BYTES = 1024**2
REDIRECTS = 3
ADDRESSES = 4
HEADER_BYTES = 64 * 1024
MEMORY = 512 * 1024**2
PIECE = 16 * 1024
PORTS = {"http": 80, "https": 443}
URL_LENGTH = 2000

OK, BROKEN, NOT_CHECKED = "ok", "broken", "not_checked"
# Answers that say "not to machines": the page may be fine for people, so it is not called broken.
NOT_TO_MACHINES = {412, 429, 521}

# The only IPv6 addresses of the public web lie in 2000::/3: loopback, mapped, NAT64, local and multicast forms lie outside it.
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",  # Teredo and other special uses, documentation, 6to4
    )
]
SAFE_IN_PATH, SAFE_IN_QUERY = "/%:@!$&'()*+,;=~", "/?%:@!$&'()*+,;=~[]|"
UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\]|\s")
STOPS = re.compile("[。．｡]")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
ALWAYS_THERE = "www.gov.cn"  # the State Council's own page: when it is gone, it is us
CHARSET = re.compile(r"[A-Za-z0-9._:-]{1,40}")
REDIRECT = {301, 302, 303, 307, 308}
OUR_SIDE = {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
RESOLVER_AWAY = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_MEMORY, socket.EAI_SYSTEM}
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; open-government-portal link check)",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


class Refused(Exception):
    """An address that is never looked at."""


class Broken(Exception):
    """The page does not answer. Why is nobody's business (S-33)."""


class Silent(Broken):
    """Nobody there: either the page's fault or our own network's, which `is_online` tells apart."""


class Away(Exception):
    """Our own network or name server does not work, which says nothing about the page."""


@dataclass(frozen=True)
class Place:
    """An address in its one spelling, taken apart."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self):
        return f"{self.scheme}://{self.netloc}{self.target}"


def place_of(url):
    """The place an address names; Refused when it is not plain http or https on the usual ports, or hides where it leads."""
    if len(url) > URL_LENGTH or UNSAFE.search(url):
        raise Refused("unsafe")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused("unreadable") from None
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise Refused("unsafe")
    if port not in (None, *PORTS.values()):
        raise Refused("port")
    target = quote(parts.path or "/", safe=SAFE_IN_PATH) + (f"?{quote(parts.query, safe=SAFE_IN_QUERY)}" if parts.query else "")
    return Place(parts.scheme, host_of(host, is_bracketed="[" in parts.netloc), port or PORTS[parts.scheme], target)


def host_of(host, *, is_bracketed):
    """A name of at least two parts in ASCII, or a number in its usual form: 2130706433, 0x7f.1 and ①②⑦.⓪.⓪.① are neither."""
    try:
        if is_bracketed:
            return str(ipaddress.IPv6Address(host)) if "%" not in host else refused()
        name = STOPS.sub(".", host).removesuffix(".")
        if len(name) > 253:
            refused()
        name = name.encode("idna").decode().lower()
        labels = name.split(".")
        if NUMBER.fullmatch(labels[-1]):
            return str(ipaddress.IPv4Address(name)) if name == host else refused()
    except (UnicodeError, ValueError):
        refused()
    if len(labels) < 2 or len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        refused()
    return name


def refused():
    raise Refused("host")


def is_public(address):
    """Whether an address belongs to the public web. The library's own flags are not enough (S-32), but they are asked as well."""
    found = ipaddress.ip_address(address)
    if found.version == 6 and found not in PUBLIC_IPV6 or any(found in network for network in NOT_PUBLIC if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def objection(url):
    """Why an address is never looked at, in a word, as far as one can tell without asking anybody; nothing when it may be."""
    try:
        host = place_of(url).host
    except Refused as refusal:
        return str(refusal)
    is_literal = ":" in host or NUMBER.fullmatch(host.rpartition(".")[2])
    return "internal" if is_literal and not is_public(host) else ""


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    kind: str
    charset: str
    body: bytes


def fetch(url, until, *, resolve=None, is_public=is_public, connect=None):
    """Ask for a page and follow its redirects, each as carefully as the first. What connects is told an address, never a name."""
    for _hop in range(REDIRECTS + 1):
        place = place_of(url)
        addresses = (resolve or resolved)(place.host, place.port)
        if not addresses or not all(is_public(address) for address in addresses):
            raise Refused("address")
        with closing(opened(place, addresses, until, connect or connected)) as connection:
            response = asked(connection, place, until)
            location = response.headers.get("Location")
            if response.status not in REDIRECT or not location:
                return received(response, place)
        url = urljoin(place.url, as_sent(location))
    raise Broken("redirects")


def as_sent(header):
    """Headers are read as Latin-1; addresses in them are often UTF-8."""
    with suppress(UnicodeError):
        header = header.encode("latin-1").decode()
    return header.strip()


def resolved(host, port):
    """Every address of a name, asked for once."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_ADDRCONFIG)
    except socket.gaierror as error:
        raise (Away if error.errno in RESOLVER_AWAY else Silent)("name") from None
    return list(dict.fromkeys(sockaddr[0] for *_kind, sockaddr in found))


def left(until):
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def connected(address, port, until):
    connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.settimeout(min(CONNECT_SECONDS, left(until)))
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def opened(place, addresses, until, connect):
    """A connection to one of the tested addresses, with TLS in the name of the host where the address says https."""
    errors = []
    for address in addresses[:ADDRESSES]:
        try:
            connection = connect(address, place.port, until)
            break
        except OSError as error:
            errors.append(error.errno)
    else:
        raise (Away if set(errors) <= OUR_SIDE else Silent)("connection")
    if place.scheme == "http":
        return connection
    try:
        connection.settimeout(left(until))
        return ssl.create_default_context().wrap_socket(connection, server_hostname=place.host)
    except BaseException:
        connection.close()
        raise


class Wire(io.RawIOBase):
    """What comes over a connection, as long as there is time and no more than `most` bytes. Reads like a file."""

    def __init__(self, connection, until, most):
        self.connection, self.until, self.most = connection, until, most

    def readable(self):
        return True

    def readinto(self, buffer):
        self.connection.settimeout(left(self.until))
        size = self.connection.recv_into(buffer)
        self.most -= size
        if self.most < 0:
            raise Broken("too much")
        return size

    def makefile(self, _mode):
        return io.BufferedReader(self)


def asked(connection, place, until):
    lines = [f"GET {place.target} HTTP/1.1", f"Host: {place.netloc}", *(f"{name}: {value}" for name, value in HEADERS.items()), "", ""]
    connection.settimeout(left(until))
    connection.sendall("\r\n".join(lines).encode("ascii"))
    wire = Wire(connection, until, HEADER_BYTES)
    response = http.client.HTTPResponse(wire, method="GET")
    response.begin()
    wire.most = 2 * BYTES
    return response


def received(response, place):
    """The first megabyte of a text, unpacked; of anything else only that it is there."""
    media_type = response.headers.get_content_type() if "Content-Type" in response.headers else "text/html"
    kind = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "plain"}.get(media_type, "")
    charset = response.headers.get_content_charset() or ""
    body = unpacked(response) if kind and 200 <= response.status < 300 else b""
    return Answer(response.status, place.url, kind, charset if CHARSET.fullmatch(charset) else "", body)


def unpacked(response):
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate"):
        return b""
    unpack = None if packing == "identity" else zlib.decompressobj(47)  # gzip or zlib, whichever it is
    body = bytearray()
    while len(body) < BYTES and (piece := response.read(PIECE)):
        body += unpack.decompress(piece, BYTES - len(body)) if unpack else piece
    return bytes(body[:BYTES])


def is_online(until, *, resolve=None, connect=None):
    """Whether anybody at all can be reached from here. Asked before a page is blamed for its silence."""
    try:
        address = (resolve or resolved)(ALWAYS_THERE, PORTS["https"])[0]
        (connect or connected)(address, PORTS["https"], until).close()
    except (Broken, Away, OSError):
        return False
    return True


def outcome_of(status):
    if status in NOT_TO_MACHINES:
        return NOT_CHECKED
    return OK if 200 <= status < 300 else BROKEN


def limit_this_process():
    limits = [
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 2 * BYTES), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_AS, MEMORY),
    ]
    for what, most in limits:
        with suppress(ValueError, OSError):  # macOS knows the memory limit by name only
            resource.setrlimit(what, (most, most))


def main(url):
    limit_this_process()
    found, body = {"kind": "", "charset": ""}, b""
    try:
        answer = fetch(url, time.monotonic() + SECONDS)
        found = {"outcome": outcome_of(answer.status), "status": answer.status, "url": answer.url, "kind": answer.kind, "charset": answer.charset}
        body = answer.body
    except Away:
        found["outcome"] = NOT_CHECKED
    except Silent:
        found["outcome"] = BROKEN if is_online(time.monotonic() + CONNECT_SECONDS) else NOT_CHECKED
    except Exception:  # whatever else a stranger's server does to us, it has not answered
        found["outcome"] = BROKEN
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + body)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
