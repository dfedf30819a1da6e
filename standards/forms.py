"""Is it well formed? What a draft may still lack is told at its publication."""

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.forms import PlainForm
from standards.annex import KEEP_CRITERIA


def points_field(label, **attrs):
    return forms.DecimalField(
        label=label, required=False, max_digits=6, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "form-control points-input", "autocomplete": "off", **attrs}),
        error_messages={name: _("请填写数字，例如 4.5；不适用的留空。") for name in ("invalid", "max_digits", "max_decimal_places", "max_whole_digits")},
    )


def shown(points):
    return "" if points is None else f"{points.normalize():f}"


def in_order_of(held, codes):
    """What was chosen, in the order it stood in before; what is new comes last."""
    return [code for code in held if code in codes] + [code for code in codes if code not in held]


class StartDraftForm(PlainForm, forms.Form):
    note = forms.CharField(label=_("修订说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("为什么修订、改了什么；启用后随更新提示发给填报单位。"))


class FactsForm(StartDraftForm):
    official_points = forms.BooleanField(label=_("分值来自官方文件（创建细则）"), required=False, help_text=_("不勾选的，凡显示分值的地方都标明“非官方”。"))
    points_note = forms.CharField(label=_("分值说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("分值从哪里来；显示在建设标准页面上方。"))
    field_order = ["note", "official_points", "points_note"]


class GridForm(forms.Form):
    """The whole draft in one form: code and name of each category, points of each item in each track, and what is added."""

    new_category_code = forms.CharField(label=_("新类别的编号"), max_length=20, required=False)
    new_category_name = forms.CharField(label=_("新类别的名称"), max_length=60, required=False)

    def __init__(self, data=None, *, categories, tracks):
        super().__init__(data)
        self.categories, self.tracks = categories, tracks
        for category in categories:
            self.fields[f"category-{category.pk}-code"] = forms.CharField(label=_("类别编号"), max_length=20, initial=category.code, required=False, show_hidden_initial=True)
            self.fields[f"category-{category.pk}-name"] = forms.CharField(label=_("类别名称"), max_length=60, initial=category.name, required=False, show_hidden_initial=True)
            self.fields[f"new-{category.pk}-code"] = forms.CharField(label=_("新指标的编号"), max_length=20, required=False)
            self.fields[f"new-{category.pk}-title"] = forms.CharField(label=_("新指标的短标题"), max_length=80, required=False)
            for item in category.shown_items:
                held = {row.track_id: row.points for row in item.points.all()}
                for track in tracks:
                    field = points_field(f"{item.code} {track.name}", **{"data-points": track.key})
                    field.initial, field.show_hidden_initial = shown(held.get(track.pk)), True
                    self.fields[f"points-{item.pk}-{track.key}"] = field
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")
            field.widget.attrs["aria-label"] = field.label

    def laid_out(self):
        """[(category, its code, its name, [(item, [(track, field)])], code and title of a new item)] for the page."""
        return [
            {
                "category": category, "code": self[f"category-{category.pk}-code"], "name": self[f"category-{category.pk}-name"],
                "changed_by_others": [field for part in ("code", "name") if hasattr(field := self[f"category-{category.pk}-{part}"], "theirs")],
                "items": [(item, [(track, self[f"points-{item.pk}-{track.key}"]) for track in self.tracks]) for item in category.shown_items],
                "new_code": self[f"new-{category.pk}-code"], "new_title": self[f"new-{category.pk}-title"],
            }
            for category in self.categories
        ]

    def shown_before(self, name):
        """What the page showed in a field when it was opened; it is sent beside what was typed."""
        field = self.fields[name]
        try:
            return field.to_python(self.data.get(self.add_initial_prefix(name), ""))
        except forms.ValidationError:
            return field.to_python("")

    def typed(self, names):
        """{cell: (what was shown, what is wanted)} of those that a person changed. `names`: {cell: its field}."""
        return {cell: (self.shown_before(name), self.cleaned_data[name]) for cell, name in names.items() if name in self.changed_data}

    @property
    def points(self):
        return self.typed({(item.pk, track.key): f"points-{item.pk}-{track.key}" for category in self.categories for item in category.shown_items for track in self.tracks})

    @property
    def names(self):
        return self.typed({(category.pk, part): f"category-{category.pk}-{part}" for category in self.categories for part in ("code", "name")})

    @property
    def has_lost(self):
        """Whether points were changed of an item that somebody removed meanwhile."""
        typed = {name: value for name, value in self.data.items() if name.startswith("points-") and name not in self.fields}
        return any(value != self.data.get(self.add_initial_prefix(name), value) for name, value in typed.items())

    def caught_up(self, categories, writers):
        """The same with what is stored now: beside what this person changed stands what somebody else wrote there, everything else is as stored."""
        data, now = self.data.copy(), GridForm(categories=categories, tracks=self.tracks)
        cells = {f"category-{category.pk}-{part}": category.code for category in categories for part in ("code", "name")}
        cells |= {f"points-{item.pk}-{track.key}": f"{item.code} {track.key}" for category in categories for item in category.shown_items for track in self.tracks}
        theirs = {}
        for name in cells:
            stored = now[name].initial or ""
            if name not in self.changed_data:
                data[name] = stored
            elif now.fields[name].to_python(stored) not in (self.shown_before(name), self.cleaned_data.get(name)):
                theirs[name] = (stored, writers.get(cells[name], ""))
            data[self.add_initial_prefix(name)] = stored
        found = GridForm(data, categories=categories, tracks=self.tracks)
        for name, (stored, writer) in theirs.items():
            words = _("现在是 %(value)s，%(who)s改的") if writer else _("现在是 %(value)s")
            found[name].theirs = words % {"value": stored or _("空"), "who": writer}
        return found


class ItemForm(PlainForm, forms.Form):
    category = forms.ModelChoiceField(label=_("类别"), queryset=None, empty_label=None, error_messages={"required": _("请选择类别。"), "invalid_choice": _("请选择列出的类别。")})
    code = forms.CharField(label=_("编号"), max_length=20, error_messages={"required": _("请填写编号。")})
    title = forms.CharField(label=_("短标题"), max_length=80, error_messages={"required": _("请填写短标题。")})
    text = forms.CharField(label=_("指标原文"), max_length=20000, error_messages={"required": _("请填写指标原文。")}, widget=forms.Textarea(attrs={"rows": 4}))
    evidence_kinds = forms.MultipleChoiceField(label=_("建议的证明材料"), required=False, widget=forms.CheckboxSelectMultiple)
    methods = forms.MultipleChoiceField(label=_("检查方式"), required=False, widget=forms.CheckboxSelectMultiple)
    veto_candidate = forms.BooleanField(label=_("一票否决候选"), required=False, help_text=_("是否启用一票否决在活动设置里决定。"))
    notes = forms.CharField(label=_("说明"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("评分标准、扣分依据等，随指标一起显示。"))

    def __init__(self, data=None, *, item, tracks, legend):
        self.item, self.tracks = item, tracks
        super().__init__(data, initial={
            "category": item.category_id, "code": item.code, "title": item.title, "text": item.text, "evidence_kinds": item.evidence_kinds,
            "methods": item.methods, "veto_candidate": item.veto_candidate, "notes": item.notes,
        })
        self.fields["category"].queryset = item.category.standard.categories.order_by("order")
        for name, key in (("evidence_kinds", "evidence_kinds"), ("methods", "inspection_methods")):
            names = legend.get(key, {})
            self.fields[name].choices = list(names.items()) + [(code, code) for code in getattr(item, name) if code not in names]
        held = {row.track_id: row.points for row in item.points.all()}
        for track in tracks:
            field = points_field(track.name, **{"data-points": track.key})
            field.initial = shown(held.get(track.pk))
            self.fields[f"points-{track.key}"] = field

    @property
    def helper(self):
        helper = super().helper
        helper.layout = Layout(
            Div("category", "code", css_class="halves"), "title", "text", Div("evidence_kinds", "methods", css_class="halves"), "veto_candidate", "notes",
        )
        return helper

    def points_fields(self):
        return [(track, self[f"points-{track.key}"]) for track in self.tracks]

    def wanted(self, checkpoints):
        """The shape of `contents.present_item`."""
        told = self.cleaned_data
        kept = {"title_derived": self.item.title_derived, "rules": self.item.rules}
        texts = {name: told[name].strip().replace("\r\n", "\n") for name in ("code", "title", "text", "notes")}
        points = {track.key: value for track in self.tracks if (value := told[f"points-{track.key}"]) is not None}
        chosen = {name: in_order_of(getattr(self.item, name), told[name]) for name in ("evidence_kinds", "methods")}
        return kept | texts | chosen | {"veto_candidate": told["veto_candidate"]} | {"points": points, "checkpoints": checkpoints}


class CheckpointForm(PlainForm, forms.Form):
    code = forms.CharField(label=_("检查点编号"), max_length=30, error_messages={"required": _("请填写编号。")})
    text = forms.CharField(label=_("检查点"), max_length=20000, error_messages={"required": _("请填写检查点；不要的请勾选删除。")}, widget=forms.Textarea(attrs={"rows": 2}))
    details = forms.CharField(label=_("细目（一行一条，选填）"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    tracks = forms.MultipleChoiceField(label=_("适用的申报类别"), required=False, widget=forms.CheckboxSelectMultiple)
    gone = forms.BooleanField(label=_("删除这个检查点"), required=False)

    def __init__(self, *args, tracks, **kwargs):
        super().__init__(*args, **kwargs)
        self.order = [track.key for track in tracks]
        self.fields["tracks"].choices = [(track.key, track.name) for track in tracks]
        if not self.initial:
            self.fields["tracks"].initial = self.order
        if self.is_bound and self.data.get(self.add_prefix("gone")):
            self.fields["code"].required = self.fields["text"].required = False

    @property
    def is_blank(self):
        """Ticked as deleted, or a new row that nobody wrote in."""
        return not self.cleaned_data or self.cleaned_data["gone"]

    @property
    def wanted(self):
        told = self.cleaned_data
        return {
            "code": told["code"].strip(), "text": told["text"].strip().replace("\r\n", "\n"),
            "details": [line.strip() for line in told["details"].splitlines() if line.strip()], "tracks": [key for key in self.order if key in told["tracks"]],
        }


CheckpointFormSet = forms.formset_factory(CheckpointForm, extra=1, max_num=200, absolute_max=200)


class AnnexFileForm(PlainForm, forms.Form):
    file = forms.FileField(
        label=_("创建细则（.xlsx 或 .csv）"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}), help_text=_("读取打开时显示的那张工作表；合并单元格、表头上方的标题都可以保留。"),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择。")},
    )


class AnnexForm(forms.Form):
    """What each column is, which item each line belongs to, and what is done with the texts."""

    heading = forms.IntegerField(label=_("表头在第几行"), min_value=0, max_value=2000, required=False, error_messages={"invalid": _("请填写行号。"), "min_value": _("请填写行号。"), "max_value": _("请填写行号。")})
    criteria = forms.ChoiceField(
        label=_("评分标准、扣分依据和备注"), choices=list(zip(KEEP_CRITERIA, (_("写进各项的说明"), _("评分标准作为检查点，替换原来的"), _("不写入")), strict=True)), initial="notes",
        error_messages={"invalid_choice": _("请选择列出的做法。"), "required": _("请选择列出的做法。")},
    )
    texts = forms.BooleanField(label=_("用附件里的文字替换指标原文"), required=False)
    drop = forms.BooleanField(label=_("附件里没有的现有指标不再保留"), required=False)

    def __init__(self, data=None, *, columns, entries, roles, items, initial):
        super().__init__(data, initial=initial)
        for column, label in columns:
            self.fields[f"column-{column}"] = forms.ChoiceField(label=label, choices=roles, required=False, error_messages={"invalid_choice": _("请选择列出的含义。")})
        for n, entry in enumerate(entries):
            self.fields[f"match-{n}"] = forms.ChoiceField(
                label=_("第 %(row)s 行对应的指标") % {"row": entry.row}, required=False, error_messages={"invalid_choice": _("请选择列出的指标。")},
                choices=[("new", _("作为新指标")), ("skip", _("不写入")), *((code, f"{code} {item['title']}") for code, item in items.items())],
            )
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs |= {"class": "form-select", "aria-label": field.label}
