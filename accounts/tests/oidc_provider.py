# ruff: noqa: E402  (Django is set up first)
"""A real OpenID Connect provider for the tests: Authlib's server part in a small Django of its own.

`python oidc_provider.py PORT CLIENT SECRET` serves http://127.0.0.1:PORT. Everybody is signed in there already: as whom, with
which claims and flaws, the tests say by POST to /become with JSON.
"""

import json
import os
import sys
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, on this machine only

import django
from django.conf import settings

PORT, CLIENT, SECRET = int(sys.argv[1]), sys.argv[2], sys.argv[3]
ISSUER = f"http://127.0.0.1:{PORT}"
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="tests", MIDDLEWARE=[], DATABASES={})
django.setup()

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from joserfc.jwk import RSAKey

KEY, STRANGERS_KEY = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
now_is = {"sub": "1", "claims": {}, "flaw": ""}
codes, signed_out = {}, []


class Client(ClientMixin):
    client_id = CLIENT

    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return ""

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.endswith("/accounts/oidc/back/")

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code:
    def __init__(self, request):
        data = request.payload.data
        self.redirect_uri, self.scope, self.user = request.payload.redirect_uri, request.payload.scope, request.user
        self.nonce, self.code_challenge, self.code_challenge_method = data.get("nonce"), data["code_challenge"], data["code_challenge_method"]
        self.auth_time = int(time.time())

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return "somebody else's" if now_is["flaw"] == "nonce" else self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Grant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

    def save_authorization_code(self, code, request):
        codes[code] = Code(request)

    def query_authorization_code(self, code, client):
        return codes.get(code)

    def delete_authorization_code(self, authorization_code):
        codes.clear()

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def resolve_client_private_key(self, client):
        return STRANGERS_KEY if now_is["flaw"] == "key" else KEY

    def get_client_algorithm(self, client):
        return "RS256"

    def get_client_claims(self, client):
        return {"iss": "https://elsewhere.example" if now_is["flaw"] == "issuer" else ISSUER}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user["sub"], **user["claims"])


class Server(AuthorizationServer):
    def query_client(self, client_id):
        return Client() if client_id == CLIENT else None

    def save_token(self, token, request):
        pass


server = Server(None, None)
server.register_grant(Grant, [IdToken(require_nonce=True), CodeChallenge(required=True)])


def configuration(request):
    return JsonResponse({
        "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/jwks",
        "end_session_endpoint": f"{ISSUER}/end", "id_token_signing_alg_values_supported": ["RS256"],
    })


def authorize(request):
    who = {"sub": now_is["sub"], "claims": now_is["claims"]}
    grant = server.get_consent_grant(request, end_user=who)
    return server.create_authorization_response(request, grant_user=who, grant=grant)


@csrf_exempt
def become(request):
    now_is.update({"flaw": ""} | json.loads(request.body))
    return HttpResponse()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


urlpatterns = [
    path(".well-known/openid-configuration", configuration),
    path("authorize", authorize),
    path("token", csrf_exempt(lambda request: server.create_token_response(request))),
    path("jwks", lambda request: JsonResponse({"keys": [KEY.as_dict(private=False)]})),
    path("end", lambda request: HttpResponse("signed out")),
    path("become", become),
]

if __name__ == "__main__":
    from django.core.wsgi import get_wsgi_application

    make_server("127.0.0.1", PORT, get_wsgi_application(), handler_class=Quiet).serve_forever()
