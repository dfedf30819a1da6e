"""年度考核加分: what each title of a campaign is worth in the yearly assessment."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Organization
from campaigns.models import Track
from results.models import Naming


@dataclass(frozen=True)
class YearlyBonus:
    """One named unit. A title that was withdrawn is worth nothing, and the row says why."""

    naming: Naming
    points: Decimal
    note: str

    @property
    def track(self) -> Track:
        return self.naming.place.track

    @property
    def organization(self) -> Organization:
        return self.naming.application.organization


def yearly_bonus(campaign):
    """A row for each unit that was ever named in the campaign, by track and unit code; a constant number of queries."""
    namings = (
        Naming.objects.of_campaign(campaign).select_related("application__organization__county", "application__track", "place__track__campaign")
        .order_by("place__track__order", "application__organization__code")
    )
    return [
        YearlyBonus(naming, Decimal(0) if naming.withdrawn_at else naming.place.track.yearly_bonus, _("命名已撤销，不加分") if naming.withdrawn_at else "")
        for naming in namings
    ]
