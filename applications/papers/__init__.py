"""The application form on paper: one set of data, as PDF and as Word."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import uploads
from applications.models import FormTemplate
from applications.papers.contents import content as content
from applications.papers.contents import pictures as pictures
from applications.papers.filling import BadTemplate as BadTemplate
from applications.papers.filling import try_template as try_template
from applications.papers.filling import word as word
from applications.papers.marking import marked as marked
from applications.papers.template import default_template as default_template
from applications.papers.typesetting import pdf as pdf
from applications.papers.typesetting import typeset as typeset

KINDS = {"pdf": "application/pdf", "docx": uploads.KINDS["docx"].media_type}
# More photos may have to be drawn first, more text has to be set: longer than a person waits.
QUICK_PHOTOS, QUICK_LINKS, QUICK_CHARACTERS = 4, 100, 40_000


def is_quick(found):
    characters = sum(len(str(part)) for item in found["items"] for part in item["narrative"])
    return len(found["photos"]) <= QUICK_PHOTOS and len(found["links"]) <= QUICK_LINKS and characters <= QUICK_CHARACTERS


def make(found, kind, template=None, progress=lambda done, of: None):
    """The bytes of a form whose `content` was found; its words are Chinese, whatever language the page is in."""
    drawn = pictures(found, progress)
    return pdf(found, drawn) if kind == "pdf" else marked(word(found, drawn, template))


def found_for(application, submission, *, at):
    with translation.override("zh-hans"):
        return content(application, submission, at=at)


def template_of(campaign):
    """The bytes of the office's own template, or nothing."""
    own = FormTemplate.objects.in_use(campaign)
    if own is None:
        return None
    with uploads.open_blob(own.blob_id) as file:
        return file.read()


def filename(found, kind, at):
    stamp = f"{timezone.localtime(at):%Y%m%d-%H%M}"
    return uploads.clean_name(_("%(unit)s申报表 %(receipt)s %(stamp)s") % {"unit": found["unit"], "receipt": found["receipt"], "stamp": stamp} + f".{kind}")
