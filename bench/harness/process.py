"""Servers as child processes of their own session: ready when a port or address answers, stopped with their children."""
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request


class Server:
    """A running server; a context manager that stops it."""

    def __init__(self, command, port=None, url=None, environment=None, log=None, timeout=60):
        out = open(log, "ab") if log else subprocess.DEVNULL
        self.log = log
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        if log:
            out.close()
        try:
            self._wait(port, url, began + timeout)
        except Exception:
            self.stop()
            raise
        self.ready_s = time.perf_counter() - began

    def _wait(self, port, url, until):
        while time.perf_counter() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args[0]} ended with {self.process.returncode}{self._last_words()}")
            try:
                if url:
                    with urllib.request.urlopen(url, timeout=2) as answer:
                        if 200 <= answer.status < 300:
                            return
                else:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    return
            except OSError:
                time.sleep(0.002)
        raise TimeoutError(f"{self.process.args[0]} was not ready in time{self._last_words()}")

    def _last_words(self):
        return ": " + open(self.log, errors="replace").read()[-400:] if self.log else ""

    def pids(self):
        """The process and its descendants."""
        known, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            known.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    todo += [int(child) for child in open(f"/proc/{pid}/task/{task}/children").read().split()]
            except OSError:
                pass
        return known

    def resident_mb(self):
        total = 0
        for pid in self.pids():
            try:
                lines = open(f"/proc/{pid}/status").read().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
        return total / 1024

    def cpu_s(self):
        total = 0.0
        for pid in self.pids():
            try:
                fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total

    def stop(self):
        for word in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, word)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(8)
                break
            except subprocess.TimeoutExpired:
                continue

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def pid_list(*servers):
    return ",".join(str(pid) for server in servers for pid in server.pids())


def figures(command, timeout=180):
    """Runs a tool that prints one JSON line; its figures."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"{command[0]} gave no figures: {done.stderr[-400:]}")
    return json.loads(lines[-1])
