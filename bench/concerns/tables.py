"""A city's case file to tables: ours, DuckDB and polars in Python, each as a whole process; and the import beside a load.

Every output is compared with the figures that lie beside the data before its time counts."""
import csv
import pathlib
import subprocess
import sys
import time

from harness import place, product, report

DATA = place.ROOT / "tests" / "data" / "boston311_2015_h1"
CASES = DATA / "cases.csv.gz"
AS_OF = "2016-01-13T00:00:00Z"
COPIES = 100
TABLES = {"week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}
MAPPING = """kind = "cases"
source = "boston-311"
timezone = "UTC"
time_format = ["%Y-%m-%dT%H:%M:%S"]
id = "case_id"
unit = { column = "department", create = true, blank = "tanpa-unit" }
service = { value = "311", create = true }
steps = { submitted = "opened", closed = "closed" }
due = { column = "target" }
fields = { class = "type", channel = "source", area = "neighborhood" }
"""


def _python():
    """A Python with the peers, made once; None where they cannot be had."""
    folder = place.WORK / "python"
    python = folder / "bin" / "python"
    known = [python, "-c", "import duckdb, polars"]
    if python.exists() and subprocess.run(known, capture_output=True).returncode == 0:
        return python
    make = [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "--quiet", "duckdb", "polars"], known]
    if any(subprocess.run(command, capture_output=True).returncode for command in make):
        print("DuckDB and polars for Python are not here and could not be installed: their rows stay empty")
        return None
    return python


def _timed(command, **more):
    began = time.perf_counter()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-800:]}")
    return took, done.stdout


def _rows(text):
    return list(csv.DictReader(text.splitlines()))


def _check(name, rows, unit, blank):
    """Department, opened, closed, median and 90th percentile of the weekly table equal the expected ones."""
    number = lambda text: round(float(text), 5) if text not in ("", None) else None
    figures = lambda row: (int(row["opened"]), int(row["closed"]), number(row["median_h"]), number(row["p90_h"]))
    key = lambda row, unit: (row[unit].split("#")[0] or blank, figures(row))
    expected = sorted(key(row, "department") for row in _rows((DATA / "expected_weekly_by_department.csv").read_text()))
    found = sorted(key(row, unit) for row in rows)
    close = lambda a, b: a == b or None not in (a, b) and abs(a - b) <= 2e-5 * max(1, abs(b))
    same = lambda a, b: a[0] == b[0] and all(close(x, y) for x, y in zip(a[1], b[1]))
    if len(found) != len(expected) or not all(same(a, b) for a, b in zip(found, expected)):
        raise RuntimeError(f"{name}: the weekly table differs from the expected one")


def _pantau(folder):
    config = folder / "bench.toml"
    config.write_text(f'store = {{ url = "sqlite://{folder}/pantau.db" }}\nregion = {{ name = "Boston", timezone = "UTC", locale = "en" }}\n')
    (folder / "map.toml").write_text(MAPPING)
    own = lambda *words: _timed([product.executable(), *words, "--config", config], cwd=folder)
    figures = {"import_s": own("import", "cases", "--mapping", "map.toml", CASES)[0]}
    figures["again_s"] = own("import", "cases", "--mapping", "map.toml", CASES)[0]
    took = []
    for every in TABLES:
        seconds, text = own("table", "cases", "--every", every, "--by", "unit", "--as-of", AS_OF)
        took.append(seconds)
        if every == "week":
            _check("pantau", _rows(text), "unit", "tanpa-unit")
    figures["weekly_s"], figures["tables_s"] = took[0], sum(took)
    figures["bytes_per_case"] = sum(path.stat().st_size for path in folder.glob("pantau.db*")) / 57_123
    return figures


def _memory(folder):
    """The product's arithmetic as a process of its own, from the packed file to four files."""
    tool = place.TARGET / "release" / "examples" / "bench-cases"
    if not tool.exists():
        return {}
    seconds, _ = _timed([tool, CASES, 1, 1, folder])
    rows = _rows((folder / "weekly.csv").read_text())
    _check("bench-cases", rows, next(iter(rows[0])), "")
    return {"whole_s": seconds}


def _large(folder):
    tool = place.TARGET / "release" / "examples" / "bench-cases"
    return report.last_line(_timed([tool, CASES, COPIES, 1])[1]) if tool.exists() else {}


def _peer(name, python, folder, copies=1):
    seconds, text = _timed([python, place.BENCH / "peers" / f"{name}_tables.py", CASES, folder, copies])
    if copies == 1:
        _check(name, _rows((folder / "weekly.csv").read_text()), "department", "")
    return {"whole_s": seconds, **report.last_line(text)}


def run(rounds, _seconds):
    python = _python()
    names = ("pantau", "memory", "large", "duckdb", "polars", "duckdb_large")
    results = {name: [] for name in names}
    for _ in range(rounds):
        results["pantau"].append(_pantau(place.fresh("tables-pantau")))
        results["memory"].append(_memory(place.fresh("tables-memory")))
        results["large"].append(_large(place.fresh("tables-large")))
        if python:
            for name in ("duckdb", "polars"):
                results[name].append(_peer(name, python, place.fresh(f"tables-{name}")))
            results["duckdb_large"].append(_peer("duckdb", python, place.fresh("tables-duckdb-large"), COPIES))
    figure = lambda name, key: report.median([found for found in results[name] if found], key)
    best = min((seconds for seconds in (figure("duckdb", "whole_s"), figure("polars", "whole_s")) if seconds), default=None)
    label = "57,123 cases"
    rows = [
        report.row(f"{label}: .gz to four tables in memory, whole process, s", figure("memory", "whole_s"), best, "best of DuckDB, polars", ("<=", 1.0), ("<=", 0.35)),
        report.row(f"{label}: four tables from the store, four processes, s", figure("pantau", "tables_s"), figure("duckdb", "whole_s"), "DuckDB, from the .gz", ("<=", 1.0)),
        report.row(f"{label}: weekly table from the store, s", figure("pantau", "weekly_s"), figure("duckdb", "whole_s"), "DuckDB, from the .gz, four"),
        report.row(f"{label}: import, durable, indexed, whole process, s", figure("pantau", "import_s"), figure("duckdb", "load_s"), "DuckDB's load into a table", ("<=", 3.0)),
        report.row(f"{label}: import of the same again, s", figure("pantau", "again_s"), figure("duckdb", "load_s"), "DuckDB's load into a table"),
        report.row("5.7 million cases: group-bys in memory, rows/s", figure("large", "rows_per_s"), figure("duckdb_large", "rows_per_s"), "DuckDB", (">=", 1.0), (">=", 1.7)),
        report.row("bytes on disk for a case", figure("pantau", "bytes_per_case"), None, ""),
    ]
    keys = ("import_s", "again_s", "weekly_s", "tables_s", "bytes_per_case", "whole_s", "load_s", "compute_s", "rows_per_s")
    return rows, {name: report.medians([found for found in rounds if found], keys) for name, rounds in results.items() if any(rounds)}
