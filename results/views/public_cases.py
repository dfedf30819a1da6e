"""典型案例 as anybody may read them, and how the public pages are drawn for this reader."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from results import display as displaying
from results.models import CasePhoto, TypicalCase
from results.views.cases import picture

PER_PAGE = 12


def public_cases():
    """Newest first, with what a card shows."""
    related = ("naming__application__organization__county", "naming__place__track__campaign")
    return TypicalCase.objects.public().select_related(*related).prefetch_related("photos").order_by("-published_at", "-pk")


@login_not_required
@require_safe
def public_case_list(request):
    page = Paginator(public_cases(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "pages": page.paginator.get_elided_page_range(page.number), "cases": page.object_list}
    return render(request, "results/public_case_list.html", context)


@login_not_required
@require_safe
def public_case(request, pk):
    found = get_object_or_404(public_cases(), pk=pk)
    return render(request, "results/public_case.html", {"case": found, "campaign": found.naming.place.track.campaign})


@login_not_required
@require_safe
def public_case_photo(request, pk):
    return picture(request, get_object_or_404(CasePhoto.objects.public().select_related("blob"), pk=pk), is_own=False)


@login_not_required
@require_safe
def accessibility(request):
    """What helps readers, and what happens to their data."""
    return render(request, "results/accessibility.html")


@login_not_required
@require_POST
def display(request):
    """Turn larger letters or stronger contrast on or off, and back to the page."""
    chosen = displaying.Display.named(request.COOKIES.get(displaying.COOKIE, "")).turned(request.POST.get("turn", ""))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("results:public_home")
    response = redirect(back)
    response.set_cookie(
        displaying.COOKIE, chosen.name, max_age=displaying.COOKIE_AGE, httponly=True, secure=settings.LANGUAGE_COOKIE_SECURE, samesite="Lax"
    )
    return response
