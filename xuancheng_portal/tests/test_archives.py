"""Backup and restore: what comes back is what was there."""

import zipfile
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.test import TransactionTestCase

from accounts import audit
from accounts.models import AuditEvent, User
from applications import uploads
from applications.models import Application, Blob
from applications.tests.factories import make_application
from campaigns.tests.factories import moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(campaign, taohuatan, clerk, tmp_path):
    """A portal with an application, a stored file and an audit entry of no round moment, and its backup."""
    application = make_application(taohuatan, campaign, status="accepted", by=clerk)
    audit.record("accounts.login", clerk, by=clerk, at=moment(9, 1).replace(microsecond=123456), n="1")
    stored = uploads.store(BytesIO("会议纪要".encode()))
    Blob.objects.create(sha256=stored.sha256, size=stored.size, media_type="application/pdf", extension="pdf", stored_at=moment(9, 1))
    path = tmp_path / "backup.zip"
    call_command("backup", str(path))
    return application, stored, path


def empty_everything():
    TransactionTestCase()._fixture_teardown()


def test_a_restored_portal_is_the_same_portal(filled, password):
    application, stored, path = filled
    before = Application.objects.filter(pk=application.pk).values().get()
    empty_everything()
    assert not User.objects.exists()

    call_command("restore", str(path))

    assert Application.objects.filter(pk=application.pk).values().get() == before
    with uploads.open_blob(stored.sha256) as file:
        assert file.read().decode() == "会议纪要"
    assert audit.verify() is None
    assert AuditEvent.objects.count() == 1
    assert User.objects.get(username="clerk").check_password(password)


def test_a_portal_with_data_is_never_overwritten(filled):
    _application, _stored, path = filled

    with pytest.raises(CommandError, match="已有数据"):
        call_command("restore", str(path))


def test_a_flipped_bit_is_noticed_before_anything_is_written(filled, tmp_path):
    _application, stored, path = filled
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as copy:
        for name in whole.namelist():
            content = whole.read(name)
            copy.writestr(name, content[:-1] + b"x" if name == f"evidence/{stored.sha256}" else content)
    empty_everything()

    with pytest.raises(CommandError, match="备份已损坏"):
        call_command("restore", str(broken))

    assert not User.objects.exists()


def test_a_file_that_is_no_backup_is_refused(db, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("不是备份")

    with pytest.raises(CommandError, match="不是完整的备份"):
        call_command("restore", str(path))


def test_a_folder_that_cannot_be_written_is_said(db):
    with pytest.raises(CommandError, match="备份没有写成"):
        call_command("backup", "/proc/nowhere/backup.zip")
