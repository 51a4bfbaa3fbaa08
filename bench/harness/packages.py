"""Debian packages of the peers: installed when this user may, without starting their services, else named."""
import glob
import os
import shutil
import subprocess
import tempfile

PACKAGES = {  # program: packages
    "influxd": ["influxdb"],
    "nginx": ["nginx-light", "libnginx-mod-nchan"],
    "mosquitto": ["mosquitto"],
    "nats-server": ["nats-server"],
    "prometheus": ["prometheus"],
    "netdata": ["netdata-core"],
    "initdb": ["postgresql"],
    "node": ["nodejs"],
}
MORE = ["/usr/sbin", "/usr/local/sbin", *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so"
POLICY = "/usr/sbin/policy-rc.d"
_told = set()


def find(program):
    """The path of a program, also where only root looks; None when it is not installed."""
    more = os.pathsep.join(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True) + MORE)
    found = shutil.which(program, path=more) or shutil.which(program)
    return None if program == "nginx" and not os.path.exists(NCHAN) else found


def have(*programs):
    """Whether all are here, installing them if possible. Says in a sentence what is missing."""
    missing = [program for program in programs if not find(program)]
    if missing:
        _install([package for program in missing for package in PACKAGES[program]])
        missing = [program for program in missing if not find(program)]
    for program in set(missing) - _told:
        _told.add(program)
        print(f"{program} is not installed: its rows stay empty. As root: apt-get install --no-install-recommends {' '.join(PACKAGES[program])}", flush=True)
    return not missing


def _install(packages):
    root = [] if os.getuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (root and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode):
        return
    print(f"installing {' '.join(packages)} (their services are not started)", flush=True)
    forbids = not os.path.exists(POLICY) and _forbid_services(root)
    try:
        command = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends", *packages]
        if subprocess.run(command, capture_output=True).returncode:
            subprocess.run([*root, "apt-get", "update"], capture_output=True)
            subprocess.run(command, capture_output=True)
    finally:
        if forbids:
            subprocess.run([*root, "rm", "-f", POLICY])


def _forbid_services(root):
    """Debian asks this file before it starts a service that was just installed."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as policy:
        policy.write("#!/bin/sh\nexit 101\n")
        policy.flush()
        return subprocess.run([*root, "install", "-m", "755", policy.name, POLICY]).returncode == 0
