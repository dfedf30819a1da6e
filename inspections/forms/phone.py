"""Is what a phone sent well formed? The office's decision, and the package it imports."""

import json
import math
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from inspections.forms.desk import helper, text_area
from inspections.models import Score
from inspections.rules.phone import PIECE_LIMIT, PIECES_LIMIT, SentPhoto, SentRecord

LARGEST_NUMBER = 2**53  # what a script counts exactly; also within what the database keeps
HASH = RegexValidator(r"\A[0-9a-f]{64}\Z")
EXTENSIONS = ["jpg", "png", "heic", "webp"]


class SentForm(forms.Form):
    """What a record and a photo share. The ticket says that the person once took this visit along."""

    id = forms.UUIDField()
    visit = forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
    unit = forms.CharField(max_length=100, required=False)
    item = forms.CharField(max_length=20)
    ticket = forms.CharField(max_length=300, required=False)
    sha256 = forms.CharField(validators=[HASH])
    device_at = forms.DateTimeField(required=False)

    @property
    def sentences(self):
        """For the log of the phone: field and message."""
        return [f"{name}: {error}" for name, errors in self.errors.items() for error in errors]


class SentRecordForm(SentForm):
    number = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    verdict = forms.ChoiceField(choices=Score.Verdict, required=False)
    points = forms.CharField(required=False, validators=[RegexValidator(r"\A\d{1,4}(\.\d{1,2})?\Z")])
    reason = forms.CharField(max_length=2000, required=False, strip=False)
    keep = forms.BooleanField(required=False)
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def clean(self):
        data = super().clean()
        if not self.errors and self.sent.sha256 != data["sha256"]:
            raise forms.ValidationError(_("记录在路上损坏了，手机会再传一次。"))
        return data

    @property
    def sent(self):
        data = self.cleaned_data
        return SentRecord(
            id=data["id"], number=data["number"], visit=data["visit"], unit=data["unit"], item=data["item"], verdict=data["verdict"],
            points=Decimal(data["points"]) if data["points"] else None, reason=data["reason"], keep=data["keep"], base=data["base"] or 0, device_at=data["device_at"],
        )


class SentPhotoForm(SentForm):
    size = forms.IntegerField(min_value=1)
    extension = forms.ChoiceField(choices=[(name, name) for name in EXTENSIONS])
    pieces = forms.JSONField()
    removed = forms.BooleanField(required=False)

    def clean_size(self):
        if self.cleaned_data["size"] > settings.EVIDENCE_MAX_FILE:
            raise forms.ValidationError(_("照片太大，请在“我的”里关闭原图，或换一张小一些的。"))
        return self.cleaned_data["size"]

    def clean_pieces(self):
        pieces = self.cleaned_data["pieces"]
        if not isinstance(pieces, list) or not 0 < len(pieces) <= PIECES_LIMIT:
            raise forms.ValidationError(_("照片的分段数量不对。"))
        for piece in pieces:
            HASH(piece)
        return pieces

    def clean(self):
        data = super().clean()
        if not self.errors and len(data["pieces"]) < math.ceil(data["size"] / PIECE_LIMIT):
            raise forms.ValidationError(_("照片的分段太大。"))
        return data

    @property
    def sent(self):
        data = self.cleaned_data
        return SentPhoto(
            id=data["id"], visit=data["visit"], unit=data["unit"], item=data["item"], sha256=data["sha256"], size=data["size"],
            extension=data["extension"], pieces=tuple(data["pieces"]), device_at=data["device_at"],
        )


def said(body):
    """The JSON object a phone sent, as a form takes it; an empty one when it is none."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: value if isinstance(value, (str, bool)) else "" if value is None else json.dumps(value) for name, value in data.items()}


class DecideQuarantineForm(forms.Form):
    records = forms.ModelMultipleChoiceField(label=_("记录"), queryset=None, required=False)
    photos = forms.ModelMultipleChoiceField(label=_("照片"), queryset=None, required=False)
    reason = forms.CharField(
        label=_("处理的理由"), max_length=300, widget=text_area(), help_text=_("例如：已电话核实，当天在现场记录，因没有信号晚到。"),
        error_messages={"required": _("请写明处理的理由。")},
    )

    def __init__(self, *args, records, photos, **kwargs):
        super().__init__(*args, auto_id="decide-%s", **kwargs)
        self.fields["records"].queryset, self.fields["photos"].queryset = records, photos
        self.helper = helper("reason")


class ImportPackageForm(forms.Form):
    package = forms.FileField(
        label=_("备份包"), help_text=_("验收员在手机“同步”里导出的 zip 文件。"), widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
        error_messages={"required": _("请选择手机导出的备份包。")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="import-%s", **kwargs)
        self.helper = helper("package")
