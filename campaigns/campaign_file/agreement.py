"""A campaign file: read safely, and refused with every finding at once or handed on as it stands.

Three looks, each adding to the same list: how it is written (YAML), whether it has the shape, whether it agrees with itself.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import yaml
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from accounts.loading import BrokenFile, Finding
from accounts.models import Organization, OrganizationKind
from accounts.rehearsing import PREFIX, current

LARGEST = 1024**2
DEEPEST = 30
DEFAULT_OPENS = {"application": "submit", "guidance": "guide", "inspection": "inspect"}
DEFAULT_TIMEZONE = "Asia/Shanghai"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


# How it is written


class Loader(yaml.SafeLoader):
    """Only used to compose nodes: values are made by `Reader`, which knows the path of each."""


class Reader:
    """Turns YAML nodes into plain values. Numbers with a point become Decimal, dates stay text, nothing else is made."""

    def __init__(self):
        self.findings, self.lines, self.seen = [], {}, set()

    def wrong(self, path, text, node):
        self.findings.append(Finding(path, text, node.start_mark.line + 1))

    def value(self, node, path="", depth=0):
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            return self.wrong(path, _("不接受引用（& 和 *），请把内容写在这里。"), node)
        self.seen.add(id(node))
        if depth > DEEPEST:
            return self.wrong(path, _("层次太深，请检查缩进和括号。"), node)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.value(child, f"{path}[{n}]", depth + 1) for n, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        return self.wrong(path, _("不接受标记 %(tag)s，请写成普通的文字、数字或列表。") % {"tag": node.tag}, node)

    def mapping(self, node, path, depth):
        found = {}
        for key, child in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(path, _("字段名只能是文字。"), key)
            elif key.tag != "tag:yaml.org,2002:str":
                self.wrong(inner, _("字段名“%(key)s”会被当作数字或其他值，请加引号。") % {"key": key.value}, key)
            elif key.value in found:
                self.wrong(inner, _("“%(key)s”写了两次，请保留一处。") % {"key": key.value}, key)
            else:
                self.lines[inner] = key.start_mark.line + 1
                found[key.value] = self.value(child, inner, depth + 1)
        return found

    def scalar(self, node, path):
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind in ("str", "timestamp"):
            if UNSEEN.search(node.value):
                self.wrong(path, _("含有看不见的控制字符，请删去。"), node)
            return node.value
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() in ("yes", "true", "on")
        if kind in ("int", "float"):
            try:
                return int(node.value) if kind == "int" else self.decimal(node.value)
            except (ValueError, InvalidOperation):
                return self.wrong(path, _("“%(value)s”不是普通的十进制数；如果是文字，请加引号。") % {"value": node.value[:40]}, node)
        return self.wrong(path, _("不接受标记 %(tag)s，请写成普通的文字、数字或列表。") % {"tag": node.tag}, node)

    @staticmethod
    def decimal(text):
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 12:
            raise ValueError
        return number


def parse(data):
    """(document, {path: line}, findings) of the bytes of a file."""
    if len(data) > LARGEST:
        raise BrokenFile([Finding("", _("文件超过 %(n)s MB，不像活动文件。") % {"n": LARGEST // 1024**2})])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile([Finding("", _("文件不是 UTF-8 编码，请另存为 UTF-8 后再导入。"))]) from None
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenFile([Finding("", _("不是完整的 YAML（%(problem)s），请检查缩进、冒号和引号。") % {"problem": error.problem}, mark.line + 1 if mark else 0)]) from None
    except yaml.YAMLError:
        raise BrokenFile([Finding("", _("文件含有不允许的控制字符，请删去。"))]) from None
    except RecursionError:
        raise BrokenFile([Finding("", _("层次太深，请检查缩进和括号。"))]) from None
    if node is None:
        raise BrokenFile([Finding("", _("文件是空的。"))])
    reader = Reader()
    document = reader.value(node)
    if not isinstance(document, dict) and not reader.findings:
        raise BrokenFile([Finding("", _("文件最外层应当是字段（campaign、categories 等）。"), 1)])
    return document, reader.lines, reader.findings


# What shape it has


def text(limit=20000, pattern=None):
    return {"type": "string", "minLength": 1, "maxLength": limit} | ({"pattern": pattern} if pattern else {})


KEY = text(40, r"^[A-Za-z0-9_-]+$")
CODE = text(20, r"^[^\s/\\?#%]+$")
FLAG = {"type": "boolean"}
LONG = text()
MAYBE_LONG = {"type": ["string", "null"], "maxLength": 20000}
STEP = Decimal("0.5")
POINTS = {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": STEP}
SUM = {"type": ["number", "null"], "minimum": 0, "maximum": 1000, "multipleOf": STEP}
CENT = Decimal("0.01")
PERCENT = {"type": "number", "minimum": 0, "maximum": 100, "multipleOf": CENT}


def whole(least, most=9999):
    return {"type": "integer", "minimum": least, "maximum": most}


def amount(most):
    return {"type": "number", "minimum": 0, "maximum": most, "multipleOf": CENT}


def every(items, least=0):
    return {"type": "array", "items": items, "minItems": least}


def part(required=(), others=None, **properties):
    """An object with these fields and no others. Each may say that it was derived, and the whole may carry a note."""
    derived = {f"{name}_derived": FLAG for name in properties}
    whole_part = {"derived": FLAG, "editable": FLAG, "official": FLAG, "note": LONG}
    return {
        "type": "object",
        "properties": whole_part | derived | properties,
        "required": list(required),
        "additionalProperties": others if others else False,
    }


WORKDAYS = part(["value"], value=whole(1, 365), unit={"enum": ["workday"]})
NAMED = {"type": "object", "additionalProperties": text(60)}

SCHEMA = part(
    ["campaign", "categories"],
    schema_version={"enum": [1]},
    kinds=every(part(["code", "name"], code=text(30, r"^[a-z][a-z0-9_-]*$"), name=text(50), order=whole(0))),
    campaign=part(
        ["code", "year", "city", "title", "tracks", "phases"],
        code=text(60, r"^[A-Za-z0-9_-]+$"),
        year=whole(2000, 2100),
        city=text(40),
        county=text(40),
        title=text(120),
        issued_on=text(10),
        timezone=text(60),
        addressed_to=LONG,
        basis=every(part(["title"], title=LONG, doc_no=LONG)),
        goal=LONG,
        organizer=text(100),
        approval=text(200),
        steps_text=LONG,
        tracks=every(
            part(
                ["key", "kind", "name", "quota"],
                key=KEY, kind=text(30), name=text(60), quota=whole(0, 999), yearly_bonus=amount(99), verbatim=text(200),
            ),
            least=1,
        ),
        phases=every(
            part(
                ["key", "name", "start", "end"],
                key=KEY, name=text(40), name_verbatim=text(60), start=text(10), end=text(10), text=LONG,
                opens={"enum": ["submit", "guide", "inspect", "", None]},
                deadline=part(["date"], date=text(10), verbatim=LONG, interpretation=LONG),
            ),
            least=1,
        ),
        phase_notes=part(text=LONG),
        minimums=every(
            part(
                ["track", "per"],
                track=KEY, per=text(30), min=whole(0), max={"type": ["integer", "null"], "minimum": 0, "maximum": 9999},
                verbatim=text(200), max_note=LONG,
            )
        ),
        county_level_duty=part(verbatim=LONG),
        filing=part(signed_form_required=FLAG, plan_days=whole(0, 365)),
        inspection=part(body=LONG, organized_by=LONG, form=LONG, verbatim=LONG, conflict_years=whole(0, 50)),
        scoring=part(
            weights=part(["desk", "site"], desk=PERCENT, site=PERCENT),
            pass_mark=amount(999),
            step={"type": "number", "minimum": CENT, "maximum": 9, "multipleOf": CENT},
            scale_to={"type": "number", "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": CENT},
            bonus=part(enabled=FLAG, max=amount(999)),
            deductions=part(enabled=FLAG, max=amount(999)),
            veto=part(enabled=FLAG),
            desk_scorers=whole(1, 2),
            site_inspectors=whole(2, 20),
            site_photo_edge=whole(0, 10000),
            desk_gap_percent=PERCENT,
            likeness_percent=whole(10, 100),
            tie_order={"type": "array", "items": CODE, "uniqueItems": True},
        ),
        naming=part(
            verbatim=LONG, steps=every(LONG), publicity_days=WORKDAYS, objection_reply_days=WORKDAYS, objection_real_name=FLAG,
        ),
        recommendation=part(verbatim=LONG, target=LONG, applies_to={"type": "array", "items": KEY, "uniqueItems": True}),
        safeguards=every(part(["text"], no={"type": ["integer", "string"]}, heading=LONG, text=LONG)),
        safeguard_duties=every(part(["duty"], no={"type": ["integer", "string"]}, who=LONG, duty=LONG, feature=LONG)),
        annex=part(title=LONG, available=FLAG),
    ),
    legend=part(tracks=NAMED, evidence_kinds=NAMED, inspection_methods=NAMED),
    points=part(
        total_per_track={"type": ["number", "object"], "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": STEP, "additionalProperties": POINTS},
    ),
    categories=every(
        part(
            ["code", "name", "items"],
            code=CODE,
            name=text(60),
            item_count=whole(0),
            default_points=part(others=SUM),
            items=every(
                part(
                    ["code", "text", "default_points"],
                    code=CODE,
                    title=text(80),
                    text=LONG,
                    checkpoints=every(part(["code", "text"], code=text(30, CODE["pattern"]), text=LONG, details=every(LONG), tracks=every(KEY, least=1))),
                    tracks=part(["applies_to"], applies_to={"type": "array", "items": KEY, "minItems": 1, "uniqueItems": True}, reason=LONG),
                    evidence=part(["kinds"], kinds=every(text(40))),
                    inspection_methods=part(["kinds"], kinds=every(text(40))),
                    default_points=part(others=POINTS),
                    rules=every(
                        part(
                            ["kind", "summary"],
                            kind=text(40), verbatim=LONG, summary=LONG, parameter=text(60), default_value={}, unit=text(20),
                            reference=part(basis=LONG),
                        )
                    ),
                    veto=part(candidate=FLAG, label=LONG, verbatim=LONG, conditions=every(LONG)),
                    notes=MAYBE_LONG,
                )
            ),
        ),
        least=1,
    ),
)


def path_of(steps):
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def type_name(value):
    names = {dict: _("一组字段"), list: _("列表"), str: _("文字"), bool: _("是或否"), int: _("数字"), Decimal: _("带小数的数字"), type(None): _("空值")}
    return names[type(value)]


def shape_findings(document):
    for error in Draft202012Validator(SCHEMA).iter_errors(document):
        steps, path, rule, value = list(error.absolute_path), path_of(error.absolute_path), error.validator_value, error.instance
        if error.validator == "required":
            for name in rule:
                if name not in value:
                    yield Finding(path_of([*steps, name]), _("缺少这一项，请补上。"))
        elif error.validator == "additionalProperties":
            for name in value:
                if name not in error.schema.get("properties", {}):
                    yield Finding(path_of([*steps, name]), _("没有这个字段，请检查拼写或删去。"))
        else:
            yield Finding(path, shape_sentence(error.validator, rule, value))


def shape_sentence(validator, rule, value):
    if validator == "type":
        wanted = {
            "object": _("一组字段"), "array": _("列表"), "string": _("文字（带引号）"), "boolean": _("true 或 false"),
            "integer": _("整数"), "number": _("数字"), "null": _("空值"),
        }
        names = _("或").join(wanted[name] for name in ([rule] if isinstance(rule, str) else rule))
        return _("应为%(wanted)s，现在是%(found)s。") % {"wanted": names, "found": type_name(value)}
    sentences = {
        "enum": _("不能是“%(value)s”，只能是：%(rule)s。"),
        "minLength": _("不能为空，请填写。"),
        "maxLength": _("超过 %(rule)s 个字，请缩短。"),
        "pattern": _("“%(value)s”含有不能用的字符（空格、斜杠等），请改写。"),
        "minimum": _("不能小于 %(rule)s。"),
        "exclusiveMinimum": _("必须大于 %(rule)s。"),
        "maximum": _("不能大于 %(rule)s。"),
        "multipleOf": _("必须是 %(rule)s 的整数倍。"),
        "minItems": _("至少要有 %(rule)s 项。"),
        "uniqueItems": _("有重复的项，请删去重复的。"),
    }
    rule = _("、").join(str(one) for one in rule if one) if isinstance(rule, list) else rule
    return sentences[validator] % {"rule": rule, "value": str(value)[:40]}


# Whether it agrees with itself. A part of the wrong shape is passed over here; it was reported above.


def fields(value):
    return value if isinstance(value, dict) else {}


def rows(value):
    """(place, fields) of each entry of a list that has fields."""
    return [(n, row) for n, row in enumerate(value) if isinstance(row, dict)] if isinstance(value, list) else []


def words(value):
    return [(n, word) for n, word in enumerate(value) if isinstance(word, str)] if isinstance(value, list) else []


def is_number(value):
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def as_day(value):
    try:
        return date.fromisoformat(value) if re.fullmatch(r"20\d\d-\d\d-\d\d", value) else None
    except (TypeError, ValueError):
        return None


class Check:
    def __init__(self, document, kinds):
        self.document = document
        self.findings = []
        self.campaign = fields(document.get("campaign"))
        self.tracks = [row["key"] for n, row in rows(self.campaign.get("tracks")) if isinstance(row.get("key"), str)]
        self.kinds = kinds | {row["code"] for n, row in rows(document.get("kinds")) if isinstance(row.get("code"), str)}
        self.legend = merged_legend(document)

    def wrong(self, path, text, **names):
        self.findings.append(Finding(path, text % names if names else text))

    def all(self):
        self.codes()
        self.dates()
        self.references()
        self.county()
        self.scoring()
        self.points()
        return self.findings

    def unique(self, entries, sentence):
        """`entries` are (path, value); each value may stand once."""
        first = {}
        for path, value in entries:
            if isinstance(value, str | tuple) and first.setdefault(value, path) != path:
                shown = value if isinstance(value, str) else " / ".join(map(str, value))
                self.wrong(path, sentence, value=shown, first=first[value])

    def codes(self):
        twice = _("“%(value)s”已经在 %(first)s 用过，请换一个。")
        campaign, categories = self.campaign, rows(self.document.get("categories"))
        if str(campaign.get("code", "")).startswith(PREFIX) and not current():
            self.wrong("campaign.code", _("代码不能以“%(prefix)s”开头，那是演练用的，请换一个。"), prefix=PREFIX)
        self.unique([(f"kinds[{n}].code", row.get("code")) for n, row in rows(self.document.get("kinds"))], twice)
        for name, key in (("tracks", "key"), ("phases", "key")):
            self.unique([(f"campaign.{name}[{n}].{key}", row.get(key)) for n, row in rows(campaign.get(name))], twice)
        self.unique(
            [(f"campaign.tracks[{n}].kind", row.get("kind")) for n, row in rows(campaign.get("tracks"))],
            _("“%(value)s”已经在 %(first)s 用过：一种单位只能申报一个类别。"),
        )
        self.unique([(f"campaign.minimums[{n}]", (row.get("track"), row.get("per"))) for n, row in rows(campaign.get("minimums"))], twice)
        self.unique([(f"categories[{n}].code", row.get("code")) for n, row in categories], twice)
        items = [(f"categories[{n}].items[{m}]", item) for n, row in categories for m, item in rows(row.get("items"))]
        self.unique([(f"{path}.code", item.get("code")) for path, item in items], twice)
        checkpoints = [(f"{path}.checkpoints[{n}].code", row.get("code")) for path, item in items for n, row in rows(item.get("checkpoints"))]
        self.unique(checkpoints, twice)
        for n, row in categories:
            count, found = row.get("item_count"), len(row["items"]) if isinstance(row.get("items"), list) else None
            if is_number(count) and found is not None and count != found:
                self.wrong(f"categories[{n}].item_count", _("写的是 %(count)s 项，实际有 %(found)s 项。"), count=count, found=found)

    def day(self, path, value):
        """The day a text says; reported when there is no such day."""
        day = as_day(value)
        if isinstance(value, str) and day is None:
            self.wrong(path, _("“%(value)s”不是有效的日期，请写成 2021-09-30 这样。"), value=value)
        return day

    def dates(self):
        self.day("campaign.issued_on", self.campaign.get("issued_on"))
        zone = self.campaign.get("timezone", DEFAULT_TIMEZONE)
        if isinstance(zone, str) and zone not in available_timezones():
            self.wrong("campaign.timezone", _("没有时区“%(zone)s”，请写成 Asia/Shanghai 这样。"), zone=zone)
        for n, phase in rows(self.campaign.get("phases")):
            path = f"campaign.phases[{n}]"
            start, end = self.day(f"{path}.start", phase.get("start")), self.day(f"{path}.end", phase.get("end"))
            if start and end and end < start:
                self.wrong(f"{path}.end", _("结束日期 %(end)s 早于开始日期 %(start)s。"), end=end, start=start)
            day = self.day(f"{path}.deadline.date", fields(phase.get("deadline")).get("date"))
            if day and start and end and not start <= day <= end:
                self.wrong(f"{path}.deadline.date", _("截止日期 %(day)s 不在本阶段之内。"), day=day)
        opens = [phase.get("opens", DEFAULT_OPENS.get(phase.get("key"))) for n, phase in rows(self.campaign.get("phases"))]
        if opens and "submit" not in opens:
            self.wrong("campaign.phases", _("没有一个阶段开放申报，请给一个阶段写上 opens: submit。"))

    def known(self, path, value, names, sentence):
        if isinstance(value, str) and value not in names:
            self.wrong(path, sentence, value=value)

    def known_track(self, path, value):
        self.known(path, value, self.tracks, _("没有“%(value)s”这个申报类别。"))

    def known_kind(self, path, value):
        self.known(path, value, self.kinds, _("没有“%(value)s”这种单位，请在 kinds 中写明，或先导入单位。"))

    def references(self):
        for n, track in rows(self.campaign.get("tracks")):
            self.known_kind(f"campaign.tracks[{n}].kind", track.get("kind"))
        for n, minimum in rows(self.campaign.get("minimums")):
            path = f"campaign.minimums[{n}]"
            self.known_track(f"{path}.track", minimum.get("track"))
            self.known_kind(f"{path}.per", minimum.get("per"))
            least, most = minimum.get("min", 0), minimum.get("max")
            if is_number(least) and is_number(most) and most < least:
                self.wrong(f"{path}.max", _("上限 %(most)s 小于下限 %(least)s。"), most=most, least=least)
        for n, key in words(fields(self.campaign.get("recommendation")).get("applies_to")):
            self.known_track(f"campaign.recommendation.applies_to[{n}]", key)
        for key in fields(fields(self.document.get("legend")).get("tracks")):
            self.known_track(f"legend.tracks.{key}", key)
        for path, item in self.items():
            applies = fields(item.get("tracks")).get("applies_to")
            for n, key in words(applies):
                self.known_track(f"{path}.tracks.applies_to[{n}]", key)
            for n, kind in words(fields(item.get("evidence")).get("kinds")):
                self.known(f"{path}.evidence.kinds[{n}]", kind, self.legend["evidence_kinds"], _("legend 中没有“%(value)s”这种证明材料。"))
            for n, kind in words(fields(item.get("inspection_methods")).get("kinds")):
                self.known(f"{path}.inspection_methods.kinds[{n}]", kind, self.legend["inspection_methods"], _("legend 中没有“%(value)s”这种检查方式。"))
            for m, checkpoint in rows(item.get("checkpoints")):
                for n, key in words(checkpoint.get("tracks")):
                    place = f"{path}.checkpoints[{m}].tracks[{n}]"
                    self.known_track(place, key)
                    if key in self.tracks and key not in applied_tracks(item, self.tracks):
                        self.wrong(place, _("所属的指标不适用于“%(key)s”，检查点不能单独适用。"), key=key)

    def county(self):
        """A county's own campaign: the county exists, and only units below it apply."""
        code = self.campaign.get("county")
        if not isinstance(code, str):
            return
        if not Organization.objects.of_kind(OrganizationKind.COUNTY).filter(code=code).exists():
            self.wrong("campaign.county", _("没有代码为“%(code)s”的县（市、区），请核对单位代码；全市的活动不写这一项。"), code=code)
        for n, track in rows(self.campaign.get("tracks")):
            if track.get("kind") == OrganizationKind.COUNTY:
                self.wrong(f"campaign.tracks[{n}].kind", _("县级活动由县里组织，县本身不能申报，请改为县以下的单位种类。"))
        if fields(self.campaign.get("recommendation")).get("applies_to"):
            self.wrong("campaign.recommendation.applies_to", _("县级活动命名的单位由县里推荐参加全市的活动，不直接向省里推荐，请删去。"))

    def items(self):
        for n, category in rows(self.document.get("categories")):
            for m, item in rows(category.get("items")):
                yield f"categories[{n}].items[{m}]", item

    def scoring(self):
        scoring = fields(self.campaign.get("scoring"))
        weights = fields(scoring.get("weights"))
        desk, site = weights.get("desk"), weights.get("site")
        if is_number(desk) and is_number(site) and desk + site != 100:
            self.wrong("campaign.scoring.weights", _("材料审核 %(desk)s 与现场验收 %(site)s 相加应为 100。"), desk=desk, site=site)
        scale, mark = scoring.get("scale_to", 100), scoring.get("pass_mark")
        if is_number(scale) and is_number(mark) and mark > scale:
            self.wrong("campaign.scoring.pass_mark", _("合格线 %(mark)s 高于总分 %(scale)s。"), mark=mark, scale=scale)
        codes = [row.get("code") for n, row in rows(self.document.get("categories"))]
        for n, code in words(scoring.get("tie_order")):
            self.known(f"campaign.scoring.tie_order[{n}]", code, codes, _("没有编号为“%(value)s”的类别。"))

    def points(self):
        own = set(part()["properties"])
        sums = dict.fromkeys(self.tracks, Decimal(0))
        whole_sums = True
        for n, category in rows(self.document.get("categories")):
            within = dict.fromkeys(self.tracks, Decimal(0))
            for m, item in rows(category.get("items")):
                path = f"categories[{n}].items[{m}]"
                points, applies = fields(item.get("default_points")), applied_tracks(item, self.tracks)
                for key in points:
                    if key not in own:
                        self.known_track(f"{path}.default_points.{key}", key)
                for key in self.tracks:
                    value = points.get(key)
                    if key in applies and value is None:
                        self.wrong(f"{path}.default_points.{key}", _("本项适用于“%(key)s”，却没有分值。"), key=key)
                        whole_sums = False
                    elif key not in applies and value is not None:
                        self.wrong(f"{path}.default_points.{key}", _("本项不适用于“%(key)s”，不应有分值。"), key=key)
                    elif is_number(value):
                        within[key] += value
            wanted = fields(category.get("default_points"))
            for key in wanted:
                if key not in own:
                    self.known_track(f"categories[{n}].default_points.{key}", key)
            for key in self.tracks:
                sums[key] += within[key]
                if is_number(wanted.get(key)) and wanted[key] != within[key]:
                    self.wrong(
                        f"categories[{n}].default_points.{key}", _("写的是 %(wanted)s 分，各项相加是 %(found)s 分。"), wanted=wanted[key], found=within[key],
                    )
        total = fields(self.document.get("points")).get("total_per_track", 100)
        if isinstance(total, dict):
            for key in total:
                self.known_track(f"points.total_per_track.{key}", key)
        for key in self.tracks:
            place = f"points.total_per_track.{key}" if isinstance(total, dict) else "points.total_per_track"
            wanted = total.get(key) if isinstance(total, dict) else total
            if isinstance(total, dict) and wanted is None:
                self.wrong(place, _("缺少这一项，请补上。"))
            elif is_number(wanted) and wanted != sums[key] and whole_sums:
                self.wrong(place, _("“%(key)s”各项分值相加是 %(found)s，应为 %(wanted)s。"), key=key, found=sums[key], wanted=wanted)


