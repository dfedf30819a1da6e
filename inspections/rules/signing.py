"""Who has signed the findings of a visit, and whether what was signed is still what stands there."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.rules import Problem
from inspections.models import PAD_HEIGHT, PAD_WIDTH, Signed
from inspections.rules import visits as rules

MOST_STROKES, MOST_POINTS = 200, 6000
LEAST_WIDTH = 30  # of the pad's units: less is a slip of the thumb


def strokes_problems(strokes):
    """What is wrong with what a pad sent: not strokes at all, too much, or no more than a dot."""
    if not is_drawing(strokes):
        return [Problem(_("没有收到笔迹，请在签名框里重新签名。"))]
    xs, ys = [x for stroke in strokes for x, _y in stroke], [y for stroke in strokes for _x, y in stroke]
    if max(max(xs) - min(xs), max(ys) - min(ys)) < LEAST_WIDTH:
        return [Problem(_("签名太小，请在签名框里写出姓名。"))]
    return []


def is_drawing(strokes):
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES or not all(isinstance(stroke, list) and stroke for stroke in strokes):
        return False
    points = [point for stroke in strokes for point in stroke]
    return len(points) <= MOST_POINTS and all(is_point(point) for point in points)


def is_point(point):
    return (
        isinstance(point, list) and len(point) == 2 and all(type(number) is int for number in point)
        and 0 <= point[0] <= PAD_WIDTH and 0 <= point[1] <= PAD_HEIGHT
    )


def seen_problems(seen, current):
    """`seen` is the hash the page showed: nobody signs what they have not read."""
    if seen and seen != current:
        return [Problem(_("你打开本页以后，验收结果有了改动，还没有签字；请核对现在的结果，再签一次。"))]
    return []


def witness_barriers(visit, member, rows):
    """What keeps anybody of the unit from signing as present on this member's device yet."""
    return rules.locked_visit_problems(visit) + rules.presence_problems(visit, member) + rules.gaps(visit, rows, member)


def witness_problems(visit, member, name, strokes, refusal, rows):
    """What keeps this person from signing as present, or a refusal from being written down."""
    problems = witness_barriers(visit, member, rows)
    if not refusal:
        problems += strokes_problems(list(strokes))
    if visit.witnesses.valid().filter(name=name, findings_sha256=rules.findings_hash(visit, rows)).exists():
        problems.append(Problem(_("%(person)s已经登记过。") % {"person": name}))
    return problems


# For everything that shows or prints signatures


@dataclass(frozen=True)
class Signer:
    """One line under a record: who, as what, when, how, and whether it still counts."""

    name: str
    role: str
    duty: str
    method: str
    at: datetime
    path: str  # of an SVG drawing in `view_box`; empty for a password and a refusal
    sha256: str
    matches: bool  # what was signed is what stands there now
    refusal: str = ""
    taken_by: str = ""
    voided_at: datetime | None = None
    void_reason: str = ""
    strokes: tuple = ()  # of the pad, for whoever draws them elsewhere than on a page
    view_box: str = Signed.view_box

    @property
    def is_void(self):
        return self.voided_at is not None

    @property
    def is_mismatch(self):
        """It counts, and yet somebody has changed the findings behind the portal's back."""
        return not self.is_void and not self.matches


def visit_signatures(visit, current=None):
    """Everybody who signed or refused, void ones included: the leader, the members, then the unit's people, each in the order of time.

    `current` is the hash of the findings as they stand, where the caller has it.
    """
    current = current or rules.findings_hash(visit)
    leaders = set(visit.group.members.filter(is_leader=True).values_list("user", flat=True))
    members = [
        Signer(
            name=str(signature.user), role=_("组长") if signature.user_id in leaders else _("验收员"), duty=str(signature.user.organization or ""),
            method=signature.get_method_display(), at=signature.signed_at, path=signature.path, sha256=signature.findings_sha256,
            matches=signature.findings_sha256 == current, strokes=tuple(signature.strokes), voided_at=signature.voided_at, void_reason=signature.void_reason,
        )
        for signature in sorted(visit.signatures.select_related("user__organization"), key=lambda one: (one.user_id not in leaders, one.signed_at, one.pk))
    ]
    witnesses = [
        Signer(
            name=witness.name, role=_("单位在场人员"), duty=witness.duty, method=_("拒绝签字") if witness.has_refused else _("手写签名"), at=witness.signed_at,
            path=witness.path, sha256=witness.findings_sha256, matches=witness.findings_sha256 == current, refusal=witness.refusal,
            taken_by=str(witness.taken_by), strokes=tuple(witness.strokes), voided_at=witness.voided_at, void_reason=witness.void_reason,
        )
        for witness in visit.witnesses.select_related("taken_by")
    ]
    return members + witnesses


def is_tampered(visit, current=None):
    """Whether findings under a lock or under a valid signature are no longer the ones that were signed."""
    current = current or rules.findings_hash(visit)
    if visit.is_locked and visit.findings_sha256 != current:
        return True
    return any(signed.valid().exclude(findings_sha256=current).exists() for signed in (visit.signatures, visit.witnesses))
