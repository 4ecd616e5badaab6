"""``bin/<process>``: the one way in which processes of the application start. The same script for every release.

A launcher chooses a release once, by the rule of ``serving.json``, holds a shared flock on its ``.alive`` while the
process lives, checks that the release is still there, and becomes the process: so none ever mixes two releases.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Dict

from conc_agent import durable
from conc_agent.mark import marked

#: The kernel reads so much of a script's first line (BINPRM_BUF_SIZE of Linux before 5.1).
SHEBANG_LIMIT = 127
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")


def place_launchers(root: Path, release_dir: Path, record: Dict[str, Any]) -> None:
    """Write a launcher for each process of a release, and for what cron runs, by rename: none is ever half there."""
    alive = release_dir / ".alive"
    if not alive.exists():
        durable.write_file(alive, b"")
    (root / "bin").mkdir(exist_ok=True)
    for process in [*record["processes"], *record.get("crons", [])]:
        name = process["name"]
        if not _NAME.match(name) or name == "supervisord":
            raise ValueError("not a name for a process: %r" % name)
        text = launcher(root, name, record["interpreter"]["executable"])
        durable.write_file(root / "bin" / name, os.fsencode(text), 0o755)


def launcher(root: Path, process: str, python: str) -> str:
    return marked(_SCRIPT % {"shebang": shebang(python), "root": str(root), "process": process})


def shebang(python: str) -> str:
    """Isolated, without site: it starts in a third of the time, and nothing of the user's can get in."""
    line = "#!%s -IS" % python
    if len(os.fsencode(line)) < SHEBANG_LIMIT and " " not in python:
        return line
    # To sh this is an exec, to Python a string: the way of pip's and distlib's scripts.
    return "#!/bin/sh\n'''exec' \"%s\" -IS \"$0\" \"$@\"\n' '''" % python


_SCRIPT = '''\
%(shebang)s
# Starts %(process)s of the release that serves. Placed by conc; the same for every release.
import fcntl, json, os, shlex, signal, stat, sys

ROOT = %(root)r
PROCESS = %(process)r


def main():
    if os.environ.get("CONC_PART") == "1":
        hold_socket()
    sockets = take_socket()
    release, alive = choose()
    home = ROOT + "/releases/" + release
    os.set_inheritable(alive, True)
    with open(home + "/release.json", encoding="utf-8") as file:
        record = json.load(file)
    processes = {process["name"]: process for process in record["processes"] + record.get("crons", [])}
    if PROCESS not in processes:
        sys.exit("conc: %%s has no process named %%s" %% (release, PROCESS))
    words = shlex.split(processes[PROCESS]["command"]) + sys.argv[1:]
    own = dict(processes[PROCESS].get("env", {}), **secrets(record.get("env")))
    env = environment(home, release, own, sockets)
    own = home + "/venv/bin/" + words[0]
    if "/" not in words[0] and os.access(own, os.X_OK):
        words[0] = own
    os.chdir(home)
    # Python ignores these two; what it executes would inherit that.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvpe(words[0], words, env)
    except OSError as error:
        sys.exit("conc: %%s of %%s can't be started: %%s: %%s" %% (PROCESS, release, words[0], error.strerror))


def choose():
    """The release to start, and a descriptor that holds a shared lock on it. It may be pruned meanwhile: then again."""
    for _ in range(100):
        release = serving()
        path = ROOT + "/releases/" + release + "/.alive"
        try:
            alive = os.open(path, os.O_RDONLY)
            fcntl.flock(alive, fcntl.LOCK_SH)
            if os.path.samestat(os.fstat(alive), os.stat(path)):
                return release, alive
            os.close(alive)
        except FileNotFoundError:
            pass
    sys.exit("conc: %%s, which should serve, is not there" %% release)


def serving():
    try:
        with open(ROOT + "/serving.json", encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        sys.exit("conc: no release serves in " + ROOT)
    stays = state["confirmed"] or state["from"] is None or state["boot"] == boot()
    return state["to"] if stays else state["from"]


def boot():
    def read(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read().strip()
        except OSError:
            return ""

    fields = read("/proc/1/stat").rpartition(")")[2].split()
    return read("/proc/sys/kernel/random/boot_id") + ":" + (fields[19] if len(fields) > 19 else "")


def environment(home, release, own, sockets):
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH", "CONC_PART")}
    env.update(own)
    env["PATH"] = home + "/venv/bin:" + env.get("PATH", os.defpath)
    env["VIRTUAL_ENV"] = home + "/venv"
    env.update(CONC_ROOT=ROOT, CONC_RELEASE=release, CONC_PROCESS=PROCESS, CONC_SHARED=ROOT + "/shared")
    env["CONC_STATIC"] = home + "/static"
    if sockets:
        env.update(LISTEN_FDS=str(sockets), LISTEN_PID=str(os.getpid()))
    return env


def secrets(generation):
    """The application's, of the generation that the release names: where systemd hands them over, because the unit has
    LoadCredential=env:ROOT/env, or where they lie."""
    if generation is None:
        return {}
    path = "%%s/env/%%d.json" %% (ROOT, generation)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and os.path.exists("%%s/env_%%d.json" %% (credentials, generation)):
        path = "%%s/env_%%d.json" %% (credentials, generation)
    try:
        with open(path, encoding="utf-8") as file:
            values = json.load(file)["values"]
        return {name: os.fsdecode(value.encode("utf-8")) for name, value in values.items()}
    except OSError as error:
        why = error.strerror
    except (ValueError, KeyError, TypeError, AttributeError):
        why = "it is damaged"
    sys.exit("conc: %%s is not started: %%s, which holds its secrets, can't be read: %%s" %% (PROCESS, path, why))


def take_socket():
    """supervisord hands a listening socket over as descriptor 0; applications expect 3 (sd_listen_fds(3))."""
    if not stat.S_ISSOCK(os.fstat(0).st_mode):
        return 0
    import socket

    listening = socket.socket(fileno=os.dup(0))
    if not listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return 0
    listening.close()
    os.dup2(0, 3)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return 1


def hold_socket():
    """Keeps the listening socket of a single process open while that is restarted, so that no connection is refused."""
    os.environ.update(CONC_ROOT=ROOT, CONC_PROCESS=PROCESS)
    os.execv("/bin/sleep", ["sleep", "2147483647"])


main()
'''
