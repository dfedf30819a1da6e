"""A portal as `make run` starts it, worker and beat included, on a port and in a data folder of its own."""

import faulthandler
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings


def environment_in(var, played=None):
    """What a portal is started with. `played`: a data folder whose demo it begins with, instead of playing its own."""
    if played:
        shutil.copytree(played, var, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORTAL_MODE": "demo", "ENV_FILE": os.devnull, "VAR": str(var), "PORT": str(port)}
    for services in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PORTAL_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(services, None)
    return environment


@contextmanager
def up(environment, log):
    """The address of the portal once its demo has been played."""
    faulthandler.cancel_dump_traceback_later()  # the demo is played first; there is a limit of our own below
    with open(log, "w") as file:
        process = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=settings.BASE_DIR, env=environment, stdout=file, stderr=file)
    try:
        give_up = time.monotonic() + 300
        while "Ctrl-C" not in log.read_text():
            stuck = process.poll() is not None or time.monotonic() > give_up
            assert not stuck, log.read_text()[-4000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{environment['PORT']}"
    finally:
        process.terminate()
        process.wait(60)
