"""Finds a unit however an office writes it: by code, by its full name or short one, with or without the county's or the city's name
in front and 人民政府 or 办事处 behind, by a former name."""

import re
from collections import defaultdict
from functools import lru_cache
from unicodedata import normalize

from django.utils.translation import gettext as _

from accounts.models import FormerName, Organization, OrganizationKind

PROVINCE = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:省|自治区)(?=.)")
CITY = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:市|地区|自治州)(?=..)")
ENDINGS = re.compile(r"(?<=..)(?:人民政府办公室|人民政府|办事处|政府|(?<=街道)办)$")
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{2,39}$")
CANDIDATES = 5


def squeezed(text):
    return re.sub(r"\s", "", normalize("NFKC", text))


class Directory:
    """Every unit, by code and by name, read once. Units of the table itself are added as they come."""

    def __init__(self, day):
        self.day = day
        self.units, self.by_code, self.by_core, self.former = {}, {}, defaultdict(list), defaultdict(list)
        self.county_names = defaultdict(list)
        self.kinds = {kind.pk: kind for kind in OrganizationKind.objects.all()}
        for unit in Organization.objects.order_by("code"):
            self.units[unit.pk] = unit
        for unit in self.units.values():
            self.note_county(unit)
        for unit in self.units.values():
            self.add(unit)
        for former in FormerName.objects.all():
            unit = self.units[former.organization_id]
            for name in (former.name, former.short_name):
                core = self.core(name)
                if unit not in self.former[core]:
                    self.former[core].append(unit)

    def is_county(self, unit):
        """Also of a unit of the table itself, whose kind may not be there yet."""
        kind = self.kinds.get(unit.kind_id)
        return getattr(unit, "is_new_county", False) or kind is not None and kind.code == OrganizationKind.COUNTY

    def note_county(self, unit):
        if self.is_county(unit):
            for name in {self.without_city(ENDINGS.sub("", squeezed(unit.name))), squeezed(unit.short_name)} - {""}:
                self.county_names[name].append(unit)

    def add(self, unit):
        self.by_code[unit.code] = unit
        for core in {self.core(name) for name in (unit.name, unit.short_name) if name}:
            self.by_core[core].append(unit)

    @staticmethod
    @lru_cache(maxsize=100_000)
    def without_city(text):
        text = PROVINCE.sub("", text, count=1) if PROVINCE.match(text) else text
        return CITY.sub("", text, count=1) if CITY.match(text) else text

    def split(self, name):
        """(name of the county in front or "", the rest without its ending)."""
        text = squeezed(name)
        whole = PROVINCE.sub("", text, count=1) if PROVINCE.match(text) else text
        for candidate in (whole, self.without_city(text)):
            for length in range(min(len(candidate) - 1, 12), 1, -1):
                if candidate[:length] in self.county_names:
                    rest = candidate[length:]
                    core = ENDINGS.sub("", rest)
                    return ("", candidate[:length]) if rest in ("人民政府", "政府", "人民政府办公室") else (candidate[:length], core)
            if ENDINGS.sub("", candidate) in self.county_names:
                return "", ENDINGS.sub("", candidate)
        return "", ENDINGS.sub("", self.without_city(text))

    def core(self, name):
        return self.split(name)[1]

    def counties(self, text):
        """The counties that a cell of the county column may mean."""
        if text in self.by_code:
            return [self.by_code[text]]
        core = self.core(text)
        return self.county_names.get(core) or [unit for unit in self.by_core.get(core, []) if self.is_county(unit)]

    def code(self, text):
        """A code as it is kept: of the twelve digits of the statistics office, those that say something."""
        if text in self.by_code or not (text.isdigit() and len(text) == 12):
            return text
        return text[:6] if text.endswith("000000") else text[:9] if text.endswith("000") else text

    def county_of(self, unit):
        """Of a unit as it stands, saved or not: its nearest ancestor that is a county, or itself."""
        seen = set()
        while unit is not None and id(unit) not in seen:
            if self.is_county(unit):
                return unit
            seen.add(id(unit))
            unit = self.units.get(unit.parent_id) if unit.parent_id else getattr(unit, "parent_in_table", None)
        return None

    def named(self, text, county=""):
        """Units that bear this name (of this county where one is named), valid ones first, and whether by a former name."""
        prefix, core = self.split(text)
        places = self.counties(county) if county else self.county_names.get(prefix, []) if prefix else []
        for found, former in ((self.by_core.get(core, []), False), (self.former.get(core, []), True)):
            if (county or prefix) and found:
                within = [unit for unit in found if any(self.county_of(unit) is place for place in places)]
                # A bureau of the city is no county's, whatever stands in the column beside it.
                found = within or [unit for unit in found if county and not prefix and self.county_of(unit) is None]
            exact = [unit for unit in found if squeezed(text) in (squeezed(unit.name), squeezed(unit.short_name))]
            found = exact if len(exact) == 1 and not county else found
            if found:
                return [unit for unit in found if unit.is_valid_on(self.day)] or found, former
        return [], False

    def find(self, text, county=""):
        """(unit, "") or (None, why not)."""
        unit = self.by_code.get(self.code(text))
        found = [unit] if unit else self.named(text, county)[0]
        if not found:
            return None, (
                _("没有代码为“%(text)s”的单位，请核对，或先导入单位。") if CODE.match(text) else _("没有叫“%(text)s”的单位，请核对名称，或先导入单位。")
            ) % {"text": text}
        if len(found) > 1:
            names = "、".join(self.describe(unit) for unit in found[:CANDIDATES]) + ("…" if len(found) > CANDIDATES else "")
            return None, _("“%(text)s”有 %(n)s 个单位：%(names)s。请写明县（市、区），或填单位代码。") % {"text": text, "n": len(found), "names": names}
        return found[0], ""

    def closed(self, unit):
        """Why nobody can be put into this unit, or ""."""
        if unit.pk is None or unit.is_valid_on(self.day):
            return ""
        if unit.valid_from and unit.valid_from > self.day:
            return _("%(unit)s从 %(day)s 起才启用。") % {"unit": unit.short_name, "day": unit.valid_from.isoformat()}
        if unit.successor_id:
            return _("%(unit)s已于 %(day)s 并入%(into)s，请改填新单位。") % {
                "unit": unit.short_name, "day": unit.valid_until.isoformat(), "into": self.units[unit.successor_id].short_name,
            }
        return _("%(unit)s已于 %(day)s 停用，请改填现在的单位。") % {"unit": unit.short_name, "day": unit.valid_until.isoformat()}

    def describe(self, unit):
        county = self.county_of(unit)
        return f"{county.short_name + ' ' if county and county is not unit else ''}{unit.short_name}（{unit.code}）"
