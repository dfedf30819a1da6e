"""A paper as blocks: the office's text, filled in a sandbox by a child process, and read line by line.

Data arrives between marks, so a unit's words never become a line, a heading or a cell of their own.
"""

import json
import re
import tempfile
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import parsing
from applications.papers import BadTemplate
from applications.papers.text import clean
from results.papers.texts import MARKS, REQUIRED, SAMPLES

SENTENCES = {
    "unknown": gettext_lazy("文本里有认不出的名字“%(name)s”，请对照右侧的占位符改正。"),
    "syntax": gettext_lazy("第 %(line)s 行附近的标记不完整，请检查每个 {{ }} 和 {%% %%} 是否成对、循环和判断是否有结束。"),
    "forbidden": gettext_lazy("文本里有不允许的写法：只能显示占位符、判断和循环，请删去其他写法。"),
    "group": gettext_lazy("文本里直接显示了一组内容（例如 {{ 类别 }}），请用 {%% for %%} 逐个写出。"),
    "heavy": gettext_lazy("文本太复杂，没能在规定时间内生成，请简化。"),
    "damaged": gettext_lazy("文本里有不能用的写法，请只写占位符、判断和循环。"),
}
DATA = re.compile(f"{parsing.DATA_BEGINS}([^{parsing.DATA_ENDS}]*){parsing.DATA_ENDS}")
HELD = re.compile(f"{parsing.DATA_BEGINS}([0-9]+){parsing.DATA_ENDS}")
MARK = re.compile("【([^】]*)】")
PARAGRAPHS = {"text", "note"}
TITLE_LINE = 20  # characters of a title side by side
AFTER, NOT_BEFORE = "、的和与及省市县区年", "、的和与及级直内（）"  # a long title is broken after one of these, never inside a word
NARROWEST, WIDEST, EDGES = 2, 12, 0.6  # of a column, in characters, when the widths are shared out
WIDE_FIGURE = 0.6  # of a character: figures of some fonts are wide
BLANK = {"kind": "blank", "text": ""}


def compose(text, names):
    """The blocks of a paper made of the office's `text` and the facts it may name. Raises BadTemplate with a sentence."""
    return laid_out(blocks_of(filled(text, names)))


def try_text(kind, text):
    """Raises BadTemplate unless the text makes a whole paper of an invented case, with everything such a paper is about."""
    blocks = compose(text, SAMPLES[kind])
    words = "\n".join(words_of(block) for block in blocks)
    for word, name in REQUIRED[kind]:
        if word not in words:
            raise BadTemplate(_("文本里没有写出“%(name)s”，这样的公文说不清楚，请加上。") % {"name": name})


def words_of(block):
    return "\n".join("｜".join(cells) for cells in [block["head"], *block["rows"]]) if block["kind"] == "table" else block["text"]


def filled(text, names):
    with tempfile.TemporaryFile(dir=settings.UPLOADING) as packed:
        packed.write(json.dumps({"template": clean(text), "names": cleaned(names)}).encode())
        packed.flush()
        try:
            return parsing.run("compose", "txt", packed).decode()
        except parsing.Rejected as rejected:
            reason = rejected.reason if rejected.reason in SENTENCES else "damaged"
            raise BadTemplate(str(SENTENCES[reason]) % ({"line": "–", "name": ""} | rejected.facts)) from None


def cleaned(value):
    if isinstance(value, dict):
        return {key: cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner) for inner in value]
    return clean(value) if isinstance(value, str) else value


def blocks_of(written):
    """Each line as a block; rows gather in the table before them; a line of which nothing is left is left out."""
    blocks = []
    for line in written.split("\n"):
        held = []
        plain = DATA.sub(lambda found, held=held: held.append(found[1]) or f"{parsing.DATA_BEGINS}{len(held) - 1}{parsing.DATA_ENDS}", line).strip()
        kind, rest = kind_of(plain)
        if kind in ("columns", "row"):
            cells = [" ".join(restored(cell, held).split()) for cell in rest.split("｜")]
            add_row(blocks, kind, cells)
            continue
        words = restored(rest, held)
        if kind == "blank":
            blocks.append(dict(BLANK))
        for part in words.split("\n") if kind in PARAGRAPHS else [" ".join(words.split())]:
            if part.strip() and kind != "blank":
                blocks.append({"kind": kind, "text": part.strip()})
    if not any(block["kind"] == "title" for block in blocks):
        raise BadTemplate(_("文本里没有标题，请把标题一行的开头写成【标题】。"))
    return blocks


