"""The first day of a new office in five steps, each read from the database, never ticked."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent, Delivery, Message, Organization, Role, User
from accounts.rehearsing import here
from campaigns.models import Campaign, Opens
from campaigns.permissions import is_municipal_office
from standards.models import Item, Standard

# The button of each step: {step: (screen for the administrator, screen for the office)}. The one place to change when a screen moves.
SCREENS = {
    "people": ("accounts:import_units", "accounts:unit_list"),
    "standard": ("standard_versions", "standard_versions"),
    "campaign": ("campaign_list", "campaign_list"),
    "accounts": ("accounts:people", "accounts:people"),
    "rehearsal": ("campaign_list", "rehearsal_list"),
}
CLERKS = (Role.UNIT_CLERK, Role.COUNTY_CLERK)


@dataclass(frozen=True)
class Step:
    title: Promise
    words: str
    button: Promise
    screen: str
    is_done: bool
    fact: str


def can_take_tour(user):
    return user.has_role(Role.OFFICE, Role.OFFICE_LEAD, Role.ADMIN)


def steps(user):
    """The five steps for this person, in order."""
    found = {"people": people_ready(), "standard": standard_ready(), "campaign": campaign_ready(), "accounts": accounts_ready(), "rehearsal": rehearsal_published()}
    column = 1 if is_municipal_office(user) else 0
    return [Step(title, words, button, SCREENS[key][column], *found[key]) for key, (title, words, button) in WORDS.items()]


WORDS = {
    "people": (
        gettext_lazy("导入单位和人员"), gettext_lazy("把县（市、区）、市直单位、乡镇（街道）和各单位的填报员导入平台，一次导入一张表。"), gettext_lazy("去导入单位和人员"),
    ),
    "standard": (gettext_lazy("备好建设标准"), gettext_lazy("核对各个类别的指标和分值，各类单位的分值相加都要等于总分。"), gettext_lazy("去看建设标准")),
    "campaign": (gettext_lazy("建立活动，核对日期"), gettext_lazy("建立今年的创建活动，核对各阶段的起止日期和名额，至少有一个阶段开放申报。"), gettext_lazy("去核对活动和日期")),
    "accounts": (gettext_lazy("邀请账号，确认消息能发出"), gettext_lazy("把账号交给各单位的填报员，请他们登录一次；登记邮箱的，确认邮件能收到。"), gettext_lazy("去看账号")),
    "rehearsal": (gettext_lazy("发布一次演练"), gettext_lazy("建一个演练活动并发布，和几个单位从申报走到公示，没有问题再正式开始。"), gettext_lazy("去发布演练")),
}


def people_ready():
    units, clerks = Organization.objects.count(), User.objects.with_role(*CLERKS).count()
    return units > 1 and clerks > 0, _("%(units)s 个单位，%(clerks)s 名填报员") % {"units": units, "clerks": clerks}


def standard_ready():
    standard = here(Standard.objects.published()).filter(campaign__county=None).order_by("-campaign__year", "-campaign", "-number").first()
    if standard is None:
        return False, _("还没有建设标准")
    items = Item.objects.filter(category__standard=standard).count()
    return items > 0, _("%(standard)s，%(items)s 项指标") % {"standard": standard, "items": items}


def campaign_ready():
    campaign = Campaign.objects.of_city().filter(phases__opens=Opens.SUBMIT).newest_first().first()
    if campaign is None:
        return False, _("还没有带申报阶段的活动")
    return True, _("%(campaign)s，%(phases)s 个阶段") % {"campaign": campaign, "phases": campaign.phases.count()}


def accounts_ready():
    """Somebody of the units has signed in, and a message has gone out: by mail where mail is set up, else in the inbox."""
    signed_in = User.objects.with_role(*CLERKS).filter(last_login__isnull=False).count()
    sent = Delivery.objects.filter(state=Delivery.State.SENT).count() if sends_mail() else Message.objects.count()
    mail = _("已发出 %(n)s 封邮件") if sends_mail() else _("没有设置邮箱服务器，已发出 %(n)s 条站内消息")
    return bool(signed_in and sent), _("%(n)s 名填报员登录过") % {"n": signed_in} + _("，") + mail % {"n": sent}


def sends_mail():
    return settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")


def rehearsal_published():
    """A rehearsal of the city's was played, whether it is still there or was thrown away since: the log remembers both."""
    of_counties = list(Campaign.objects.exclude(county=None).values_list("code", flat=True))
    played = AuditEvent.objects.filter(action="xuancheng_portal.create_rehearsal").exclude(detail__source__in=of_counties).count()
    return played > 0, _("演练过 %(n)s 次") % {"n": played} if played else _("还没有演练过")


def steps_at_home(user):
    """For the first page of the office and the administrator: nothing once it is finished or was put away."""
    if not can_take_tour(user) or user.first_day_dismissed_at:
        return []
    found = steps(user)
    return [] if all(step.is_done for step in found) else found
