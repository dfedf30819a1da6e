"""When is everything? The campaign in the calendar, and all its dates moved at once."""


from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import actions, rules, schedule
from campaigns.forms import MoveForm
from campaigns.permissions import can_change
from campaigns.views._common import changed_or_403, form_page, seen_or_404


def preview(request, pk):
    """The campaign in the calendar: bars, months with working days and holidays, and what to look at."""
    campaign, now = seen_or_404(request, pk), timezone.now()
    phases, today = list(campaign.phases.order_by("starts_at", "order")), timezone.localdate(now)
    months = schedule.months(campaign, phases, today)
    context = {
        "campaign": campaign, "timeline": schedule.timeline(campaign, phases, today), "months": months, "warnings": schedule.warnings(campaign, now),
        "overlaps": schedule.overlaps(phases), "unconfirmed": rules.unconfirmed_years({month["first"].year for month in months}),
        "can_change": can_change(request.user, campaign),
    }
    return render(request, "campaigns/preview.html", context)


def shift_dates(request, pk):
    """Move all dates of a draft at once."""
    campaign = changed_or_403(request, pk)
    form = MoveForm(campaign, request.POST or None)

    def act(_removing):
        changes = actions.shift_dates(campaign, form.shift(form.cleaned_data["years"]), by=request.user, at=timezone.now())
        return _("日期已移动。请看日程预览，核对截止日和公示的日子。") if changes else _("没有改动。")

    return form_page(request, "campaigns/shift_dates.html", form, act, {"campaign": campaign})
