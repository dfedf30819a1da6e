"""Keeps a few programs running, and stops them in turn. One loop, no threads."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time


def die_with_parent():
    """A supervisor that is killed outright leaves no orphans behind (Linux only; elsewhere they stay)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Child:
    LONGEST_PAUSE = 15  # seconds between two tries of a program that will not stay up
    STEADY = 20  # after so many seconds a program is taken to be well again

    def __init__(self, name, command, *, patience=10):
        self.name, self.command, self.patience = name, command, patience
        self.process = None
        self.failures, self.due = 0, 0.0

    def start(self, now):
        self.started = now
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops the others in turn
            preexec_fn=die_with_parent,
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.tail = b""

    def died(self, now):
        """Note the death; the pause before the next start grows while the program keeps dying."""
        code = self.process.returncode
        self.bury()
        self.failures = 1 if now - self.started > self.STEADY else self.failures + 1
        pause = min(0.5 * 2 ** (self.failures - 1), self.LONGEST_PAUSE)
        self.due = now + pause
        return code, pause


    def bury(self):
        """Nothing the program had started outlives it: an orphan may hold its port or half a task."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.process = None


class Supervisor:
    """Children are started in the order given and stopped in the reverse order."""

    def __init__(self, say=print):
        self.say = say
        self.children = []
        self.selector = selectors.DefaultSelector()

    def add(self, child):
        self.children.append(child)
        self._start(child)

    def _start(self, child):
        child.start(time.monotonic())
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def tick(self, wait=0.2):
        """Pass on what the children say; bring back those that died."""
        self._listen(wait)
        for child in self.children:
            now = time.monotonic()
            if child.process is None:
                if now >= child.due:
                    self._start(child)
            elif child.process.poll() is not None:
                self._forget(child)
                code, pause = child.died(now)
                self.say(f"{child.name} 意外停止（代码 {code}），{pause:g} 秒后重新启动 / stopped, restarting")

    def _listen(self, wait):
        if not self.selector.get_map():
            time.sleep(wait)
        for key, _events in self.selector.select(wait if self.selector.get_map() else 0):
            child, said = key.data, os.read(key.fd, 65536)
            if not said:
                self.selector.unregister(key.fileobj)
            *lines, child.tail = (child.tail + said).split(b"\n")
            for line in lines:
                self.say(f"{child.name:<7}│ {line.decode(errors='replace')}")

    def _forget(self, child):
        if child.process.stdout.fileno() in self.selector.get_map():
            self._listen(0)
        if child.process.stdout.fileno() in self.selector.get_map():
            self.selector.unregister(child.process.stdout)

    def run(self):
        while True:
            self.tick()

    def stop(self):
        """Each gets the time it asked for to finish what it holds; then it is killed with all its own children."""
        while self.children:
            child = self.children.pop()
            if child.process is None:
                continue
            child.process.terminate()
            deadline = time.monotonic() + child.patience
            while child.process.poll() is None and time.monotonic() < deadline:
                self._listen(0.1)
            self._forget(child)
            child.bury()
