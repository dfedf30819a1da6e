"""A form that two people may have open at once: neither undoes what the other saved meanwhile (R-16)."""

import json

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.forms.fields import PlainForm


class SharedForm(PlainForm):
    """The page carries what its fields showed. On a save, a field that this person left alone takes what is stored now; one that both
    changed, and differently, is an error that tells the other's value, and the next save is meant. `initial` is what is stored now, so
    the view reads the row in the transaction that saves it (`saved_as_one`). Fields without an initial value are left to the person."""

    @property
    def shown(self):
        """For the page, within its form element."""
        texts = {name: self.stored(name) for name in self.fields if name in self.initial}
        return format_html('<input type="hidden" name="{}" value="{}">', self.add_prefix("shown"), json.dumps(texts, ensure_ascii=False))

    def stored(self, name):
        value = self.fields[name].prepare_value(self.get_initial_for_field(self.fields[name], name))
        return "" if value is None else str(value)

    def full_clean(self):
        if self.is_bound:
            self.overtaken = self.meet_others()
        super().full_clean()
        for name in self.overtaken:
            theirs = in_words(self.fields[name], self.stored(name))
            self.add_error(name, _("你打开这一页以后，别人把这一项改成了“%(theirs)s”，所以没有保存。你填的还在这一栏里；核对后再保存一次，就以你填的为准。") % {"theirs": theirs})

    def meet_others(self):
        """The fields that both changed. What only the others changed is taken over."""
        shown, data, both = shown_by(self.data.get(self.add_prefix("shown"), "")), self.data.copy(), []
        for name in shown.keys() & self.fields.keys() & self.initial.keys():
            field, now, typed = self.fields[name], self.stored(name), self[name].data
            if not differ(field, shown[name], now):
                continue
            if not differ(field, shown[name], typed):
                data[self.add_prefix(name)] = now
            elif differ(field, now, typed):
                both.append(name)
        self.data = data
        return both


def shown_by(text):
    """{field: text} of a page; empty when it is not what a page carries."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str)} if isinstance(told, dict) else {}


def differ(field, before, after):
    """Whether two spellings mean different values: 0.50 is 0.5, and lines end as they may."""
    before, after = (value.replace("\r\n", "\n") if isinstance(value, str) else value for value in (before, after))
    try:
        return field.has_changed(field.to_python(before), after)
    except forms.ValidationError:
        return True


def in_words(field, text):
    if isinstance(field, forms.BooleanField):
        return _("是") if text == "True" else _("否")
    labels = {str(value): str(label) for value, label in getattr(field, "choices", ())}
    return labels.get(text, text) or _("（空）")
