"""Guessing passwords is slowed, never answered with a lock an outsider could use to shut somebody out (S-11).

Per account and network the wait grows with every wrong password. When an account is guessed at from many networks,
those it never signed in from wait as well; its own go on. An address alone is never held up: a whole office sits behind
one. What has to wait is not looked at, takes as long and is answered as a wrong password is (S-12).
"""

from datetime import timedelta
from ipaddress import ip_address, ip_network

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Max, Sum

from accounts.models import AuditEvent, User

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
STRANGERS_WINDOW = timedelta(hours=1)
FROM_STRANGERS = 20  # wrong passwords for one account, from everywhere, within the window
KNOWN_FOR = timedelta(days=180)


def network(request):
    return network_of(request.META.get("REMOTE_ADDR"))


def network_of(address):
    """One house: an IPv4 address, or the /64 somebody holds of IPv6."""
    try:
        return str(ip_network((address, 64), strict=False).network_address) if ip_address(address).version == 6 else address
    except ValueError:
        return address


def wait_after(failures):
    """None, one minute after the limit, doubled by each further wrong password, an hour at most."""
    if failures < settings.AXES_FAILURE_LIMIT:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - settings.AXES_FAILURE_LIMIT, 10), LONGEST_WAIT)


def must_wait(username, house, at):
    """Whether a password for this account from this network is not looked at yet."""
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=at - settings.AXES_COOLOFF_TIME)
    here = attempts.filter(ip_address=house).aggregate(failures=Sum("failures_since_start", default=0), last=Max("attempt_time"))
    if here["last"] and at < here["last"] + wait_after(here["failures"]):
        return True
    everywhere = attempts.filter(attempt_time__gt=at - STRANGERS_WINDOW).aggregate(failures=Sum("failures_since_start", default=0))["failures"]
    return everywhere >= FROM_STRANGERS and not is_known(username, house, at)


def is_known(username, house, at):
    """Whether the account signed in from this network lately."""
    user = User.objects.filter(username=username).first()
    if user is None:
        return False
    logins = AuditEvent.objects.filter(target_type="accounts.user", target_id=str(user.pk), action="accounts.login", at__gt=at - KNOWN_FOR)
    return house in {network_of(address) for address in logins.order_by().values_list("address", flat=True).distinct() if address}


def same_answer(request, response, credentials=None):
    """What waits is answered like a wrong password."""
    return response


class Handler(AxesDatabaseHandler):
    def is_locked(self, request, credentials=None):
        username = (credentials or {}).get("username") or request.POST.get("username", "")
        if not must_wait(username, request.axes_ip_address, request.axes_attempt_time):
            return False
        make_password((credentials or {}).get("password") or "x")  # as long as looking at it would take
        request.password_unread = True
        return True
