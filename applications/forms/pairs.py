"""Documents and interpretations: one row typed, or a block pasted from Excel."""

import re
from datetime import date

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.answers import helper
from applications.models import latest_checks

WRITTEN = re.compile(r"((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?")
DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
TITLE_LENGTH = 200


def day_in(text):
    """A date as people and Excel write it; None where the text is not one."""
    found = WRITTEN.fullmatch(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def link_field(label):
    return forms.ModelChoiceField(None, label=label, required=False, empty_label=_("不选"))


class DayField(forms.DateField):
    """Asked of everybody, but a link whose page states the day may answer instead: the form says so, not the field."""

    def validate(self, value):
        pass


def day_field(label):
    return DayField(
        label=label, input_formats=DAY_FORMATS, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期请写成 2021-09-18 这样。")},
    )


class PairForm(forms.Form):
    """A date is typed, or taken from the page of a link of the item that states one."""

    prefix = "pair"

    document_title = forms.CharField(label=_("文件名称"), max_length=TITLE_LENGTH, required=False)
    document_on = day_field(_("文件公开日期"))
    document_link = link_field(_("文件的网页"))
    reading_title = forms.CharField(label=_("解读名称"), max_length=TITLE_LENGTH, required=False)
    reading_on = day_field(_("解读公开日期"))
    reading_link = link_field(_("解读的网页"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, response, **kwargs):
        super().__init__(*args, **kwargs)
        links = response.evidence.links().present().prefetch_related(latest_checks())
        for name in ("document_link", "reading_link"):
            self.fields[name].queryset = links
            self.fields[name].label_from_instance = named
        sides = [Div(*(f"{side}_{name}" for name in ("title", "on", "link"))) for side in ("document", "reading")]
        self.helper = helper(Div(*sides, css_class="halves"), "version")

    def clean(self):
        given = super().clean()
        for side in ("document", "reading"):
            link = given.get(f"{side}_link")
            if f"{side}_on" not in given:
                continue
            if link and not given[f"{side}_on"] and link.last_check:
                given[f"{side}_on"] = link.last_check.published_on
            if link and not given.get(f"{side}_title"):
                given[f"{side}_title"] = link.title
            if not given[f"{side}_on"]:
                self.add_error(f"{side}_on", _("所选网页没有标明发布日期，请填写日期。") if link else _("请填写日期，或选择标明了发布日期的网页。"))
        return given

    @property
    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def named(link):
    """A link as a choice, with the date its page states."""
    check = link.last_check
    return f"{link.title[:40]}（{check.published_on}）" if check and check.published_on else link.title[:40]


class PasteForm(forms.Form):
    """Two columns (the dates) or four (title, date, title, date). Lines that cannot be read stay in the box."""

    prefix = "paste"

    rows = forms.CharField(
        label=_("从 Excel 粘贴"), widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), max_length=100_000,
        help_text=_("选中 Excel 里的两列（文件日期、解读日期）或四列（文件名称、文件日期、解读名称、解读日期），复制后粘贴到这里"),
        error_messages={"required": _("请先粘贴内容。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper("rows")
        self.refused = []

    def clean_rows(self):
        good = []
        for number, line in enumerate(self.cleaned_data["rows"].splitlines(), 1):
            cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else re.split(r"\s{2,}|[,，]", line.strip()))]
            if not any(cells):
                continue
            if len(cells) == 2:
                cells = ["", cells[0], "", cells[1]]
            days = [day_in(cell) for cell in cells[1::2]]
            if len(cells) == 4 and all(days) and max(len(cells[0]), len(cells[2])) <= TITLE_LENGTH:
                good.append((line, self.values_of(cells, days)))
            elif number > 1 or len(cells) != 4 or any(days):  # a first line without dates is the heading
                self.refuse(line, _("要有两列或四列，日期写成 2021-09-18 这样"))
        return good

    @staticmethod
    def values_of(cells, days):
        return {
            "document_title": cells[0], "document_on": days[0], "document_link": None, "reading_title": cells[2], "reading_on": days[1], "reading_link": None,
        }

    def refuse(self, line, reason):
        self.refused.append((line, _("“%(line)s”没有添加：%(reason)s") % {"line": " ".join(line.split())[:60], "reason": reason}))

    def keep_refused(self):
        self.data = self.data.copy()
        self.data[self.add_prefix("rows")] = "\n".join(line for line, _sentence in self.refused)
        for _line, sentence in self.refused:
            self.add_error("rows", str(sentence))
