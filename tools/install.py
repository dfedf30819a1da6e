"""Build `.venv` from the lock, once per lock. Needs nothing but Python itself."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def install(lock):
    """What pip does takes a while, so its progress is shown; its words only when it fails."""
    stamp, wanted = VENV / f"{lock.stem}.installed", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    packages = sum("==" in line and not line.startswith((" ", "#")) for line in lock.read_text().splitlines())
    print(f"[2/3] 安装 {lock.name} 中的 {packages} 个软件包 / installing {packages} packages", flush=True)
    command = [VENV / "bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", lock]
    said, seen = [], 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as pip:
        for line in pip.stdout:
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                if seen % 10 == 0:
                    print(f"      {seen}/{packages}", flush=True)
            elif line.startswith("Installing collected packages"):
                print("      下载完毕，正在写入 / downloaded, unpacking", flush=True)
    if pip.returncode:
        print("".join(said[-15:]), file=sys.stderr)
        sys.exit("安装失败，原因见上；修好网络或磁盘后再运行一次即可 / The installation failed, see above; mend it and run again.")
    stamp.write_text(wanted)


def main(locks):
    began = time.monotonic()
    python = VENV / "bin/python"
    if not python.exists() or subprocess.run([python, "-c", "import pip"], stderr=subprocess.DEVNULL).returncode:
        print(f"[1/3] 建立 .venv / creating .venv (Python {sys.version.split()[0]})", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        try:
            venv.create(VENV, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(
                f"不能建立 .venv（{error}）。Debian/Ubuntu 请先安装 python3-venv，并确认目录可写 / "
                "Cannot create .venv: install python3-venv and check that this folder can be written."
            )
    for lock in locks:
        install(ROOT / lock)
    if not (ROOT / ".env").exists():
        (ROOT / ".env").write_text("# Settings of this checkout; see README.md before putting it on a network.\nPORTAL_MODE=demo\n# PORTAL_NAME=宣城市政务公开示范创建\n", encoding="utf-8")
    if time.monotonic() - began > 1:
        print(f"[3/3] 环境就绪，用时 {time.monotonic() - began:.0f} 秒 / ready", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["requirements.txt"])
