"""The record on paper: who has signed it, and what stands in the way of typing one in."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.rules import Problem
from inspections.rules import visits as rules
from inspections.rules.signing import visit_signatures
from inspections.rules.visits import Finding


@dataclass(frozen=True)
class Signed:
    """A name under the record. Without `at` it is still to come; `void` says why it counts no more, `refusal` why it was refused."""

    name: str
    role: str
    at: datetime | None = None
    void: str = ""
    refusal: str = ""
    strokes: tuple = ()


def signatures_of(visit, current=None):
    """Everybody who signed, members and the unit's people, then whoever of the group is still to sign; what was voided comes last."""
    signers = [
        (one.is_void, Signed(one.name, f"{one.role} {one.duty}".strip() if one.taken_by else one.role, one.at, one.void_reason, one.refusal, one.strokes))
        for one in visit_signatures(visit, current)
    ]
    signed = set(visit.signatures.valid().values_list("user", flat=True))
    waiting = [
        Signed(member.user.name, _("组长") if member.is_leader else _("验收员"))
        for member in visit.group.members.select_related("user") if member.user_id not in signed
    ]
    return [one for is_void, one in signers if not is_void] + waiting + [one for is_void, one in signers if is_void]


# Typing in


@dataclass(frozen=True)
class TypedLine:
    """One line of the paper: what all who signed it found on one item. `place` is its place on the screen."""

    place: int
    row: Finding
    verdict: str
    points: Decimal | None
    reason: str


def plain(number):
    """An item's number as typed, full-width digits and dots included."""
    return unicodedata.normalize("NFKC", number).replace("。", ".").replace("、", ".").replace("-", ".").strip(" .").casefold()


def row_numbered(rows, number):
    """The item with this number; the dots may be left out where that names one item only."""
    wanted = plain(number)
    exact = [row for row in rows if plain(row.item.code) == wanted]
    found = exact or [row for row in rows if plain(row.item.code).replace(".", "") == wanted]
    return found[0] if len(found) == 1 else None


def is_late(visit, at):
    """After the phase only the office types in, with a reason."""
    return bool(rules.closed_problems(visit, at))


def typing_problems(visit, people, lines, reason, at, *, for_office):
    """What keeps this paper from being typed in at all, whatever its lines say."""
    problems = rules.locked_visit_problems(visit) + rules.ended_problems(visit) + rules.early_problems(visit, at)
    if not problems and is_late(visit, at):
        if not for_office:
            problems += rules.closed_problems(visit, at)
        elif not reason.strip():
            problems.append(Problem(_("检查验收期已过，请写明晚录的理由。"), "#paper-reason"))
    members, needed = rules.members_of(visit), visit.application.campaign.site_inspectors
    if len(people) < needed:
        problems.append(
            Problem(
                ngettext("纸质记录至少要有 %(n)s 名验收员的签名，请勾选纸上签名的人。", "纸质记录至少要有 %(n)s 名验收员的签名，请勾选纸上签名的人。", needed) % {"n": needed}, "#paper-people",
            )
        )
    for person in people:
        if person not in members:
            problems.append(Problem(_("%(person)s不在%(group)s里，不能按他的签名补录。") % {"person": person, "group": visit.group}, "#paper-people"))
        else:
            problems += rules.presence_problems(visit, person)
    if not lines:
        problems.append(Problem(_("还没有录入任何一行。请按纸上的编号录入。")))
    return problems


def line_problems(visit, people, lines):
    """{place: [Problem]} of the lines that cannot stand as they are."""
    found, seen, step = {}, {}, visit.application.campaign.score_step
    for line in lines:
        row = line.row
        problems = rules.finding_problems(row.response, line.verdict, line.points, line.reason, step, has_photo=False)
        if row.item.pk in seen:
            problems.append(Problem(_("编号 %(code)s 在第 %(n)s 行已经录过，请核对纸上的编号。") % {"code": row.item.code, "n": seen[row.item.pk] + 1}))
        seen.setdefault(row.item.pk, line.place)
        problems += [differing(person) for person in people if is_other(row.of(person), line)]
        if row.agreed and row.agreed.points != line.points:
            problems.append(Problem(_("全组在平台上商定的本项得分和纸上不同。以纸上为准的，请验收组先在平台上改商定的得分；否则清空这一行。")))
        if problems:
            found[line.place] = problems
    return found


def is_other(own, line):
    return own is not None and (own.verdict, own.points, own.reason) != (line.verdict, line.points, line.reason)


def differing(person):
    """The typist does not learn what the other recorded, only that it differs."""
    return Problem(_("%(person)s已在平台上记录过本项，和纸上不同。以纸上为准的，请本人在平台上更正；否则清空这一行。") % {"person": person})


def settled(visit, lines):
    """The lines on which all members now stand recorded alike and nothing is agreed yet: what the paper says is their agreement."""
    rows = {row.item.pk: row for row in rules.findings(visit)}
    for line in lines:
        row = rows[line.row.item.pk]
        if row.agreed is None and not row.waiting and not row.differs:
            yield line
