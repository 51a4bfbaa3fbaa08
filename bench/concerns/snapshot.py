"""A board of 300 units x 10 indicators x 12 weeks out of 1.9 million roll-ups, against bare SQLite with JSON.

Cold: the first answer of a board that was applied while the server runs, so out of the tables. After a restart: the
first answer of a board that was there before. Warm: the same again. All over HTTP, whole body, no ETag sent.
The peer fetches the same 36,000 numbers in the time layout with a covering index and encodes a snapshot of them; ours
carries a whole TILE for each of the 3,000 (value, target, status, times, words), about ten times the bytes."""
import http.client
import shutil
import sqlite3
import subprocess
import time

from harness import place, report
from harness.process import figures
from harness.product import Store, board, configuration

UNITS = [f"unit_{n:03}" for n in range(300)]
KPIS = [f"kpi_{n:02}" for n in range(10)]
WARM = 20


def store():
    """The large store; made once for a day and a schema, used where it is (roll-ups of boards are only rewritten alike)."""
    kept = place.WORK / "large"
    stamp = place.stamp()
    if not (kept / "done").exists() or (kept / "done").read_text().split("\n")[0] != stamp:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        tiles = [(unit, kpi, kpi) for unit in UNITS for kpi in KPIS]
        files = configuration(kept, UNITS, [(kpi, "mean", "week") for kpi in KPIS], board("bench", tiles))
        made = Store(kept).apply(files)
        subprocess.run([place.build_store_maker(), kept / "pantau.db", str(int(time.time() * 1000))], check=True, stdout=subprocess.DEVNULL)
        _peer(kept)
        (kept / "done").write_text(f"{stamp}\n{made.key}")
    made = Store(kept)
    made.key = (kept / "done").read_text().split("\n")[1]
    return made


def _peer(folder):
    """The same roll-ups as a bare table with the best index for this question."""
    with sqlite3.connect(folder / "bare.db") as bare:
        bare.execute("pragma journal_mode=wal")
        bare.execute("attach ? as ours", (str(folder / "pantau.db"),))
        bare.execute("create table rollup(kpi integer, unit integer, win integer, start integer, value double precision, n integer, primary key(win, kpi, unit, start)) without rowid")
        bare.execute("insert into rollup select indicator, unit, every, start, value, n from ours.rollup order by every, indicator, unit, start")
        bare.execute("create index by_time on rollup(win, start, unit, kpi, value)")
        bare.execute("analyze")


def _bare(folder):
    with sqlite3.connect(folder / "bare.db") as bare:
        (newest,) = bare.execute("select max(start) from rollup where win = 2").fetchone()
    question = f"select unit, kpi, start, value from rollup where win = 2 and start >= {newest - 77} order by start"
    got = figures([place.TOOLS / "bare", "query", "--db", folder / "bare.db", "--sql", question, "--repeat", 30])
    if got["rows"] != 36_000:
        raise RuntimeError(f"the peer found {got['rows']} rows, not 36,000")
    return got


def _ours(made, number):
    tiles = [(unit, kpi, kpi) for unit in UNITS for kpi in KPIS]
    name = f"fresh-{number}-{int(time.time())}"
    with made.serve() as server:
        time.sleep(0.5)
        ask = _asker(made)
        ask("/api/v1/boards")  # the key is known now
        restarted_ms, body = ask("/api/v1/boards/bench")
        if body.count(b'"spark":') != 3000 or b'"value":null' in body.split(b'"spark":')[0]:
            raise RuntimeError("the board does not hold its 3,000 tiles with values")
        warm = sorted(ask("/api/v1/boards/bench")[0] for _ in range(WARM))
        boards = made.folder / "boards.toml"
        boards.write_text(board("bench", tiles) + "\n" + board(name, tiles))
        made.run("apply", boards)
        _until_listed(ask, name)
        cold_ms, body = ask(f"/api/v1/boards/{name}")
        if body.count(b'"spark":') != 3000:
            raise RuntimeError("the fresh board does not hold its 3,000 tiles")
        figures = {"cold_ms": cold_ms, "restarted_ms": restarted_ms, "warm_ms": warm[WARM // 2], "bytes": len(body), "start_ms": server.ready_s * 1e3}
    return figures


def _asker(made):
    connection = http.client.HTTPConnection("127.0.0.1", made.port, timeout=60)
    headers = {"Authorization": f"Bearer {made.key}"}

    def ask(path):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return (time.perf_counter() - began) * 1e3, body

    return ask


def _until_listed(ask, name):
    """The server noticed what was applied, and has rolled up its windows."""
    for _ in range(100):
        if f'"{name}"'.encode() in ask("/api/v1/boards")[1]:
            break
        time.sleep(0.1)
    time.sleep(3)


def run(rounds, _seconds):
    made = store()
    ours, bare = [], []
    for number in range(rounds):
        bare.append(_bare(made.folder))
        ours.append(_ours(made, number))
    peer = report.median(bare, "p50_ms")
    label = "board snapshot, 300 × 10 × 12 of 1.9 M"
    rows = [
        report.row(f"{label}: cold, from the tables, ms", report.median(ours, "cold_ms"), peer, "bare SQLite + JSON", ("<=", 1.5), ("<=", 1.25)),
        report.row(f"{label}: first after a restart, ms", report.median(ours, "restarted_ms"), peer, "bare SQLite + JSON"),
        report.row(f"{label}: warm over HTTP, ms", report.median(ours, "warm_ms"), peer, "bare SQLite + JSON", None, ("<=", 0.25)),
    ]
    return rows, {"pantau": report.medians(ours, ("cold_ms", "restarted_ms", "warm_ms", "bytes", "start_ms")), "bare": report.medians(bare, ("p50_ms", "p90_ms", "bytes"))}
