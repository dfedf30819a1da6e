"""What a password must not be, beside Django's own rules (S-10). The policy is in the settings."""

import string
import unicodedata

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organization
from campaigns.models import Campaign

FEWEST_SIGNS = 5
LONGEST_RUN = 5
SUFFIXES = "省市县区乡镇局办"
LOOKS_LIKE = str.maketrans("@4013$57!", "aaolessti")


def folded(text):
    return unicodedata.normalize("NFKC", text).casefold()


def kinds_in(password):
    """Small and capital letters, digits, other scripts, signs."""
    kinds = set()
    for sign in password:
        if sign.isdecimal():
            kinds.add("digit")
        elif sign.isalpha():
            kinds.add("lower" if sign.islower() else "upper" if sign.isupper() else "script")
        else:
            kinds.add("sign")
    return len(kinds)


def has_run(password):
    """12345, abcde, 54321, aaaaa."""
    steps = [ord(after) - ord(before) for before, after in zip(password, password[1:], strict=False)]
    return any(steps[at] in (-1, 0, 1) and len(set(steps[at:at + LONGEST_RUN])) == 1 for at in range(len(steps) - LONGEST_RUN + 1))


class Kinds:
    def __init__(self, kinds=3):
        self.kinds = kinds

    def validate(self, password, user=None):
        if kinds_in(password) < self.kinds:
            raise ValidationError(self.get_help_text())
        if len(set(password)) < FEWEST_SIGNS or has_run(folded(password)):
            raise ValidationError(_("密码里有太多相同或连续的字符，例如 111111、abcdef，请换一个。"))

    def get_help_text(self):
        return _("密码要有小写字母、大写字母、数字、符号、汉字中的至少 %(n)s 种。") % {"n": self.kinds}


class Common(CommonPasswordValidator):
    """Common words with a year or an exclamation mark around them are common as well."""

    def validate(self, password, user=None):
        super().validate(password, user)
        lower = folded(password)
        core = lower.strip(string.digits + string.punctuation + " ")
        if {core, lower.translate(LOOKS_LIKE).strip(string.digits + string.punctuation + " "), core.translate(LOOKS_LIKE)} & self.passwords:
            raise ValidationError(self.get_error_message(), code="password_too_common")


class ContextWords:
    """Names everybody here thinks of first: the city, the campaign, any unit."""

    def validate(self, password, user=None):
        text = folded(password)
        own = {folded(word) for word in (getattr(user, "username", ""), getattr(user, "name", "")) if len(word) > 1}
        if any(word in text for word in self.words() | own):
            raise ValidationError(self.get_help_text())

    def words(self):
        names = {*settings.PASSWORD_WORDS, *Campaign.objects.values_list("city", flat=True), *Campaign.objects.values_list("title", flat=True)}
        for name, short_name, code in Organization.objects.values_list("name", "short_name", "code"):
            names |= {name, short_name, code}
        names |= {name[:-1] for name in names if len(name) > 2 and name[-1] in SUFFIXES}
        return {folded(name) for name in names if len(name) > 1}

    def get_help_text(self):
        return _("密码里不能有城市、活动、单位或你自己的名称和账号。")
