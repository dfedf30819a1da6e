"""The Celery app and the beat timetable.

Nothing is open or closed because a task ran: tasks tell, remind, mark and report, each by asking the database
what is due. A beat that slept catches up on waking.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuancheng_portal.settings")

app = Celery("xuancheng_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="notices")

EVERY_MINUTE = 60.0

app.conf.beat_schedule = {
    "sweep": {"task": "xuancheng_portal.tasks.sweep", "schedule": EVERY_MINUTE, "options": {"expires": 50}},
}
