"""What each row of a table of units would do, and doing it: units are known by code, else by name."""

from unicodedata import normalize

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import bulk
from accounts.importing.checking import limit_problems, rows_of_data
from accounts.importing.names import CODE, ENDINGS, Directory, sources  # noqa: F401 - the directory is all that is read here
from accounts.models import FormerName, Organization, OrganizationKind
from accounts.organizations_file import familiar_kinds, kind_row

BATCH = 2000
# What offices call the kinds an installation knows from its first day.
OTHER_WORDS = {
    "county": "县 区 县区 县级 县市区 区县 县级单位 县级市 市辖区", "township": "乡 镇 街道 乡镇 乡镇街道 乡镇街道办 街道办 街道办事处",
    "bureau": "市直 市直部门 市直单位 市直机关 市级部门 部门 委办局", "office": "市政务公开办 政务公开办",
}
LABELS = {
    "code": gettext_lazy("单位代码"), "name": gettext_lazy("全称"), "short_name": gettext_lazy("简称"), "kind": gettext_lazy("种类"), "parent": gettext_lazy("上级单位"),
    "valid_from": gettext_lazy("启用日期"), "valid_until": gettext_lazy("停用日期"),
}


def word(text):
    return "".join(character for character in normalize("NFKC", text).lower() if character.isalnum())


class Kinds:
    """Kinds by code, by name and by what offices call them; those of the first day are made when a unit needs one."""

    def __init__(self):
        self.rows = {kind.code: kind for kind in OrganizationKind.objects.all()}
        names = {code: name for code, (name, _order) in familiar_kinds().items()} | {code: kind.name for code, kind in self.rows.items()}
        self.names = names
        self.words = {}
        for code in names:
            for known in OTHER_WORDS.get(code, "").split():
                self.words.setdefault(word(known), code)
        for code, name in names.items():
            self.words |= {word(code): code, word(name): code}

    def code(self, text):
        return self.words.get(word(text))

    def row(self, code):
        if code not in self.rows:
            self.rows[code] = kind_row(code)
        return self.rows[code]


def check(rows, header, columns, *, by, at):
    """Each row of data with its outcome. Reads only. Whoever may bring units in may do all that a row says."""
    directory, kinds = Directory(timezone.localdate(at)), Kinds()
    found = rows_of_data(rows, header, columns)
    kind_codes = {pk: kind.code for pk, kind in directory.kinds.items()}
    kind_keys = {code: pk for pk, code in kind_codes.items()}
    counties = {unit.code for unit in directory.units.values() if directory.is_county(unit)}
    counties |= {code for code in (directory.code(row.text("code")) for row in found) if len(code) == 6 and kind_by_code(code, ()) == OrganizationKind.COUNTY}
    seen = {}
    for row in found:
        row.label = row.text("name") or row.text("code")
        limit_problems(row, Organization, {"code": "code", "name": "name", "short_name": "short_name"})
        identify(row, directory, seen)
        row.kind = kinds.code(row.text("kind")) if row.text("kind") else None
        if row.text("kind") and row.kind is None:
            row.wrong("kind", _("不认识种类“%(text)s”，可以填：%(names)s。") % {"text": row.text("kind"), "names": "、".join(kinds.names.values())})
        if row.row is not None and row.row.pk is None:
            row.kind = row.kind or kind_by_code(row.row.code, counties)
            row.row.kind_id, row.row.is_new_county = kind_keys.get(row.kind), row.kind == OrganizationKind.COUNTY
    fresh = [row for row in found if row.row is not None and row.row.pk is None]
    for row in fresh:
        directory.note_county(row.row)
    for row in fresh:
        row.row.short_name = row.text("short_name") or directory.core(row.row.name)[:60]
        if row.row.name:
            directory.add(row.row)
    known, labels = [row for row in found if row.row is not None], {key: str(label) for key, label in LABELS.items()}
    for row in known:
        place(row, directory)
    for row in fresh:
        same_name(row, directory)
    for row in known:
        compare(row, directory, kinds, kind_codes, labels)
        round_problems(row, directory)
    below_wrong(fresh, known)
    for row in found:
        row.settle()
    return found


def below_wrong(fresh, known):
    """A unit cannot stand below one whose own row is wrong: a new one would not be there, and one that moves might close a circle."""
    rows = {id(row.row): row for row in [*fresh, *(row for row in known if "parent" in row.facts)]}
    waiting = [(row, rows[id(row.parent)]) for row in known if row.parent is not None and id(row.parent) in rows]
    spreads = True
    while spreads:
        spreads = False
        for row, above in waiting:
            if above.problems and not row.problems:
                row.wrong("parent" if row.text("parent") else "county" if row.text("county") else "code", _("上级单位在第 %(line)s 行，那一行有错误，请先改正。") % {"line": above.number})
                spreads = True


