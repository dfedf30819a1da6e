"""A record on paper: its head, and a line for each item by its number."""

import unicodedata
from decimal import Decimal

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications import uploads
from inspections.forms.desk import PointsField, helper, text_area
from inspections.forms.visits import PeopleField
from inspections.models import Score
from inspections.rules.paper import TypedLine, plain, row_numbered

VERDICT_NUMBERS = list(zip("123", Score.Verdict.labels, strict=True))  # as the paper numbers them
VERDICTS = dict(zip("123", Score.Verdict.values, strict=True))
KEPT = "inspections.paper_scan"


class PaperForm(forms.Form):
    """Whose names stand on the paper, and its scan. A scan that arrived once is kept while the lines are mended."""

    people = PeopleField(
        label=_("纸上签名的验收员"), queryset=None, error_messages={"required": _("请勾选在纸上签名的验收员。")}, help_text=_("录入的内容记为这些人各自的记录，他们会收到通知，仍须在平台上签字。"),
    )
    scan = forms.FileField(
        label=_("纸质记录的扫描件"), required=False, help_text=_("一个 PDF，或一张照片；多页请扫描成一个 PDF。"), error_messages={"empty": _("这是一个空文件，请重新选择。")},
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("晚录的理由"), required=False, max_length=300, widget=text_area(2), help_text=_("检查验收期已过，由公开办补录，理由记入审计。"))

    def __init__(self, *args, people, is_late, **kwargs):
        super().__init__(*args, auto_id="paper-%s", **kwargs)
        self.fields["people"].queryset = User.objects.filter(pk__in=[person.pk for person in people]).select_related("organization")
        self.fields["scan"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.heic,.webp"
        if not is_late:
            del self.fields["reason"]
        self.kept_name = ""
        self.helper = helper(*[name for name in ("people", "scan", "reason", "kept") if name in self.fields])
        self.helper.label_class = "requiredField"  # the scan too, unless it is here already: never marked optional

    def taken(self):
        """The scan that came with this form or an earlier try; nothing when it must still be chosen. A refused one is an error of the field."""
        file = self.files.get("scan")
        try:
            return uploads.take(file) if file else self.kept_scan()
        except uploads.Refused as refusal:
            self.add_error("scan", _("“%(name)s”没有上传：%(reason)s") % {"name": uploads.clean_name(file.name), "reason": refusal})
        return None

    def kept_scan(self):
        try:
            name, sha256, size = signing.loads(self.data.get("kept", ""), salt=KEPT)
        except signing.BadSignature:
            self.add_error("scan", _("请选择纸质记录的扫描件，作为补录的依据。"))
            return None
        return uploads.Taken(name, uploads.kind_named(name), sha256, size)

    def keep(self, taken):
        """The page is shown again with the scan already here."""
        self.data = self.data.copy()
        self.data["kept"] = signing.dumps([taken.name, taken.sha256, taken.size], salt=KEPT)
        self.kept_name = taken.name


class PaperLineForm(forms.Form):
    """One line of the paper. Empty lines are none; 符合 without points means full points."""

    number = forms.CharField(label=_("编号"), max_length=20, required=False)
    verdict = forms.CharField(label=_("结论"), max_length=10, required=False)
    points = PointsField(label=_("得分"), required=False)
    reason = forms.CharField(label=_("现场情况和扣分理由"), max_length=2000, required=False)

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for name, size in [("number", 8), ("verdict", 8), ("points", 6), ("reason", 40)]:
            self.fields[name].widget.attrs |= {"class": "form-control", "size": size, "autocomplete": "off", "data-part": name}

    @property
    def place(self):
        return int(self.prefix.rpartition("-")[2])

    @property
    def is_blank(self):
        """Without anything but a number nothing was said."""
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in ("verdict", "points", "reason"))

    def clean_number(self):
        number = self.cleaned_data["number"].strip()
        if self.is_blank:
            return None
        if not number:
            raise forms.ValidationError(_("请填写编号，例如 5.4。"))
        row = row_numbered(self.rows, number)
        if row is None:
            raise forms.ValidationError(_("这次验收没有编号为 %(number)s 的指标，请核对纸上的编号。") % {"number": plain(number)})
        return row

    def clean_verdict(self):
        said = unicodedata.normalize("NFKC", self.cleaned_data["verdict"]).strip()
        names = {str(label): value for value, label in Score.Verdict.choices}
        if said and said not in VERDICTS and said not in names:
            raise forms.ValidationError(_("结论填 1（符合）、2（部分符合）或 3（不符合）。"))
        return VERDICTS.get(said) or names.get(said, "")

    def clean(self):
        data = super().clean()
        points, row = data.get("points"), data.get("number")
        if row and "points" in data and not isinstance(points, Decimal):
            data["points"] = row.maximum if data.get("verdict") == Score.Verdict.MET else None
        return data

    @property
    def line(self):
        data = self.cleaned_data
        return TypedLine(self.place, data["number"], data["verdict"], data["points"], data["reason"].strip())


def paper_lines(data, rows):
    """As many lines as there are items."""
    lines = forms.formset_factory(PaperLineForm, extra=len(rows), max_num=len(rows), absolute_max=len(rows))
    return lines(data, prefix="lines", form_kwargs={"rows": rows})
