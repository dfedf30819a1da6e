"""What the unit makes of a warning about one of its files."""

from django.db import transaction

from accounts.audit import record
from applications import rules
from applications.actions.evidence import remove_evidence
from applications.actions.locking import lock, refuse
from applications.models import SensitiveFinding


@transaction.atomic
def decide_finding(finding, decision, reason="", *, by, at):
    """To be replaced takes the file out of the application; to be shown needs a reason, which reviewers read."""
    lock(finding.evidence.response.application)
    finding = SensitiveFinding.objects.select_for_update(of=("self",)).select_related("evidence__response__application", "evidence__response__item").get(pk=finding.pk)
    refuse(rules.finding_problems(finding, decision, reason))
    finding.decision, finding.reason, finding.decided_at, finding.decided_by = decision, reason.strip(), at, by
    finding.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    evidence = finding.evidence
    record(
        "applications.decide_finding", evidence.response.application, by=by, at=at, item=evidence.response.item.code, evidence=evidence.pk,
        title=evidence.title, kind=finding.kind, decision=decision, reason=finding.reason,
    )
    if decision == SensitiveFinding.Decision.REPLACE:
        remove_evidence(evidence, by=by, at=at)
    return finding
