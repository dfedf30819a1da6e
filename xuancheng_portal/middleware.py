from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rehearsing import PREFIX, playing
from campaigns.models import Campaign
from campaigns.permissions import is_of_an_office

# In the session of somebody of the office: the rehearsal being played, and the account whose part that person plays.
PLAYED, PART = "rehearsal", "rehearsal_part"
OUTSIDE = ("/admin/", "/accounts/logout/")
RENEWED_EVERY = timedelta(minutes=1)


def trusted_proxies(get_response):
    """Forwarding headers are believed from TRUSTED_PROXIES only; from anybody else they are thrown away."""

    def middleware(request):
        chain = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        else:
            # Each proxy appends whom it heard, so the last one that is no proxy of ours is the client.
            heard = [address.strip() for address in chain.split(",") if address.strip()]
            strangers = [address for address in heard if address not in settings.TRUSTED_PROXIES]
            if strangers:
                request.META["REMOTE_ADDR"] = strangers[-1]
        return get_response(request)

    return middleware


def chosen_language(get_response):
    """Chinese unless the person chose otherwise: the browser's own language says little about an office."""

    def middleware(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def body_limits(get_response):
    """A body that is too long is refused by what it announces, before it is read; one in too many parts while it is counted (S-26).

    Forms without files are as short as DATA_UPLOAD_MAX_MEMORY_SIZE. Files themselves are measured again one by one.
    """

    def refused(request):
        sentence = _("一次发送的内容太多，没有收下。请减少一次选择的文件，分几次上传；已经上传的都在。")
        if request.accepts("text/html"):
            return HttpResponse(render_to_string("413.html", {"sentence": sentence}), status=413)
        return JsonResponse({"problem": sentence}, status=413)

    def middleware(request):
        announced = request.META.get("CONTENT_LENGTH") or "0"
        has_files = request.content_type == "multipart/form-data"
        if announced.isdecimal() and int(announced) > (settings.REQUEST_MAX_BODY if has_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            return refused(request)
        try:
            request.POST  # noqa: B018  (parsed here, so that its limits are answered here)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return refused(request)
        return get_response(request)

    return middleware


def session_limit(get_response):
    """However busy a session is, it ends twelve hours after signing in. What a signed-in person saw is not kept
    by the browser or anything on the way.

    The idle minutes begin anew with a page, not with the pictures in it: a preview that is slow to come would write back
    the session as it was before the person's next step. Once a minute is enough.
    """

    def middleware(request):
        if request.user.is_authenticated:
            now = timezone.now()
            since = request.session.setdefault("signed_in_at", now.isoformat())
            seen = parse_datetime(request.session.get("seen_at", since))
            if not timedelta(0) <= now - parse_datetime(since) < settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif now - seen >= RENEWED_EVERY and request.headers.get("Sec-Fetch-Dest") != "image":
                request.session["seen_at"] = now.isoformat()
        signed_in = request.user.is_authenticated
        response = get_response(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def friendly_errors(get_response):
    """The demo runs with DEBUG on; whoever tries it still sees the error pages everybody else sees. The traceback
    is in the terminal."""

    def middleware(request):
        response = get_response(request)
        if settings.DEBUG and response.status_code in (404, 500):
            handler = get_resolver().resolve_error_handler(response.status_code)
            return handler(request, exception=None) if response.status_code == 404 else handler(request)
        return response

    return middleware


def rehearsing(get_response):
    """A request belongs to the real world, or to the one rehearsal somebody of its office chose to play; there it may play a part.

    `request.user` is then the rehearsal's account, and `request.office` the person behind it. Nobody else gets into a rehearsal,
    and its accounts get into nothing else. The administration and signing out stay what they are.
    """

    def middleware(request):
        request.office = None
        with playing(played(request) if request.user.is_authenticated else ""):
            return get_response(request)

    return middleware


def played(request):
    """The rehearsal of this request; "" for the real world. Takes up the part on the way."""
    asked, session = request.GET.get("campaign", ""), request.session
    if not asked.startswith(PREFIX) and PLAYED not in session:
        return ""
    if not is_of_an_office(request.user) or request.path.startswith(OUTSIDE):
        return ""
    part = session.get(PART)
    if asked and not part:
        session.pop(PLAYED, None)
        if asked.startswith(PREFIX):
            session[PLAYED] = asked
    code = session.get(PLAYED, "")
    if not code or not Campaign.everywhere.rehearsed_by(request.user).filter(code=code).exists():
        leave_rehearsal(session)
        return ""
    if part:
        account = User.everywhere.active().select_related("organization").filter(pk=part, rehearsal=code).first()
        if account is None:
            session.pop(PART)
        else:
            request.office, request.user = request.user, account
    return code


def leave_rehearsal(session):
    for name in (PLAYED, PART):
        session.pop(name, None)
