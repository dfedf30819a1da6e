"""What stands in the way: the shape every rule of the portal answers in, and the rules about units."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Import, Organization


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


def merge_problems(unit, into, day, at):
    """Closing a unit from a day on; `into`: the unit that takes over, or none."""
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


def import_problems(found, only_good, confirmed):
    """`confirmed`: that the roles of the office in this table are meant to be given."""
    problems = import_open_problems(found)
    if problems:
        return problems
    if found.counts["wrong"] and not only_good:
        problems.append(Problem(_("有 %(n)s 行错误，整份表格都没有保存。请改正后重新上传，或选择只导入正确的行。") % {"n": found.counts["wrong"]}))
    if not found.counts["new"] + found.counts["changed"]:
        problems.append(Problem(_("没有要新增或修改的行。")))
    if found.granted and not confirmed:
        problems.append(Problem(_("有 %(n)s 人将得到管理类角色，请逐一核对后勾选“已核对”。") % {"n": found.granted}))
    return problems