def applied_tracks(item, tracks):
    """Keys of the tracks an item applies to: as it says, else those it has points for."""
    said = fields(item.get("tracks")).get("applies_to")
    if said is None:
        points = fields(item.get("default_points"))
        return [key for key in tracks if points.get(key) is not None]
    return [key for key in tracks if key in [word for n, word in words(said)]]


def merged_legend(document):
    """The file's own names on top of those every campaign may use."""
    with open(Path(__file__).parent.parent / "data" / "legend.yaml", encoding="utf-8") as file:
        names = yaml.safe_load(file)
    own = fields(document.get("legend"))
    return {part_name: names.get(part_name, {}) | fields(own.get(part_name)) for part_name in ("evidence_kinds", "inspection_methods", "tracks")}


def read(data, kinds):
    """The document of a file. `kinds` are the codes of organization kinds it may refer to. Raises BrokenFile with every finding."""
    document, lines, findings = parse(data)
    if isinstance(document, dict):
        findings += [*shape_findings(document), *Check(document, kinds).all()]
    if findings:
        raise BrokenFile([Finding(finding.path, finding.text, finding.line or line_of(finding.path, lines)) for finding in dict.fromkeys(findings)])
    return document


def line_of(path, lines):
    """The line of a path, or of the nearest part around it when it is missing from the file."""
    while path and path not in lines:
        path = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", path) if re.search(r"[.\[]", path) else ""
    return lines.get(path, 0)


class Dumper(yaml.SafeDumper):
    """Writes each value in its own place: `read` accepts no references."""

    def ignore_aliases(self, data):
        return True


def write(document):
    """The bytes of a document, which `read` takes back."""
    return yaml.dump(plain(document), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6).encode()


def bounds(phase, zone):
    """(starts_at, ends_at) of a phase of the file: its last day is included, so it ends when the next day begins."""
    first, last = date.fromisoformat(phase["start"]), date.fromisoformat(phase["end"])
    return datetime.combine(first, time(), ZoneInfo(zone)), datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))


def plain(value):
    """The same as JSON keeps it: a Decimal becomes a number."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
