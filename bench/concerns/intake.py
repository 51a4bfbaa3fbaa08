"""Intake over HTTP, durable: ours, InfluxDB that flushes before it answers, and the bare append log.

A sample is one of 3,000 series (300 units, 10 indicators), one value a second. Ours: CloudEvents with distinct ids,
about 197 bytes each; InfluxDB: a line of about 48 bytes; bare: a JSON object of about 69 bytes. Each in its own words,
so ours reads four times the bytes of InfluxDB. Every run begins with an empty store; the roll-up runs beside intake."""
import datetime
import glob
import struct
import time

from harness import packages, peers, place, report
from harness.process import figures, pid_list
from harness.product import SOURCE, Store, configuration

CONNECTIONS_OF_SERIES = 4
SAMPLES = {1: 150_000, 1000: 2_400_000}  # more than any contestant takes in the time
UNITS = [f"unit_{n:03}" for n in range(300)]
KPIS = [f"kpi_{n:02}" for n in range(10)]


def batches(batch):
    """Lists of (number, unit, kpi, time in ms, value); body i goes over connection i modulo 4, each with series of its own."""
    midnight = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = int(midnight.timestamp() * 1000) - 86_400_000
    taken = [0] * CONNECTIONS_OF_SERIES
    for body in range(SAMPLES[batch] // batch):
        lane = body % CONNECTIONS_OF_SERIES
        rows = []
        for k in range(taken[lane], taken[lane] + batch):
            series, step = k % 750, k // 750
            rows.append((f"c{lane}-{k:06}", UNITS[lane * 75 + series // 10], KPIS[series % 10], begin + step * 1000, (k * 37 % 10007) / 8))
        taken[lane] += batch
        yield rows


def _rfc3339(ms, known={}):
    if ms not in known:
        known[ms] = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return known[ms]


def _cloudevents(rows):
    events = [
        f'{{"specversion":"1.0","id":"{i}","source":"{SOURCE}","type":"pantau.sample.v1",'
        f'"data":{{"unit":"{u}","indicator":"{k}","at":"{_rfc3339(t)}","value":{v}}}}}'
        for i, u, k, t, v in rows
    ]
    return events[0] if len(events) == 1 else f"[{','.join(events)}]"


def _lines(rows):
    return "".join(f"{k},unit={u} value={v} {t}\n" for _, u, k, t, v in rows)


def _json(rows):
    return "[" + ",".join(f'{{"kpi":"{k}","unit":"{u}","ts":{t},"value":{v}}}' for _, u, k, t, v in rows) + "]"


FORMATS = {"pantau": _cloudevents, "influx": _lines, "bare": _json}


def packs(batch):
    """Pack files by contestant, made once a day; `at` lies on the day before."""
    folder = place.WORK / "packs" / time.strftime("%Y-%m-%d", time.gmtime())
    paths = {name: folder / f"{name}_{batch}.pack" for name in FORMATS}
    if not all(path.exists() for path in paths.values()):
        folder.mkdir(parents=True, exist_ok=True)
        parts = {name: open(path.with_suffix(".new"), "wb") for name, path in paths.items()}
        for rows in batches(batch):
            for name, make in FORMATS.items():
                body = make(rows).encode()
                parts[name].write(struct.pack("<I", len(body)) + body)
        for name, path in paths.items():
            parts[name].close()
            path.with_suffix(".new").replace(path)
    return paths


def _flushes():
    """Flush requests that block devices completed: none a request would mean that an answer does not wait for the disk."""
    fields = [open(path).read().split() for path in glob.glob("/sys/block/*/stat")]
    return sum(int(line[15]) for line in fields if len(line) > 15)


def _start(name):
    """Server, address, headers."""
    folder = place.fresh(f"intake-{name}")
    if name == "pantau":
        indicators = [(kpi, "mean", "day") for kpi in KPIS]
        store = Store(folder).apply(configuration(folder, UNITS, indicators))
        return store.serve(), store.url + "/api/v1/events", [store.authorization()], store
    server, url = peers.influx(folder) if name == "influx" else peers.bare(folder)
    return server, url, [], None


def contest(batch, connections, rounds, seconds):
    """Rounds by contestant."""
    names = ["pantau", "bare"] + (["influx"] if packages.have("influxd") else [])
    paths, kind = packs(batch), "cloudevents-batch+json" if batch > 1 else "cloudevents+json"
    results = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            server, url, headers, store = _start(name)
            with server:
                time.sleep(0.5)
                if name == "pantau":
                    headers = [*headers, f"Content-Type: application/{kind}"]
                words = [word for header in headers for word in ("--header", header)]
                flushes = _flushes()
                got = figures(
                    [place.TOOLS / "senders", "--url", url, "--pack", paths[name], "--samples", batch, "--connections", connections,
                     "--seconds", seconds, "--server-pid", pid_list(server), *words]
                )
                got["flushes_per_request"] = (_flushes() - flushes) / max(1, got["requests"])
                if store:
                    got["commit_ms"] = 1e3 * store.metric("pantau_intake_commit_seconds_sum") / max(1, store.metric("pantau_intake_commit_seconds_count"))
            if got["refused"]:
                raise RuntimeError(f"{name} refused {got['refused']} requests with {got['refused_status']}")
            if got["ran_out"]:
                print(f"{name} sent its whole pack before the time was over")
            results[name].append(got)
    return results


KEYS = ("samples_per_s", "ack_p50_ms", "ack_p99_ms", "server_cpu_s_per_million", "client_cpu_s_per_million", "flushes_per_request", "commit_ms", "server_resident_kb")


def _rows(label, results, influx_bounds, bare_bounds):
    rate = {name: report.median(results.get(name), "samples_per_s") for name in ("pantau", "influx", "bare")}
    rows = [
        report.row(f"{label}: samples/s", rate["pantau"], rate["influx"], "InfluxDB", *influx_bounds),
        report.row(f"{label}: samples/s", rate["pantau"], rate["bare"], "bare append log", *bare_bounds),
    ]
    return rows, {name: report.medians(rounds, KEYS) for name, rounds in results.items()}


def run_batches(rounds, seconds):
    results = contest(1000, 4, rounds, seconds)
    return _rows("intake, 1,000 a batch, 4 connections", results, ((">=", 1.0), (">=", 2.5)), (None, (">=", 0.75)))


def run_single(rounds, seconds):
    results = contest(1, 64, rounds, seconds)
    return _rows("intake, single samples, 64 connections", results, ((">=", 2.0), None), (None, (">=", 0.8)))
