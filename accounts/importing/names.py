"""Finds a unit however an office writes it: by code, by its full name or short one, with or without the county's or the city's name
in front and 人民政府 or 办事处 behind, by a former name, or shortened as in 市教育局 and 宁川教育局 for 宁川市教育局."""

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
LEVELS = "市县区"  # of a county or the city, in front of what belongs to it: 市教育局
CANDIDATES = 5


def squeezed(text):
    return re.sub(r"\s", "", normalize("NFKC", text))


def sources():
    """All that a directory reads, as plain rows."""
    return [model.objects.order_by("pk").values_list() for model in (OrganizationKind, Organization, FormerName)]


class Directory:
    """Every unit, by code and by name, read once. Units of the table itself are added as they come."""

    def __init__(self, day):
        self.day = day
        self.units, self.by_code, self.by_core, self.former = {}, {}, defaultdict(list), defaultdict(list)
        self.county_names, self.by_level_left_out = defaultdict(list), defaultdict(list)
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
            if core[0:1] in LEVELS and len(core) > 2:
                self.by_level_left_out[core[1:]].append(unit)

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
        return self.county_names.get(core) or [unit for unit in self.by_core.get(core, []) if self.is_county(unit)] or self.counties_without_level(core)

    def counties_without_level(self, text):
        """旌德 for 旌德县. One sign alone, as 泾 for 泾县, is too little."""
        return [unit for level in LEVELS for unit in self.county_names.get(text + level, [])] if len(text) > 1 else []

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
        spelled = [unit for unit in self.by_core.get(core, []) if self.of_the_same_city(unit, text, prefix)]
        for found, former in ((spelled, False), (self.former.get(core, []), True)):
            if (county or prefix) and found:
                found = self.within(found, places, or_the_city=county and not prefix)
            exact = [unit for unit in found if squeezed(text) in (squeezed(unit.name), squeezed(unit.short_name))]
            found = exact if len(exact) == 1 and not county else found
            if found:
                return self.valid_first(found), former
        found = self.shortened(text)
        return self.valid_first(self.within(found, places, or_the_city=not prefix) if county else found), False

    def within(self, found, places, *, or_the_city):
        """Those of these counties. A bureau of the city is no county's, whatever stands in the column beside it."""
        counties = [(unit, self.county_of(unit)) for unit in found]
        return [unit for unit, county in counties if any(county is place for place in places)] or [unit for unit, county in counties if or_the_city and county is None]

    def valid_first(self, found):
        return [unit for unit in found if unit.is_valid_on(self.day)] or found

    def city_of(self, text):
        """The city's name in front, without 市 or 地区; "" where there is none or a county stands there."""
        whole = PROVINCE.sub("", squeezed(text), count=1) if PROVINCE.match(squeezed(text)) else squeezed(text)
        city = CITY.match(whole)
        return re.sub("(市|地区|自治州)$", "", city[0]) if city and city[0] not in self.county_names else ""

    def of_the_same_city(self, unit, text, prefix):
        """合肥市教育局 is not 宣城市教育局."""
        said = "" if prefix else self.city_of(text)
        own = self.city_of(unit.name) if said and self.county_of(unit) is None else ""
        return not own or own == said

    def shortened(self, text):
        """Units whose name people shorten to this: without the city or county before its 市, 县 or 区, without that sign, or without both."""
        said = ENDINGS.sub("", squeezed(text))
        found = [*self.by_core.get(said, []), *self.by_level_left_out.get(said, [])]
        if said[0:1] in LEVELS and len(said) > 2:
            found += [unit for unit in self.by_core.get(said[1:], []) if self.level_of(unit) == said[0]]
        for length in range(2, len(said) - 1):
            place, rest = said[:length], said[length:]
            named = [*self.by_core.get(rest, []), *self.by_level_left_out.get(rest, [])]
            places = self.counties_without_level(place) if named else []
            found += [unit for unit in named if self.city_of(unit.name) == place and self.county_of(unit) is None or any(self.county_of(unit) is county for county in places)]
        return list({id(unit): unit for unit in found}.values())

    def level_of(self, unit):
        """市, 县 or 区: what the place that the unit belongs to is, by the end of its name."""
        county = self.county_of(unit)
        return "市" if county is None else ENDINGS.sub("", squeezed(county.name))[-1:]

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
