"""Personal data on the public side (S-35): looked for before a notice is published, and once more in every public answer.

What an identity number, a telephone or a bank card looks like is `applications.rules.sensitive`'s to say; private mail
comes on top.
"""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from applications.models import SensitiveFinding
from applications.rules.sensitive import (
    BANK_CARD,
    IDENTITY,
    OLD_IDENTITY,
    PHONE,
    Found,
    digits_of,
    is_card,
    is_day,
    is_identity,
    sensitive_in_text,
)

Kind = SensitiveFinding.Kind
MAIL_KIND = "mail"
ANY_DAY = date.max  # as today, for texts whose author is asked at once: a birthday to come is a slip of the pen, not a number of something else
# No reason makes these fit for a public page.
NEVER_PUBLIC = {Kind.IDENTITY, Kind.BANK_CARD}
MAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Full-width signs read as plain ones, sign for sign, so that places in a page stay where they are.
PLAIN = {0x3000: " "} | {0xFF01 + number: chr(0x21 + number) for number in range(94)}


def kind_label(kind):
    return _("疑似个人邮箱") if kind == MAIL_KIND else Kind(kind).label


def is_private_mail(match):
    """An office's own mailbox is no person's."""
    return not match[0].lower().endswith(".gov.cn")


def noticed(text, on):
    """Each kind of thing in a text that a person has to decide about, masked, with how often it occurs."""
    found = sensitive_in_text(text, on)
    letters = [match[0] for match in MAIL.finditer(unicodedata.normalize("NFKC", text)) if is_private_mail(match)]
    if letters:
        name, at, host = letters[0].partition("@")
        found.append(Found(MAIL_KIND, f"{name[:1]}***{at}{host}", count=len(letters)))
    return found


def personal_data(text, allowed=frozenset()):
    """[(what it is, masked)] of a person's numbers and mail in a text for many readers, but what a person decided may stand."""
    signs, plain = list(text), text.translate(PLAIN)
    for start, end in personal_places(text, ANY_DAY):
        if bare(plain[start:end]) in allowed:
            signs[start:end] = " " * (end - start)
    return [(kind_label(found.kind), found.excerpt) for found in noticed("".join(signs), ANY_DAY) if found.kind != Kind.SECRET]


def personal_places(text, on):
    """[(start, end)] of everything in a page, as it is sent, that looks like a person's number or address."""
    plain = text.translate(PLAIN)
    found = [match.span() for match in IDENTITY.finditer(plain) if is_identity(match, on)]
    found += [(match.start(1), match.end(3)) for match in OLD_IDENTITY.finditer(plain) if is_day(f"19{match[2]}", on)]
    found += [match.span() for match in PHONE.finditer(plain)]
    found += [match.span() for match in BANK_CARD.finditer(plain) if is_card(digits_of(match[1]))]
    return found + [match.span() for match in MAIL.finditer(plain) if is_private_mail(match)]


def personal_values(text, on):
    """The same as plain values: without gaps, in small letters."""
    plain = text.translate(PLAIN)
    return {bare(plain[start:end]) for start, end in personal_places(text, on)}


def bare(value):
    return re.sub(r"[ -]", "", value).lower()


def masked_page(page, on, allowed):
    """The page with the middle of every such value gone, and how many there were. `allowed`: what a person decided may stand."""
    signs, count = list(page), 0
    plain = page.translate(PLAIN)
    for start, end in personal_places(page, on):
        if bare(plain[start:end]) not in allowed:
            signs[start + 3:end - 2] = ["*" if sign.isalnum() else sign for sign in signs[start + 3:end - 2]]
            count += 1
    return "".join(signs), count
