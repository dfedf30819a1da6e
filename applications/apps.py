from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import refuse


def keep_what_was_found(*, using, **kwargs):
    """The words of a page stay as long as some look at a link refers to them."""
    found = "EXISTS (SELECT 1 FROM applications_linkcheck WHERE snapshot_id = OLD.sha256)"
    refuse(using, "applications_linksnapshot", "DELETE", found, "applications_linksnapshot rows are kept")
def hold_unit_to_county(*, using, **kwargs):
    """In a county's own campaign only units below that county apply."""
    foreign = (
        "EXISTS (SELECT 1 FROM campaigns_campaign c JOIN accounts_organization o ON o.id = NEW.organization_id "
        "WHERE c.id = NEW.campaign_id AND c.county_id IS NOT NULL AND (o.county_id IS NULL OR o.county_id <> c.county_id OR o.id = c.county_id))"
    )
    for event in ("INSERT", "UPDATE"):
        refuse(using, "applications_application", event, foreign, "a unit of another county does not apply in a county campaign")


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("申报")

    def ready(self):
        post_migrate.connect(keep_what_was_found, sender=self)
        post_migrate.connect(hold_unit_to_county, sender=self)
        import_module("applications.rules.closing")
