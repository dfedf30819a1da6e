"""What each row of a table of people would do, and doing it: people are known by account, else by their phone, else by name and unit."""

import re
import secrets
from collections import defaultdict
from copy import copy

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import bulk, rules
from accounts.importing import names
from accounts.importing.checking import limit_problems, rows_of_data
from accounts.importing.names import Directory
from accounts.importing.units import word
from accounts.models import Role, RoleGrant, User

MOBILE = re.compile(r"1[3-9]\d{9}$")
SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+\d+$", re.I)
PRIVILEGED = (Role.OFFICE, Role.OFFICE_LEAD, Role.COUNTY_OFFICE, Role.COUNTY_LEAD, Role.AUDITOR)
ROLE_WORDS = {
    "填报员 填报 填报人 单位填报员 申报员 乡镇填报员": Role.UNIT_CLERK, "县级审核员 县审核员 县级审核 县区审核员 县级管理员": Role.COUNTY_CLERK,
    "市政务公开办 市办 政务公开办 市政务公开办工作人员": Role.OFFICE, "办领导 市政务公开办领导 分管领导": Role.OFFICE_LEAD, "验收员 检查员 验收组成员": Role.INSPECTOR,
    "县级公开办 县公开办 县级公开办工作人员": Role.COUNTY_OFFICE, "县级公开办领导 县公开办领导": Role.COUNTY_LEAD,
    "系统管理员 管理员": Role.ADMIN, "审计员": Role.AUDITOR,
}
ROLES = {word(spelled): role for words, role in ROLE_WORDS.items() for spelled in words.split()} | {word(role.value): role for role in Role}
LABELS = {
    "username": gettext_lazy("账号"), "name": gettext_lazy("姓名"), "organization": gettext_lazy("单位"), "phone": gettext_lazy("联系电话"), "email": gettext_lazy("邮箱"),
}


class People:
    """Everybody there is, read once, by account, by phone, by unit and name, and the roles they hold."""

    def __init__(self):
        self.rows = {user.pk: user for user in User.objects.defer("password")}
        self.by_username = {user.username.lower(): user for user in self.rows.values()}
        self.by_phone, self.by_name, self.in_unit = defaultdict(list), defaultdict(list), defaultdict(int)
        for user in self.rows.values():
            self.by_phone[user.phone].append(user)
            self.by_name[user.organization_id, user.name].append(user)
        self.grants = {(grant.user_id, grant.role): grant for grant in RoleGrant.objects.all()}

    def placed(self, user, unit, day):
        """This person as somebody of this unit with the roles of that day, so that a rule asked about them asks no database."""
        found = user if user.pk is None else copy(user)  # of somebody new nothing is there that could be overwritten
        found.organization = unit
        if user.pk is not None:
            found.roles = frozenset(role for role in Role if (grant := self.grants.get((user.pk, role))) and grant.is_valid_on(day))
        return found


def sources():
    """All that `check` reads, as plain rows."""
    return [
        *names.sources(), User.objects.order_by("pk").values_list("pk", "username", "name", "organization", "phone", "email", "is_active", "leaves_on"),
        RoleGrant.objects.order_by("pk").values_list(),
    ]


def check(rows, header, columns, *, by, at):
    """Each row of data with its outcome: what `by` may not do on the screens is not done by a table either. Reads only."""
    directory, people = Directory(timezone.localdate(at)), People()
    found, taken = rows_of_data(rows, header, columns), {}
    for row in found:
        row.label = row.text("name") or row.text("username")
        limit_problems(row, User, {"username": "username", "name": "name", "email": "email"})
        row.texts["phone"] = phone_of(row)
        unit_of(row, directory)
    labels = {key: str(label) for key, label in LABELS.items()}
    explicit = {row.text("username").lower() for row in found if row.text("username")}
    for row in found:
        identify(row, people, taken, explicit)
        if row.row is not None:
            compare(row, directory, labels)
            move_of(row, people, directory, at)
            roles_of(row, people, directory, by)
        row.settle()
    return found


def phone_of(row):
    text = row.text("phone")
    if SCIENTIFIC.match(text):
        row.wrong("phone", _("“%(text)s”是科学计数，号码已经不全。请把这一列设为文本，重新填写号码。") % {"text": text})
        return ""
    digits = re.sub(r"[\s\-—－()（）]", "", re.sub(r"^\+?86[\s-]*(?=1)", "", text))
    if digits.isdigit() and digits.startswith("1"):
        if not MOBILE.match(digits):
            row.wrong("phone", _("“%(text)s”不是 11 位手机号，请核对。") % {"text": text})
        return digits
    if text and (not re.search(r"\d{5}", digits) or not re.fullmatch(r"[\d\s\-—－+()（）转/,，、;；分机]+", text)):
        row.wrong("phone", _("“%(text)s”不是电话号码，请核对。") % {"text": text})
    elif len(text) > 30:
        row.wrong("phone", _("超过 %(n)s 个字，请缩短。") % {"n": 30})
    return text


