"""The peers as servers on free ports, each in a fresh folder."""
import contextlib
import os
import pwd
import subprocess
import time
import urllib.parse
import urllib.request

from . import packages, place
from .process import Server

CONFIGURATIONS = place.BENCH / "peers"


def _configured(name, folder, **values):
    text = (CONFIGURATIONS / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    path = folder / name
    path.write_text(text)
    return path


def bare(folder):
    """The bare append log over HTTP. Server and address of its intake."""
    port = place.free_port()
    server = Server([place.TOOLS / "bare", "serve", "--db", folder / "bare.db", "--port", port], port=port)
    return server, f"http://127.0.0.1:{port}/ingest"


def influx(folder):
    port = place.free_port()
    path = _configured("influx.conf", folder, DIR=folder, PORT=port, BACKUP=place.free_port(), IFQL=place.free_port())
    server = Server([packages.find("influxd"), "-config", path], url=f"http://127.0.0.1:{port}/ping")
    question = urllib.parse.urlencode({"q": "create database bench"}).encode()
    urllib.request.urlopen(f"http://127.0.0.1:{port}/query", data=question, timeout=10).read()
    return server, f"http://127.0.0.1:{port}/write?db=bench&precision=ms"


def nchan(folder):
    """Server, address of the viewers, address of the publisher, arguments of the viewers."""
    port = place.free_port()
    for name in ("body", "proxy", "fcgi", "uwsgi", "scgi"):
        (folder / name).mkdir()
    path = _configured("nchan.conf", folder, DIR=folder, PORT=port, MODULE=packages.NCHAN)
    server = Server([packages.find("nginx"), "-c", path, "-p", folder, "-e", folder / "early.log"], port=port)
    return server, f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}/publish", []


def mosquitto(folder):
    port, ws_port = place.free_port(), place.free_port()
    path = _configured("mosquitto.conf", folder, PORT=port, WSPORT=ws_port)
    if os.getuid() == 0:
        path.write_text(path.read_text() + "user root\n")
    server = Server([packages.find("mosquitto"), "-c", path], port=ws_port)
    connect = bytes([0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 0])
    subscribe = bytes([0, 1, 0, 3]) + b"all" + bytes([0])
    hellos = [bytes([kind, len(body)]) + body for kind, body in ((0x10, connect), (0x82, subscribe))]
    extra = ["--subprotocol", "mqtt"] + [word for hello in hellos for word in ("--hello-hex", hello.hex())]
    return server, f"ws://127.0.0.1:{ws_port}/mqtt", f"mqtt://127.0.0.1:{port}/all", extra


def node_modules():
    """ws, pg and nats in a folder outside the sources."""
    folder = place.WORK / "node"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (CONFIGURATIONS / "package-lock.json").read_bytes()
    if (folder / "installed").exists() and (folder / "installed").read_bytes() == lock:
        return folder / "node_modules"
    for name in ("package.json", "package-lock.json"):
        (folder / name).write_bytes((CONFIGURATIONS / name).read_bytes())
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    (folder / "installed").write_bytes(lock)
    return folder / "node_modules"


def postgres(folder):
    """A private cluster with its own durability (fsync and synchronous_commit on)."""
    port, data = place.free_port(), folder / "pg"
    data.mkdir()
    user = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = ["runuser", "-u", "postgres", "--"]
        os.chown(data, pwd.getpwnam("postgres").pw_uid, -1)
    initdb = [*user, packages.find("initdb"), "-D", data, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, capture_output=True)
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "shared_buffers=512MB"]
    options = [word for setting in settings for word in ("-c", setting)]
    server = Server([*user, packages.find("initdb").replace("initdb", "postgres"), "-D", data, *options], port=port)
    ready = [packages.find("initdb").replace("initdb", "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-U", "bench", "-q"]
    for _ in range(200):
        if subprocess.run(ready).returncode == 0:
            break
        time.sleep(0.05)
    return server, port


@contextlib.contextmanager
def stack(folder):
    """Node, PostgreSQL, NATS, ws. Servers, address of the viewers, address of the publisher."""
    modules = node_modules()
    with contextlib.ExitStack() as running:
        servers = []

        def start(server):
            servers.append(running.enter_context(server))

        database, pg_port = postgres(folder)
        start(database)
        nats_port, collector, gateway = place.free_port(), place.free_port(), place.free_port()
        start(Server([packages.find("nats-server"), "-a", "127.0.0.1", "-p", nats_port], port=nats_port))
        environment = {"NODE_PATH": str(modules), "BENCH_PG_PORT": str(pg_port), "BENCH_NATS_PORT": str(nats_port)}
        for role, port in (("collector", collector), ("gateway", gateway)):
            log = folder / f"{role}.log"
            start(Server([packages.find("node"), CONFIGURATIONS / "stack.js", role, port], port=port, environment=environment, log=log))
        yield servers, f"ws://127.0.0.1:{gateway}/", f"http://127.0.0.1:{collector}/"
