"""Last year's texts and links: where they come from, which items may take them, and what still has to be looked at."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from applications.models import Application, Evidence
from applications.rules.sending import status_problems
from campaigns.rules import Problem


def earlier_application(organization, campaign):
    """The unit's newest application in an earlier year's campaign; where it has none, that of a unit that was merged into it."""
    earlier = Application.objects.filter(campaign__year__lt=campaign.year, campaign__published_at__isnull=False).select_related("campaign").order_by("-campaign__year", "-pk")
    return earlier.filter(organization=organization).first() or earlier.filter(organization__in=organization.with_predecessors()).first()


def same_words(text):
    return "".join(text.split())


def carry_pairs(application):
    """[(untouched answer, last year's answer)] where last year said something: the same requirement, else the same code."""
    earlier = earlier_application(application.organization, application.campaign)
    if earlier is None or application.status != Application.Status.DRAFT:
        return []
    links = Evidence.objects.present().filter(response=OuterRef("pk"), kind=Evidence.Kind.LINK)
    said = [
        response for response in earlier.responses.select_related("item").annotate(has_links=Exists(links)).in_order()
        if response.narrative.strip() or response.has_links
    ]
    by_text = {same_words(response.item.text): response for response in said}
    by_code = {response.item.code: response for response in said}
    proofs = Evidence.objects.filter(response=OuterRef("pk"))
    untouched = (
        application.responses.filter(updated_at=None, narrative="", done_at=None).exclude(Exists(proofs)).select_related("item").in_order()
    )
    found = ((response, by_text.get(same_words(response.item.text)) or by_code.get(response.item.code)) for response in untouched)
    return [(response, old) for response, old in found if old]


def carry_problems(application, pairs):
    if problems := status_problems(application, Application.Status.DRAFT):
        return problems
    return [] if pairs else [Problem(_("没有可以带入的内容：只带入还没有填过的指标，而且去年这一项要有内容。"))]
