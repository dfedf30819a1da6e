"""What people are told about applications. Each task takes keys, runs after commit, and tells nobody twice."""

from celery import shared_task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Organization, Role, User
from applications.models import Application, Evidence, ItemResponse, Return, Submission
from campaigns.models import Campaign
from campaigns.permissions import office_of
from campaigns.rules import show_end


def clerks_of(organization):
    return User.objects.with_role(Role.UNIT_CLERK, Role.COUNTY_CLERK).filter(organization=organization)


def county_clerks_of(organization):
    """Those who check what this unit files; nobody for a county itself or a bureau."""
    if organization.county_id is None or organization.county_id == organization.pk:
        return User.objects.none()
    return User.objects.with_role(Role.COUNTY_CLERK).filter(organization=organization.county_id)


def _moment(at):
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


@shared_task
def tell_of_submission(pk):
    """A receipt to the unit, and a word to whoever looks at it next."""
    submission = Submission.objects.select_related("application__organization", "application__track", "application__campaign").get(pk=pk)
    application = submission.application
    unit = application.organization
    facts = {"unit": unit, "receipt": submission.receipt, "at": _moment(submission.received_at), "track": application.track}
    key = f"submission-{submission.pk}"
    inbox.leave(
        clerks_of(unit), key=key, url=submission.get_absolute_url(), at=submission.submitted_at,
        title=_("%(unit)s的申报已提交，回执编号 %(receipt)s") % facts,
        body=_("系统收到时间：%(at)s。回执列有每个文件的名称和 SHA-256，可随时打印。") % facts,
    )
    if submission.to_county:
        inbox.leave(
            county_clerks_of(unit), key=key, url=reverse("applications:county_check", args=[application.pk]), at=submission.submitted_at,
            title=_("%(unit)s已提交申报，请审核") % facts, body=_("审核后点“同意推荐”，申报才会报送市政务公开办。"),
        )
    else:
        inbox.leave(
            office_of(application.campaign), key=key, url=application.get_absolute_url(), at=submission.submitted_at, mail=False,
            title=_("%(unit)s报送了%(track)s申报（回执 %(receipt)s）") % facts,
        )


@shared_task
def tell_of_infected(pk):
    evidence = Evidence.objects.select_related("response__application__organization", "response__item").get(pk=pk)
    response = evidence.response
    inbox.leave(
        clerks_of(response.application.organization), key=f"infected-{evidence.pk}", url=response.get_absolute_url(), at=timezone.now(),
        title=_("文件“%(title)s”查出病毒，请更换") % {"title": evidence.title},
        body=_("%(item)s：这个文件任何人都打不开了。请在本机杀毒，移除它，再上传干净的文件；不能修改的，请联系市政务公开办。") % {"item": response.item},
    )


@shared_task
def tell_of_recommendation(pk):
    application = Application.objects.select_related("organization__county", "track", "campaign").get(pk=pk)
    facts = {"county": application.organization.county, "unit": application.organization, "track": application.track}
    key = f"recommendation-{application.pk}"
    inbox.leave(
        clerks_of(application.organization), key=key, url=application.get_absolute_url(), at=application.recommended_at,
        title=_("%(county)s已同意推荐，%(unit)s的申报已报送市政务公开办") % facts,
    )
    inbox.leave(
        office_of(application.campaign), key=key, url=application.get_absolute_url(), at=application.recommended_at, mail=False,
        title=_("%(county)s推荐了%(unit)s（%(track)s）") % facts,
    )


@shared_task
def tell_of_proposal(pk):
    """The county's clerks: whom their own campaign named. What they make of it is theirs to say."""
    application = Application.objects.select_related("organization", "campaign").get(pk=pk)
    inbox.leave(
        county_clerks_of(application.organization), key=f"proposal-{application.pk}", url=reverse("applications:county_list"), at=application.proposed_at or timezone.now(),
        title=_("%(unit)s已在县级活动中命名，可以推荐参加全市的活动") % {"unit": application.organization},
        body=_("在“下级单位推荐”里可以看到，由你邀请申报、审核和推荐；系统不会自动推荐。"),
    )


