"""What the portal knows of whoever objected: put right and removed when asked for, removed by the clock when kept long enough (S-37)."""

from django.db import transaction

from accounts.audit import record
from accounts.rehearsing import here
from accounts.retention import kept_since
from results import privacy, rules
from results.actions.locking import refuse_if
from results.models import Objection

IN_PLACE_OF_A_NAME = "（异议人）"  # in the objection itself, which is Chinese whatever language the page is in
SHORTEST_NAME = 2  # one character alone stands in too many other words


def concerned(objection):
    return {"organization": objection.entry.application.organization, "campaign": objection.entry.notice.campaign}


@transaction.atomic
def correct_objector(objection, name, phone, reason, *, by, at):
    """The log says what was put right and why, never the data itself."""
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(rules.correct_problems(objection, name, phone, reason))
    changed = [field for field, value in (("name", name.strip()), ("phone", phone.strip())) if getattr(objection, field) != value]
    objection.name, objection.phone = name.strip(), phone.strip()
    objection.version += 1
    objection.save(update_fields=["name", "phone", "version"])
    record("results.correct_objector", objection, by=by, at=at, reason=reason.strip(), fields=changed, **concerned(objection))
    return objection


@transaction.atomic
def forget_objector(objection, reason, *, by, at):
    """Asked for by the objector, once the answer is given."""
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(rules.forget_problems(objection, reason))
    forget(objection)
    record("results.forget_objector", objection, by=by, at=at, reason=reason.strip(), **concerned(objection))
    return objection


@transaction.atomic
def remove_personal_data(*, at):
    """Of everybody whose objection was answered before the limit. Returns {campaign: how many}; one entry in the log for each."""
    since, counts = kept_since(at), {}
    for objection in here(Objection.objects).filter(replied_at__lt=since).select_for_update(of=("self",)).select_related("entry__notice__campaign").order_by("pk"):
        if forget(objection):
            campaign = objection.entry.notice.campaign
            counts[campaign] = counts.get(campaign, 0) + 1
    for campaign, count in counts.items():
        record("results.remove_personal_data", campaign, by=None, at=at, campaign=campaign, objections=count, before=since)
    return counts


def forget(objection):
    """Take away who it was: name, telephone, and both where the words repeat them. The rest stays. Returns whether anything went."""
    kept = {"name": "", "phone": "", "facts": without(objection, objection.facts), "reply": without(objection, objection.reply)}
    if all(getattr(objection, field) == value for field, value in kept.items()):
        return False
    for field, value in kept.items():
        setattr(objection, field, value)
    objection.version += 1
    objection.save(update_fields=[*kept, "version"])
    return True


def without(objection, words):
    if len(objection.name) >= SHORTEST_NAME:
        words = words.replace(objection.name, IN_PLACE_OF_A_NAME)
    if objection.phone:
        words = words.replace(objection.phone, "***")
    return privacy.masked_page(words, privacy.ANY_DAY, frozenset())[0]
