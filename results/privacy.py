"""Personal data that must not stand on a public page: mobile and identity numbers, bank cards, private mail (S-35)."""

import re
import unicodedata
from itertools import cycle

from django.utils.translation import gettext as _

MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dX](?![\dA-Z])")
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){15,18}(?!\d)")
MAIL = re.compile(r"[A-Z0-9._%+-]+@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+")


def is_identity(number):
    """The last character of an identity number is computed from the seventeen before it."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return number[17] == "10X98765432"[total % 11]


def is_card(number):
    """Bank cards satisfy the Luhn sum."""
    total = 0
    for digit, factor in zip(reversed(number), cycle((1, 2)), strict=False):
        product = int(digit) * factor
        total += product - 9 if product > 9 else product
    return total % 10 == 0


def personal_data(text):
    """What was found, as (kind, value). Full-width digits are read as digits; an office's own mailbox is no person's."""
    text = unicodedata.normalize("NFKC", text).upper()
    found = [(_("手机号码"), match) for match in MOBILE.findall(text)]
    identities = [match for match in IDENTITY.findall(text) if is_identity(match)]
    found += [(_("身份证号"), match) for match in identities]
    cards = (re.sub(r"[ -]", "", match) for match in CARD.findall(text))
    found += [(_("银行卡号"), card) for card in cards if card not in identities and is_card(card)]
    found += [(_("电子邮箱"), match) for match in MAIL.findall(text) if not match.endswith(".GOV.CN")]
    return found
