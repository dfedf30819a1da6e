"""What stands in the way: the shape every rule of the portal answers in, and the rules about people and units."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import closing
from accounts.models import Import, Organization, Role, User

MOST_INVITED_AT_ONCE = 500


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way, as a sentence; `url` leads to where it is mended."""

    text: str
    url: str = ""

    def __str__(self):
        return self.text


class NotAllowed(Exception):
    """An action refused. Carries every problem at once."""

    def __init__(self, problems):
        self.problems = [Problem(problem) if isinstance(problem, str) else problem for problem in problems]
        super().__init__("；".join(map(str, self.problems)))


@dataclass(frozen=True)
class Work:
    """Something a person has in hand. What cannot be handed over says why in `stays`."""

    text: str
    url: str = ""
    stays: str = ""


def is_last_administrator(user, at):
    others = User.objects.with_role(Role.ADMIN, on=timezone.localdate(at)).exclude(pk=user.pk)
    return user.has_role(Role.ADMIN) and not others.exists()


def disable_problems(user, by, at, *, reason):
    problems = []
    if not user.is_active:
        problems.append(Problem(_("%(name)s的账号已经停用。") % {"name": user}))
    if user == by:
        problems.append(Problem(_("不能停用自己的账号，请由另一位系统管理员来做。")))
    elif is_last_administrator(user, at):
        problems.append(Problem(_("%(name)s是唯一的系统管理员，请先给另一个人系统管理员角色。") % {"name": user}))
    if not reason.strip():
        problems.append(Problem(_("请写明停用的理由。")))
    return problems


def role_problems(user, by, role, starts_on, ends_on):
    return holder_problems(user, by, role) + period_problems(starts_on, ends_on) + outlasting_problems(user, ends_on)


def period_problems(starts_on, ends_on):
    return [Problem(_("终止日期应晚于起始日期。"))] if starts_on and ends_on and ends_on <= starts_on else []


def holder_problems(user, by, role):
    """Nobody gives themselves a role; a role about a unit needs one."""
    problems = []
    if user == by:
        problems.append(Problem(_("不能给自己增加角色，请由另一位系统管理员来做。")))
    if user.organization_id is None and role in (Role.UNIT_CLERK, Role.COUNTY_CLERK):
        problems.append(Problem(_("填报员和县级审核员要有单位，请先给%(name)s指定单位。") % {"name": user}))
    if role == Role.COUNTY_CLERK and user.organization_id and not user.organization.is_county:
        problems.append(Problem(_("县级审核员的单位应是县（市、区），%(unit)s不是。") % {"unit": user.organization}))
    return problems


def outlasting_problems(user, ends_on):
    """No role is given beyond the day on which its holder leaves: the account ends on it all the same."""
    if user.is_active and user.leaves_on and (ends_on is None or ends_on > user.leaves_on):
        day = user.leaves_on.isoformat()
        return [Problem(_("%(name)s已登记 %(day)s 离任，角色的终止日期不能晚于这一天。不离任了，请先在人员页面取消离任。") % {"name": user, "day": day})]
    return []


def end_role_problems(grant, by, on, at):
    problems = []
    if grant.user == by and grant.role == Role.ADMIN:
        problems.append(Problem(_("不能收回自己的系统管理员角色，请由另一位系统管理员来做。")))
    elif grant.role == Role.ADMIN and is_last_administrator(grant.user, at):
        problems.append(Problem(_("%(name)s是唯一的系统管理员，请先给另一个人系统管理员角色。") % {"name": grant.user}))
    if grant.ends_on and grant.ends_on <= on:
        problems.append(Problem(_("这个角色已经终止。")))
    return problems


def unit_problems(organization, at):
    """People are put only into units that are valid on the day."""
    day = timezone.localdate(at)
    if organization is None or organization.is_valid_on(day):
        return []
    if organization.valid_from and organization.valid_from > day:
        return [Problem(_("%(unit)s从 %(day)s 起才启用，请选择现有的单位。") % {"unit": organization, "day": organization.valid_from.isoformat()})]
    return [Problem(_("%(unit)s已经停用，请选择现有的单位。") % {"unit": organization})]


def move_problems(user, organization, at):
    problems = []
    if organization == user.organization:
        problems.append(Problem(_("%(name)s已经在%(unit)s。") % {"name": user, "unit": organization}))
    problems += unit_problems(organization, at)
    if not organization.is_county and user.has_role(Role.COUNTY_CLERK):
        problems.append(Problem(_("%(name)s是县级审核员，请先终止这个角色，再调到县（市、区）以外的单位。") % {"name": user}))
    return problems


