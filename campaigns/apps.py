from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import refuse


def hold_county(*, using, **kwargs):
    """A county's own campaign names a county, and no campaign ever changes whose it is: everybody's rights hang on it."""
    wrong = "NEW.county_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_organization WHERE id = NEW.county_id AND county_id = id)"
    refuse(using, "campaigns_campaign", "INSERT", wrong, "the county of a campaign is a county")
    moved = "COALESCE(OLD.county_id, 0) <> COALESCE(NEW.county_id, 0)"
    refuse(using, "campaigns_campaign", "UPDATE", moved, "a campaign stays with its city or county")


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("创建活动")

    def ready(self):
        post_migrate.connect(hold_county, sender=self)
