"""From the POST of one sample to the delta at the viewers' sockets, 50 a second, with a year loaded.

Ours: the store that `pantau demo` fills, served by `pantau serve`; a hundred units of the example send an indicator of
their own, shown beside the tiles of the wall board. The stamp travels as the sample's value. Peer: Node, PostgreSQL,
NATS and ws, which send on what came in, without any roll-up."""
import contextlib
import csv
import json
import re
import shutil
import signal
import subprocess
import time

from harness import packages, peers, place, report
from harness.process import figures, pid_list
from harness.product import SOURCE, Store, board, executable, indicator

RATE = 50
VIEWERS = (1, 100)
SENDERS = 100  # so that no tile changes twice between two deltas
BASE = 1_700_000_000_000_000  # microseconds; values are bounded by 1e15
TICK_MS = 50
EXAMPLE = place.ROOT / "dashboard-server" / "example"
PARTS = {"commit": "pantau_intake_commit_seconds", "roll-up pass": "pantau_aggregate_pass_seconds", "board": "pantau_board_refresh_seconds"}


def year():
    """A store with the demo's year; made once a day, copied for use."""
    kept = place.WORK / "year" / place.stamp()
    if not (kept / "done").exists():
        shutil.rmtree(kept.parent, ignore_errors=True)
        kept.mkdir(parents=True)
        command = [executable(), "demo", "--listen", "127.0.0.1:0", "--data", kept]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            if not any(line.startswith("ready ") for line in demo.stdout):
                raise RuntimeError("pantau demo did not come to `ready`")
            time.sleep(1)
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(30)
        store = Store(kept).apply(EXAMPLE)
        with store.serve():
            _settle(store)
        (kept / "done").touch()
    folder = place.fresh("latency-pantau")
    for path in kept.glob("pantau.db*"):
        shutil.copy2(path, folder)
    return Store(folder)


def _configuration(folder):
    """The example with one more indicator, source and board: what is not in a file would be ended."""
    files = folder / "configuration"
    shutil.copytree(EXAMPLE, files)
    units = list(csv.DictReader(open(files / "units.csv")))
    above = {unit["parent"] for unit in units}
    # Leaves of the tree: the others show what is rolled up, not what they sent.
    units = [unit for unit in units if unit["id"] not in above][:SENDERS]
    with open(files / "indicators.csv", "a") as out:
        out.write(indicator("bench", "last", "day", applies_to=""))
    with open(files / "sources.toml", "a") as out:
        out.write(f'\n[[source]]\nid = "{SOURCE}"\nname = "Load"\nrhythm = "P1D"\nunits = ["*"]\n')
    wall = (files / "boards.toml").read_text().split("[[board]]")[1]
    tiles = re.findall(r'unit = "([^"]+)", indicator = "([^"]+)", title = "([^"]+)"', wall)
    with open(files / "boards.toml", "a") as out:
        out.write("\n" + board("bench", tiles + [(unit["id"], "bench", unit["short_name"]) for unit in units]))
    return files, [unit["id"] for unit in units]


def event():
    """A CloudEvent whose value is the stamp; what is in braces is filled in by the load client."""
    data = '{"unit":"{unit}","indicator":"bench","at":"{at}","value":{stamp}}'
    return f'{{"specversion":"1.0","id":"{{stamp}}","source":"{SOURCE}","type":"pantau.sample.v1","data":{data}}}'


def viewing(store, name, stamp='"value":'):
    """Arguments of viewers of a board of ours."""
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 3600))
    return [
        "--url", store.url.replace("http", "ws") + "/api/v1/live", "--subprotocol", "pantau.live.v1", "--header", store.authorization(),
        "--hello", f'{{"type":"subscribe","board":"{name}"}}', "--stamp", f'"indicator":"bench","period":"{today}",{stamp}', "--base", BASE,
        "--publish", store.url + "/api/v1/events", "--publish-header", store.authorization(),
        "--publish-header", "Content-Type: application/cloudevents+json",
    ]  # fmt: skip


def _parts(store, before=None):
    """Seconds and counts of the named parts so far, or their mean in ms since `before`."""
    now = {name: (store.metric(metric + "_sum"), store.metric(metric + "_count")) for name, metric in PARTS.items()}
    if before is None:
        return now
    return {name: 1e3 * (s - before[name][0]) / (c - before[name][1]) for name, (s, c) in now.items() if c > before[name][1]}


def run(rounds, seconds):
    have_stack = packages.have("initdb", "nats-server", "node")
    results = {(name, n): [] for name in ("pantau", "stack") for n in VIEWERS}
    parts = []
    with contextlib.ExitStack() as running:
        store = year()
        files, units = _configuration(store.folder)
        store.apply(files)
        ours = running.enter_context(store.serve())
        _settle(store)
        bodies = ["--body", event(), "--units", ",".join(units)]
        contestants = {"pantau": ([ours], [*viewing(store, "bench"), *bodies])}
        if have_stack:
            servers, ws, http = running.enter_context(peers.stack(place.fresh("latency-stack")))
            body = '[{"kpi":"K01","unit":"U001","ts":{stamp},"value":1.5}]'
            contestants["stack"] = (servers, ["--url", ws, "--publish", http, "--body", body, "--stamp", '"ts":'])
        for _ in range(rounds):
            for n in VIEWERS:
                for name, (servers, words) in contestants.items():
                    before = _parts(store) if name == "pantau" else None
                    command = [place.TOOLS / "viewers", "--n", n, "--rate", RATE, "--seconds", seconds, "--server-pid", pid_list(*servers)]
                    got = figures([*command, *words])
                    if before:
                        parts.append(_parts(store, before))
                    results[name, n].append(got)
    return _rows(results, parts)


def _settle(store):
    """Waits until no part of history waits for its roll-up: the year is loaded, not loading."""
    calm = 0
    for _ in range(600):
        calm = calm + 1 if json.loads(store.get("/readyz"))["rollups"]["waiting"] == 0 else 0
        if calm == 5:
            return
        time.sleep(0.5)
    raise RuntimeError("history is not rolled up after five minutes")


def _rows(results, parts):
    figure = lambda name, n, key: report.median(results[name, n], key)
    rows = []
    for n in VIEWERS:
        label = f"POST → delta, 50/s, {n} viewer{'s' if n > 1 else ''}, year loaded"
        peer = figure("stack", n, "p50_ms")
        allowed = peer + TICK_MS if peer else None
        rows.append(report.row(f"{label}: p50 ms", figure("pantau", n, "p50_ms"), allowed, "Node stack + 50 ms tick", ("<=", 1.0)))
        rows.append(report.row(f"{label}: p99 ms", figure("pantau", n, "p99_ms"), 250, "limit 250 ms", ("<=", 1.0)))
    keys = ("p50_ms", "p99_ms", "spread_p99_ms", "delivered_share", "messages_per_s", "bytes_per_message", "resident_kb")
    detail = {f"{name}, {n}": report.medians(rounds, keys) for (name, n), rounds in results.items() if rounds}
    detail["parts_ms"] = {name: report.median(parts, name) for name in PARTS}
    return rows, detail