def unit_of(row, directory):
    """The unit by code, else by name; where both are there they must agree."""
    row.parent = None
    if code := row.text("unit_code"):
        row.parent = directory.by_code.get(directory.code(code))
        if row.parent is None:
            row.wrong("unit_code", _("没有代码为“%(text)s”的单位，请核对，或先导入单位。") % {"text": code})
        elif row.text("unit"):
            named, _former = directory.named(row.text("unit"), row.text("county"))
            if named and row.parent not in named:
                row.wrong("unit", _("代码 %(code)s 是%(unit)s，与名称“%(text)s”不一致，请核对。") % {"code": code, "unit": row.parent.short_name, "text": row.text("unit")})
    elif row.text("unit"):
        row.parent, why_not = directory.find(row.text("unit"), row.text("county"))
        if why_not:
            row.wrong("unit", why_not)
    if row.parent is not None and (why_not := directory.closed(row.parent)):
        row.wrong("unit_code" if row.text("unit_code") else "unit", why_not)


def identify(row, people, taken, explicit):
    """The person: by the account given; without one by mobile phone, else by name within the unit. A new person without an
    account gets the mobile number, else the unit's code with a number behind it."""
    username, name, phone = User.normalize_username(row.text("username")), row.text("name"), row.text("phone")
    if username:
        try:
            UnicodeUsernameValidator()(username)
        except ValidationError:
            row.wrong("username", _("账号“%(text)s”只能用字母、数字、汉字和 @ . + - _。") % {"text": username})
        row.row = people.by_username.get(username.lower())
    else:
        row.row = people.by_username.get(phone.lower()) if MOBILE.match(phone) else None
        if row.row is None and row.parent is not None:
            named = people.by_name.get((row.parent.pk, name), [])
            if len(named) > 1:
                row.wrong("name", _("%(unit)s有 %(n)s 个叫%(name)s的人，请填账号。") % {"unit": row.parent.short_name, "n": len(named), "name": name})
            row.row = named[0] if len(named) == 1 else None
        if row.row is None and MOBILE.match(phone) and len(people.by_phone.get(phone, [])) == 1:
            row.row = people.by_phone[phone][0]
        if row.row is not None and row.row.name != name and name:
            row.wrong("phone", _("%(phone)s是%(name)s的账号（%(username)s）。请核对姓名和号码；另有其人的请填账号。") % {"phone": phone, "name": row.row.name, "username": row.row.username})
    if row.row is None:
        if not name:
            row.wrong("name", _("请填写姓名。"))
        if row.parent is None and not row.problems:
            row.wrong("unit", _("请填写单位名称或单位代码。"))
        if not username:
            username = phone if MOBILE.match(phone) else numbered(row.parent, people, explicit)
            row.notes.append(_("账号自动生成：%(username)s") % {"username": username} if username else "")
        row.row = User(username=username or "", name=name)
    elif not row.row.is_active:
        row.wrong("username" if username else "name", _("%(name)s的账号 %(username)s 已经停用，请先在人员页恢复。") % {"name": row.row.name, "username": row.row.username})
    row.username = row.row.username
    key = row.username.lower()
    if key and key in taken:
        row.wrong("username" if row.text("username") else "phone" if MOBILE.match(phone) else "name", _("与第 %(line)s 行是同一个账号 %(username)s，请只留一行。") % {"line": taken[key], "username": row.username})
    taken.setdefault(key, row.number)
    if row.row.pk is None and not row.text("username") and not MOBILE.match(phone) and row.parent is not None:
        if (twin := taken.setdefault((row.parent.code, name), row.number)) != row.number:
            row.wrong("name", _("与第 %(line)s 行同单位同姓名。是两个人的，请填手机号或账号。") % {"line": twin})


def numbered(unit, people, explicit):
    """The unit's code and the next free number: 341823103-01."""
    if unit is None:
        return ""
    while True:
        people.in_unit[unit.code] += 1
        username = f"{unit.code}-{people.in_unit[unit.code]:02}"
        if username.lower() not in people.by_username and username.lower() not in explicit:
            return username


def compare(row, directory, labels):
    user, is_new = row.row, row.row.pk is None
    email = row.text("email")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            row.wrong("email", _("“%(text)s”不是邮箱地址，请核对。") % {"text": email})
    unit = row.parent or directory.units.get(user.organization_id)
    row.values = {"name": row.text("name") or user.name, "organization": unit, "phone": row.text("phone") or user.phone, "email": email or user.email}
    before = {"name": user.name, "organization": directory.units.get(user.organization_id), "phone": user.phone, "email": user.email}
    if is_new:
        before = {"name": "", "organization": None, "phone": "", "email": ""}
        row.changes.append((labels["username"], "", user.username))
    for key, value in row.values.items():
        if value is not before[key] and value != before[key]:
            words = (lambda other: directory.describe(other) if other else "") if key == "organization" else str
            row.facts[key] = [words(before[key]), words(value)]
            row.changes.append((labels[key], *row.facts[key]))


