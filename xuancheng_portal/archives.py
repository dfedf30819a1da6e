"""Backup and restore: one zip with every row, every stored file and a manifest of SHA-256 (R-33, R-34).

Rows are written as JSON lines model by model, so an archive made on SQLite can be restored on PostgreSQL. It holds
personal data and password hashes: keep it where only administrators can read it.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.core import serializers
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from accounts.models import AuditEvent, Job
from applications import uploads
from applications.models import Blob

APPS = ("accounts", "campaigns", "standards", "applications", "inspections", "results")
PIECE = 1024**2


class Unusable(Exception):
    """The archive or this portal is not fit for a restore; the text says why."""


def models():
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


def schema():
    """The migrations of our apps, so that an archive is only read by the code that wrote it."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if app in APPS)


def backup(path, *, at):
    """Write the archive beside its final name and move it there when it is whole. Returns (rows, files)."""
    path = Path(path).resolve()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".backup-", delete=False) as unfinished:
        try:
            os.fchmod(unfinished.fileno(), 0o600)
            counts = _write(unfinished, at)
            os.fsync(unfinished.fileno())
        except BaseException:
            os.unlink(unfinished.name)
            raise
    os.replace(unfinished.name, path)
    return counts


def _write(target, at):
    manifest, counts = {}, {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:

        def put(name, pieces):
            digest = hashlib.sha256()
            with archive.open(name, "w", force_zip64=True) as member:
                for piece in pieces:
                    digest.update(piece)
                    member.write(piece)
            manifest[name] = digest.hexdigest()

        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for model in models():
                label = model._meta.label_lower
                put(f"rows/{label}.jsonl", (line.encode() for line in _lines(model)))
                counts[label] = model._base_manager.count()
            blobs = list(Blob.objects.order_by("pk").values_list("pk", flat=True))
            made = list(Job.objects.exclude(file="").values_list("file", flat=True))
        for sha256 in blobs:
            with uploads.open_blob(sha256) as file:
                put(f"evidence/{sha256}", iter(lambda: file.read(PIECE), b""))
        for name in made:
            with default_storage.open(name) as file:
                put(f"downloads/{name}", iter(lambda: file.read(PIECE), b""))
        facts = {"made_at": at.isoformat(), "schema": schema(), "counts": counts, "sha256": manifest}
        archive.writestr("manifest.json", json.dumps(facts, ensure_ascii=False, indent=1))
        archive.writestr("SHA256SUMS", "".join(f"{digest}  {name}\n" for name, digest in manifest.items()))
    return sum(counts.values()), len(blobs) + len(made)


class Exact(DjangoJSONEncoder):
    """Django's cuts moments to milliseconds, and the audit chain hashes them whole."""

    def default(self, value):
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _lines(model):
    for row in model._base_manager.order_by("pk").iterator(chunk_size=500):
        yield serializers.serialize("jsonl", [row], cls=Exact)


def restore(path):
    """Fill this empty portal. Everything is checked against the manifest before the first row is written."""
    if AuditEvent.objects.exists() or any(model._base_manager.exists() for model in models()):
        raise Unusable(_("这个平台里已有数据，恢复只能在空的平台上进行。请换一个数据目录或空的数据库。"))
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, KeyError) as error:
        raise Unusable(_("这个文件不是完整的备份：%(why)s") % {"why": error}) from error


def _read(archive):
    facts = json.loads(archive.read("manifest.json"))
    for name, expected in facts["sha256"].items():
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != expected:
            raise Unusable(_("备份中的 %(name)s 与清单不符，备份已损坏。") % {"name": name})
    if facts["schema"] != schema():
        raise Unusable(_("备份由另一个版本的平台写成，请先用写备份时的版本恢复，再升级。"))
    files = 0
    for name in facts["sha256"]:
        folder, _slash, key = name.partition("/")
        if folder == "evidence":
            with archive.open(name) as member:
                uploads.store(member)
            files += 1
        elif folder == "downloads":
            with archive.open(name) as member:
                default_storage.save(key, member)
            files += 1
    with transaction.atomic(), connection.constraint_checks_disabled():
        for model in models():
            with archive.open(f"rows/{model._meta.label_lower}.jsonl") as member:
                for row in serializers.deserialize("jsonl", member):
                    row.save()
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models()):
                cursor.execute(statement)
    return sum(facts["counts"].values()), files
