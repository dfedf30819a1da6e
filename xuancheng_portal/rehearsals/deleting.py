"""A rehearsal is thrown away: every row that hangs on its campaign, its units or its accounts, and the files nobody else has.

What to delete is found by foreign keys, so a table added tomorrow is emptied of it as well. Rows go before what they lean on, because
the triggers that keep submissions and signatures ask whether they belong to a rehearsal. The audit log keeps its entries.
"""

from collections import defaultdict
from functools import partial
from graphlib import TopologicalSorter

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.audit import record
from accounts.models import AuditEvent, Job, Message, Organization, User
from accounts.rehearsing import paths_to, playing
from applications import uploads
from applications.models import Blob, LinkSnapshot, Upload
from campaigns.models import Campaign
from campaigns.rules import NotAllowed
from inspections.models import DevicePhoto
from xuancheng_portal.rehearsals import rules

KEPT = {AuditEvent}
# Content that several may have: it goes with the last row that names it.
SHARED = (Blob, LinkSnapshot)
AT_ONCE = 500


class NotOnlyRehearsed(Exception):
    """Something real hangs on what was to be deleted. Nothing was."""


@transaction.atomic
def delete_rehearsal(rehearsal, *, typed, by, at):
    """Returns how many rows went."""
    rehearsal = Campaign.everywhere.rehearsals().select_for_update().get(pk=rehearsal.pk)
    if problems := rules.delete_problems(rehearsal, typed):
        raise NotAllowed(problems)
    code = rehearsal.code
    with playing(code):
        rows = everything_of(rehearsal)
        guard(rehearsal, rows)
        files, pieces = files_of(rows)
        shared = shared_by(rows)
        for model in children_first(rows):
            for keys in chunks(rows[model]):
                doomed = model._base_manager.filter(pk__in=keys)
                doomed._raw_delete(doomed.db)
        gone = [(model, key) for model, keys in shared.items() for key in unused(model, keys)]
        for model, key in gone:
            model._base_manager.filter(pk=key).delete()
        count = sum(map(len, rows.values()))
        record("xuancheng_portal.delete_rehearsal", rehearsal, by=by, at=at, campaign=rehearsal, title=rehearsal.title, rows=count)
    blobs = [key for model, key in gone if model is Blob]
    transaction.on_commit(partial(forget_files, blobs, files, pieces))
    return count


def tables():
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and model not in KEPT]


def links():
    """[(model, foreign key)] between all tables."""
    known = tables()
    return [(model, key) for model in known for key in model._meta.concrete_fields if key.is_relation and key.related_model in known]


def everything_of(rehearsal):
    """{model: keys of its rows} of all that hangs on the campaign, its units and its accounts, however far."""
    own = {"rehearsal": rehearsal.code}
    rows = defaultdict(set)
    fresh = {
        Campaign: {rehearsal.pk}, Organization: set(Organization.everywhere.filter(**own).values_list("pk", flat=True)),
        **{model: set(model._base_manager.filter(**own).values_list("pk", flat=True)) for model in (User, Message, Job)},
    }
    while fresh:
        found = defaultdict(set)
        for model, keys in fresh.items():
            rows[model] |= keys
        for model, link in links():
            for keys in chunks(fresh.get(link.related_model, ())):
                found[model].update(model._base_manager.filter(**{f"{link.name}__in": keys}).values_list("pk", flat=True))
        fresh = {model: keys - rows[model] for model, keys in found.items() if keys - rows[model]}
    return rows


def guard(rehearsal, rows):
    """Nothing real is among it: a row of another campaign, a unit or a person who is no copy."""
    for model in (Organization, User):
        for keys in chunks(rows[model]):
            if model._base_manager.filter(pk__in=keys).exclude(rehearsal=rehearsal.code).exists():
                raise NotOnlyRehearsed(model._meta.label)
    for model, (path, _maybe) in paths_to(Campaign).items():
        for keys in chunks(rows[model]):
            if model._base_manager.filter(pk__in=keys, **{f"{path}__isnull": False}).exclude(**{path: rehearsal}).exists():
                raise NotOnlyRehearsed(model._meta.label)


def chunks(keys):
    keys = sorted(keys, key=str)
    return [keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE)]


def children_first(rows):
    """Models in an order in which nothing goes before what leans on it; the campaign, the units and the people last."""
    order = TopologicalSorter({model: set() for model in rows})
    for model, link in links():
        if model in rows and link.related_model in rows and model is not link.related_model:
            order.add(link.related_model, model)
    return list(order.static_order())


def shared_by(rows):
    """{Blob or LinkSnapshot: keys that these rows name}."""
    found = defaultdict(set)
    for model, link in links():
        if link.related_model in SHARED:
            for keys in chunks(rows.get(model, ())):
                found[link.related_model].update(model._base_manager.filter(pk__in=keys).exclude(**{link.name: None}).values_list(link.attname, flat=True))
    return found


def unused(target, keys):
    """Those of these keys that no row of any table names any more."""
    left = set(keys)
    for model, link in links():
        if link.related_model is target:
            for some in chunks(left):
                left -= set(model._base_manager.filter(**{f"{link.name}__in": some}).values_list(link.attname, flat=True))
    return left


def files_of(rows):
    """(names of downloads, names of half-arrived files)."""
    made = [name for keys in chunks(rows[Job]) for name in Job.objects.filter(pk__in=keys).exclude(file="").values_list("file", flat=True)]
    return made, [key for model in (Upload, DevicePhoto) for key in rows[model]]


def forget_files(blobs, downloads, pieces):
    """After the rows. A file somebody stored again meanwhile has its row again, and stays."""
    for sha256 in blobs:
        if not Blob.objects.filter(pk=sha256).exists():
            uploads.forget(sha256)
    for name in downloads:
        default_storage.delete(name)
    for key in pieces:
        uploads.discard_pieces(key)