def invite_problems(people, *, by_mail):
    if not people:
        return [Problem(_("没有选择人员，请先勾选要邀请的人。"))]
    if len(people) > MOST_INVITED_AT_ONCE:
        return [Problem(_("一次最多邀请 %(n)s 人，请先按县（市、区）筛选，分批邀请。") % {"n": MOST_INVITED_AT_ONCE})]
    disabled = [person.name for person in people if not person.is_active]
    problems = [Problem(_("%(names)s的账号已停用，请先启用再邀请。") % {"names": "、".join(disabled[:10])})] if disabled else []
    unreachable = [person.name for person in people if by_mail and not person.email]
    if unreachable:
        problems.append(Problem(_("%(names)s没有登记邮箱，请改用打印的邀请单，或先补上邮箱。") % {"names": "、".join(unreachable[:10])}))
    return problems


def leave_problems(user, by, on, at, *, reason):
    """What keeps somebody from leaving on a day: today's leaving disables the account at once."""
    problems = disable_problems(user, by, at, reason=reason)
    if on < timezone.localdate(at):
        problems.append(Problem(_("离任日期已经过去，请填今天或以后的日期。")))
    return problems


def cancel_leaving_problems(user, by, *, reason):
    """Until the account is disabled: afterwards it is enabled again and given its roles anew."""
    problems = []
    if not user.leaves_on:
        problems.append(Problem(_("%(name)s没有登记离任日期。") % {"name": user}))
    elif not user.is_active:
        problems.append(Problem(_("%(name)s的账号已经停用，请先启用账号。") % {"name": user}))
    if user == by:
        problems.append(Problem(_("不能取消自己的离任，请由另一位系统管理员来做。")))
    if not reason.strip():
        problems.append(Problem(_("请写明取消离任的理由。")))
    return problems


def day_problems(unit, day, at):
    """Of a day from which something about the unit holds."""
    problems = []
    if day > timezone.localdate(at):
        problems.append(Problem(_("日期还没有到，请在当天或以后再办。")))
    if unit.valid_from and day <= unit.valid_from:
        problems.append(Problem(_("日期要晚于启用日期 %(day)s。") % {"day": unit.valid_from.isoformat()}))
    return problems


def rename_problems(unit, name, short_name, day, at):
    problems = day_problems(unit, day, at)
    if (name, short_name) == (unit.name, unit.short_name):
        problems.append(Problem(_("新名称和现在的名称一样，请填写新名称。")))
    last = unit.former_names.order_by("-until").first()
    if last and day <= last.until:
        problems.append(Problem(_("%(day)s 已经改过一次名，新的日期要在那以后。") % {"day": last.until.isoformat()}))
    return problems


def merge_problems(unit, into, day, at, *, move_people):
    """Closing a unit from a day on; `into`: the unit that takes over, or none; `move_people`: whether its people go there."""
    problems = day_problems(unit, day, at)
    if unit.valid_until:
        problems.append(Problem(_("%(unit)s自 %(day)s 起已经停用。") % {"unit": unit, "day": unit.valid_until.isoformat()}))
    if into is not None:
        if into.pk == unit.pk:
            problems.append(Problem(_("单位不能并入自己，请选别的单位。")))
        elif not Organization.objects.valid_on(day).filter(pk=into.pk).exists():
            problems.append(Problem(_("%(unit)s在 %(day)s 不是有效单位，请选当时有效的单位。") % {"unit": into, "day": day.isoformat()}))
    children = list(unit.children.valid_on(day).order_by("code")[:4])
    if children:
        names = "、".join(map(str, children[:3])) + ("…" if len(children) > 3 else "")
        problems.append(Problem(_("下面还有单位（%(names)s），请先把它们改到新的上级单位。") % {"names": names}))
    if move_people and unit.people.active().exists():
        problems += closing.moving_problems(unit, at)
    return problems


def change_problems(unit, parent):
    """A parent may not stand below the unit itself."""
    while parent is not None:
        if parent.pk == unit.pk:
            return [Problem(_("上级单位绕成了一圈，请改选别的上级单位。"))]
        parent = parent.parent
    return []


def import_open_problems(found):
    if found.state != Import.State.CHECKED:
        return [Problem(_("这份表格已经导入或不能导入，请重新上传。") if found.state in (Import.State.APPLIED, Import.State.REFUSED) else _("这份表格还在处理，请稍候。"))]
    return []


def import_problems(found, only_good, confirmed, reason):
    """`confirmed`: that the roles of the office in this table are meant to be given; `reason`: why it moves people to other units."""
    problems = import_open_problems(found)
    if problems:
        return problems
    if found.counts["wrong"] and not only_good:
        problems.append(Problem(_("有 %(n)s 行错误，整份表格都没有保存。请改正后重新上传，或选择只导入正确的行。") % {"n": found.counts["wrong"]}))
    if not found.counts["new"] + found.counts["changed"]:
        problems.append(Problem(_("没有要新增或修改的行。")))
    if found.granted and not confirmed:
        problems.append(Problem(_("有 %(n)s 人将得到管理类角色，请逐一核对后勾选“已核对”。") % {"n": found.granted}))
    if found.counts.get("moved") and not reason.strip():
        problems.append(Problem(_("有 %(n)s 人将调整单位，请写明调整单位的理由。") % {"n": found.counts["moved"]}, "#id_reason"))
    return problems
