"""Which campaign a page is about: the address says (`?campaign=code`), else what the person chose, else the first for this person."""

from campaigns.models import Campaign


def campaign_for(request):
    """The published campaign of this request, or None before the first one. A choice in the address is remembered.

    Only what the person may see can be chosen: the code of another county's own campaign is no code at all.
    """
    if not hasattr(request, "_campaign"):
        seen = Campaign.objects.published().visible_to(request.user).select_related("county").prefetch_related("phases")  # asked for all over a page
        code = request.GET.get("campaign") or request.session.get("campaign")
        chosen = seen.filter(code=code).first() if code else None
        if chosen and request.GET.get("campaign"):
            request.session["campaign"] = chosen.code
        request._campaign = chosen or seen.first_for(request.user)
    return request._campaign
