"""Official papers by GB/T 9704-2012, as Word and as PDF, from one set of blocks; the words are the office's, the facts are settled ones."""

from pathlib import Path

from django.utils import timezone

from applications import papers, uploads
from results.models import PaperKind, PaperText
from results.papers.composing import compose as compose
from results.papers.composing import try_text as try_text
from results.papers.contents import batch_of as batch_of
from results.papers.contents import campaign_of as campaign_of
from results.papers.contents import confirmed_lists as confirmed_lists
from results.papers.contents import day_of as day_of
from results.papers.contents import names as names
from results.papers.contents import newest as newest
from results.papers.contents import number_of as number_of
from results.papers.contents import recommended as recommended
from results.papers.public_copy import public_copy as copy_of
from results.papers.texts import BUILT_IN as BUILT_IN
from results.papers.texts import COMMON_NAMES as COMMON_NAMES
from results.papers.texts import NAMES as NAMES
from results.papers.texts import SAMPLES as SAMPLES
from results.papers.word import word as word

KINDS = papers.KINDS
TYPESET = Path(__file__).parent / "paper.typ"


def text_of(campaign, kind, at=None):
    """The office's own text of a kind of paper, or the built-in one; as it was at a moment when told one."""
    texts = PaperText.objects.in_use_at(at) if at else PaperText.objects.in_use()
    own = texts.filter(campaign=campaign, kind=kind).first()
    return own.text if own else BUILT_IN[kind]


def blocks(kind, subject):
    """The paper itself. Raises BadTemplate when its text no longer fits."""
    return compose(text_of(campaign_of(kind, subject), kind), names(kind, subject))


def title_of(found):
    return "".join(block["text"] for block in found if block["kind"] == "title")


def make(found, extension):
    """The bytes of a paper whose `blocks` were found."""
    if extension == "docx":
        return papers.marked(word(found))
    return papers.typeset(TYPESET, {"title": title_of(found), "blocks": found})


def public_copy(notice, extension):
    """The same of a published notice for anybody, made once, with the text at its publication: what the office writes later was not
    published with it. Raises BadTemplate as `blocks` does."""
    return copy_of(notice, text_of(notice.campaign, PaperKind.NOTICE, notice.published_at), extension, make)


def filename(found, about, extension, at):
    return uploads.clean_name(f"{title_of(found)} {about} {timezone.localtime(at):%Y%m%d-%H%M}".replace("  ", " ") + f".{extension}")
