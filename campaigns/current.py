"""Which campaign a page is about: the address says (`?campaign=code`), else what the person chose, else the first for this person.

A rehearsal is never the newest: it is chosen, and while it is played there is no other (`xuancheng_portal.rehearsing`).
"""

from accounts.rehearsing import current
from campaigns.models import Campaign


def campaign_for(request):
    """The published campaign of this request, or None before the first one. A choice in the address is remembered.

    Only what the person may see can be chosen: the code of another county's own campaign is no code at all.
    """
    if not hasattr(request, "_campaign"):
        seen = Campaign.objects.published().visible_to(request.user).select_related("county").prefetch_related("phases")  # asked for all over a page
        code = None if current() else request.GET.get("campaign") or request.session.get("campaign")
        chosen = seen.filter(code=code).first() if code else None
        if chosen and request.GET.get("campaign"):
            request.session["campaign"] = chosen.code
        request._campaign = chosen or seen.first_for(request.user)
    return request._campaign
