"""Take the pictures of the handbook (docs/images) from the demo, as its accounts see it.

    make screenshots                                  starts a portal of its own, which takes a minute or two
    .venv/bin/python tools/screenshots.py --url http://127.0.0.1:8000   uses one that runs

Nearly every picture is reached by addresses and links. For those of preparing, a table is brought to look at, a draft of
the standard and a rehearsal are made; a portal that is named keeps them.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
COLOURS = 256
WIDTH = 1200
DESKTOP, PHONE = (1200, 800), (390, 780)
PAST = "?campaign=xuancheng-2021"
PEOPLE = """姓名\t单位\t角色\t联系电话
汪示例\t泾县云岭镇\t填报员\t13900000001
查示例\t泾县茂林镇人民政府\t填报员\t13900000002
左示例\t泾县榔乔镇\t填报员\t13900000003
吴示例\t泾县\t县级审核员\t13900000004
"""


class Fill(str):
    """The label of a field, and after “=” what is typed into it."""


class Press(str):
    """The words of a button; where it is not there, what it makes was made before."""


# (account, way, (width, height), name). A way begins at an address; the words after it are links to follow, fields to
# fill and buttons to press. Wider screens are drawn smaller, so that no picture is wider than WIDTH; a phone is drawn at
# its own density.
SHOTS = [
    ("", ["/accounts/login/"], (1200, 560), "login"),
    ("", [f"/results/public/{PAST}"], DESKTOP, "public-home"),
    ("", [f"/results/public/notices/{PAST}", "拟命名单位的公示"], (1200, 900), "public-notice"),
    ("", ["/results/public/track/"], (1200, 640), "public-track"),
    ("", ["/standards/standard/"], DESKTOP, "public-standard"),
    ("taohuatan", ["/"], (1200, 900), "clerk-home"),
    ("taohuatan", ["/", "继续填报"], (1200, 1000), "clerk-item"),
    ("taohuatan", ["/", "继续填报", "核对并提交"], DESKTOP, "clerk-submit"),
    ("shuidong", ["/", "去修改"], (1200, 900), "clerk-returned"),
    ("shuidong", ["/", "填报清单", "回执"], DESKTOP, "clerk-receipt"),
    ("jingxian", ["/"], (1200, 1000), "county-home"),
    ("jingxian", ["/applications/county/"], DESKTOP, "county-list"),
    ("jingxian", ["/applications/county/", "去审核"], DESKTOP, "county-check"),
    ("office", ["/overview/"], (1200, 1000), "office-overview"),
    ("office", ["/inspections/review/", "宣州区"], (1200, 860), "office-review"),
    ("office2", ["/inspections/review/", "狸桥镇"], (1200, 860), "office-score"),
    ("office", ["/inspections/rectifications/", "查看"], (1200, 480), "office-rectification"),
    ("office", ["/inspections/visits/"], (1200, 600), "office-visits"),
    ("office", ["/campaigns/settings/"], (1200, 740), "office-settings"),
    ("office", ["/campaigns/settings/", "日程预览"], (1200, 900), "office-calendar"),
    ("office", ["/campaigns/"], (1200, 560), "office-campaigns"),
    ("office", ["/standards/versions/", Press("建立草稿"), "草稿"], (1200, 900), "office-draft"),
    ("office", ["/rehearsals/", Fill(f"演练日期={date.today().isoformat()}"), Press("新建演练")], (1200, 900), "office-rehearsal"),
    ("jingdelead", ["/overview/"], (1200, 900), "county-office"),
    ("lead", [f"/results/ranking/{PAST}", "乡镇（街道）示范点"], (1440, 1100), "lead-ranking"),
    ("lead", [f"/results/notices/{PAST}", "拟命名单位的公示"], (1200, 900), "lead-notice"),
    ("lead", [f"/results/naming/{PAST}"], DESKTOP, "lead-naming"),
    ("inspector", ["/inspections/today/"], PHONE, "inspector-today"),
    ("inspector", ["/inspections/today/", "开始检查"], PHONE, "inspector-record"),
    ("inspector", ["/inspections/today/", "商定和签字"], PHONE, "inspector-summary"),
    ("inspector", ["/inspections/today/", "商定和签字", "去商定得分"], PHONE, "inspector-agree"),
    ("admin", ["/status/"], DESKTOP, "admin-status"),
    ("admin", ["/accounts/people/"], DESKTOP, "admin-people"),
    ("admin", ["/accounts/units/"], DESKTOP, "admin-units"),
    ("admin", ["/accounts/people/import/", Fill(f"粘贴={PEOPLE}"), Press("上传并预览")], (1200, 900), "admin-import"),
    ("admin", ["/accounts/sending/"], (1200, 700), "admin-sending"),
    ("admin", ["/accounts/sending/deliveries/"], (1200, 640), "admin-deliveries"),
    ("auditor", ["/audit/?person=沈示例"], DESKTOP, "auditor-log"),
]


@contextmanager
def own_portal():
    """The portal as `make run` starts it, on a free port and a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="portal-screenshots-") as var:
        environment = {**os.environ, "PORTAL_MODE": "demo", "ENV_FILE": os.devnull, "VAR": var}
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "STORAGE_URL", "DEBUG"):
            environment.pop(name, None)
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        portal = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_for(port, portal)
            yield f"http://127.0.0.1:{port}"
        finally:
            portal.terminate()
            portal.wait(60)


