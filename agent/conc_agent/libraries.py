"""What compiled code needs of this machine: glibc's version, and shared libraries where ``ld.so`` would find them."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set

from conc_agent.facts import libc

#: What ld.so(8) looks through without a cache (musl has none), besides the multiarch folders of Debian's kind.
USUAL = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")

LDCONFIG = ("/sbin/ldconfig", "/usr/sbin/ldconfig")


def unmet(needs: Optional[Dict[str, Any]]) -> List[str]:
    """A line for each need that is not met.

    ``needs`` is ``{glibc: {version, wheel} | null, libraries: [{name, wheels}]}``; None: nothing is asked.
    """
    if needs is None:
        return []
    missing = set(absent([library["name"] for library in needs["libraries"]]))
    lines = [
        "no %s here, which is needed by %s" % (library["name"], _listed(library["wheels"]))
        for library in needs["libraries"]
        if library["name"] in missing
    ]
    return _glibc(needs["glibc"]) + lines


def absent(names: Sequence[str]) -> List[str]:
    """Those of the libraries that the interpreter's dynamic linker would not find. Nothing is loaded for it."""
    left = set(names) - _mapped() if names else set()
    for look in (_cached, _in_usual_folders):
        if left:
            left -= look(left)
    return sorted(left)


def _glibc(need: Any) -> List[str]:
    if need is None:
        return []
    found, wanted = libc(), need["version"]
    if found["kind"] != "glibc":
        return ["%s needs glibc, and this machine has %s" % (need["wheel"], found["kind"])]
    if found["version"] is None or found["version"] >= wanted:
        return []
    return ["%s needs glibc %s, and this machine has %s" % (need["wheel"], _dotted(wanted), _dotted(found["version"]))]


def _mapped() -> Set[str]:
    """What this interpreter has loaded itself is found by its name, wherever it lies."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            return {os.path.basename(line.split(None, 5)[-1].strip()) for line in maps if ".so" in line}
    except OSError:
        return set()


def _cached(names: Set[str]) -> Set[str]:
    """``ldconfig -p`` reads glibc's cache, as anybody may; it lists libraries of other machines too."""
    for program in LDCONFIG:
        try:
            said = subprocess.run(
                [program, "-p"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
            ).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        rows = re.findall(r"^\s*(\S+) \(.*\) => (.+)$", said.decode("utf-8", "replace"), re.MULTILINE)
        return {name for name, path in rows if name in names and _is_ours(path)}
    return set()


def _in_usual_folders(names: Set[str]) -> Set[str]:
    return {name for folder in _folders() for name in names if _is_ours(os.path.join(folder, name))}


def _folders() -> Iterator[str]:
    for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        if folder:
            yield folder
    for folder in USUAL:
        yield folder
    triplet = "%s-linux-" % os.uname().machine
    for folder in USUAL[:2]:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if name.startswith(triplet):
                yield os.path.join(folder, name)


def _is_ours(path: str) -> bool:
    """Of this interpreter's class and machine: fields of the header that stand at one place in every file (elf(5))."""
    mine, other = _header("/proc/self/exe"), _header(path)
    return len(other) == 20 and (mine[:6], mine[18:]) == (other[:6], other[18:])


def _header(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(20)
    except OSError:
        return b""


def _dotted(version: List[int]) -> str:
    return ".".join(map(str, version))


def _listed(wheels: List[str]) -> str:
    return ", ".join(wheels[:3]) + (" and %d more" % (len(wheels) - 3) if len(wheels) > 3 else "")
