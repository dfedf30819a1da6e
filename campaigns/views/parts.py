"""What is the campaign made of? A phase, a track or a minimum is added, changed, removed."""


from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.locking import saved_as_one
from accounts.permissions import require
from accounts.rehearsing import here
from campaigns import actions
from campaigns.forms import MinimumForm, PhaseForm, TrackForm, last_day, typed_reason
from campaigns.models import Campaign, Minimum, Phase, Track
from campaigns.permissions import can_change, can_look_at_drafts
from campaigns.views._common import changed_or_403, form_page, held_for_save


def add_phase(request, pk):
    campaign = changed_or_403(request, pk)
    form = PhaseForm(campaign, request.POST or None)

    def act(_removing):
        phase = actions.add_phase(campaign, **form.values, by=request.user, at=timezone.now())
        return _("已增加“%(phase)s”阶段。") % {"phase": phase}

    return form_page(request, "campaigns/change_phase.html", form, act, {"campaign": campaign, "phase": None})


@saved_as_one
def change_phase(request, pk):
    require(can_look_at_drafts(request.user))
    rows = here(Phase.objects).filter(campaign__in=Campaign.objects.prepared_by(request.user)).select_related("campaign")
    phase = held_for_save(request, rows, pk, lambda phase: phase.campaign)
    require(can_change(request.user, phase.campaign))
    initial = {
        "name": phase.name, "starts_on": timezone.localdate(phase.starts_at), "last_on": last_day(phase.ends_at), "opens": phase.opens, "text": phase.text,
    }
    form = PhaseForm(phase.campaign, request.POST or None, initial=initial)

    def act(removing):
        if removing:
            actions.remove_phase(phase, reason=typed_reason(request.POST), by=request.user, at=timezone.now())
            return _("已删除“%(phase)s”阶段。") % {"phase": phase}
        changes = actions.change_phase(phase, **form.values, by=request.user, at=timezone.now())
        return _("阶段已修改，立即生效。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_phase.html", form, act, {"campaign": phase.campaign, "phase": phase})


@saved_as_one
def change_track(request, pk):
    require(can_look_at_drafts(request.user))
    rows = here(Track.objects).filter(campaign__in=Campaign.objects.prepared_by(request.user)).select_related("campaign", "kind")
    track = held_for_save(request, rows, pk, lambda track: track.campaign)
    require(can_change(request.user, track.campaign))
    initial = {name: getattr(track, name) for name in ("name", "kind", "quota", "verbatim")}
    initial |= {name: f"{getattr(track, name).normalize():f}" for name in ("yearly_bonus", "total_points")}
    form = TrackForm(track.campaign, request.POST or None, initial=initial)

    def act(removing):
        if removing:
            actions.remove_track(track, by=request.user, at=timezone.now())
            return _("已删除申报类别“%(track)s”。") % {"track": track}
        changes = actions.change_track(track, **form.values, by=request.user, at=timezone.now())
        return _("申报类别已修改。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_track.html", form, act, {"campaign": track.campaign, "track": track})


def add_minimum(request, pk):
    campaign = changed_or_403(request, pk)
    form = MinimumForm(campaign, request.POST or None, is_new=True)

    def act(_removing):
        actions.save_minimum(Minimum(), **form.values, by=request.user, at=timezone.now())
        return _("已增加数量要求。")

    return form_page(request, "campaigns/change_minimum.html", form, act, {"campaign": campaign, "minimum": None})


@saved_as_one
def change_minimum(request, pk):
    require(can_look_at_drafts(request.user))
    rows = here(Minimum.objects).filter(track__campaign__in=Campaign.objects.prepared_by(request.user)).select_related("track__campaign", "per")
    minimum = held_for_save(request, rows, pk, lambda minimum: minimum.track.campaign)
    campaign = minimum.track.campaign
    require(can_change(request.user, campaign))
    initial = {name: getattr(minimum, name) for name in ("min", "max", "verbatim")}
    form = MinimumForm(campaign, request.POST or None, initial=initial, is_new=False)

    def act(removing):
        told = {"by": request.user, "at": timezone.now()}
        if removing:
            actions.remove_minimum(minimum, reason=typed_reason(request.POST), **told)
            return _("已删除数量要求。")
        changes = actions.save_minimum(minimum, **form.values, **told)
        return _("数量要求已修改。") if changes else _("没有改动。")

    return form_page(request, "campaigns/change_minimum.html", form, act, {"campaign": campaign, "minimum": minimum})
