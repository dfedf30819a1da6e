import os
import signal
import subprocess
import sys
import time

import pytest

from xuancheng_portal.supervisor import Child, Supervisor

SLEEPER = [sys.executable, "-c", "import time; print('ready'); time.sleep(60)"]
MORTAL = [sys.executable, "-c", "raise SystemExit(3)"]
# Says when it is told to stop, so that the order can be read.
POLITE = [
    sys.executable,
    "-c",
    "import signal, sys, time\n"
    "def leave(*_):\n    print('leaving'); sys.exit()\n"
    "signal.signal(signal.SIGTERM, leave); print('ready'); time.sleep(60)",
]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(60)",
]


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop()


def tick_until(supervisor, condition, seconds=15):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        supervisor.tick(0.02)


def test_a_killed_child_comes_back_and_the_terminal_says_so(supervisor, said):
    child = Child("worker", SLEEPER)
    supervisor.add(child)
    tick_until(supervisor, lambda: "worker │ ready" in said)
    first = child.process.pid

    os.kill(first, signal.SIGKILL)
    tick_until(supervisor, lambda: said.count("worker │ ready") == 2)

    assert child.process.pid != first
    assert said[1].startswith("worker 意外停止（代码 -9），0.5 秒后重新启动")


def test_a_child_that_will_not_stay_up_is_tried_at_growing_intervals(supervisor, said):
    child = Child("web", MORTAL)
    supervisor.add(child)

    tick_until(supervisor, lambda: len(said) == 3)

    assert ["0.5 秒" in said[0], "1 秒" in said[1], "2 秒" in said[2]] == [True] * 3
    assert all("代码 3" in line for line in said)


def test_a_child_that_was_well_for_long_starts_over_with_the_short_pause():
    child = Child("web", MORTAL)

    child.start(0.0)
    child.process.wait()
    child.failures = 5
    _code, pause = child.died(Child.STEADY + 1.0)

    assert pause == 0.5


def test_children_stop_in_the_reverse_order_of_their_start(supervisor, said):
    for name in ("broker", "web", "beat"):
        supervisor.add(Child(name, POLITE))
    tick_until(supervisor, lambda: len(said) == 3)

    supervisor.stop()

    assert [line.split()[0] for line in said[3:]] == ["beat", "web", "broker"]
    assert all(line.endswith("leaving") for line in said[3:])


def test_a_child_that_does_not_leave_in_its_time_is_killed(supervisor, said):
    child = Child("worker", STUBBORN, patience=0.3)
    supervisor.add(child)
    tick_until(supervisor, lambda: said)

    stubborn = child.process
    began = time.monotonic()
    supervisor.stop()

    assert stubborn.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_what_a_dead_child_had_started_does_not_outlive_it(supervisor, said):
    parent = (
        "import subprocess, sys, time; "
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid); time.sleep(60)"
    )
    child = Child("web", [sys.executable, "-c", parent])
    supervisor.add(child)
    tick_until(supervisor, lambda: said)
    orphan = int(said[0].split()[-1])

    os.kill(child.process.pid, signal.SIGKILL)
    tick_until(supervisor, lambda: len(said) > 1)

    tick_until(supervisor, lambda: not alive(orphan))


def alive(pid):
    """Whether it runs; one that nobody has waited for yet counts as gone."""
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(status.strip()) and not status.startswith("Z")
