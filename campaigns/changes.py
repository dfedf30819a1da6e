"""What an entry of the log says was changed, in the words of the screens."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Minimum, Opens, Phase, Track
from campaigns.rules import show_day, show_end

PARTS = {"phases": Phase, "tracks": Track, "minimums": Minimum}


def changed_words(changes):
    """[(name, before, after)] of {field: [before, after]} as the log keeps it; a part of a file is `phases.guidance.ends_at`."""
    return [(named(path), *(worded(path, value) for value in pair)) for path, pair in changes.items()]


def field_of(path):
    head, *rest = path.split(".")
    models_here = [PARTS[head]] if head in PARTS else [Campaign, Phase, Track, Minimum]
    for model in models_here:
        try:
            return model._meta.get_field((rest or [head])[-1])
        except FieldDoesNotExist:
            continue
    return None


def named(path):
    head, *rest = path.split(".")
    field, names = field_of(path), [PARTS[head]._meta.verbose_name, rest[0]] if head in PARTS else []
    if field is not None:
        names.append(field.verbose_name)
    return " ".join(map(str, names)) or path


def worded(path, value):
    """A value of the log, which keeps text, as a person would say it."""
    field = field_of(path)
    if value in ("", "None"):
        return _("无")
    if isinstance(field, models.BooleanField):
        return _("是") if value == "True" else _("否")
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(value)
        return show_end(moment) if field.name == "ends_at" else show_start(moment)
    if isinstance(field, models.DecimalField):
        try:
            return f"{Decimal(value).normalize():f}"
        except InvalidOperation:
            return value
    if field is not None and field.name == "opens":
        return str(dict(Opens.choices).get(value, _("无")))
    return value


def show_start(moment):
    local = timezone.localtime(moment)
    return show_day(local) + ("" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}")
