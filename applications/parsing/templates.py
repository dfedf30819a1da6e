"""Forms and texts the office wrote, filled with data that is only ever text."""

import io
import json
import re

from .refusing import Rejected

HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


class Drawn:
    """A picture in a template's hands: it can be shown, and nothing else can be asked of it."""

    def __init__(self, draw):
        self._draw = draw

    def __html__(self):
        return self._draw()

    __str__ = __html__


def fill(data, extension):
    """The document made of `template.docx` and `data.json`, with the pictures the data names, all in one archive of ours."""
    import zipfile

    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage

    archive = zipfile.ZipFile(io.BytesIO(data))
    template = DocxTemplate(io.BytesIO(archive.read("template.docx")))
    template.init_docx()
    if any(link.is_external and link.reltype != HYPERLINK for link in template.docx.part.package.iter_rels()):
        raise Rejected("external")

    def alive(value):
        if isinstance(value, dict) and set(value) == {"picture", "width", "height"}:
            picture, sides = value["picture"], {side: Mm(value[side]) for side in ("width", "height") if value[side]}
            return Drawn(lambda: str(InlineImage(template, io.BytesIO(archive.read(picture)), **sides)))
        if isinstance(value, dict):
            return {key: alive(inner) for key, inner in value.items()}
        return [alive(inner) for inner in value] if isinstance(value, list) else value

    rendered(lambda environment: template.render(alive(json.loads(archive.read("data.json"))), environment, autoescape=True))
    made = io.BytesIO()
    template.save(made)
    yield made.getvalue()


def rendered(render, **options):
    """What `render(environment)` returns, in a sandbox; what a template may not do or does not know is refused by name."""
    from jinja2 import StrictUndefined, TemplateError, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, **options)
    environment.globals.clear()
    try:
        return render(environment)
    except UndefinedError as error:
        raise Rejected("unknown", name=unknown_name(str(error))) from None
    except (SecurityError, OverflowError):
        raise Rejected("forbidden") from None
    except TemplateError as error:
        raise Rejected("syntax", words=str(error)[:200], line=getattr(error, "lineno", 0)) from None


def unknown_name(words):
    """The name in a message like: 'dict object' has no attribute '名字'; '名字' is undefined."""
    names = re.findall(r"'([^']*)'", words)
    return names[-1] if names else words[:60]


# Texts the office wrote: lines with names in them, filled with data that is only ever text.

DATA_BEGINS, DATA_ENDS, DATA_BREAKS = "\x02", "\x03", "\x04"


def marked(value):
    """A value as it stands in the text made: between marks, so that nothing in it is taken for a line or a mark of the office's own."""
    if not isinstance(value, str | int | float):
        str(value)  # a name that is not known says so
        raise Rejected("group")
    words = re.sub("[\x02-\x04]", "", str(value)).replace("\n", DATA_BREAKS)
    return f"{DATA_BEGINS}{words}{DATA_ENDS}"


def compose(data, extension):
    """The text made of `template` and the `names` it may use, both in one JSON of ours."""
    given = json.loads(bytes(data))
    made = rendered(
        lambda environment: environment.from_string(given["template"]).render(given["names"]), trim_blocks=True, lstrip_blocks=True, finalize=marked
    )
    yield made.encode()
