"""A campaign once more, with what each app keeps for it: next year's draft, or the copy that a rehearsal plays.

Which rows go along and which stay behind, and why, says `tests/copied.csv`.
"""

from django.db import transaction

from applications.actions import copy_form_template
from results.actions import copy_paper_texts
from standards.whole import copy_campaign


@transaction.atomic
def copy_whole(source, *, by, at, **wanted):
    """`wanted` as `copy_campaign` takes it. Another office does not get the words of this one."""
    copy = copy_campaign(source, by=by, at=at, **wanted)
    if copy.is_rehearsal or copy.county_id == source.county_id:
        copy_form_template(source, copy, by=by, at=at)
        copy_paper_texts(source, copy, by=by, at=at)
    return copy
