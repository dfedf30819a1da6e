from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import refuse


def hold_what_was_published(*, using, **kwargs):
    """From its publication on, a campaign keeps its code and year, and each of its tracks its key and kind of organization."""
    named = "OLD.published_at IS NOT NULL AND (OLD.code <> NEW.code OR OLD.year <> NEW.year)"
    refuse(using, "campaigns_campaign", "UPDATE", named, "a published campaign keeps its code and year")
    published = "EXISTS (SELECT 1 FROM campaigns_campaign WHERE id = OLD.campaign_id AND published_at IS NOT NULL)"
    moved = f"(OLD.key <> NEW.key OR OLD.kind_id <> NEW.kind_id OR OLD.campaign_id <> NEW.campaign_id) AND {published}"
    refuse(using, "campaigns_track", "UPDATE", moved, "a track of a published campaign keeps its key and kind", name="campaigns_track_kept_as_published")


def hold_county(*, using, **kwargs):
    """A county's own campaign names a county, and no campaign ever changes whose it is: everybody's rights hang on it."""
    wrong = "NEW.county_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_organization WHERE id = NEW.county_id AND county_id = id)"
    refuse(using, "campaigns_campaign", "INSERT", wrong, "the county of a campaign is a county")
    moved = "COALESCE(OLD.county_id, 0) <> COALESCE(NEW.county_id, 0)"
    refuse(using, "campaigns_campaign", "UPDATE", moved, "a campaign stays with its city or county", name="campaigns_campaign_kept_with_its_county")


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("创建活动")

    def ready(self):
        post_migrate.connect(hold_what_was_published, sender=self)
        post_migrate.connect(hold_county, sender=self)
