"""Init scripts of a root's processes, for machines without systemd (LSB; start-stop-daemon(8)): what stands in them,
what they are called, where they and their pid files lie. None names a release: all start launchers, which choose one.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import string
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from conc_agent import applog

Process = Dict[str, Any]

FOLDER = Path("/etc/init.d")
#: Only root makes folders there.
PIDS = Path("/run/conc")
_PLAIN = frozenset(string.ascii_letters + string.digits + ".")


class Script(NamedTuple):
    """What one that was placed says of itself."""

    process: str
    instances: int
    user: str


def prefix(root: Path) -> str:
    """Of every script of a root, and of no other root: ``conc-srv-shop-``."""
    return "conc-%s-" % "-".join(_escaped(part) for part in str(root).split("/") if part)


def name(root: Path, process: str) -> str:
    return prefix(root) + _escaped(process)


def pid_file(root: Path, process: str, number: int) -> Path:
    return Path("%s%s" % (PIDS, root)) / ("%s_%d.pid" % (process, number))


def scripts(root: Path, processes: List[Process]) -> Dict[str, str]:
    """Every script, by its name. Each process has its ``user``."""
    return {name(root, process["name"]): _script(root, process) for process in processes}


def placed(root: Path) -> Dict[str, str]:
    """The scripts of this root that lie there now: what stands in them, by name."""
    try:
        names = os.listdir(str(FOLDER))
    except FileNotFoundError:
        return {}
    own = re.compile(re.escape(prefix(root)) + r"[A-Za-z0-9._]+\Z")
    return {each: os.fsdecode((FOLDER / each).read_bytes()) for each in sorted(names) if own.match(each)}


def read(text: str) -> Script:
    """Of a script that conc wrote."""
    found = dict(re.findall(r"^(process|count|user)=(\S+)$", text, re.MULTILINE))
    return Script(found["process"], int(found["count"]), found["user"])


def log_name(process: str, number: int) -> str:
    return "%s_%d.log" % (process, number)


def _script(root: Path, process: Process) -> str:
    return _SCRIPT % {
        "own": name(root, process["name"]),
        "root": root,
        "process": process["name"],
        "user": process["user"],
        "count": process["count"],
        "stop": max(1, math.ceil(process["stopTimeout"])),
        "launcher": shlex.quote(str(root / "bin" / process["name"])),
        "log": shlex.quote(str(applog.folder(root))),
        "pids": shlex.quote("%s%s" % (PIDS, root)),
    }


def _escaped(text: str) -> str:
    return "".join(sign if sign in _PLAIN else "".join("_%02x" % byte for byte in os.fsencode(sign)) for sign in text)


_SCRIPT = """\
#!/bin/sh
# Placed by conc, for %(root)s. The next deploy writes it anew.
### BEGIN INIT INFO
# Provides:          %(own)s
# Required-Start:    $remote_fs $network
# Required-Stop:     $remote_fs $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: %(process)s of %(root)s
### END INIT INFO

process=%(process)s
user=%(user)s
count=%(count)d
launcher=%(launcher)s
log=%(log)s
pids=%(pids)s
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# Each takes the number of an instance.
start() {
    mkdir -p "$pids"
    # The log is opened by the account itself: in a folder that is not root's, root would write wherever a link leads.
    start-stop-daemon --start --quiet --oknodo --pidfile "$pids/${process}_$1.pid" --make-pidfile --background \\
        --chdir / --umask 022 --chuid "$user" --startas /usr/bin/env -- -i PATH=/usr/local/bin:/usr/bin:/bin \\
        LANG=C.UTF-8 USER="$user" LOGNAME="$user" HOME="$(getent passwd "$user" | cut -d: -f6)" \\
        setpriv --no-new-privs sh -c 'exec "$0" >>"$1" 2>&1' "$launcher" "$log/${process}_$1.log"
}
stop() {
    start-stop-daemon --stop --quiet --oknodo --pidfile "$pids/${process}_$1.pid" --remove-pidfile --user "$user" \\
        --retry TERM/%(stop)d/KILL/5
}
status() {
    start-stop-daemon --status --pidfile "$pids/${process}_$1.pid" --user "$user"
}

case "$2" in
    *[!0-9]*) echo "not a number: $2" >&2; exit 2 ;;
esac
result=0
for number in ${2:-$(seq 1 "$count")}; do
    case "$1" in
        start) start "$number" || result=$? ;;
        stop) stop "$number" || result=$? ;;
        restart|force-reload) stop "$number" && start "$number" || result=$? ;;
        status)
            if status "$number"; then echo "${process}@$number runs"
            else result=$?; echo "${process}@$number does not run"; fi ;;
        *) echo "Usage: $0 start|stop|restart|force-reload|status [NUMBER]" >&2; exit 2 ;;
    esac
done
exit "$result"
"""
