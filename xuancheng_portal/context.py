"""What every page's header shows: the navigation of one's roles, unread messages, the campaign in progress."""

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from applications.models import Application
from campaigns.current import campaign_for
from campaigns.models import Campaign
from campaigns.permissions import acts_as_office
from inspections.models import Rectification
from results import display

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
    ("admin:accounts_auditevent_changelist", _("审计"), {Role.AUDITOR, Role.ADMIN}),
    ("status", _("运行状况"), {Role.ADMIN}),
    ("admin:index", _("系统管理"), {Role.ADMIN}),
]
# The tabs under 设置: what is prepared before a campaign and looked after while it runs.
SETTINGS = [
    ("campaigns:settings", _("活动设置"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("campaigns:calendar", _("工作日历"), (OFFICE - {Role.AUDITOR}) | {Role.ADMIN}),
    ("campaigns:extensions", _("延期"), OFFICE - {Role.AUDITOR}),
]
SETTINGS_BELONGS_TO = {"campaigns:change_phase": "campaigns:settings", "campaigns:change_track": "campaigns:settings"}
# Screens whose address does not lie below the entry they belong to.
BELONGS_TO = {
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
    "results:objection": "results:notice_list",
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
    "campaigns:calendar": "campaigns:settings",
    "campaigns:extensions": "campaigns:settings",
    "campaigns:grant_extension": "campaigns:settings",
    "campaigns:change_phase": "campaigns:settings",
    "campaigns:change_track": "campaigns:settings",
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
    path = path if path in seen else request.path  # what belongs elsewhere for some has an entry of its own for others
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
    roles = acting_roles(request)
    return entries(request, [(name, label, "") for name, label, people in SETTINGS if people & roles], belongs_to=SETTINGS_BELONGS_TO)


def campaigns_seen_by(user):
    return list(Campaign.objects.published().visible_to(user).select_related("county").newest_first())


def header(request):
    """Lazy, so that a piece of a page rendered alone asks nothing of the database."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    campaigns = SimpleLazyObject(lambda: campaigns_seen_by(user or AnonymousUser()))
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)) if signed_in else [],
        "settings_tabs": SimpleLazyObject(lambda: settings_tabs(request)) if signed_in else [],
        "public_nav": SimpleLazyObject(lambda: entries(request, PUBLIC_NAVIGATION)),
        "phone_tabs": SimpleLazyObject(lambda: entries(request, PHONE_TABS)),
        "unread": SimpleLazyObject(lambda: user.messages.unread().count()) if signed_in else 0,
        "display": SimpleLazyObject(lambda: display.Display.named(request.COOKIES.get(display.COOKIE, ""))),
        "exported": getattr(request, "exported", None),
        "campaigns": campaigns,
        "campaign": SimpleLazyObject(lambda: campaign_for(request)),
        "is_demo": SimpleLazyObject(lambda: any(campaign.is_demo for campaign in campaigns)),
    }
