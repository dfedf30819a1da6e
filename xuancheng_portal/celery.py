"""The Celery app and the beat timetable.

Nothing is open or closed because a task ran: tasks tell, remind, mark and report, each by asking the database
what is due. A beat that slept catches up on waking.
"""

import os

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.signals import before_task_publish
from django.db import transaction

from accounts.rehearsing import current, playing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuancheng_portal.settings")


HEADER = "rehearsal"


class Task(DjangoTask):
    """What was saved stays saved when the broker is away: the failure is logged, the next sweep finds the row.

    What was begun in a rehearsal is done in it.
    """

    def __call__(self, *args, **kwargs):
        told = (self.request.headers or {}).get(HEADER) or self.request.get(HEADER)
        with playing(told or current()):
            return super().__call__(*args, **kwargs)

    def delay_on_commit(self, *args, **kwargs):
        transaction.on_commit(lambda: self.delay(*args, **kwargs), robust=True)

    def apply_async_on_commit(self, *args, **kwargs):
        transaction.on_commit(lambda: self.apply_async(*args, **kwargs), robust=True)


app = Celery("xuancheng_portal", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="notices")
app.autodiscover_tasks(related_name="jobs")

EVERY_MINUTE = 60.0


@before_task_publish.connect
def carry_rehearsal(headers=None, **kwargs):
    if current():
        headers[HEADER] = current()


app.conf.beat_schedule = {
    "sweep": {"task": "xuancheng_portal.tasks.sweep", "schedule": EVERY_MINUTE, "options": {"expires": 50}},
}
