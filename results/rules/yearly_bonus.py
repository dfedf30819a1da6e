"""加分 for the yearly assessment of openness: which units have it, and how much it is."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from results.models import Naming


@dataclass(frozen=True)
class YearlyBonus:
    """One named unit. The notice promises a bonus and names no value: until one is set, `points` is None and the note says so."""

    naming: Naming
    points: Decimal | None
    note: str


def yearly_bonus(campaign):
    """A row for each unit that was ever named in the campaign, by track and unit code; a withdrawn title is worth nothing."""
    namings = (
        Naming.objects.filter(place__track__campaign=campaign).select_related("place__track", "application__organization__county")
        .order_by("place__track__order", "application__organization__code")
    )
    return [
        YearlyBonus(naming, Decimal(0), _("命名已撤销，不加分")) if naming.withdrawn_at else YearlyBonus(naming, None, _("加分分值尚未确定"))
        for naming in namings
    ]
