"""Which campaign a page is about: the address says (`?campaign=code`), else what the person chose, else the newest.

A rehearsal is never the newest: it is chosen, and while it is played there is no other (`xuancheng_portal.rehearsing`).
"""

from accounts.rehearsing import current
from campaigns.models import Campaign


def campaign_for(request):
    """The published campaign of this request, or None before the first one. A choice in the address is remembered."""
    if not hasattr(request, "_campaign"):
        published = Campaign.objects.published().newest_first().prefetch_related("phases")  # asked for all over a page
        code = None if current() else request.GET.get("campaign") or request.session.get("campaign")
        chosen = published.filter(code=code).first() if code else None
        if chosen and request.GET.get("campaign"):
            request.session["campaign"] = chosen.code
        request._campaign = chosen or published.first()
    return request._campaign
