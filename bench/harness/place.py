"""Where things are, and free ports."""
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
WORK = TARGET / "bench"  # load clients, stores, packs: on the disk that is measured
TOOLS = WORK / "release"


def fresh(name):
    """An empty folder."""
    folder = WORK / "run" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stamp():
    """A day and a schema: what a kept store is good for."""
    texts = b"".join(path.read_bytes() for path in sorted((ROOT / "sql" / "migrations").rglob("*.sql")))
    return time.strftime("%Y-%m-%d-", time.gmtime()) + hashlib.sha256(texts).hexdigest()[:8]


def build():
    """The load clients, with a lock file of their own, and the maker of the large store."""
    cargo = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run([*cargo, "--manifest-path", BENCH / "load" / "Cargo.toml", "--target-dir", WORK], check=True)


def build_store_maker():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "-p", "sql", "--example", "bench-store"], cwd=ROOT, check=True)
    return TARGET / "release" / "examples" / "bench-store"
