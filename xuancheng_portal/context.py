"""What every page's header shows: the navigation of one's roles, unread messages, the campaign in progress."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.naming import platform_name, portal_name
from accounts.permissions import DECIDING
from accounts.rehearsing import current, playing
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.permissions import acts_as_office, can_prepare, is_of_an_office
from inspections.models import Rectification
from results import display
from xuancheng_portal.help import panel

CLERKS = {Role.UNIT_CLERK, Role.COUNTY_CLERK}
OFFICE = {Role.OFFICE, Role.OFFICE_LEAD, Role.AUDITOR}
COUNTY_OFFICE = {Role.COUNTY_OFFICE, Role.COUNTY_LEAD}  # where they are not the office: in the city's campaigns

# In the order of the bar; people with several roles see the sum.
NAVIGATION = [
    ("home", _("工作台"), CLERKS | COUNTY_OFFICE | {Role.INSPECTOR}),
    ("overview", _("总览"), OFFICE),
    ("applications:list", _("申报填报"), CLERKS),
    ("inspections:review_list", _("审核"), OFFICE),
    ("inspections:rectification_list", _("督导整改"), OFFICE),
    ("inspections:rectification_list", _("整改任务"), CLERKS),
    ("inspections:today", _("现场任务"), {Role.INSPECTOR}),
    ("inspections:visit_list", _("现场验收"), OFFICE),
    ("results:ranking_list", _("排名与名额"), OFFICE),
    ("results:notice_list", _("公示命名"), OFFICE),
    ("results:title_list", _("命名以后"), OFFICE | CLERKS),
    ("results:public_notice_list", _("通知公告"), CLERKS | COUNTY_OFFICE),
    ("campaigns:settings", _("设置"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("audit", _("审计"), {Role.AUDITOR, Role.ADMIN}),
    ("status", _("运行状况"), {Role.ADMIN}),
    ("admin:index", _("系统管理"), {Role.ADMIN}),
]
# The tabs under 设置: what is prepared before a campaign and looked after while it runs.
SETTINGS = [
    ("campaign_list", _("活动"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN} | COUNTY_OFFICE),  # which has a draft before it has a campaign to act in
    ("campaigns:settings", _("活动设置"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("campaigns:calendar", _("工作日历"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("campaigns:extensions", _("延期"), OFFICE - {Role.AUDITOR}),
    ("standard_versions", _("建设标准"), OFFICE | {Role.ADMIN}),
    ("accounts:unit_list", _("单位"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("accounts:people", _("人员"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("accounts:sending", _("消息发送"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("status", _("运行状况"), {Role.ADMIN}),
    ("audit", _("审计"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("rehearsal_list", _("演练"), (OFFICE - {Role.AUDITOR}) | COUNTY_OFFICE),
]
MUNICIPAL = {"accounts:unit_list", "accounts:people", "accounts:sending", "audit"}  # no county's office has these, not even for its own campaign
SETTINGS_BELONGS_TO = {
    "rehearsal": "rehearsal_list", "move_rehearsal": "rehearsal_list", "delete_rehearsal": "rehearsal_list",
    "campaigns:change_minimum": "campaigns:settings",
    "campaigns:change_phase": "campaigns:settings", "campaigns:change_track": "campaigns:settings",
    "campaigns:change_day": "campaigns:calendar", "campaigns:import_days": "campaigns:calendar",
    "accounts:letter_list": "accounts:sending", "accounts:delivery_list": "accounts:sending",
    "standards:draft": "standard_versions", "standards:draft_item": "standard_versions", "standards:draft_facts": "standard_versions",
    "standards:compare": "standard_versions", "standards:annex": "standard_versions", "standards:take_annex": "standard_versions",
    "publish_standard": "standard_versions",
}
# Screens whose address does not lie below the entry they belong to.
BELONGS_TO = {
    "applications:creation_plan_list": "overview",
    "applications:creation_plan_version": "overview",
    "archive": "overview",
    "dashboard": "overview",
    "dashboard_links": "overview",
    "dashboard_units": "overview",
    "inspections:group": "inspections:visit_list",
    "inspections:group_list": "inspections:visit_list",
    "inspections:pool": "inspections:visit_list",
    "inspections:pool_entry": "inspections:visit_list",
    "inspections:plan_list": "inspections:visit_list",
    "inspections:plan": "inspections:visit_list",
    "inspections:planned_group": "inspections:visit_list",
    "inspections:plan_why": "inspections:visit_list",
    "inspections:import_plan": "inspections:visit_list",
    "inspections:repair": "inspections:visit_list",
    "inspections:challenge_list": "inspections:visit_list",
    "inspections:quarantine": "inspections:visit_list",
    "inspections:quarantine_list": "inspections:visit_list",
    "inspections:import_package": "inspections:visit_list",
    "inspections:guidance": "inspections:rectification_list",
    "inspections:require_rectification": "inspections:rectification_list",
    "rehearsal_list": "campaigns:settings",
    "rehearsal": "campaigns:settings",
    "move_rehearsal": "campaigns:settings",
    "delete_rehearsal": "campaigns:settings",
    "results:objection": "results:notice_list",
    "results:deadlines": "results:notice_list",
    "results:objection_list": "results:notice_list",
    "results:naming": "results:notice_list",
    "results:recommend": "results:notice_list",
    "results:bulletin_list": "results:title_list",
    "results:bulletin": "results:title_list",
    "results:meeting_list": "results:title_list",
    "results:meeting_new": "results:title_list",
    "results:meeting": "results:title_list",
    "results:change_meeting": "results:title_list",
    "results:experience_list": "results:title_list",
    "results:experience": "results:title_list",
    "results:case": "results:title_list",
    "results:case_list": "results:title_list",
    "results:public_experience": "results:public_case_list",
    "results:public_experience_list": "results:public_case_list",
    "results:public_objection_received": "results:public_notice_list",
    "results:public_track": "results:public_notice_list",
    "results:papers": "results:notice_list",
    "results:paper": "results:notice_list",
    "results:paper_text": "results:notice_list",
    "results:paper_number": "results:notice_list",
    "accounts:unit_list": "campaigns:settings",
    "accounts:new_unit": "campaigns:settings",
    "accounts:unit": "campaigns:settings",
    "accounts:change_unit": "campaigns:settings",
    "accounts:rename_unit": "campaigns:settings",
    "accounts:merge_unit": "campaigns:settings",
    "accounts:import_units": "campaigns:settings",
    "accounts:import_people": "campaigns:settings",
    "accounts:import": "campaigns:settings",
    "audit": "campaigns:settings",
    "accounts:sending": "campaigns:settings",
    "accounts:sending_times": "campaigns:settings",
    "accounts:channel": "campaigns:settings",
    "accounts:letter_list": "campaigns:settings",
    "accounts:letter": "campaigns:settings",
    "accounts:delivery_list": "campaigns:settings",
    "standard_versions": "campaigns:settings",
    "publish_standard": "campaigns:settings",
    "standards:draft": "campaigns:settings",
    "standards:draft_item": "campaigns:settings",
    "standards:draft_facts": "campaigns:settings",
    "standards:compare": "campaigns:settings",
    "standards:annex": "campaigns:settings",
    "standards:take_annex": "campaigns:settings",
    "campaigns:calendar": "campaigns:settings",
    "campaigns:change_day": "campaigns:settings",
    "campaigns:import_days": "campaigns:settings",
    "campaigns:extensions": "campaigns:settings",
    "campaigns:grant_extension": "campaigns:settings",
    "campaigns:change_phase": "campaigns:settings",
    "campaigns:change_track": "campaigns:settings",
    "accounts:people": "campaigns:settings",
    "accounts:person": "campaigns:settings",
    "accounts:add_person": "campaigns:settings",
    "accounts:change_person": "campaigns:settings",
    "accounts:move_person": "campaigns:settings",
    "accounts:grant_role": "campaigns:settings",
    "accounts:disable_person": "campaigns:settings",
    "accounts:cancel_leaving": "campaigns:settings",
    "accounts:invite": "campaigns:settings",
    "handover": "campaigns:settings",
    "campaigns:change_minimum": "campaigns:settings",
    "campaigns:campaign": "campaigns:settings",
    "campaigns:change_campaign": "campaigns:settings",
    "campaigns:preview": "campaigns:settings",
    "campaigns:shift_dates": "campaigns:settings",
    "campaigns:add_phase": "campaigns:settings",
    "campaigns:add_minimum": "campaigns:settings",
    "campaign_list": "campaigns:settings",
    "campaign_new": "campaigns:settings",
    "campaign_copy": "campaigns:settings",
    "campaign_import": "campaigns:settings",
    "campaign_publish": "campaigns:settings",
    "campaign_add_track": "campaigns:settings",
}
PUBLIC_NAVIGATION = [
    ("results:public_home", _("首页"), ""),
    ("results:public_notice_list", _("名单公示"), ""),
    ("results:public_named_list", _("命名结果"), ""),
    ("results:public_case_list", _("典型经验"), ""),
    ("standards:standard", _("建设标准"), ""),
]
PHONE_TABS = [
    ("inspections:today", _("任务"), "list"),
    ("accounts:inbox", _("消息"), "bell"),
    ("home", _("我的"), "user"),
]


def entries(request, rows, counts=None, belongs_to=BELONGS_TO):
    """Rows of (url name, label, icon) as entries of a bar, the one for this page marked."""
    found, seen = [], set()
    for name, label, icon in rows:
        url = reverse(name)
        if url not in seen:
            seen.add(url)
            found.append({"url": url, "label": label, "icon": icon, "count": (counts or {}).get(name), "current": False})
    match = getattr(request, "resolver_match", None)
    path = reverse(belongs_to[match.view_name]) if match and match.view_name in belongs_to else request.path
    path = path if path in seen and request.path not in seen else request.path  # what belongs elsewhere for some has an entry of its own for others
    here = [entry for entry in found if path == entry["url"] or entry["url"] != "/" and path.startswith(entry["url"])]
    if here:
        max(here, key=lambda entry: len(entry["url"]))["current"] = True
    return found


def waiting(request):
    """How many things wait for this person, by the entry that leads to them."""
    user, campaign = request.user, campaign_for(request)
    tasks = Rectification.objects.filter(application__campaign=campaign)
    if acts_as_office(user, campaign):
        return {
            "inspections:review_list": Application.objects.of_campaign(campaign).filter(status=Application.Status.SUBMITTED).count(),
            "inspections:rectification_list": tasks.filter(state=Rectification.State.ANSWERED).count(),
        }
    if user.has_role(*CLERKS) and user.organization_id:
        own = tasks.filter(application__organization=user.organization_id)
        return {"inspections:rectification_list": own.filter(state=Rectification.State.OPEN).count()}
    return {}


def acting_roles(request):
    """The person's roles as they count in this campaign: whoever is its office has the office's entries, and nobody else."""
    others = request.user.roles - {Role.OFFICE, Role.OFFICE_LEAD}
    return others - COUNTY_OFFICE | {Role.OFFICE} if acts_as_office(request.user, campaign_for(request)) else others


def navigation(request):
    roles = acting_roles(request)
    rows = [(name, label, "") for name, label, people in NAVIGATION if people & roles]
    return entries(request, rows, waiting(request))


def settings_tabs(request):
    acting, own = acting_roles(request), request.user.roles
    rows = [(name, label, "") for name, label, people in SETTINGS if people & (own if name in MUNICIPAL else acting)]
    return entries(request, rows, belongs_to=SETTINGS_BELONGS_TO)


def published_campaigns(request):
    """What the switcher offers: real campaigns this person sees, and to an office its rehearsals after them; a part that is played has no choice."""
    user = getattr(request, "user", None) or AnonymousUser()
    if getattr(user, "rehearsal", ""):
        return list(Campaign.objects.published())
    campaigns = Campaign.everywhere.published().select_related("county").newest_first()
    with playing(""):
        real = list(campaigns.filter(rehearsal="").visible_to(user))
    return real + list(campaigns.rehearsed_by(user)) if user.is_authenticated and is_of_an_office(user) else real


def waits_for_a_campaign(request, campaigns):
    """Whether this person could put an end to there being no campaign, and is not just doing so."""
    return not campaigns and can_prepare(request.user) and not request.path.startswith(reverse("campaign_list"))


def filings():
    """[(words, where to look it up)]: what a website of the government must show at its foot, as far as the installation has it."""
    found = [(_("网站标识码 %(code)s") % {"code": settings.SITE_CODE}, "")] if settings.SITE_CODE else []
    if settings.ICP_RECORD:
        found.append((settings.ICP_RECORD, "https://beian.miit.gov.cn/"))
    if settings.POLICE_RECORD:
        digits = "".join(filter(str.isdecimal, settings.POLICE_RECORD))
        found.append((settings.POLICE_RECORD, f"https://beian.mps.gov.cn/#/query/webSearch?code={digits}"))
    return found


def header(request):
    """Lazy, so that a piece of a page rendered alone asks nothing of the database."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    campaigns = SimpleLazyObject(lambda: published_campaigns(request))
    match = getattr(request, "resolver_match", None)
    return {
        "portal_name": portal_name(),
        "platform_name": platform_name(),
        "help": SimpleLazyObject(lambda: panel(match.view_name, user)) if match and user is not None else None,
        "nav": SimpleLazyObject(lambda: navigation(request)) if signed_in else [],
        "settings_tabs": SimpleLazyObject(lambda: settings_tabs(request)) if signed_in else [],
        "public_nav": SimpleLazyObject(lambda: entries(request, PUBLIC_NAVIGATION)),
        "phone_tabs": SimpleLazyObject(lambda: entries(request, PHONE_TABS)),
        "may_use_second_factor": SimpleLazyObject(lambda: signed_in and settings.SECOND_FACTOR != "off" and user.has_role(*DECIDING)),
        "unread": SimpleLazyObject(lambda: user.messages.unread().count()) if signed_in else 0,
        "display": SimpleLazyObject(lambda: display.Display.named(request.COOKIES.get(display.COOKIE, ""))),
        "filings": SimpleLazyObject(filings),
        "exported": getattr(request, "exported", None),
        "campaigns": campaigns,
        "waits_for_a_campaign": SimpleLazyObject(lambda: waits_for_a_campaign(request, campaigns)) if signed_in else False,
        "campaign": SimpleLazyObject(lambda: campaign_for(request)),
        "rehearsal": SimpleLazyObject(lambda: campaign_for(request)) if current() else None,
        "rehearsed_day": SimpleLazyObject(lambda: campaign_for(request).rehearsed_day(timezone.now())) if current() else None,
        "is_demo": SimpleLazyObject(lambda: any(campaign.is_demo for campaign in campaigns)),
    }
