"""A small CAS server for the tests that speaks the protocol (CAS 3.0: /login, /p3/serviceValidate, /logout), one-time tickets
bound to their service. `python cas_server.py PORT`. Everybody is signed in there already; as whom, the tests say by POST to /become.
"""

import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.sax.saxutils import escape

now_is = {"name": "nobody", "attributes": {}}
tickets = {}


class Cas(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body="", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        now_is.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(200)

    def do_GET(self):
        address = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(address.query).items()}
        if address.path == "/cas/login":
            ticket = f"ST-{secrets.token_hex(16)}"
            tickets[ticket] = (asked["service"], dict(now_is))
            self.answer(302, Location=asked["service"] + ("&" if "?" in asked["service"] else "?") + urlencode({"ticket": ticket}))
        elif address.path == "/cas/p3/serviceValidate":
            service, person = tickets.pop(asked.get("ticket"), (None, None))
            self.answer(200, self.validated(person) if service and service == asked.get("service") else self.failed(asked))
        elif address.path == "/cas/logout":
            self.answer(200, "signed out")
        else:
            self.answer(404)

    def validated(self, person):
        attributes = "".join(f"<cas:{key}>{escape(value)}</cas:{key}>" for key, value in person["attributes"].items())
        return self.wrapped(f"<cas:authenticationSuccess><cas:user>{escape(person['name'])}</cas:user><cas:attributes>{attributes}</cas:attributes></cas:authenticationSuccess>")

    def failed(self, asked):
        return self.wrapped('<cas:authenticationFailure code="INVALID_TICKET">Ticket not recognized</cas:authenticationFailure>')

    def wrapped(self, inside):
        return f"<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>{inside}</cas:serviceResponse>"


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Cas).serve_forever()
