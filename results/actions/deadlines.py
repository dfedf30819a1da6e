"""After the calendar has changed: deadlines counted in working days are counted anew."""

from django.db import transaction

from accounts.audit import record
from campaigns.rules import reason_problems
from results import notices, rules
from results.actions.locking import refuse_if
from results.models import Objection, PublicNotice


@transaction.atomic
def recount_deadlines(campaign, objections, reason, *, by, at):
    """Every one that the calendar moves, each recorded. Returns how many."""
    refuse_if(reason_problems(reason))
    list(PublicNotice.objects.select_for_update().filter(campaign=campaign))
    list(Objection.objects.select_for_update(of=("self",)).open().filter(entry__notice__campaign=campaign))
    moved = [deadline for deadline in rules.workday_deadlines(campaign, objections, at) if deadline.moves]
    for deadline in moved:
        row, facts = deadline.row, {"before": deadline.now, "after": deadline.counted, "reason": reason.strip()}
        if deadline.is_notice:
            row.ends_on = deadline.counted
            row.save(update_fields=["ends_on"])
            record("results.move_notice", row, by=by, at=at, **facts)
            notices.tell_of_moved_notice.delay_on_commit(row.pk)
        else:
            row.due_on = deadline.counted
            row.save(update_fields=["due_on"])
            record("results.move_objection", row, by=by, at=at, organization=row.entry.application.organization, campaign=campaign, **facts)
    return len(moved)
