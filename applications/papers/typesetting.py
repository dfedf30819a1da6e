"""Papers as PDF. typst reads a template and the data as JSON, so that no text is ever markup (S-19)."""

import json
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import typst

TEMPLATE = Path(__file__).parent / "form.typ"
FONTS = Path(find_spec("justmytype_intl_cjk").origin).parent / "fonts/ofl/notosanssc"


def pdf(found, drawn):
    """`found` is what `content` returns, `drawn` the pictures it names."""
    return typeset(TEMPLATE, found, drawn)


def typeset(template, found, drawn=None):
    """The folder of this one paper is all that its template can read."""
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        root = Path(folder)
        shutil.copy(template, root / "paper.typ")
        (root / "data.json").write_text(json.dumps(found), encoding="utf-8")
        for name, picture in (drawn or {}).items():
            (root / name).write_bytes(picture)
        return typst.compile(str(root / "paper.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True)
