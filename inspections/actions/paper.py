"""A record made on paper is typed in by item number, with its scan as proof."""

from django.db import transaction
from django.utils.translation import gettext as _

from applications.uploads import PREVIEWED, blob_of
from campaigns.rules import NotAllowed, Problem
from inspections.actions.visits import agree_site_score, locked_visit, record_site_score, record_visit, refuse
from inspections.models import PaperRecord
from inspections.notices import visits as notices
from inspections.rules import paper as rules
from inspections.rules import visits as visit_rules


class WrongLines(NotAllowed):
    """Nothing was entered; `by_line` says at which line why."""

    def __init__(self, by_line):
        self.by_line = by_line
        super().__init__([problem for problems in by_line.values() for problem in problems])


@transaction.atomic
def type_in(visit, people, lines, scan, *, reason="", for_office=False, by, at):
    """Every line becomes the record of each who signed the paper, and what the group agreed on once nobody is missing. All or nothing.

    `scan` is what `applications.uploads.take` returned; `for_office`: the office types in, so a phase that is over needs a reason only.
    """
    visit = locked_visit(visit)
    refuse(rules.typing_problems(visit, people, lines, reason, at, for_office=for_office))
    if scan.kind.extension not in PREVIEWED:
        raise NotAllowed([Problem(_("扫描件请用 PDF 或照片（jpg、png、heic、webp）。"), "#paper-scan")])
    rows = {row.item.pk: row for row in visit_rules.findings(visit)}
    lines = [rules.TypedLine(line.place, rows[line.row.item.pk], line.verdict, line.points, line.reason.strip()) for line in lines if line.row.item.pk in rows]
    if wrong := rules.line_problems(visit, people, lines):
        raise WrongLines(wrong)
    paper = PaperRecord.objects.create(
        visit=visit, blob=blob_of(scan, at=at), title=scan.name, reason=reason.strip() if rules.is_late(visit, at) else "", typed_at=at, typed_by=by,
    )
    paper.inspectors.set(people)
    record_visit(
        "inspections.type_in", visit, by=by, at=at, inspectors=[person.name for person in people], items=[line.row.item.code for line in lines],
        sha256=scan.sha256, reason=paper.reason,
    )
    for line in lines:
        for person in people:
            record_site_score(
                visit, line.row.item, scorer=person, verdict=line.verdict, points=line.points, reason=line.reason, late=True, paper=paper, by=by, at=at,
            )
    for line in rules.settled(visit, lines):
        agree_site_score(visit, line.row.item, line.points, line.reason, paper=paper, by=by, at=at)
    notices.tell_inspectors_of_paper.delay_on_commit(paper.pk)
    return paper
