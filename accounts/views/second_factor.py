"""A time-based code beside the password: set up, asked for at each sign-in, replaced by a recovery code when the phone is lost."""

import secrets
from base64 import b32encode
from binascii import unhexlify

import django_otp
import segno
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import actions
from accounts.audit import record
from accounts.forms import CodeForm
from accounts.permissions import has_second_factor, may_use_second_factor, must_use_second_factor, require

WRONG = gettext_lazy("验证码不正确或已经用过，请用验证器里新的验证码；连续输错要等一会儿。")
KEY = "second_factor_key"


def let_in(request, device):
    """The session is worth more now: it gets a new key (S-13)."""
    django_otp.login(request, device)
    request.session.cycle_key()
    record("accounts.second_factor", request.user, by=request.user, at=timezone.now())


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request):
    """Set up with a code that proves the phone has the key; afterwards: new recovery codes, or the end of it."""
    user, now = request.user, timezone.now()
    require(may_use_second_factor(user))
    form = CodeForm(request.POST or None)
    context = {"form": form, "is_set_up": has_second_factor(user), "is_required": must_use_second_factor(user)}
    if context["is_set_up"]:
        if request.method == "POST" and form.is_valid():
            device = actions.check_second_factor(user, form.cleaned_data["code"], by=user, at=now)
            if device is None:
                form.add_error("code", WRONG)
            elif request.POST.get("do") == "codes":
                return render(request, "accounts/recovery_codes.html", {"codes": spaced(actions.renew_recovery_codes(user, by=user, at=now))})
            elif request.POST.get("do") == "end" and not context["is_required"]:
                actions.end_second_factor(user, by=user, at=now)
                messages.success(request, _("两步验证已停用，以后只用密码登录。"))
                return redirect("accounts:second_factor")
        context["left"] = user.recovery_codes.filter(used_at=None).count()
        return render(request, "accounts/second_factor.html", context)
    key = request.session.setdefault(KEY, secrets.token_hex(20))
    if request.method == "POST" and form.is_valid():
        made = actions.set_up_second_factor(user, key, form.cleaned_data["code"].replace(" ", ""), by=user, at=now)
        if made:
            del request.session[KEY]
            let_in(request, made[0])
            return render(request, "accounts/recovery_codes.html", {"codes": spaced(made[1])})
        form.add_error("code", _("验证码不正确。请核对手机的时间，再填验证器里新的验证码。"))
    address = TOTPDevice(user=user, key=key).config_url
    context |= {"picture": segno.make(address, micro=False).svg_data_uri(scale=4, border=2), "key": " ".join(groups(b32encode(unhexlify(key)).decode().rstrip("=")))}
    return render(request, "accounts/second_factor.html", context)


def groups(text):
    return [text[at:at + 4] for at in range(0, len(text), 4)]


def spaced(codes):
    return ["-".join(groups(code)) for code in codes]


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def verify(request):
    user = request.user
    require(settings.SECOND_FACTOR != "off" and has_second_factor(user))
    form = CodeForm(request.POST or None)
    if user.is_verified():
        return redirect("home")
    if request.method == "POST" and form.is_valid():
        device = actions.check_second_factor(user, form.cleaned_data["code"], by=user, at=timezone.now())
        if device:
            let_in(request, device)
            ahead = request.POST.get("next", "")
            return redirect(ahead if url_has_allowed_host_and_scheme(ahead, allowed_hosts={request.get_host()}) else reverse("home"))
        record("accounts.second_factor_failed", user, by=user, at=timezone.now())
        form.add_error("code", WRONG)
    return render(request, "accounts/verify.html", {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))})
