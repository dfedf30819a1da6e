"""What both kinds of table share: one row with its cells by field, and what would become of it."""

import hashlib
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from accounts.audit import digest
from accounts.importing.tables import day_of, written
from accounts.models import ImportRow

Outcome = ImportRow.Outcome
NO_DATA = re.compile(r"(合计|总计|小计|注[:：]|备注|说明[:：]|填表|制表|审核人|单位负责人|联系电话[:：])")
ERROR_VALUES = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#####"}


@dataclass(eq=False)
class Row:
    """One row of data: its texts by field, and what was found out about it."""

    number: int
    columns: dict
    texts: dict
    cells: list
    outcome: str = Outcome.SAME
    label: str = ""
    problems: list = field(default_factory=list)  # [(cell, sentence)]
    changes: list = field(default_factory=list)  # [(what, before, after)]
    notes: list = field(default_factory=list)
    row: object = None  # the unit or person, saved or not
    kind: str = None
    parent: object = None
    values: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)  # {field: [before, after]} in words, of somebody or something that is there
    grants: list = field(default_factory=list)  # [(role, starts on, ends on, the grant there is)]
    new_grants: list = field(default_factory=list)
    is_privileged: bool = False

    def text(self, key):
        return self.texts.get(key, "")

    def wrong(self, key, sentence):
        place = self.columns.get(key)
        problem = (f"{get_column_letter(place + 1)}{self.number}" if place is not None else "", sentence)
        if problem not in self.problems:
            self.problems.append(problem)

    def day(self, key):
        """(whether the cell says something, the day)."""
        place = self.columns.get(key)
        try:
            day = day_of(self.cells[place]) if place is not None and place < len(self.cells) else None
        except ValueError:
            self.wrong(key, _("“%(text)s”不是日期，请写成 2021-09-30 的样子。") % {"text": self.text(key)})
            return False, None
        return day is not None, day

    def settle(self):
        """The outcome follows from what was found."""
        self.outcome = Outcome.WRONG if self.problems else (Outcome.NEW if self.row.pk is None else Outcome.CHANGED if self.changes else Outcome.SAME)

    @property
    def said(self):
        return {"problems": self.problems, "changes": self.changes, "notes": self.notes, "privileged": self.is_privileged}


def rows_of_data(rows, header, columns):
    """Rows below the header that say something in a column that is used, without repeated headings and what stands under a table."""
    wanted = sorted(columns.values())
    head = next((list(map(written, cells)) for number, cells in rows if number == header), [])
    found = []
    for number, cells in rows:
        if number <= header:
            continue
        line = [written(cell) if cell is not None else "" for cell in cells]
        texts = {key: line[place] if place < len(line) else "" for key, place in columns.items()}
        filled = [text for text in line if text]
        if not any(texts.values()) or len(filled) <= 4 and NO_DATA.match(filled[0]):
            continue
        if [line[place] if place < len(line) else "" for place in wanted] == [head[place] if place < len(head) else "" for place in wanted]:
            continue
        row = Row(number, columns, texts, cells)
        for key, text in texts.items():
            if text in ERROR_VALUES:
                row.wrong(key, _("单元格里是公式错误 %(text)s，请改成内容本身。") % {"text": text})
                row.texts[key] = ""
        found.append(row)
    return found


def limit_problems(row, model, values):
    """Texts longer than the database keeps."""
    for key, name in values.items():
        most = model._meta.get_field(name).max_length
        if most and len(row.text(key)) > most:
            row.wrong(key, _("超过 %(n)s 个字，请缩短。") % {"n": most})


def state_of(sources):
    """A digest of all that a check reads: where it is the same afterwards, nothing has changed meanwhile."""
    seen = hashlib.sha256()
    for rows in sources:
        for row in rows.iterator():
            seen.update(repr(row).encode())
    return seen.digest()


def plan_of(rows):
    """A digest of all that an import would do, so that what is applied is what was shown."""
    return digest([[row.number, row.outcome, [change[1:] for change in row.changes]] for row in rows])


def counts_of(rows):
    """How many rows of each outcome, and how many of them move somebody to another unit."""
    counts = dict.fromkeys((Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.WRONG), 0)
    for row in rows:
        counts[row.outcome] += 1
    moved = sum("organization" in row.facts and row.row.pk is not None and not row.problems for row in rows)
    return {str(outcome): n for outcome, n in counts.items()} | ({"moved": moved} if moved else {})
