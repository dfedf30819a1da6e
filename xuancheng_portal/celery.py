"""The Celery app and the beat timetable.

Nothing is open or closed because a task ran: tasks tell, remind, mark and report, each by asking the database
what is due. A beat that slept catches up on waking.
"""

import os

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuancheng_portal.settings")



class Task(DjangoTask):
    """What was saved stays saved when the broker is away: the failure is logged, the next sweep finds the row."""

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

app.conf.beat_schedule = {
    "sweep": {"task": "xuancheng_portal.tasks.sweep", "schedule": EVERY_MINUTE, "options": {"expires": 50}},
}
