"""How long personal data is kept, and what of people goes afterwards (PIPL 19 and 47; S-37).

Rows stay, so that counts and signatures still hold, and so does the audit log, which nobody can change. What went is told there
by its number.
"""

from calendar import monthrange
from datetime import datetime
from functools import partial

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.audit import record
from accounts.models import AuditEvent, Delivery, Heartbeat, Job, User

DUTY = "accounts.personal_data"
GONE = {"phone": "", "email": "", "wecom": "", "employee_number": ""}  # of an account nobody uses; its name stays with what was done


def midnight(at):
    return timezone.make_aware(datetime.combine(timezone.localdate(at), datetime.min.time()))


def kept_since(at):
    """What was over before this moment has been kept long enough: midnight, so many months ago. The 31st of a short month is its last day."""
    today = timezone.localdate(at)
    year, month = divmod(today.year * 12 + today.month - 1 - settings.PERSONAL_DATA_MONTHS, 12)
    day = min(today.day, monthrange(year, month + 1)[1])
    return timezone.make_aware(datetime(year, month + 1, day))


def is_done_today(duty, at):
    """The limit moves at midnight, so once a day is enough."""
    return Heartbeat.objects.filter(duty=duty, at__gte=midnight(at), succeeded=True).exists()


def forgotten_people(at):
    """Accounts out of use since before the limit, with something left to remove."""
    since = kept_since(at)
    disabled_later = AuditEvent.objects.filter(target_type=User._meta.label_lower, action="accounts.disable", at__gte=since).values("target_id")
    unused = User.objects.filter(is_active=False, date_joined__lt=since).exclude(last_login__gte=since)
    return unused.annotate(key=Cast("pk", CharField())).exclude(key__in=disabled_later).exclude(**GONE)


@transaction.atomic
def remove_personal_data(*, at):
    """How to reach people whose account is out of use, traces of devices that signed in, files that were exported, reasons of letters
    that were not delivered.

    Returns {what: how many}. Sessions that ran out say nothing any more and are cleared without a word.
    """
    since = kept_since(at)
    counts = {
        "people": forgotten_people(at).update(**GONE),
        "sign_ins": sum(model.objects.filter(attempt_time__lt=since).delete()[0] for model in (AccessLog, AccessAttempt, AccessFailureLog)),
        "downloads": forget_downloads(since),
        "deliveries": Delivery.objects.filter(due_at__lt=since).exclude(error="").update(error=""),
    }
    Session.objects.filter(expire_date__lt=at).delete()
    if any(counts.values()):
        duty = Heartbeat.objects.get_or_create(duty=DUTY, defaults={"at": at})[0]
        record("accounts.remove_personal_data", duty, by=None, at=at, before=since, **counts)
    return counts


def forget_downloads(since):
    """Exported files hold what has been removed from the rows since. The rows stay and say that the file is gone."""
    old = list(Job.objects.filter(created_at__lt=since).exclude(file="").values_list("pk", "file"))
    Job.objects.filter(pk__in=[pk for pk, _file in old]).update(file="")
    for _pk, file in old:
        transaction.on_commit(partial(default_storage.delete, file))
    return len(old)
