"""What shape has it? Which fields there are, and what each may say."""

from decimal import Decimal

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from accounts.loading import Finding


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
    told = {key: shape for name, known in properties.items() for key, shape in ((name, known), (f"{name}_derived", FLAG))}
    return {
        "type": "object",
        "properties": told | {"derived": FLAG, "editable": FLAG, "official": FLAG, "note": LONG},
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


def arranged(value, shape=SCHEMA):
    """The same with its fields in the order above: PostgreSQL keeps no order of fields. Names that a file is free to choose go by length."""
    if isinstance(value, dict):
        known = shape.get("properties", {})
        names = [*(name for name in known if name in value), *sorted((name for name in value if name not in known), key=lambda name: (len(name), name))]
        return {name: arranged(value[name], known.get(name, {})) for name in names}
    if isinstance(value, list):
        return [arranged(inner, shape.get("items", {})) for inner in value]
    return value


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
