"""What we tell people: inbox messages, each a small task that takes a key and may run twice."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Organization, Role, User
from campaigns.rules import show_end
from results.models import FrozenRanking, Naming, Objection, PublicNotice, TypicalCase, Veto

OFFICE = (Role.OFFICE, Role.OFFICE_LEAD)


def clerks_of(organizations):
    """Clerks of the units, and the county clerks above them."""
    units = Organization.objects.filter(pk__in=organizations)
    counties = units.exclude(county=None).values("county")
    own = User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization__in=units)
    return own | User.objects.with_role(Role.COUNTY_CLERK).filter(organization__in=counties)


@shared_task
def tell_leads_of_locked_list(frozen):
    frozen = FrozenRanking.objects.select_related("selection__track", "locked_by").get(pk=frozen)
    inbox.leave(
        User.objects.with_role(Role.OFFICE_LEAD).exclude(pk=frozen.locked_by_id), key=f"list-locked-{frozen.pk}",
        title=_("%(track)s的名单已锁定，请复核。") % {"track": frozen.selection.track},
        body=_("%(name)s锁定，入选 %(n)s 个。") % {"name": frozen.locked_by, "n": len(frozen.chosen)},
        url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
    )


@shared_task
def tell_of_reopened_list(frozen):
    frozen = FrozenRanking.objects.select_related("selection__track", "locked_by", "reopened_by").get(pk=frozen)
    inbox.leave(
        User.objects.with_role(*OFFICE).exclude(pk=frozen.reopened_by_id), key=f"list-reopened-{frozen.pk}",
        title=_("%(track)s的名单已退回。") % {"track": frozen.selection.track},
        body=_("理由：%(reason)s") % {"reason": frozen.reopen_reason},
        url=reverse("results:ranking", args=[frozen.selection.track_id]), at=timezone.now(),
    )


@shared_task
def tell_unit_of_veto(veto):
    """The unit is heard: it reads the facts and until when it may state its view."""
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        clerks_of([veto.application.organization_id]), key=f"veto-{veto.pk}",
        title=_("%(unit)s的 %(item)s 被提出一票否决，请在 %(end)s 前陈述意见。")
        % {"unit": veto.application.organization, "item": veto.item, "end": show_end(veto.due_at)},
        body=veto.facts, url=reverse("results:veto", args=[veto.pk]), at=veto.raised_at,
    )


@shared_task
def tell_leads_of_statement(veto, moment):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    inbox.leave(
        User.objects.with_role(Role.OFFICE_LEAD), key=f"veto-stated-{veto.pk}-{moment}",
        title=_("%(unit)s就一票否决陈述了意见，请作出决定。") % {"unit": veto.application.organization},
        url=reverse("results:veto", args=[veto.pk]), at=veto.stated_at,
    )


@shared_task
def tell_unit_of_veto_decision(veto):
    veto = Veto.objects.select_related("application__organization", "item").get(pk=veto)
    if veto.state == Veto.State.CONFIRMED:
        title = _("%(unit)s的 %(item)s 已决定一票否决。")
    else:
        title = _("%(unit)s的 %(item)s 不予否决。")
    inbox.leave(
        clerks_of([veto.application.organization_id]) | User.objects.with_role(*OFFICE), key=f"veto-decided-{veto.pk}",
        title=title % {"unit": veto.application.organization, "item": veto.item}, body=_("理由：%(reason)s") % {"reason": veto.decision},
        url=reverse("results:veto", args=[veto.pk]), at=veto.decided_at,
    )


@shared_task
def tell_of_published_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units = notice.entries.values_list("application__organization", flat=True)
    inbox.leave(
        clerks_of(units) | User.objects.with_role(*OFFICE), key=f"notice-published-{notice.pk}", title=notice.title,
        body=_("公示期 %(start)s 至 %(end)s。") % {"start": f"{notice.starts_on:%Y-%m-%d}", "end": f"{notice.ends_on:%Y-%m-%d}"},
        url=notice.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_of_withdrawn_notice(notice):
    notice = PublicNotice.objects.get(pk=notice)
    units = notice.entries.values_list("application__organization", flat=True)
    inbox.leave(
        clerks_of(units) | User.objects.with_role(*OFFICE), key=f"notice-withdrawn-{notice.pk}",
        title=_("公示已撤下：%(title)s") % {"title": notice.title}, body=notice.withdrawn_reason,
        url=notice.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_of_objection(objection):
    """The office only, and nothing of who objects or why: that is read on the page, where reading is recorded."""
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        User.objects.with_role(*OFFICE), key=f"objection-{objection.pk}",
        title=_("收到关于%(unit)s的异议，请受理。") % {"unit": objection.entry.application.organization},
        body=_("答复期限 %(day)s。") % {"day": f"{objection.due_on:%Y-%m-%d}"}, url=objection.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_objection_is_overdue(objection):
    objection = Objection.objects.select_related("entry__application__organization").get(pk=objection)
    inbox.leave(
        User.objects.with_role(*OFFICE), key=f"objection-overdue-{objection.pk}",
        title=_("关于%(unit)s的异议已过答复期限，请尽快答复。") % {"unit": objection.entry.application.organization},
        body=_("答复期限 %(day)s。") % {"day": f"{objection.due_on:%Y-%m-%d}"}, url=objection.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_office_notice_ended(notice):
    notice = PublicNotice.objects.get(pk=notice)
    inbox.leave(
        User.objects.with_role(*OFFICE), key=f"notice-ended-{notice.pk}", title=_("公示期满：%(title)s") % {"title": notice.title},
        body=_("没有未答复异议的单位可以命名。"), url=reverse("results:naming"), at=timezone.now(),
    )


@shared_task
def tell_of_naming(naming):
    naming = Naming.objects.select_related("application__organization", "place__track").get(pk=naming)
    inbox.leave(
        clerks_of([naming.application.organization_id]) | User.objects.with_role(*OFFICE), key=f"named-{naming.pk}",
        title=_("%(unit)s已命名为%(track)s。") % {"unit": naming.application.organization, "track": naming.place.track},
        url=reverse("results:public_named_list"), at=timezone.now(),
    )


def case_key(case, moved_at):
    """Each step of a case is told once."""
    return f"case-{case}-{moved_at.timestamp():.0f}"


@shared_task
def tell_of_case(case):
    """Whoever has to do with it next: the office when it is offered, the unit when it is published or came back."""
    case = TypicalCase.objects.select_related("naming__application__organization").get(pk=case)
    people, title, body = {
        TypicalCase.State.OFFERED: (User.objects.with_role(*OFFICE), _("%(unit)s报送了典型案例“%(title)s”，请审看。"), ""),
        TypicalCase.State.PUBLISHED: (clerks_of([case.organization.pk]), _("%(unit)s的典型案例“%(title)s”已发布。"), ""),
        TypicalCase.State.DRAFT: (clerks_of([case.organization.pk]), _("%(unit)s的典型案例“%(title)s”被退回，请修改。"), case.remark),
    }[case.state]
    inbox.leave(
        people, key=case_key(case.pk, case.moved_at), title=title % {"unit": case.organization, "title": case}, body=body,
        url=case.get_absolute_url(), at=case.moved_at,
    )