def identify(row, directory, seen):
    """The unit that the row speaks of: by its code, else by its name; a new one when the code is new."""
    code = directory.code(row.text("code"))
    if row.text("code") and not CODE.match(code):
        row.wrong("code", _("单位代码“%(text)s”只能用数字、字母和连字符，3 至 40 位。") % {"text": row.text("code")})
        return
    county = row.text("county") or (row.text("parent") if directory.counties(row.text("parent")) else "")
    if code:
        row.row = directory.by_code.get(code)
    elif row.text("name"):
        named, former = directory.named(row.text("name"), county)
        if len(named) == 1:
            row.row = named[0]
            if former:
                row.texts["name"] = row.row.name
                row.notes.append(_("按曾用名找到，现名%(unit)s。") % {"unit": row.row.short_name})
        elif named:
            row.wrong("name", directory.find(row.text("name"), county)[1])
            return
        else:
            row.wrong("code" if "code" in row.columns else "name", _("没有叫“%(text)s”的单位；新单位要填单位代码。") % {"text": row.text("name")})
            return
    else:
        row.wrong("name", _("请填写单位名称或单位代码。"))
        return
    if row.row is None:
        row.row = Organization(code=code, name=row.text("name"))
        if not row.text("name"):
            row.wrong("name", _("没有代码为“%(code)s”的单位；新单位要填单位名称。") % {"code": code})
    key = row.row.pk or code
    if key in seen:
        row.wrong("code" if code else "name", _("与第 %(line)s 行是同一个单位，请只留一行。") % {"line": seen[key]})
        if row.row.pk is None:
            row.row = None
    seen.setdefault(key, row.number)


def kind_by_code(code, counties):
    """By the country's codes: six digits are a county, nine with a county's six in front a township or street."""
    if not code.isdigit():
        return None
    if len(code) == 6 and not code.endswith("00"):
        return OrganizationKind.COUNTY
    return "township" if len(code) == 9 and code[:6] in counties else None


def place(row, directory):
    """The parent: the column of the parent, else the county, else what the code says."""
    row.parent = None
    text, key = (row.text("parent"), "parent") if row.text("parent") else (row.text("county"), "county")
    if text and key == "parent":
        row.parent, why_not = directory.find(text)
        if why_not:
            row.wrong("parent", why_not)
    elif text and not directory.is_county(row.row):
        counties = directory.counties(text)
        if len(counties) == 1:
            # A unit further down keeps its parent as long as that lies in this county.
            row.parent = counties[0] if directory.county_of(row.row) is not counties[0] else None
        elif counties:
            row.wrong("county", directory.find(text)[1])
        else:
            row.wrong("county", _("没有叫“%(text)s”的县（市、区），请核对名称，或先导入县级单位。") % {"text": text})
    elif not text and row.row.pk is None and row.row.code.isdigit() and len(row.row.code) == 9:
        row.parent = directory.by_code.get(row.row.code[:6])
    if row.parent is row.row:
        row.wrong(key, _("上级单位不能是单位自己。"))
        row.parent = None
    if row.parent is not None:
        row.row.parent_in_table = row.parent
        if row.row.pk is None:
            row.row.parent_id = row.parent.pk


def same_name(row, directory):
    """A new code with the name of a unit that is there is more likely a slip than a second unit."""
    name, county = row.row.name, directory.county_of(row.row)
    for other in directory.by_core.get(directory.core(name), []) if name else []:
        if other is not row.row and other.is_valid_on(directory.day) and directory.county_of(other) is county and county is not row.row:
            row.wrong("code", _("已经有%(unit)s，代码不同。请核对代码；确实是另一个单位的，请写明全称以示区别。") % {"unit": directory.describe(other)})
            return


def fuller(unit, text, directory):
    """The name the row gives, when it says another name than the unit has: shorter and longer spellings of one name are one name."""
    if not text or text in (unit.name, unit.short_name):
        return unit.name
    prefix, core = directory.split(text)
    own = directory.split(unit.name)
    county = directory.county_of(unit)
    if core in (own[1], directory.core(unit.short_name)) and (not prefix or not county or directory.split(county.name)[1] == prefix or county.short_name == prefix):
        return text if unit.name == ENDINGS.sub("", unit.name) == own[1] and len(text) > len(unit.name) and not directory.is_county(unit) else unit.name
    return text


