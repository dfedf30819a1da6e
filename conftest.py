"""The named people and the clock shared by all tests."""

import os
import shutil
import subprocess

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_organization, make_user
from campaigns.tests.factories import make_campaign, moment
from standards.tests.factories import make_standard


def pytest_collection_modifyitems(config, items):
    """What speaks of the other database is left out, and what needs LibreOffice where that is not installed."""
    other = {"sqlite", "postgres"} - {"sqlite" if connection.vendor == "sqlite" else "postgres"}
    if not shutil.which("soffice") and not os.environ.get("REQUIRE_SERVICES"):
        other.add("libreoffice")
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where all services are promised (.ci/run), a test that skips itself has failed."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_SERVICES") and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, though nothing may be missing here: {report.longrepr}"
    return report


def pytest_unconfigure(config):
    """Every test process has a data folder of its own (see settings.py); it goes when the process does."""
    if settings.TESTING:
        shutil.rmtree(settings.VAR, ignore_errors=True)


def flush_without_triggers(self, sql_list, flush=DatabaseOperations.execute_sql_flush):
    """A transactional test empties every table at its end; SQLite does it with DELETE, which the triggers of frozen
    tables refuse. They go just before; the flush's post_migrate signal installs them again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        drops = [f"DROP TRIGGER {name}" for (name,) in cursor.fetchall()]
    flush(self, drops + sql_list)


def pytest_configure():
    # No test asserts a time: a shared machine may be slow.
    hypothesis_settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("portal")
    DatabaseOperations.execute_sql_flush = flush_without_triggers


@pytest.fixture
def campaign(db):
    """The campaign of 2021 with a small standard. Opens 8-17, applications until 10-01 00:00."""
    campaign = make_campaign()
    make_standard(campaign)
    return campaign


@pytest.fixture
def convert(tmp_path):
    """What LibreOffice makes of a file: `convert(content, "form.docx", "pdf")`. Tests with it are marked `libreoffice`."""

    def convert(content, name, kind):
        (tmp_path / name).write_bytes(content)
        made = tmp_path / "made"
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind, "--outdir", str(made), str(tmp_path / name)],
            check=True, capture_output=True,
        )
        return (made / f"{name.rpartition('.')[0]}.{kind}").read_bytes()

    return convert


@pytest.fixture
def in_time():
    """A moment inside the application phase."""
    return moment(9, 27, 10, 32)


@pytest.fixture
def jing(db):
    return make_organization("泾县", kind="county", code="341823")


@pytest.fixture
def jingde(db):
    """Another county."""
    return make_organization("旌德县", kind="county", code="341825")


@pytest.fixture
def taohuatan(jing):
    """A township of Jing County."""
    return make_organization("桃花潭镇", parent=jing, code="341823103")


@pytest.fixture
def yunling(jing):
    return make_organization("云岭镇", parent=jing, code="341823106")


@pytest.fixture
def miaoshou(jingde):
    """A township of another county."""
    return make_organization("庙首镇", parent=jingde, code="341825103")


@pytest.fixture
def education(db):
    """A bureau."""
    return make_organization("市教体局", kind="bureau", code="3418-B03")


@pytest.fixture
def city_office(db):
    return make_organization("市政务公开办", kind="office", code="3418-O01")


@pytest.fixture
def clerk(taohuatan):
    """Files for a township of Jing County."""
    return make_user("汪小桃", taohuatan, [Role.UNIT_CLERK], username="clerk")


@pytest.fixture
def colleague(taohuatan):
    return make_user("查小慧", taohuatan, [Role.UNIT_CLERK], username="colleague")


@pytest.fixture
def other_clerk(miaoshou):
    return make_user("吕小庙", miaoshou, [Role.UNIT_CLERK], username="other_clerk")


@pytest.fixture
def bureau_clerk(education):
    return make_user("方小教", education, [Role.UNIT_CLERK], username="bureau_clerk")


@pytest.fixture
def county_clerk(jing):
    """Files for Jing County and checks its townships."""
    return make_user("吴小泾", jing, [Role.COUNTY_CLERK], username="county_clerk")


@pytest.fixture
def other_county_clerk(jingde):
    return make_user("江小旌", jingde, [Role.COUNTY_CLERK], username="other_county_clerk")


@pytest.fixture
def officer(city_office):
    """Of the municipal office."""
    return make_user("宋小公", city_office, [Role.OFFICE], username="officer")


@pytest.fixture
def second_officer(city_office):
    return make_user("程小开", city_office, [Role.OFFICE], username="second_officer")


@pytest.fixture
def lead(city_office):
    """The office's lead: the second person."""
    return make_user("梅小办", city_office, [Role.OFFICE, Role.OFFICE_LEAD], username="lead")


@pytest.fixture
def county_officer(jing):
    """Of Jing County's own office: acts in the county's own campaigns only."""
    return make_user("章小县", jing, [Role.COUNTY_OFFICE], username="county_officer")


@pytest.fixture
def county_lead(jing):
    """The lead of that office: the second person."""
    return make_user("左小县", jing, [Role.COUNTY_OFFICE, Role.COUNTY_LEAD], username="county_lead")


@pytest.fixture
def inspector(education):
    """Borrowed from a bureau."""
    return make_user("胡小验", education, [Role.INSPECTOR], username="inspector")


@pytest.fixture
def second_inspector(jingde):
    """Borrowed from another county."""
    return make_user("许小收", jingde, [Role.INSPECTOR], username="second_inspector")


@pytest.fixture
def administrator(city_office):
    return make_user("管小理", city_office, [Role.ADMIN], username="administrator")


@pytest.fixture
def auditor(city_office):
    return make_user("审小计", city_office, [Role.AUDITOR], username="auditor")


@pytest.fixture
def nobody(db):
    """Signed in, and may do nothing."""
    return make_user("路人", username="nobody")


@pytest.fixture
def password():
    return PASSWORD
