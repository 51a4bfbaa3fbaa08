"""Our side: a store of its own, a configuration, a key, and `pantau serve` on a free port."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.request

from . import place
from .process import Server

INDICATORS = (
    "id,name,name_en,unit_of_measure,polarity,formula,from,services,rollup_time,rollup_tree,accumulates,frequency,decimals,"
    "applies_to,numerator,denominator,source,owner,bands,show,valid_from\n"
)
UNITS = "id,parent,name,short_name,kind,valid_from,valid_to,calendar,code\n"
SOURCE = "bench"


def executable():
    """A copy, because a build may replace the original while it is measured. BENCH_PANTAU names another original."""
    original = pathlib.Path(os.environ.get("BENCH_PANTAU", place.TARGET / "release" / "pantau"))
    copy = place.WORK / "pantau"
    if not original.exists():
        raise SystemExit(f"{original} is missing; run `make build` first")
    if not copy.exists() or copy.stat().st_mtime != original.stat().st_mtime:
        place.WORK.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original, copy.with_suffix(".new"))
        copy.with_suffix(".new").replace(copy)
    return copy


class Store:
    """A folder with a database, a configuration file and a key that may read and write everything."""

    def __init__(self, folder):
        self.folder, self.port = pathlib.Path(folder), place.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "bench.toml"
        self.config.write_text(f'server = {{ listen = "127.0.0.1:{self.port}" }}\nstore = {{ url = "sqlite://{self.folder}/pantau.db" }}\n')
        self.key = None

    def run(self, *words):
        done = subprocess.run([executable(), *words, "--config", self.config], capture_output=True, text=True, cwd=self.folder)
        if done.returncode:
            raise RuntimeError(f"pantau {' '.join(map(str, words))}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def apply(self, *paths):
        self.run("apply", *paths)
        self.key = self.run("key", "create", "--source", SOURCE, "--units", "*", "--read").strip()
        return self

    def serve(self):
        """`pantau serve`, when it accepts requests and its boards stand."""
        environment = {"PANTAU_LOG": "warn"}
        log = self.folder / "serve.log"
        return Server([executable(), "serve", "--config", self.config], url=self.url + "/readyz", environment=environment, log=log)

    def authorization(self):
        return f"Authorization: Bearer {self.key}"

    def get(self, path, timeout=30):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.read()

    def metric(self, name):
        """The sum of a metric over its labels."""
        lines = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.get("/metrics").decode(), re.M)
        return sum(float(number) for number in lines)


def configuration(folder, units, indicators, board=None):
    """Files for `pantau apply`: flat units of one kind below a region, indicators `(id, rollup_time, frequency)`."""
    folder = pathlib.Path(folder) / "configuration"
    folder.mkdir()
    (folder / "units.csv").write_text(UNITS + "region,,Region,Region,region,,,,\n" + "".join(f"{unit},region,{unit},{unit},agency,,,,\n" for unit in units))
    rows = "".join(indicator(*row) for row in indicators)
    (folder / "indicators.csv").write_text(INDICATORS + rows)
    (folder / "sources.toml").write_text(f'[[source]]\nid = "{SOURCE}"\nname = "Load"\nrhythm = "P1D"\nunits = ["*"]\n')
    if board:
        (folder / "boards.toml").write_text(board)
    return folder


def indicator(name, rollup_time, frequency, applies_to="agency"):
    return f"{name},{name},,points,up,ratio,samples,,{rollup_time},mean,flow,{frequency},1,{applies_to},,,{SOURCE},,,current,\n"


def board(name, tiles):
    """One group; tiles `(unit, indicator, title)`."""
    lines = "".join(f"    {{ unit = {json.dumps(u)}, indicator = {json.dumps(i)}, title = {json.dumps(t)} }},\n" for u, i, t in tiles)
    return f'[[board]]\nid = "{name}"\ntitle = "{name}"\n\n[[board.group]]\ntitle = "All"\ntiles = [\n{lines}]\n'


def commit():
    """The tree's commit; the history that a run itself writes makes no difference."""
    git = lambda *words: subprocess.run(["git", *words], cwd=place.ROOT, capture_output=True, text=True)
    name = git("rev-parse", "--short", "HEAD").stdout.strip() or "unknown"
    return name + ("-dirty" if git("diff", "--quiet", "HEAD", "--", ".", ":!bench/history.jsonl").returncode else "")


def cores():
    return len(os.sched_getaffinity(0))
