"""The last look at what the public reads (S-35)."""

import logging

from django.utils import timezone

from results import privacy, reports

logger = logging.getLogger(__name__)
READABLE = ("text/", "application/json", "application/xml")


def public_guard(get_response):
    """A page that needs no login shows nobody's number or private mail but what passed a review: the middle of it is starred out.

    Of strangers, and reading only: somebody who signed in may have a workbench at the same address, and what somebody sent is
    shown back to that person as it was typed.
    """

    def middleware(request):
        response = get_response(request)
        match = request.resolver_match
        is_public = match is not None and not getattr(match.func, "login_required", True)
        is_readable = not response.streaming and response.get("Content-Type", "").startswith(READABLE)
        if request.method == "GET" and is_public and is_readable and not request.user.is_authenticated:
            guard(response, match.view_name)
        return response

    return middleware


def guard(response, name):
    page, today = response.content.decode(response.charset), timezone.localdate()
    if privacy.personal_places(page, today):
        allowed = privacy.personal_values(reports.published_words(), today)
        page, count = privacy.masked_page(page, today, allowed)
        if count:
            response.content = page.encode(response.charset)
            logger.error("%s would have shown personal data in %s places; it was starred out.", name, count)
