"""The second factor: set up, asked for, given up."""

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import links
from accounts.actions.locking import locked_person
from accounts.audit import record
from accounts.models import RecoveryCode
from accounts.permissions import has_second_factor

RECOVERY_CODES = 10


@transaction.atomic
def set_up_second_factor(user, key, code, *, by, at):
    """Confirmed with a code of the new device. Returns the device and the recovery codes to show once, or None."""
    user = locked_person(user)
    device = TOTPDevice(user=user, name="totp", key=key, confirmed=True)
    if has_second_factor(user) or not device.verify_token(code):  # a failed device is saved by its throttle…
        TOTPDevice.objects.filter(user=user, key=key).delete()  # …and was never one
        return None
    record("accounts.set_up_second_factor", user, by=by, at=at)
    return device, make_recovery_codes(user)


def make_recovery_codes(user):
    user.recovery_codes.all().delete()
    codes = [links.new_recovery_code() for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=links.digest_of(code)) for code in codes])
    return codes


@transaction.atomic
def check_second_factor(user, code, *, by, at):
    """The device when the code is right: a new one of the phone, or a recovery code. Wrong ones make the next wait longer."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_is_allowed()[0]:
        return None
    code = code.replace(" ", "").replace("-", "").lower()
    if code.isascii() and code.isdecimal() and len(code) == device.digits:
        return device if device.verify_token(code) else None
    if RecoveryCode.objects.filter(user=user, digest=links.digest_of(code), used_at=None).update(used_at=at):
        device.throttle_reset()
        record("accounts.use_recovery_code", user, by=by, at=at, left=user.recovery_codes.filter(used_at=None).count())
        return device
    device.throttle_increment()
    return None


@transaction.atomic
def renew_recovery_codes(user, *, by, at):
    record("accounts.renew_recovery_codes", user, by=by, at=at)
    return make_recovery_codes(user)


@transaction.atomic
def end_second_factor(user, *, by, at):
    """By its owner, or by another administrator when the phone and the codes are lost."""
    user = locked_person(user)
    TOTPDevice.objects.filter(user=user).delete()
    user.recovery_codes.all().delete()
    record("accounts.end_second_factor", user, by=by, at=at)
