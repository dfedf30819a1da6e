"""Chromium for the browser tests: Debian's own, never a download.

Machines without playwright leave these tests out; machines without Chromium skip them. Where REQUIRE_SERVICES is
set, as in .ci/run, either is a failure.
"""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from xuancheng_portal.tests.browser.portals import environment_in, up

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
REQUIRED = bool(os.environ.get("REQUIRE_SERVICES"))

# Sync Playwright keeps an event loop in the thread of the test, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

if not find_spec("playwright") and not REQUIRED:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if not CHROMIUM:
        (pytest.fail if REQUIRED else pytest.skip)("no Chromium here: apt-get install chromium fonts-noto-cjk")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", *quiet],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """A data folder in which the demo has been played, once for all portals that begin with it."""
    environment = environment_in(tmp_path_factory.mktemp("played"))
    with up(environment, Path(environment["VAR"], "up.log")):
        pass
    return environment["VAR"]


@pytest.fixture(scope="session")
def portal_environment(tmp_path_factory, played):
    """What the portal is started with, for whoever runs a management command beside it."""
    return environment_in(tmp_path_factory.mktemp("portal"), played)


@pytest.fixture(scope="session")
def portal_log(portal_environment):
    return Path(portal_environment["VAR"], "up.log")


@pytest.fixture(scope="session")
def portal(portal_environment, portal_log):
    with up(portal_environment, portal_log) as address:
        yield address
