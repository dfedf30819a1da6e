"""通报: drafted from figures, edited, published by another person, read by every unit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from campaigns.current import campaign_for
from campaigns.rules import NotAllowed
from results import actions, rules
from results.forms import BulletinForm
from results.models import Bulletin
from results.permissions import can_draft_bulletin, can_publish_bulletin, can_see_bulletins
from results.views.ranking import tell

PER_PAGE = 50


@require_GET
def bulletin_list(request):
    require(can_see_bulletins(request.user))
    campaign = campaign_for(request)
    bulletins = Bulletin.objects.visible_to(request.user).filter(campaign=campaign).select_related("created_by").order_by("-number")
    page = Paginator(bulletins, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "bulletins": page.object_list,
        "may_draft": campaign is not None and can_draft_bulletin(request.user, campaign),
    }
    return render(request, "results/bulletin_list.html", context)


@require_POST
def draft_bulletin(request):
    campaign = campaign_for(request)
    require(can_draft_bulletin(request.user, campaign))
    if campaign is None:
        raise Http404
    bulletin = actions.draft_bulletin(campaign, by=request.user, at=timezone.now())
    messages.success(request, _("通报已按现在的数据起草，请核对修改，再由另一位办领导发布。"))
    return redirect(bulletin)


def bulletin_or_404(request, pk):
    return get_object_or_404(Bulletin.objects.visible_to(request.user).select_related("campaign", "created_by", "published_by"), pk=pk)


@require_http_methods(["GET", "POST"])
def bulletin(request, pk):
    """The bulletin as it is read; while it is a draft, its words can be changed here."""
    found = bulletin_or_404(request, pk)
    form = BulletinForm(request.POST or None, initial={"title": found.title, "body": found.body})
    if request.method == "POST":
        require(can_draft_bulletin(request.user, found.campaign))
        if form.is_valid():
            try:
                actions.change_bulletin(found, **form.cleaned_data, by=request.user, at=timezone.now())
            except NotAllowed as refusal:
                tell(request, refusal)
            else:
                messages.success(request, _("通报已保存。"))
            return redirect(found)
    is_draft = found.published_at is None
    context = {
        "campaign": found.campaign, "bulletin": found, "form": form, "is_draft": is_draft,
        "may_draft": is_draft and can_draft_bulletin(request.user, found.campaign), "may_publish": is_draft and can_publish_bulletin(request.user, found.campaign),
        "is_author": found.created_by_id == request.user.pk, "problems": rules.private_problems(found.title, found.body) if is_draft else [],
    }
    return render(request, "results/bulletin.html", context)


@require_POST
def publish_bulletin(request, pk):
    found = bulletin_or_404(request, pk)
    require(can_publish_bulletin(request.user, found.campaign))
    try:
        actions.publish_bulletin(found, by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("通报已发布，并已通知各单位。"))
    return redirect(found)
