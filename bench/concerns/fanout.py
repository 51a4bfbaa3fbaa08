"""Fan-out of 1 KiB, ten times a second, to 1,000 and 5,000 viewers: ours, nginx with nchan, mosquitto.

Ours is the whole way: each message is a sample that is committed, rolled up and turned into a delta of one tile, about
1 KiB. Peers pass on the bytes of a POST or a PUBLISH. So two latencies are given: from the POST, and the spread (from
the first viewer who got a message to each other), which is fan-out alone. Saturated: 60 a second to 5,000; ours joins
what comes within 50 ms into one message, so changes a second and messages a second are told apart."""
import resource
import time

from harness import packages, peers, place, report
from harness.process import figures, pid_list
from harness.product import Store, board, configuration

from . import latency

VIEWERS = (1000, 5000)
SIZE = 1024
SATURATED = (5000, 60)
UNITS = [f"unit_{n:03}" for n in range(100)]
# Brings a delta of one tile to 1 KiB.
TITLE = "A tile of the load test " + "·" * 40


def _ours(folder):
    files = configuration(folder, UNITS, [("bench", "last", "day")], board("bench", [(unit, "bench", TITLE) for unit in UNITS]))
    store = Store(folder).apply(files)
    words = [*latency.viewing(store, "bench"), "--body", latency.event(), "--units", ",".join(UNITS)]
    return store.serve(), words


def _peer(start):
    def begin(folder):
        server, ws, publish, extra = start(folder)
        body = '{"ts":{stamp},"kpi":"K01","unit":"U001","value":1.5,"pad":"{pad}"}'
        return server, ["--url", ws, "--publish", publish, "--body", body, "--size", SIZE, "--stamp", '"ts":', *extra]

    return begin


def _once(name, start, n, rate, seconds):
    server, words = start(place.fresh(f"fanout-{name}"))
    with server:
        time.sleep(0.5)
        command = [place.TOOLS / "viewers", "--n", n, "--rate", rate, "--seconds", seconds, "--server-pid", pid_list(server)]
        return figures([*command, *words])


def run(rounds, seconds):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 2 * max(VIEWERS):
        print(f"the limit of open files is {hard}; fan-out to {max(VIEWERS)} needs {2 * max(VIEWERS)} (ulimit -n): fewer viewers are measured")
    contestants = {"pantau": _ours}
    if packages.have("nginx"):
        contestants["nchan"] = _peer(peers.nchan)
    if packages.have("mosquitto"):
        contestants["mosquitto"] = _peer(peers.mosquitto)
    loads = [(n, 10) for n in VIEWERS] + [SATURATED]
    results = {(name, *load): [] for name in ("pantau", "nchan", "mosquitto") for load in loads}
    for _ in range(rounds):
        for n, rate in loads:
            if hard < 2 * n:
                continue
            for name, start in contestants.items():
                if (n, rate) != SATURATED or name != "mosquitto":
                    results[name, n, rate].append(_once(name, start, n, rate, seconds))
            time.sleep(0.3)
    return _rows(results, loads)


def _further(results, name, loads, figure):
    """What 4,000 further viewers add: what a server needs for its other work falls out."""
    values = [figure(name, load) for load in loads[:2]]
    return None if None in values else values[1] - values[0]


def _rows(results, loads):
    figure = lambda name, load, key: report.median(results[name, *load], key)
    rows = []
    for load in loads[:-1]:
        label = f"fan-out to {load[0]:,}"

        def add(what, key, must, aim=None):
            rows.append(report.row(f"{label}: {what}", figure("pantau", load, key), figure("nchan", load, key), "nchan", must, aim))

        add("server CPU s per million messages (ours with intake and roll-up)", "server_cpu_s_per_million", ("<=", 1.0), ("<=", 0.85))
        add("p99 ms, spread over the viewers", "spread_p99_ms", ("<=", 1.0))
        add("p99 ms from the POST (ours with commit and roll-up)", "p99_ms", ("<=", 1.0))

    def cpu(name):
        messages = _further(results, name, loads, lambda name, load: figure(name, load, "messages"))
        seconds = _further(results, name, loads, lambda name, load: figure(name, load, "server_cpu_s"))
        return 1e6 * seconds / messages if messages else None

    def memory(name):
        kb = _further(results, name, loads, lambda name, load: figure(name, load, "resident_kb"))
        return kb / (VIEWERS[1] - VIEWERS[0]) if kb is not None else None

    label = "fan-out to 4,000 further"
    rows.append(report.row(f"{label}: server CPU s per million messages", cpu("pantau"), cpu("nchan"), "nchan", None, ("<=", 0.85)))
    rows.append(report.row(f"{label}: kB resident per viewer", memory("pantau"), memory("mosquitto"), "mosquitto", None, ("<=", 0.5)))
    label = f"fan-out saturated, {SATURATED[0]:,} viewers"
    rate = lambda name, key: figure(name, SATURATED, key)
    rows.append(report.row(f"{label}: changes delivered/s", rate("pantau", "delivered_per_s"), rate("nchan", "delivered_per_s"), "nchan", None, (">=", 1.15)))
    rows.append(report.row(f"{label}: messages/s (ours coalesced)", rate("pantau", "messages_per_s"), rate("nchan", "messages_per_s"), "nchan"))
    keys = (
        "p50_ms", "p99_ms", "spread_p50_ms", "spread_p99_ms", "server_cpu_s_per_million", "client_cpu_s_per_million", "client_cores", "kb_per_viewer",
        "kb_per_viewer_loaded", "delivered_share", "delivered_per_s", "messages_per_s", "bytes_per_message", "connect_s", "resident_kb",
    )  # fmt: skip
    detail = {f"{name}, {n} x {rate}/s": report.medians(rounds, keys) for (name, n, rate), rounds in results.items() if rounds}
    return rows, detail
