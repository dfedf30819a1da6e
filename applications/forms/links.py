"""Web addresses for an item, as many as somebody pastes."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from applications import fetching
from applications.forms.answers import helper
from applications.forms.evidence import WithCheckpoint

MOST_ADDRESSES = 50
LONGEST_ADDRESS = 1000
# Between addresses: blanks, lines, Chinese punctuation; a comma or semicolon only where it cannot be part of an address.
BETWEEN = re.compile(r"[\s，、；。“”《》]+|[,;]+(?=\s|https?://|www\.|$)", re.I)
HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.I)
INCOMPLETE = _("网址不完整，请从浏览器地址栏复制完整的网址，例如 https://www.example.gov.cn/…")
OBJECTIONS = {
    "port": _("网址带有特别的端口号，平台不能检查，请换用不带端口号的网址，或者上传网页截图"),
    "internal": _("这个网址只在内部网络里有效，公众打不开，请换用公开的网址"),
}


def addresses_in(text):
    """{address: as it was pasted} of the pieces of a text that are meant as addresses, each once, in order."""
    pieces = [piece.strip("<>\"'").rstrip(".,;:") for piece in BETWEEN.split(text)]
    return {piece if HAS_SCHEME.match(piece) else f"https://{piece}": piece for piece in pieces if piece}


class LinkForm(WithCheckpoint):
    """Good addresses can be saved while the others stay in the box, each with its reason (`refused`)."""

    prefix = "link"

    url = forms.CharField(
        label=_("网址"), max_length=MOST_ADDRESSES * LONGEST_ADDRESS, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("可以一次粘贴多个网址，每行一个，或者用空格、逗号隔开；网页名称会自动填写"),
        error_messages={"required": _("请填写网址。")},
    )
    title = forms.CharField(label=_("网页名称"), max_length=150, required=False, help_text=_("选填，只添加一个网址时使用"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["url"].widget.attrs |= {"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}
        self.helper = helper("url", "title", "checkpoint")
        self.refused = []

    def clean_url(self):
        """The addresses that can be added; the others are `refused`."""
        found = addresses_in(self.cleaned_data["url"])
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(_("一次最多添加 %(n)s 个网址，现在有 %(found)s 个，请分几次粘贴。") % {"n": MOST_ADDRESSES, "found": len(found)})
        good = []
        for address, pasted in found.items():
            if len(address) > LONGEST_ADDRESS:
                self.refuse(pasted, _("网址太长，最多 %(n)s 个字符") % {"n": LONGEST_ADDRESS})
            elif objection := fetching.objection(address):
                self.refuse(pasted, OBJECTIONS.get(objection, INCOMPLETE))
            else:
                good.append(address)
        return good

    def refuse(self, address, reason):
        self.refused.append((address, _("“%(address)s”没有添加：%(reason)s") % {"address": address[:80], "reason": reason}))

    @property
    def name(self):
        """A name typed for the only address; several get theirs from their pages."""
        return self.cleaned_data["title"] if len(self.cleaned_data["url"]) + len(self.refused) == 1 else ""

    def keep_refused(self):
        """Only what was not added stays in the box, each with its reason."""
        self.data = self.data.copy()
        self.data[self.add_prefix("url")] = "\n".join(address for address, _sentence in self.refused)
        for _address, sentence in self.refused:
            self.add_error("url", str(sentence))