@shared_task
def tell_of_assignment(person_pk, response_pks, by_pk, at):
    """A colleague hears once which items were given to them."""
    responses = list(ItemResponse.objects.filter(pk__in=response_pks).select_related("item", "application__organization").in_order())
    inbox.leave(
        [User.objects.get(pk=person_pk)], key=f"assignment-{responses[0].application_id}-{person_pk}-{at}", at=timezone.now(),
        url=responses[0].get_absolute_url(), title=_("%(who)s把 %(n)s 项填报分给了你") % {"who": User.objects.get(pk=by_pk), "n": len(responses)},
        body="、".join(str(response.item) for response in responses),
    )


@shared_task
def tell_of_return(pk):
    """To the unit, item by item; its county hears of what the office returned."""
    returned = Return.objects.select_related("application__organization", "returned_by__organization").get(pk=pk)
    application = returned.application
    items = list(returned.items.select_related("response__item"))
    lines = [f"{item.response.item}：{item.reason}" for item in items]
    if returned.note:
        lines.insert(0, returned.note)
    if returned.level == Return.Level.COUNTY:
        title = _("%(unit)s的申报被县里退回，请修改后重新提交") % {"unit": application.organization}
        people = clerks_of(application.organization)
    else:
        title = _("%(unit)s的申报有 %(n)s 项被退回，请在 %(due)s 前补正") % {
            "unit": application.organization, "n": len(items), "due": show_end(returned.due_at),
        }
        people = clerks_of(application.organization) | county_clerks_of(application.organization)
    inbox.leave(people, key=f"return-{returned.pk}", title=title, body="\n".join(lines), url=application.get_absolute_url(), at=returned.returned_at)


@shared_task
def tell_of_moved_due(pk):
    returned = Return.objects.select_related("application__organization").get(pk=pk)
    inbox.leave(
        clerks_of(returned.application.organization), key=f"return-{returned.pk}-due-{returned.due_at.isoformat()}",
        title=_("%(unit)s的补正期限调整为 %(due)s") % {"unit": returned.application.organization, "due": show_end(returned.due_at)},
        url=returned.application.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def tell_of_decision(pk):
    application = Application.objects.select_related("organization").get(pk=pk)
    unit = application.organization
    if application.status == Application.Status.DECLINED:
        title, body = _("%(unit)s的申报不予受理") % {"unit": unit}, _("理由：%(reason)s") % {"reason": application.decline_reason}
    else:
        title, body = _("%(unit)s的申报已受理") % {"unit": unit}, _("接下来是督促指导和现场验收，验收日期确定后会通知你单位。")
    inbox.leave(
        clerks_of(unit) | county_clerks_of(unit), key=f"decision-{application.pk}",
        title=title, body=body, url=application.get_absolute_url(), at=application.decided_at,
    )


@shared_task
def tell_of_refused_exemption(pk, reason, at):
    application = Application.objects.select_related("organization").get(pk=pk)
    inbox.leave(
        clerks_of(application.organization), key=f"exemption-{application.pk}-{at}", title=_("有一项“不适用”没有获得同意"), body=reason,
        url=application.get_absolute_url(), at=timezone.now(),
    )


@shared_task
def remind(campaign_pk, organization_pks, on):
    """The office or the county asks a late unit to file: once a day, in the inbox and by mail."""
    campaign = Campaign.objects.get(pk=campaign_pk)
    now = timezone.now()
    for organization in Organization.objects.filter(pk__in=organization_pks):
        inbox.leave(
            clerks_of(organization), key=f"remind-{campaign.pk}-{organization.pk}-{on}", at=now, url=f"{reverse('home')}?campaign={campaign.code}",
            title=_("请尽快完成%(campaign)s申报") % {"campaign": campaign},
            body=_("你单位还没有报送申报材料。进入工作台可以看到还差哪些内容、什么时候截止。"),
        )
