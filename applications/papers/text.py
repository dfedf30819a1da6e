"""What people wrote, made fit for paper: text stays text, and what cannot be seen is left out (S-19)."""

import re

# Controls but tab and line feed, halves of characters, what XML forbids, and marks that turn the direction of writing.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
ENDS_OF_LINES = re.compile("\r\n?|\x85|\u2028|\u2029")


def clean(text):
    return UNSEEN.sub("", ENDS_OF_LINES.sub("\n", str(text)))


def clean_line(text):
    return " ".join(clean(text).split())


def cells_of(line):
    """The cells of a line that was pasted from a table (parted by tabs) or drawn with bars; nothing for ordinary text."""
    stripped = line.strip()
    if "\t" in stripped:
        return [cell.strip() for cell in line.split("\t")]
    if len(stripped) > 1 and stripped.startswith("|") and stripped.endswith("|"):
        return [cell.strip() for cell in stripped[1:-1].split("|")]
    return []


def is_rule(cells):
    """The line of dashes under the head of a drawn table."""
    return bool(cells) and all(re.fullmatch(":?-{2,}:?", cell) for cell in cells)


def blocks(text):
    """Paragraphs and simple tables in order: {"text": …} or {"rows": [[…]]}, every row of a table as wide as its widest."""
    found = []
    for line in clean(text).split("\n"):
        cells = cells_of(line)
        if len(cells) > 1:
            if not found or "rows" not in found[-1]:
                found.append({"rows": []})
            if not is_rule(cells):
                found[-1]["rows"].append(cells)
        elif line.strip():
            found.append({"text": " ".join(cells) if cells else line.strip()})
        else:
            found.append({"text": ""})  # keeps two tables apart
    for block in found:
        if "rows" in block:
            width = max(map(len, block["rows"]), default=0)
            block["rows"] = [cells + [""] * (width - len(cells)) for cells in block["rows"]]
    return [block for block in found if block.get("text") or block.get("rows")]