def compare(row, directory, kinds, kind_codes, labels):
    """What would change, as values and as words."""
    unit, is_new = row.row, row.row.pk is None
    name = fuller(unit, row.text("name"), directory) if not is_new else unit.name
    short = row.text("short_name") or (unit.short_name if is_new or name == unit.name else directory.core(name)[:60])
    kind = row.kind or kind_codes.get(unit.kind_id)
    if kind is None and not row.text("kind"):
        row.wrong("kind", _("新单位要填种类，可以填：%(names)s。") % {"names": "、".join(kinds.names.values())})
    parent = row.parent or (directory.units.get(unit.parent_id) if unit.parent_id else None)
    told_from, valid_from = row.day("valid_from")
    told_until, valid_until = row.day("valid_until")
    valid_from, valid_until = valid_from if told_from else unit.valid_from, valid_until if told_until else unit.valid_until
    if valid_from and valid_until and valid_until <= valid_from:
        row.wrong("valid_until", _("停用日期要晚于启用日期。"))
    row.values = {"name": name, "short_name": short, "kind": kind, "parent": parent, "valid_from": valid_from, "valid_until": valid_until}
    before = {
        "name": "" if is_new else unit.name, "short_name": "" if is_new else unit.short_name, "kind": None if is_new else kind_codes.get(unit.kind_id),
        "parent": None if is_new else directory.units.get(unit.parent_id), "valid_from": unit.valid_from, "valid_until": unit.valid_until,
    }
    shown = {"kind": lambda code: kinds.names.get(code, ""), "parent": lambda other: other.short_name if other else "", "valid_from": str, "valid_until": str}
    if is_new:
        row.changes.append((labels["code"], "", unit.code))
    for key, value in row.values.items():
        if value != before[key] if key != "parent" else value is not before[key]:
            words = shown.get(key, str)
            row.facts[key] = [words(before[key]) if before[key] and not is_new else "", words(value) if value else ""]
            row.changes.append((labels[key], *row.facts[key]))


def round_problems(row, directory):
    unit, seen = row.values.get("parent"), {id(row.row)}
    while unit is not None:
        if id(unit) in seen:
            if unit is row.row:
                row.wrong("parent" if row.text("parent") else "county", _("上级单位绕成了一圈，请改正。"))
            return
        seen.add(id(unit))
        unit = getattr(unit, "parent_in_table", None) or directory.units.get(unit.parent_id)


def make_ready(rows):
    """New units as they will be written, but for their kind and their place."""
    for row in rows:
        if row.row.pk is None:
            for name in ("name", "short_name", "valid_from", "valid_until"):
                setattr(row.row, name, row.values[name])


def write(rows, *, by, at):
    """Bring these rows in, with as many statements however many rows there are. Returns {event: [(unit, detail)]} for the audit log.
    The caller holds the transaction."""
    kinds, today = Kinds(), timezone.localdate(at)
    fresh = [row for row in rows if row.row.pk is None]
    changed = [row for row in rows if row.row.pk is not None and row.changes]
    for row in fresh:
        row.row.kind = kinds.row(row.values["kind"])
    waiting = fresh
    while waiting:
        ready = [row for row in waiting if row.values["parent"] is None or row.values["parent"].pk is not None]
        if not ready:
            raise ValueError("units in a circle")
        waiting = [row for row in waiting if row.values["parent"] is not None and row.values["parent"].pk is None]
        for row in ready:
            parent = row.values["parent"]
            row.row.parent, row.row.county_id = parent, parent.county_id if parent else None
        bulk.insert([row.row for row in ready], known_by="code")
        counties = [row.row for row in ready if row.values["kind"] == OrganizationKind.COUNTY]
        for unit in counties:
            unit.county_id = unit.pk
        for first in range(0, len(counties), BATCH):
            Organization.objects.filter(pk__in=[unit.pk for unit in counties[first:first + BATCH]]).update(county=F("pk"))
    former, moved = [], False
    for row in changed:
        unit = row.row
        if unit.name != row.values["name"]:
            former.append(FormerName(organization=unit, name=unit.name, short_name=unit.short_name, until=today, changed_at=at, changed_by=by))
        kind, parent = kinds.row(row.values["kind"]), row.values["parent"]
        moved = moved or unit.kind_id != kind.pk or unit.parent_id != (parent and parent.pk)
        unit.kind, unit.parent = kind, parent
        for name in ("name", "short_name", "valid_from", "valid_until"):
            setattr(unit, name, row.values[name])
    bulk.update([row.row for row in changed], ["name", "short_name", "kind", "parent", "valid_from", "valid_until"])
    FormerName.objects.bulk_create(former, batch_size=BATCH, ignore_conflicts=True)
    if moved:
        settle_counties()
    corrected = [(row.row, {name: both for name, both in row.facts.items() if name != "name"}) for row in changed]
    return {
        "accounts.new_unit": [(row.row, {}) for row in fresh],
        "accounts.rename_unit": [(row.row, dict(zip(("before", "after"), row.facts["name"], strict=True)) | {"day": today}) for row in changed if "name" in row.facts],
        "accounts.change_unit": [(unit, {"changes": changes}) for unit, changes in corrected if changes],
    }


def settle_counties():
    """The county of every unit worked out anew from kinds and parents."""
    rows = {pk: facts for pk, *facts in Organization.objects.values_list("pk", "kind__code", "parent", "county").iterator()}
    differing = {}
    for pk, (_kind, _parent, county) in rows.items():
        above = pk
        while above is not None and rows[above][0] != OrganizationKind.COUNTY:
            above = rows[above][1]
        if above != county:
            differing.setdefault(above, []).append(pk)
    for county, units in differing.items():
        for first in range(0, len(units), BATCH):
            Organization.objects.filter(pk__in=units[first:first + BATCH]).update(county=county)
