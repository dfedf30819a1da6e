import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.contrib.staticfiles import finders
from django.core.management import call_command

from xuancheng_portal import assets
from xuancheng_portal.assets import VENDOR, VendorFinder

USED = ["vendor/bootstrap/css/bootstrap.min.css", "vendor/bootstrap-icons/bootstrap-icons.min.css", "django_htmx/htmx-2.min.js"]


@pytest.mark.parametrize("name", USED)
def test_third_party_files_come_out_of_installed_packages(name):
    found = finders.find(name)

    assert found
    assert "site-packages" in found


def test_a_file_that_is_not_listed_is_not_served():
    assert VendorFinder().find("vendor/bootstrap/../../../settings.py") is None
    assert VendorFinder().find("vendor/bootstrap/js/bootstrap.js", find_all=True) == []


def test_the_start_check_names_a_file_that_a_new_package_no_longer_has(monkeypatch, tmp_path):
    assert VendorFinder().check() == []

    monkeypatch.setitem(assets.VENDOR, "vendor/gone.css", tmp_path / "gone.css")

    assert [error.msg for error in VendorFinder().check()] == [f"missing {tmp_path}/gone.css"]


def test_all_static_files_can_be_collected_with_hashed_names(settings, tmp_path):
    """Every url() in every stylesheet leads somewhere, or the manifest storage would refuse."""
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}

    call_command("collectstatic", interactive=False, stdout=StringIO())

    names = [path.name for path in (tmp_path / "vendor/bootstrap/css").iterdir()]
    assert sum(name.startswith("bootstrap.min.") and name.endswith(".css") for name in names) == 2
    assert len(VENDOR) == 7


@pytest.mark.parametrize("path", sorted(Path(portal.BASE_DIR, "static").glob("*.css")), ids=lambda path: path.name)
def test_every_block_of_a_stylesheet_ends_before_the_next_rule_of_the_page(path):
    """A lost brace would shut everything after it into one @media."""
    depth = 0
    for number, line in enumerate(re.sub(r"/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), path.read_text(), flags=re.S).split("\n"), 1):
        assert not (depth and re.match(r"[^\s})]", line)), f"{path.name}:{number} stands within a block that is still open"
        depth += line.count("{") - line.count("}")
    assert depth == 0
