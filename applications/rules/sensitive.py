"""What in a text looks like personal data, or hints at a secret. A warning for people to decide on, never a block.

The numbers themselves go nowhere: a finding carries a masked excerpt.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from applications.models import ItemResponse, SensitiveFinding
from applications.rules.filling import editing_problems
from campaigns.rules import Problem

Kind, Decision = SensitiveFinding.Kind, SensitiveFinding.Decision

# The first two digits of an identity number (GB/T 2260): provinces, and 81 to 83 for residents of Hong Kong, Macao and Taiwan.
PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
GAP = r"[ -]?"
BEFORE, AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
IDENTITY = re.compile(rf"{BEFORE}((?:{PROVINCES})\d{{4}}){GAP}(\d{{8}}){GAP}(\d{{3}}[\dXx]){AFTER}", re.ASCII)
# Fifteen digits are also the shape of orders and devices: only where the words before say what they are.
OLD_IDENTITY = re.compile(rf"(?:身份证|证件号)[^0-9]{{0,20}}((?:{PROVINCES})\d{{4}})(\d{{6}})(\d{{3}}){AFTER}", re.ASCII)
PHONE = re.compile(rf"{BEFORE}(?:\+?86{GAP})?(1[3-9]\d){GAP}(\d{{4}}){GAP}(\d{{4}}){AFTER}", re.ASCII)
BANK_CARD = re.compile(rf"{BEFORE}((?:62|60|4\d|5[1-5])\d\d(?:{GAP}\d{{4}}){{3}}(?:{GAP}\d{{1,3}})?){AFTER}", re.ASCII)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

SECRET = re.compile(
    "|".join([
        r"(?:绝密|机密|秘密) ?[★☆*]",  # the mark itself stands in the corner of a classified paper
        r"绝密",  # in no other use in papers of this kind
        r"(?<!商业)机密(?=[级文★☆])",  # 机密级, 机密文件; 商业机密 is named in many laws
        r"密级 ?[:：]",  # a form with a field for the level
        r"保密期限 ?[:：]",
        r"内部(?:资料|文件)[,，。;；、 ]*(?:请?注意保存|严禁外传|不得外传)",  # printed on what is not for the public
        r"(?:此件|公开(?:属性|方式|类别|形式) ?[:：]) ?不予公开",  # the mark; 不予公开 alone is what regulations speak of
        r"仅供内部(?:使用|参考|传阅)",
    ])
)


@dataclass(frozen=True)
class Found:
    kind: str
    excerpt: str
    page: int | None = None
    in_name: bool = False
    count: int = 1


def sensitive_in_text(text, on):
    """Each kind of thing in this text, masked, with how often it occurs. `on`: today; nobody is born later."""
    text = unicodedata.normalize("NFKC", text)
    found = {}

    def take(pattern, kind, judge, mask):
        nonlocal text
        matches = [match for match in pattern.finditer(text) if judge(match)]
        if matches:
            earlier = found.get(kind)
            excerpt = earlier.excerpt if earlier else mask(matches[0])
            found[kind] = Found(kind, excerpt, count=len(matches) + (earlier.count if earlier else 0))
            pieces = list(text)  # what was taken for one thing is not taken for another
            for match in matches:
                pieces[match.start():match.end()] = "\n" * (match.end() - match.start())
            text = "".join(pieces)

    take(IDENTITY, Kind.IDENTITY, lambda match: is_identity(match, on), lambda match: masked("".join(match.groups()), 8, 2))
    take(OLD_IDENTITY, Kind.IDENTITY, lambda match: is_day(f"19{match[2]}", on), lambda match: masked("".join(match.groups()), 8, 2))
    take(PHONE, Kind.PHONE, lambda match: True, lambda match: masked("".join(match.groups()), 3, 4))
    take(BANK_CARD, Kind.BANK_CARD, lambda match: is_card(digits_of(match[1])), lambda match: masked(digits_of(match[1]), 4, 4))
    take(SECRET, Kind.SECRET, lambda match: True, lambda match: match[0][:40])
    return list(found.values())


def sensitive_in_file(name, pages, on):
    """The same of a file: its name first, then [(page or nothing, text), …]. One finding for each kind, where it stands first."""
    found = {}
    places = [(True, None, name)] + [(False, page, text) for page, text in pages]
    for in_name, page, text in places:
        for one in sensitive_in_text(text, on):
            first = found.get(one.kind)
            found[one.kind] = (
                Found(one.kind, first.excerpt, first.page, first.in_name, first.count + one.count) if first
                else Found(one.kind, one.excerpt, page, in_name, one.count)
            )
    return list(found.values())


def digits_of(text):
    return re.sub(r"\D", "", text)


def masked(number, first, last):
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]


def is_day(digits, on):
    try:
        return date(1900, 1, 1) <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= on
    except ValueError:
        return False


def is_identity(match, on):
    """A day on which somebody can have been born, and the check digit of GB 11643."""
    number = "".join(match.groups()).upper()
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return is_day(match[2], on) and "10X98765432"[total % 11] == number[17]


def is_card(number):
    """The check digit of bank cards (Luhn)."""
    if not 16 <= len(number) <= 19 or len(set(number)) == 1:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


# What the unit makes of it.


def finding_problems(finding, decision, reason):
    """Why this cannot be decided so now. A secret-looking file may go; that it is none needs words."""
    if finding.is_decided:
        return [Problem(_("这条提醒已经处理过，请刷新后查看。"))]
    if decision not in Decision.values:
        return [Problem(_("请选择怎样处理这条提醒。"))]
    if decision == Decision.PUBLISHABLE and len(reason.strip()) < 2:
        return [Problem(_("请写明为什么可以公开，例如：号码是单位的公开电话。"))]
    if decision == Decision.REPLACE:
        return editing_problems(finding.evidence.response)
    return []


@dataclass(frozen=True)
class Warning:
    """One thing to look at before an application goes out: in a text that was typed, or in a file and not decided yet."""

    item: object
    url: str
    what: str
    kind: str


def sensitive_warnings(application, on):
    """What was noticed in the whole application and nobody decided: texts are looked at now, files were when they came."""
    found = []
    for response in application.responses.select_related("item").in_order():
        response.application = application
        for one in sensitive_in_text(response.narrative, on):
            found.append(Warning(response.item, f"{response.get_absolute_url()}#id_narrative", _("工作情况说明里有 %(what)s") % {"what": one.excerpt}, one.kind))
    undecided = SensitiveFinding.objects.undecided().filter(evidence__response__application=application, evidence__response__removed_at=None, evidence__removed_at=None)
    for finding in undecided.select_related("evidence__response__item").order_by(
        "evidence__response__item__category__order", "evidence__response__item__order", "pk"
    ):
        response = finding.evidence.response
        response.application = application
        found.append(Warning(
            response.item, f"{response.get_absolute_url()}#proof-{finding.evidence_id}",
            _("文件“%(title)s”里有 %(what)s") % {"title": finding.evidence.title, "what": finding.excerpt}, finding.kind,
        ))
    return found


def typed_warnings(response: ItemResponse, on):
    """In words for the person typing: what looks like personal data or a secret in the text of one item."""
    return [
        _("工作情况说明里有%(kind)s（%(what)s），请确认可以公开，或者改掉。") % {"kind": Kind(one.kind).label, "what": one.excerpt}
        for one in sensitive_in_text(response.narrative, on)
    ]
