"""The Excel form out, and back in through the same forms and actions.

Each row carries a signed key: whose application, which item, and what its three cells held when it was written. So a cell
that nobody touched offline is left alone, and one that was changed in both places is shown with both texts.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from io import BytesIO

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.audit import record
from applications import actions, parsing, rules, uploads
from applications.forms import AnswerForm
from applications.models import ItemResponse, OfflineUpload
from applications.workbooks import CODE, FIELDS, FORM_HEADER, KEY, columns, offline_form
from campaigns.rules import NotAllowed, Problem

LARGEST = 5 * 1024**2
SALT = "applications.offline"
UNESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
SENTENCES = {
    "far": gettext_lazy("表格里有太远或太多的单元格，不像下载的填报表格，请在下载的表格里填写，不要另加内容。"),
    "type": gettext_lazy("请上传 .xlsx 表格；WPS 里请“另存为” Excel 文件（.xlsx）。"),
    "too_big": gettext_lazy("表格超过 %(limit)s，不像下载的填报表格，请重新下载后填写。"),
    "not_ours": gettext_lazy("这不是从平台下载的填报表格，请在本页下载后填写，不要改动隐藏的列。"),
    "other": gettext_lazy("这份表格是另一份申报的，不能在这里上传，请在本页下载后填写。"),
    "twice": gettext_lazy("第 %(row)s 行的指标 %(code)s 在表格里出现了两次，请只保留一行。"),
    "moved": gettext_lazy("第 %(row)s 行的编号与原来的不一致，请不要改动或只排序其中几列，重新下载后填写。"),
}


def refusal(key, **facts):
    return NotAllowed([Problem(str(SENTENCES[key]) % facts if facts else str(SENTENCES[key]))])


# Out


def as_written(text):
    """A text as a sheet can hold it."""
    return ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n"))


def shown(response):
    """{field: text} of an answer, as its three cells show it."""
    return {
        "self_verdict": str(response.get_self_verdict_display()) if response.self_verdict else "",
        "self_score": "" if response.self_score is None else f"{response.self_score.normalize():f}",
        "narrative": as_written(response.narrative),
    }


def mark(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def key_of(response):
    held = {name: mark(text) for name, text in shown(response).items()}
    return signing.dumps([response.application_id, response.item.code, response.version, *(held[name] for name in FIELDS)], salt=SALT)


def form_of(application, *, at):
    """The workbook, as bytes."""
    wanted = rules.open_items(application)
    responses = application.responses.select_related("item__category", "application").in_order()
    held = {}
    for response_id in application.responses.filter(evidence__removed_at=None, evidence__isnull=False).values_list("pk", flat=True):
        held[response_id] = held.get(response_id, 0) + 1
    rows = [
        {
            "key": key_of(response), "code": response.item.code, "category": str(response.item.category), "title": response.item.title,
            "text": as_written(response.item.text), "verdict": shown(response)["self_verdict"], "score": response.self_score,
            "maximum": response.maximum, "narrative": as_written(response.narrative), "evidence": held.get(response.pk, 0),
            "is_open": response.item_id in wanted,
        }
        for response in responses
    ]
    step = f"{application.campaign.score_step.normalize():f}"
    heading = _("%(title)s填报表格") % {"title": application.campaign.title}
    note = _("%(unit)s　%(track)s　下载时间 %(at)s　只填浅黄色的格子") % {
        "unit": application.organization.name, "track": application.track, "at": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
    }
    lines = [
        _("一、在“填报”表里填浅黄色的三列：自评结论从列表里选；自评得分每档 %(step)s 分，不超过满分；说明不超过 %(limit)s 字，格内换行用 Alt+Enter。")
        % {"step": step, "limit": ItemResponse.NARRATIVE_LIMIT},
        _("二、其他列和行不要改动、增减；证明材料（文件、照片、链接）在网页上添加，表格里只显示已有几份。"),
        _("三、填好后保存为 .xlsx，回到平台“离线填报”上传：先看逐格的改动，确认后才保存；没有动过的格子不会影响网页上的内容。"),
    ]
    book = offline_form(heading, note, lines, rows, [str(name) for name in ItemResponse.Verdict.labels], step)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


# In


def read(file, name):
    """{"B4": [kind, text]} of the sheet that is the form. Raises NotAllowed with a sentence."""
    if not uploads.clean_name(name).lower().endswith(".xlsx"):
        raise refusal("type")
    if file.size > LARGEST:
        raise refusal("too_big", limit=uploads.megabytes(LARGEST))
    try:
        with uploads.on_disk(file) as real:
            book = json.loads(parsing.run("rows", "xlsx", real))
    except parsing.Rejected as rejected:
        if rejected.reason == "far":
            raise refusal("far") from None
        if rejected.reason == "mismatch":
            raise refusal("type") from None
        raise NotAllowed([str(uploads.Refused(rejected.reason))]) from None
    heading = columns()[KEY][0]
    for sheet in book["sheets"]:
        if sheet["cells"].get(f"{KEY}{FORM_HEADER}", ["", ""])[1] == heading:
            return sheet["cells"]
    raise refusal("not_ours")


def rows_of(application, cells):
    """[{row, code, version, held, self_verdict, self_score, narrative}] of a sheet that was read; each value is [kind, text]."""
    places = sorted(int(place[1:]) for place in cells if re.fullmatch(rf"{KEY}[0-9]+", place) and int(place[1:]) > FORM_HEADER)
    found, seen = [], set()
    for number in places:
        try:
            owner, code, version, *held = signing.loads(cells[f"{KEY}{number}"][1], salt=SALT)
        except signing.BadSignature:
            raise refusal("not_ours") from None
        if owner != application.pk:
            raise refusal("other")
        if unescaped(cells.get(f"{CODE}{number}", ["s", ""])[1]) != code:
            raise refusal("moved", row=number)
        if code in seen:
            raise refusal("twice", row=number, code=code)
        seen.add(code)
        found.append({"row": number, "code": code, "version": version, "held": dict(zip(FIELDS, held, strict=True))} | {
            name: cells.get(f"{letter}{number}", ["s", ""]) for name, letter in FIELDS.items()
        })
    if not found:
        raise refusal("not_ours")
    return found


def unescaped(text):
    """Excel's codes of characters back as characters; half a character is no text and stays as it was written."""
    return UNESCAPED.sub(lambda code: code[0] if 0xD800 <= int(code[1], 16) < 0xE000 else chr(int(code[1], 16)), text)