def move_of(row, people, directory, at):
    """Whether somebody who is there may go to the unit of the row. That it is open was asked of everybody."""
    unit = row.values["organization"]
    if row.row.pk is None or "organization" not in row.facts or directory.closed(unit):
        return
    for problem in rules.move_problems(people.placed(row.row, directory.units.get(row.row.organization_id), directory.day), unit, at):
        row.wrong("unit_code" if row.text("unit_code") else "unit", problem.text)


def roles_of(row, people, directory, by):
    """Roles are only added, never taken away: what a table leaves out may be another's concern. The administrator's is not given, dated
    or ended this way."""
    told_start, starts_on = row.day("starts_on")
    told_end, ends_on = row.day("ends_on")
    for problem in rules.period_problems(starts_on, ends_on):
        row.wrong("ends_on", problem.text)
    unit, person = row.values["organization"], None
    for spelled in filter(None, re.split(r"[、,，;；/|\s]+", row.text("roles"))):
        role = ROLES.get(word(spelled))
        if role is None:
            row.wrong("roles", _("不认识角色“%(text)s”，可以填：%(names)s。") % {"text": spelled, "names": "、".join(str(known.label) for known in Role if known != Role.ADMIN)})
            continue
        grant = people.grants.get((row.row.pk, role))
        if grant is None and role == Role.ADMIN:
            row.wrong("roles", _("系统管理员不能用表格授予，请在人员页单独办理。"))
            continue
        start, end = period_of(grant, starts_on if told_start else None, ends_on if told_end else None, directory.day)
        if grant is not None and (grant.starts_on, grant.ends_on) == (start, end):
            continue
        if role == Role.ADMIN:
            row.wrong("roles", _("系统管理员角色的日期不能用表格改：请在这一格里去掉“系统管理员”，到人员页单独办理。"))
            continue
        if unit is not None or row.row.pk is not None:
            person = person or people.placed(row.row, unit, directory.day)
            for problem in rules.holder_problems(person, by, role):
                row.wrong("roles", problem.text)
        for problem in rules.period_problems(start, end):
            row.wrong("ends_on" if told_end else "starts_on", problem.text)
        for problem in rules.outlasting_problems(row.row, end):
            row.wrong("roles", problem.text)
        if (role, start, end, grant) not in row.grants:
            before = days_of(grant.starts_on, grant.ends_on) if grant else ""
            row.changes.append((str(role.label), before, days_of(start, end) or str(_("授予"))))
            row.grants.append((role, start, end, grant))
        row.is_privileged = row.is_privileged or role in PRIVILEGED


def period_of(grant, starts_on, ends_on, today):
    """(start, end) of a role that a row names with these days. What it does not say stays; a role that is over is given anew,
    and the time without it stays visible."""
    if grant is None:
        return starts_on, ends_on
    if grant.ends_on is not None and grant.ends_on <= today:
        if starts_on is None and (ends_on is None or ends_on > today):
            return today, ends_on
        if starts_on is not None and starts_on >= grant.ends_on:
            return starts_on, ends_on
    return starts_on or grant.starts_on, ends_on or grant.ends_on


def days_of(start, end):
    return "—".join(str(day or "") for day in (start, end)) if start or end else ""


def make_ready(rows):
    """New people and roles as they will be written. New people have no password; an invitation lets them choose one."""
    for row in rows:
        if row.row.pk is None or row.changes:
            for name, value in row.values.items():
                setattr(row.row, name, value)
        if row.row.pk is None:
            row.row.password, row.row.must_change_password = UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20), True
        row.new_grants = [RoleGrant(role=role, starts_on=start, ends_on=end) for role, start, end, grant in row.grants if grant is None]


def write(rows, *, by, at):
    """Bring these rows in, with as many statements however many rows there are. Returns {event: [(person, detail)]} for the audit log.
    The caller holds the transaction."""
    fresh, there = [row for row in rows if row.row.pk is None], [row for row in rows if row.row.pk is not None and row.changes]
    bulk.insert([row.row for row in fresh], known_by="username")
    bulk.update([row.row for row in there], ["name", "organization", "phone", "email"])
    for row in rows:
        for grant in row.new_grants:
            grant.user_id = row.row.pk
    bulk.insert([grant for row in rows for grant in row.new_grants])
    entries = {
        "accounts.add_person": [(row.row, {"roles": roles_told(row)}) for row in fresh],
        "accounts.change_user": [(row.row, {"changes": changes}) for row in there if (changes := {name: both for name, both in row.facts.items() if name != "organization"})],
        "accounts.move_person": [(row.row, dict(zip(("before", "after"), row.facts["organization"], strict=True))) for row in there if "organization" in row.facts],
        "accounts.grant_role": [(row.row, {"roles": roles_told(row), "held": [[role.value, grant.starts_on, grant.ends_on] for role, _start, _end, grant in row.grants if grant]}) for row in there if row.grants],
    }
    dated = []
    for row in there:
        for _role, start, end, grant in row.grants:
            if grant is not None:
                grant.starts_on, grant.ends_on = start, end
                dated.append(grant)
    bulk.update(dated, ["starts_on", "ends_on"])
    return entries


def roles_told(row):
    return [[role.value, start, end] for role, start, end, _grant in row.grants]
