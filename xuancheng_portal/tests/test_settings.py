"""Each start is a process of its own, because settings are read once."""

import json
import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "a8Jk2-Lq0_zWx4Vb7Nm1Rt5Yp9Sd3Fg6Hj-Kc_Xe8Uw2Io4Qa7Tz1Bv",
    "ALLOWED_HOSTS": "portal.example.cn",
}


@pytest.fixture
def start(tmp_path):
    """Run a line of Python in a portal started with this environment and nothing else."""

    def start(line="", *, command=None, **environment):
        clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        clean |= {"ENV_FILE": os.devnull, "VAR": str(tmp_path / "var"), "PYTHONIOENCODING": "utf-8"}
        command = command or (["shell", "--no-imports", "-c", line] if line else ["check"])
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=clean | environment,
            capture_output=True,
            text=True,
        )

    return start


def test_production_starts_on_decisions(start):
    run = start("from django.conf import settings; print(settings.DEBUG, settings.ALLOWED_HOSTS)", **GOOD)

    assert run.stdout.strip() == "False ['portal.example.cn']", run.stderr


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"DEBUG": "1"}, "DEBUG 必须关闭"),
        ({"SECRET_KEY": ""}, "SECRET_KEY 未设置或太弱"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY 未设置或太弱"),
        ({"SECRET_KEY": "x" * 60}, "SECRET_KEY 未设置或太弱"),
        ({"SECRET_KEY": "django-insecure-" + GOOD["SECRET_KEY"]}, "SECRET_KEY 未设置或太弱"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS 要写明域名"),
        ({"ALLOWED_HOSTS": "portal.example.cn,*"}, "ALLOWED_HOSTS 要写明域名"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS 要写明域名"),
        ({"VAR": os.devnull}, "不可写"),
        ({"PORTAL_MODE": "staging"}, "PORTAL_MODE 只能是"),
    ],
)
def test_production_refuses_to_start_with_one_sentence(start, bad, sentence):
    run = start(**GOOD | bad)

    assert run.returncode == 1
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("name", "told"), [({}, "宣城市政务公开示范创建 政务公开示范创建"), ({"PORTAL_NAME": "合肥市政务公开示范创建"}, "合肥市政务公开示范创建 合肥市政务公开示范创建")])
def test_the_environment_names_the_portal_also_in_the_app_of_codes(start, name, told):
    run = start("from django.conf import settings; from accounts.naming import portal_name; print(portal_name(), settings.OTP_TOTP_ISSUER)", **GOOD | name)

    assert run.stdout.strip() == told, run.stderr


def test_production_names_everything_that_is_wrong_at_once(start):
    run = start(PORTAL_MODE="production", DEBUG="1", ALLOWED_HOSTS="*")

    assert all(word in run.stderr for word in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"))


def test_without_any_settings_the_portal_takes_itself_for_production_and_refuses(start):
    run = start()

    assert run.returncode == 1
    assert "SECRET_KEY" in run.stderr


def test_the_deployment_check_has_no_warning(start):
    run = start(command=["check", "--deploy", "--fail-level", "INFO"], **GOOD)

    assert "no issues (0 silenced)" in run.stdout, run.stderr


def test_cookies_in_production_are_bound_to_the_host(start):
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    run = start(f"from django.conf import settings; print([getattr(settings, n) for n in {names}])", **GOOD)

    assert run.stdout.strip() == "['__Host-session', '__Host-csrf', True, True]", run.stderr


def test_the_demo_makes_its_own_key_once_and_keeps_it_to_itself(start, tmp_path):
    line = "from django.conf import settings; print(settings.SECRET_KEY, settings.DEBUG)"

    first, second = start(line, PORTAL_MODE="demo"), start(line, PORTAL_MODE="demo")

    assert first.stdout == second.stdout != ""
    assert first.stdout.endswith(" True\n")
    assert stat.S_IMODE((tmp_path / "var/secret.key").stat().st_mode) == 0o600


def test_the_demo_answers_on_this_machine_only(start):
    run = start(PORTAL_MODE="demo", ALLOWED_HOSTS="portal.example.cn")

    assert run.returncode == 1
    assert "演示模式只在本机应答" in run.stderr


def test_sqlite_waits_its_turn_and_puts_an_answered_request_on_disk(start):
    line = (
        "from django.db import connection as c; import json; cursor = c.cursor(); "
        "ask = lambda name: cursor.execute('PRAGMA ' + name).fetchone()[0]; "
        "print(json.dumps([ask('journal_mode'), ask('synchronous'), ask('foreign_keys'), ask('busy_timeout'),"
        " c.settings_dict['OPTIONS']['transaction_mode']]))"
    )

    run = start(line, PORTAL_MODE="demo")

    assert json.loads(run.stdout) == ["wal", 2, 1, 20000, "IMMEDIATE"], run.stderr


def test_addresses_move_the_same_code_to_other_services(start):
    line = (
        "from django.conf import settings as s; o = s.STORAGES['evidence']['OPTIONS']; "
        "print(s.DATABASES['default']['ENGINE'], s.DATABASES['default']['OPTIONS']['pool']['max_size'],"
        " s.CELERY_BROKER_URL, s.CACHES['default']['LOCATION'],"
        " o['bucket_name'], o['endpoint_url'], o['access_key'], o['secret_key'], o['region_name'])"
    )

    run = start(
        line,
        DATABASE_URL="postgres://portal:secret@db.example.cn:5433/portal",
        CELERY_BROKER_URL="redis://cache.example.cn:6379/0",
        CACHE_URL="redis://cache.example.cn:6379/1",
        STORAGE_URL="s3://who:p%2Fw@files.example.cn:9000/evidence?region=cn-east-1",
        **GOOD,
    )

    assert run.stdout.split() == [
        *("django.db.backends.postgresql", "8", "redis://cache.example.cn:6379/0", "redis://cache.example.cn:6379/1"),
        *("evidence", "https://files.example.cn:9000", "who", "p/w", "cn-east-1"),
    ], run.stderr


def test_a_file_address_moves_the_store(start, tmp_path):
    line = "from django.core.files.storage import storages; print(storages['evidence'].path('x'))"

    run = start(line, PORTAL_MODE="demo", STORAGE_URL=f"file://{tmp_path}/elsewhere")

    assert run.stdout.strip() == f"{tmp_path}/elsewhere/store/x", run.stderr


def test_no_secret_lies_in_the_repository():
    tracked = subprocess.run(["git", "ls-files"], cwd=settings.BASE_DIR, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")

    names = tracked.stdout.split("\n")

    assert not [name for name in names if re.search(r"(^|/)(\.env|secret\.key|.*\.(pem|key|sqlite3))$", name)]
