"""The list of organizations as a CSV file: checked as a whole, then brought in row by row, changing only what changed."""

import csv
import io
import re
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.loading import BrokenFile, Finding, Report
from accounts.models import Organization, OrganizationKind

REQUIRED = ("code", "name", "kind", "parent_code", "short_name")
OPTIONAL = ("kind_name", "source")
LIMITS = {"code": 40, "name": 100, "short_name": 60, "kind": 30, "kind_name": 50, "source": 60}
ACTIVE = re.compile(r"active_(\d{4})$")
KIND_CODE = re.compile(r"[a-z][a-z0-9_-]*$")


def familiar_kinds():
    """Names of the kinds an installation knows from its first day: {code: (name, order)}. Files may bring others."""
    with open(Path(__file__).parent / "data" / "kinds.csv", encoding="utf-8") as file:
        return {row["code"]: (row["name"], int(row["order"])) for row in csv.DictReader(file)}


def known_kinds():
    """Codes that a file may refer to."""
    return set(familiar_kinds()) | set(OrganizationKind.objects.values_list("code", flat=True))


def kind_row(code, name="", order=None):
    """The row of a kind, made when it is missing; a name that a file brings wins over the code used in its place."""
    familiar, place = familiar_kinds().get(code, ("", 100))
    kind, made = OrganizationKind.objects.get_or_create(
        code=code, defaults={"name": name or familiar or code, "order": place if order is None else order}
    )
    if not made and name and kind.name != name:
        kind.name = name
        kind.save(update_fields=["name"])
    return kind


def read(data):
    """The rows of the file, each with its line number. Raises BrokenFile with everything that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile([Finding("", _("文件不是 UTF-8 编码，请另存为“CSV UTF-8”后再导入。"))]) from None
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BrokenFile([Finding("", _("文件不是完整的 CSV（%(error)s），请检查引号。") % {"error": error}, reader.line_num)]) from None
    columns = reader.fieldnames or []
    findings = [Finding(column, _("缺少这一列，请补上。"), 1) for column in REQUIRED if column not in columns]
    for number, column in enumerate(columns):
        if column not in REQUIRED + OPTIONAL and not ACTIVE.match(column):
            findings.append(Finding(column, _("没有这一列，请检查拼写或删去。"), 1))
        elif column in columns[:number]:
            findings.append(Finding(column, _("这一列出现了两次，请保留一列。"), 1))
    if not findings:
        findings = row_findings(rows)
    if findings:
        raise BrokenFile(findings)
    return rows


def row_findings(rows):
    findings, seen = [], {}
    kinds_named = {}
    known = set(Organization.objects.values_list("code", flat=True)) | {row["code"] for row in rows}
    for line, row in enumerate(rows, 2):
        def wrong(column, text, line=line):
            findings.append(Finding(column, text, line))

        if None in row or None in row.values():
            wrong("", _("这一行的列数与表头不同，请检查逗号和引号。"))
            continue
        for column, value in row.items():
            if value != value.strip() or not value.isprintable():
                wrong(column, _("首尾有空格或含有看不见的字符，请删去。"))
            if len(value) > LIMITS.get(column, 20):
                wrong(column, _("超过 %(n)s 个字，请缩短。") % {"n": LIMITS.get(column, 20)})
            if column in ("code", "name", "short_name", "kind") and not value.strip():
                wrong(column, _("不能为空，请填写。"))
            if ACTIVE.match(column) and value not in ("0", "1"):
                wrong(column, _("只能是 1 或 0。"))
        if row["code"] in seen:
            wrong("code", _("代码“%(code)s”与第 %(line)s 行重复。") % {"code": row["code"], "line": seen[row["code"]]})
        seen.setdefault(row["code"], line)
        if row["kind"] and not KIND_CODE.match(row["kind"]):
            wrong("kind", _("种类代码“%(kind)s”只能用小写字母、数字和连字符，以字母开头。") % {"kind": row["kind"]})
        if row.get("kind_name") and kinds_named.setdefault(row["kind"], row["kind_name"]) != row["kind_name"]:
            wrong("kind_name", _("同一种类有两个名称，请统一为“%(name)s”。") % {"name": kinds_named[row["kind"]]})
        if row["parent_code"] and row["parent_code"] not in known:
            wrong("parent_code", _("没有代码为“%(code)s”的上级单位。") % {"code": row["parent_code"]})
    parents = {row["code"]: row["parent_code"] for row in rows if None not in row.values()}
    for line, row in enumerate(rows, 2):
        passed, code = set(), row["code"]
        while code and code not in passed:
            passed.add(code)
            code = parents.get(code, "")
        if code and code == row["code"]:
            findings.append(Finding("parent_code", _("上级单位绕成了一圈，请改正。"), line))
    return findings


def parents_first(rows):
    """The same rows, each after its parent."""
    waiting, placed, ordered = list(rows), set(), []
    inside = {row["code"] for row in rows}
    while waiting:
        ready = [row for row in waiting if row["parent_code"] not in inside or row["parent_code"] in placed]
        ordered += ready
        placed |= {row["code"] for row in ready}
        waiting = [row for row in waiting if row["code"] not in placed]
    return ordered


def valid_from(row):
    """`active_2021` = 0 says that the unit appeared only afterwards: it is valid from the first day of the next year."""
    years = [int(ACTIVE.match(column)[1]) for column, value in row.items() if ACTIVE.match(column) and value == "0"]
    return date(max(years) + 1, 1, 1) if years else None


@transaction.atomic
def load_organizations(data, *, by=None, at):
    """Bring the file in. Units that it does not name stay as they are."""
    rows = read(data)
    report = Report()
    known = {unit.code: unit for unit in Organization.objects.select_related("kind", "parent")}
    kinds = {}
    for row in parents_first(rows):
        if row["kind"] not in kinds:
            kinds[row["kind"]] = kind_row(row["kind"], row.get("kind_name", ""))
        values = {
            "name": row["name"], "short_name": row["short_name"], "kind": kinds[row["kind"]],
            "parent": known.get(row["parent_code"]), "source": row.get("source", ""),
        }
        if since := valid_from(row):
            values["valid_from"] = since
        unit = known.get(row["code"]) or Organization(code=row["code"])
        is_new = unit.pk is None
        changes = report.settle(unit, values)
        known[unit.code] = unit
        if is_new or changes:
            record("accounts.import", unit, by=by, at=at, organization=unit, changes={name: [str(old), str(new)] for name, (old, new) in changes.items()})
    return report
