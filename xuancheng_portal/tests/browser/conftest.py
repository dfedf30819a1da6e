"""Chromium for the browser tests: Debian's own, never a download.

Machines without playwright leave these tests out; machines without Chromium skip them. Where REQUIRE_SERVICES is
set, as in .ci/run, either is a failure.
"""

import faulthandler
import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings

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
def portal_environment(tmp_path_factory):
    """What the portal is started with, for whoever runs a management command beside it: a data folder and a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    var = tmp_path_factory.mktemp("portal")
    environment = {**os.environ, "PORTAL_MODE": "demo", "ENV_FILE": os.devnull, "VAR": str(var), "PORT": str(port)}
    for services in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PORTAL_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(services, None)
    return environment


@pytest.fixture(scope="session")
def portal_log(portal_environment):
    return Path(portal_environment["VAR"], "up.log")


@pytest.fixture(scope="session")
def portal(portal_environment, portal_log):
    """The portal as `make run` starts it, worker and beat included."""
    faulthandler.cancel_dump_traceback_later()  # the demo is played first; there is a limit of our own below
    with open(portal_log, "w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=settings.BASE_DIR, env=portal_environment, stdout=file, stderr=file
        )
    try:
        give_up = time.monotonic() + 300
        while "Ctrl-C" not in portal_log.read_text():
            stuck = process.poll() is not None or time.monotonic() > give_up
            assert not stuck, portal_log.read_text()[-4000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{portal_environment['PORT']}"
    finally:
        process.terminate()
        process.wait(60)
