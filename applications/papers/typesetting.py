"""Papers as PDF. typst reads a template and the data as JSON, so that no text is ever markup (S-19)."""

import json
import tempfile
from importlib.util import find_spec
from pathlib import Path

import typst

from accounts.rehearsing import paper_mark

TEMPLATE = Path(__file__).parent / "form.typ"
FONTS = Path(find_spec("justmytype_intl_cjk").origin).parent / "fonts/ofl/notosanssc"
# In front of a template: over every page, beside whatever header the template has of its own.
MARKED = '#set page(foreground: place(top + center, dy: 8mm, text(font: "Noto Sans SC", size: 12pt, weight: 700, fill: rgb("#b42318"), "%s")))\n'


def pdf(found, drawn):
    """`found` is what `content` returns, `drawn` the pictures it names."""
    return typeset(TEMPLATE, found, drawn)


def typeset(template, found, drawn=None):
    """The folder of this one paper is all that its template can read."""
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        root = Path(folder)
        mark = paper_mark()
        (root / "paper.typ").write_text((MARKED % mark if mark else "") + template.read_text(encoding="utf-8"), encoding="utf-8")
        (root / "data.json").write_text(json.dumps(found), encoding="utf-8")
        for name, picture in (drawn or {}).items():
            (root / name).write_bytes(picture)
        return typst.compile(str(root / "paper.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True)