def typed(name, kind, text):
    """A cell's text as the page would have it: a number without empty decimals, line ends as we keep them."""
    if name == "self_score" and kind == "n":
        try:
            return f"{Decimal(text).quantize(Decimal('0.0001')).normalize():f}"
        except InvalidOperation:
            return text
    if kind == "s":
        text = unescaped(text)
    text = as_written(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if name == "narrative" else text.strip()


@transaction.atomic
def keep(application, rows, title, *, by, at):
    """Remember a workbook until its person decides about it; the one before it is forgotten."""
    OfflineUpload.objects.filter(application=application, uploaded_by=by, saved_at=None).delete()
    return OfflineUpload.objects.create(application=application, title=uploads.clean_name(title), rows=rows, uploaded_at=at, uploaded_by=by)


# What it would change


@dataclass
class Cell:
    place: str
    name: str
    label: str
    before: str
    after: str
    state: str = "same"  # same, new, changed, conflict, wrong
    errors: list = field(default_factory=list)


@dataclass
class Row:
    number: int
    response: ItemResponse
    cells: list

    def __post_init__(self):
        self.choice = f"choice-{self.response.pk}"

    @property
    def is_changed(self):
        return any(cell.state != "same" for cell in self.cells)

    @property
    def is_wrong(self):
        return any(cell.errors for cell in self.cells)

    @property
    def has_conflict(self):
        return any(cell.state == "conflict" for cell in self.cells)

    def wanted(self, choices):
        """{field: text} to be saved: what was filled in; where the page changed too, what the person chose."""
        keep_page = choices.get(self.choice) != "sheet"
        return {
            cell.name: cell.before if cell.state == "same" or cell.state == "conflict" and keep_page else cell.after for cell in self.cells
        }


@dataclass
class Plan:
    rows: list
    missing: int

    @property
    def changed(self):
        return [row for row in self.rows if row.is_changed]

    @property
    def cells(self):
        return [cell for row in self.rows for cell in row.cells]

    def count(self, state):
        return sum(cell.state == state for cell in self.cells)

    @property
    def counts(self):
        return {state: self.count(state) for state in ("new", "changed", "conflict", "wrong", "same")}

    @property
    def is_wrong(self):
        return any(row.is_wrong for row in self.rows)


def plan(upload):
    """What a kept workbook would change now, cell by cell."""
    application = upload.application
    responses = {}
    for response in application.responses.select_related("item__category", "updated_by").in_order():
        response.application = application
        responses[response.item.code] = response
    labels = {name: columns()[letter][0] for name, letter in FIELDS.items()}
    wanted, rows = rules.open_items(application), []
    for told in upload.rows:
        response = responses.get(told["code"])
        if response is None:
            continue
        now, cells = shown(response), []
        for name, letter in FIELDS.items():
            kind, text = told[name]
            cell = Cell(f"{letter}{told['row']}", name, labels[name], now[name], typed(name, kind, text))
            cell.state = state_of(cell, told["held"][name])
            if cell.state != "same" and kind in "fe":
                cell.errors.append(_("这一格是公式或错误值，请改成填写的内容。"))
            cells.append(cell)
        row = Row(told["row"], response, cells)
        if row.is_changed:
            check(row, response.item_id in wanted)
        rows.append(row)
    return Plan(rows, len(responses) - len(rows))


def state_of(cell, held):
    """Untouched offline, or already so on the page: the same. Changed in both places: a conflict."""
    if mark(cell.after) == held or cell.after == cell.before:
        return "same"
    if mark(cell.before) != held:
        return "conflict"
    return "changed" if cell.before else "new"


def answer(row, texts):
    """The page's form, filled with the cells' texts."""
    verdicts = {str(label): value for value, label in ItemResponse.Verdict.choices}
    data = {"version": row.response.version, "self_score": texts["self_score"], "narrative": texts["narrative"]}
    data["self_verdict"] = verdicts.get(texts["self_verdict"], texts["self_verdict"])
    return AnswerForm(data, instance=ItemResponse.objects.select_related("application__campaign").get(pk=row.response.pk), step=row.response.application.campaign.score_step)


def check(row, is_open):
    """Errors by cell, from the rule of what is open, the page's form and the rules of an answer."""
    edited = [cell for cell in row.cells if cell.state != "same"]
    by_name = {cell.name: cell for cell in row.cells}
    if not is_open:
        for cell in edited:
            cell.errors += [str(problem) for problem in rules.editing_problems(row.response)]
    if by_name["self_verdict"] in edited and by_name["self_verdict"].after not in ("", *map(str, ItemResponse.Verdict.labels)):
        by_name["self_verdict"].errors.append(_("自评结论只能是：%(labels)s。") % {"labels": _("、").join(map(str, ItemResponse.Verdict.labels))})
    else:
        form = answer(row, {cell.name: cell.after if cell in edited else cell.before for cell in row.cells})
        for name, errors in form.errors.items():
            if by_name.get(name) in edited:
                by_name[name].errors += errors
        if form.is_valid():
            for problem in rules.answer_problems(row.response, form.cleaned_data["self_verdict"], form.cleaned_data["self_score"]):
                by_name[problem.url.removeprefix("#id_")].errors.append(str(problem))
    for cell in row.cells:
        if cell.errors:
            cell.state = "wrong"


# Saving


def save(upload, choices, versions, *, by, at):
    """All of it or nothing, each row as the page would save it. `versions`: {key of an answer: version that the preview showed}.

    Returns the report: [(item, what changed)]. Raises actions.Stale when a page was saved since the preview, NotAllowed otherwise.
    """
    with transaction.atomic():
        upload = OfflineUpload.objects.select_for_update(of=("self",)).select_related("application__campaign", "application__organization").get(pk=upload.pk)
        if upload.saved_at:
            raise NotAllowed([_("这份表格的修改已经保存过，不用重复保存。")])
        if upload.is_expired(at):
            raise NotAllowed([_("这份表格是一天以前上传的，已经过期，请重新上传。")])
        planned, report = plan(upload), []
        if planned.is_wrong:
            raise NotAllowed([_("表格里还有错误，什么都没有保存。请改正后重新上传。")])
        for row in planned.changed:
            if row.has_conflict and choices.get(row.choice) not in ("sheet", "page"):
                raise NotAllowed([_("%(item)s 在网页上也改过，请先选择保留哪一个。") % {"item": row.response.item}])
            texts = row.wanted(choices)
            changed = [cell.label for cell in row.cells if texts[cell.name] != cell.before]
            if changed:
                save_row(row, texts, versions.get(row.response.pk), by=by, at=at)
                report.append([str(row.response.item), changed])
        upload.saved_at, upload.saved_by, upload.report = at, by, report
        upload.save(update_fields=["saved_at", "saved_by", "report"])
        record("applications.save_offline", upload.application, by=by, at=at, codes=[item.partition(" ")[0] for item, changed in report])
    return report


def save_row(row, texts, seen, *, by, at):
    form = answer(row, texts)
    if not form.is_valid():
        raise NotAllowed([_("%(item)s：%(errors)s") % {"item": row.response.item, "errors": "；".join(error for errors in form.errors.values() for error in errors)}])
    narrative = form.cleaned_data["narrative"]
    if texts["narrative"] == next(cell.before for cell in row.cells if cell.name == "narrative"):
        narrative = row.response.narrative  # untouched: exactly what the page holds, whatever a sheet can show of it
    actions.save_response(
        row.response, base_version=seen, verdict=form.cleaned_data["self_verdict"], score=form.cleaned_data["self_score"], narrative=narrative, by=by, at=at,
    )
