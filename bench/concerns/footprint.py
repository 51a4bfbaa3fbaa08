"""Start of an empty `serve` (exec to the first 2xx of its readiness, page cache warm) and resident memory when idle,
against Prometheus and Netdata."""
import os
import time

from harness import packages, place, report
from harness.process import Server
from harness.product import Store

IDLE_S = 3


def _pantau(folder):
    return Store(folder).serve()


def _prometheus(folder):
    port = place.free_port()
    (folder / "prometheus.yml").write_text("global:\n  scrape_interval: 15s\n")
    words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
    return Server([packages.find("prometheus"), *words], url=f"http://127.0.0.1:{port}/-/ready")


def _netdata(folder):
    port = place.free_port()
    settings = {"cache": folder / "cache", "lib": folder / "lib", "log": folder / "log"}
    for path in settings.values():
        path.mkdir()
    user = ["-W", "set", "global", "run as user", "root"] if os.getuid() == 0 else []
    folders = [word for name, path in settings.items() for word in ("-W", "set", "directories", name, path)]
    command = [packages.find("netdata"), "-D", "-p", port, "-i", "127.0.0.1", "-s", "/host-none", "-P", folder / "pid", *user, *folders]
    return Server(command, url=f"http://127.0.0.1:{port}/api/v1/info")


def _once(name, start):
    with start(place.fresh(f"footprint-{name}")) as server:
        time.sleep(IDLE_S)
        before = server.cpu_s()
        time.sleep(IDLE_S)
        return {"start_ms": server.ready_s * 1e3, "resident_mb": server.resident_mb(), "cpu_share": (server.cpu_s() - before) / IDLE_S}


def run(rounds, _seconds):
    contestants = {"pantau": _pantau}
    contestants |= {"Prometheus": _prometheus} if packages.have("prometheus") else {}
    contestants |= {"Netdata": _netdata} if packages.have("netdata") else {}
    results = {name: [] for name in ("pantau", "Prometheus", "Netdata")}
    for number in range(rounds + 1):
        for name, start in contestants.items():
            got = _once(name, start)
            if number:  # the first brings the files into the page cache
                results[name].append(got)
    figure = lambda name, key: report.median(results[name], key)
    rows = [
        report.row("start of an empty serve, ms", figure("pantau", "start_ms"), figure("Prometheus", "start_ms"), "Prometheus", ("<=", 1.5), ("<=", 0.8)),
        report.row("idle memory, MB", figure("pantau", "resident_mb"), figure("Prometheus", "resident_mb"), "Prometheus", ("<=", 1.5)),
        report.row("idle memory, MB", figure("pantau", "resident_mb"), figure("Netdata", "resident_mb"), "Netdata", None, ("<=", 0.6)),
    ]
    keys = ("start_ms", "resident_mb", "cpu_share")
    return rows, {name: report.medians(rounds, keys) for name, rounds in results.items() if rounds}