def kind_of(line):
    """(kind, the rest of the line) by the mark the office wrote at its beginning."""
    found = MARK.match(line)
    if not found:
        return "text", line
    if found[1] not in MARKS:
        marks = "".join(f"【{mark}】" for mark in MARKS)
        raise BadTemplate(_("认不出行首的【%(mark)s】，可以用的是%(marks)s。") % {"mark": HELD.sub("", found[1]), "marks": marks})
    return MARKS[found[1]], line[found.end():].strip()


def restored(words, held):
    return HELD.sub(lambda found: held[int(found[1])].replace(parsing.DATA_BREAKS, "\n"), words)


def add_row(blocks, kind, cells):
    if kind == "columns":
        blocks.append({"kind": "table", "head": cells, "rows": []})
    elif not blocks or blocks[-1]["kind"] != "table":
        raise BadTemplate(_("【行】前面没有【表头】，请先写一行【表头】，各列之间用“｜”隔开。"))
    elif len(cells) != len(blocks[-1]["head"]):
        raise BadTemplate(_("【行】有 %(cells)s 格，【表头】有 %(head)s 格，请改成一样多，各格之间用“｜”隔开。") % {"cells": len(cells), "head": len(blocks[-1]["head"])})
    else:
        blocks[-1]["rows"].append(cells)


# Where the parts stand, as GB/T 9704-2012 has it


def laid_out(blocks):
    """Empty lines, indents and widths by the standard, so that every kind of paper and every output has the same."""
    blocks = [part for block in blocks for part in (title_lines(block) if block["kind"] == "title" else [block])]
    placed = []
    for number, block in enumerate(blocks):
        before, after = (blocks[number - 1]["kind"] if number else ""), (blocks[number + 1]["kind"] if number + 1 < len(blocks) else "")
        if block["kind"] == "sign" and before not in ("sign", "blank"):
            placed.append(dict(BLANK))
        placed.append(block)
        if block["kind"] == "number":
            placed += [dict(BLANK), dict(BLANK)]
        elif block["kind"] == "title" and after not in ("title", "blank", ""):
            placed.append(dict(BLANK))
        elif block["kind"] == "table":
            block["widths"] = widths(block)
    sign_and_date(placed)
    stay_together(placed)
    return placed


def title_lines(block):
    """A title too long for one line in two of about the same length; in one still where no place to break it is good."""
    words, width = block["text"], partial(length, narrow=WIDE_FIGURE)
    breaks = [
        number for number in range(1, len(words))
        if words[number - 1] in AFTER and words[number] not in NOT_BEFORE and words.count("（", 0, number) == words.count("）", 0, number)
    ]
    pairs = [(words[:number], words[number:]) for number in breaks]
    fitting = [pair for pair in pairs if max(map(width, pair)) <= TITLE_LINE]
    if width(words) <= TITLE_LINE or not fitting:
        return [block]
    return [{"kind": "title", "text": line} for line in min(fitting, key=lambda pair: abs(width(pair[0]) - width(pair[1])))]


def sign_and_date(blocks):
    """Two characters from the right; the date begins two characters after the name above it, and the longer one of both decides."""
    for number, block in enumerate(blocks):
        if block["kind"] in ("sign", "date"):
            block["right"] = 2
        if block["kind"] == "date" and number and blocks[number - 1]["kind"] == "sign":
            further = length(block["text"]) + 2 - length(blocks[number - 1]["text"])
            blocks[number - 1]["right"], block["right"] = 2 + max(0, further), 2 + max(0, -further)


def stay_together(blocks):
    """A heading stays with what follows; name and date stay with the last paragraph, so that no page holds them alone."""
    for number, block in enumerate(blocks[:-1]):
        following = {later["kind"] for later in blocks[number + 1 : number + 3]}
        ends = block["kind"] in ("text", "note", "blank", "sign") and following & {"sign", "date"} and following <= {"blank", "sign", "date"}
        block["keep"] = block["kind"] in ("number", "title", "head", "subhead") or bool(ends)


def length(words, narrow=0.5):
    """In characters of full width; what is not Chinese takes half of one."""
    return sum(narrow if character.isascii() else 1 for character in words)


def widths(table):
    """Shares of the line, by what the columns hold."""
    needed = [
        min(max([NARROWEST, *(length(cells[column], WIDE_FIGURE) for cells in [table["head"], *table["rows"]])]), WIDEST) + EDGES for column in range(len(table["head"]))
    ]
    return [round(one / sum(needed), 4) for one in needed]
