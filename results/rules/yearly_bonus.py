"""加分 for the yearly assessment of openness: which units have it, and how much it is."""

from results.models import Naming


def yearly_bonus(campaign):
    """[(Naming, points)] of the units whose title of this campaign stands, once each, in the order of tracks and unit codes.

    The notice promises a bonus and names no value: until the office has set one, points are None.
    """
    standing = (
        Naming.objects.filter(place__track__campaign=campaign, withdrawn_at=None)
        .select_related("place__track", "application__organization__county")
        .order_by("place__track__order", "application__organization__code")
    )
    return [(naming, None) for naming in standing]
