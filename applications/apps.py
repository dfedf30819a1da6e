from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import refuse


def keep_what_was_found(*, using, **kwargs):
    """The words of a page stay as long as some look at a link refers to them."""
    found = "EXISTS (SELECT 1 FROM applications_linkcheck WHERE snapshot_id = OLD.sha256)"
    refuse(using, "applications_linksnapshot", "DELETE", found, "applications_linksnapshot rows are kept")


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("申报")

    def ready(self):
        post_migrate.connect(keep_what_was_found, sender=self)
