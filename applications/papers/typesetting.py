"""A paper as a PDF. typst reads its template and the data as JSON, so that no text is ever markup (S-19)."""

import json
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import typst

TEMPLATE = Path(__file__).parent / "form.typ"
FONTS = Path(find_spec("justmytype_intl_cjk").origin).parent / "fonts/ofl/notosanssc"


def pdf(found, drawn, template=TEMPLATE):
    """`found` is plain data, `drawn` the pictures it names. The folder of this one paper is all that can be read."""
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        root = Path(folder)
        shutil.copy(template, root / "paper.typ")
        (root / "data.json").write_text(json.dumps(found), encoding="utf-8")
        for name, picture in drawn.items():
            (root / name).write_bytes(picture)
        return typst.compile(str(root / "paper.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True)
