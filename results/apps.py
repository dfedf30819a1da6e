from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import refuse


def hold_cap_to_quota(*, using, **kwargs):
    """A place's `cap` is the quota of its track, so `place_within_quota` bounds the slots by the quota itself."""
    wrong = "NEW.cap <> (SELECT quota FROM campaigns_track WHERE id = NEW.track_id)"
    for event in ("INSERT", "UPDATE"):
        refuse(using, "results_place", event, wrong, "a place is capped by the quota of its track")
    moved = "OLD.quota <> NEW.quota AND EXISTS (SELECT 1 FROM results_place WHERE track_id = NEW.id)"
    refuse(using, "campaigns_track", "UPDATE", moved, "a quota stays while units stand in its places")


class ResultsConfig(AppConfig):
    name = "results"
    verbose_name = _("结果")

    def ready(self):
        post_migrate.connect(hold_cap_to_quota, sender=self)