def wait_for(port, portal):
    """Until the first sweep has left its heartbeats, so that the status page shows a portal at work."""
    while portal.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if all(json.loads(connection.getresponse().read())["duties"].values()):
                return
        except (OSError, http.client.HTTPException, ValueError):
            pass  # not yet
        finally:
            connection.close()
        time.sleep(1)
    sys.exit("The portal did not start; its words are above.")


def password():
    """The demo's, from the one place where it stands."""
    settings = (ROOT / "xuancheng_portal/settings.py").read_text(encoding="utf-8")
    return re.search(r'DEMO_PASSWORD = "(.+?)"', settings)[1]


def sign_in(page, url, account):
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(password())
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def walk(page, url, way):
    answer = page.goto(url + way[0])
    if not answer.ok:
        sys.exit(f"{way[0]}: {answer.status}")
    for words in way[1:]:
        if isinstance(words, Fill):
            label, _equals, typed = words.partition("=")
            page.get_by_label(label).first.fill(typed)
            continue
        if isinstance(words, Press):
            button = page.get_by_role("button", name=words, exact=True)
            if button.count():
                button.first.click()
                page.wait_for_load_state()
            continue
        link = page.locator("main a, .with-rail a, .dock a, .phone-dock a, #content a").filter(has_text=words, visible=True)
        if not link.count():
            sys.exit(f"{page.url}: no link “{words}”")
        link.first.click()
        page.wait_for_load_state()


def save(png, name):
    """Few colours are enough for a screen, and keep the repository small."""
    with Image.open(BytesIO(png)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    small.save(IMAGES / f"{name}.png", optimize=True)


def take(url, wanted):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
        signed_in = {}
        for account, way, (width, height), name in SHOTS:
            if wanted and name not in wanted:
                continue
            scale = 2 if width < WIDTH / 2 else min(1, WIDTH / width)
            if (account, scale) not in signed_in:
                context = signed_in[account, scale] = browser.new_context(
                    locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", has_touch=scale > 1, device_scale_factor=scale,
                )
                context.set_default_timeout(120_000)
                page = context.new_page()
                if account:
                    sign_in(page, url, account)
            page = signed_in[account, scale].pages[0]
            page.set_viewport_size({"width": width, "height": height})
            walk(page, url, way)
            page.evaluate("document.fonts.ready")
            save(page.screenshot(animations="disabled"), name)
            print(f"{name:<22} {(IMAGES / f'{name}.png').stat().st_size // 1024:>4} KB", flush=True)
        browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a running demo instead of one of its own")
    parser.add_argument("names", nargs="*", help="only these pictures")
    arguments = parser.parse_args()
    if not CHROMIUM:
        sys.exit("No Chromium here: apt-get install chromium fonts-noto-cjk, or name one with CHROMIUM=…")
    if unknown := set(arguments.names) - {shot[-1] for shot in SHOTS}:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    if arguments.url:
        take(arguments.url.rstrip("/"), arguments.names)
    else:
        with own_portal() as url:
            take(url, arguments.names)


if __name__ == "__main__":
    main()
