"""What compiled code needs of this machine: glibc's version, and libraries and their versions where ``ld.so`` looks."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set

from conc_agent import elf
from conc_agent.facts import libc

#: What ld.so(8) looks through without a cache (musl has none), besides the multiarch folders of Debian's kind.
USUAL = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")

LDCONFIG = ("/sbin/ldconfig", "/usr/sbin/ldconfig")


def unmet(needs: Optional[Dict[str, Any]]) -> List[str]:
    """A line for each need that is not met.

    ``needs`` is ``{glibc: {version, wheel} | null, libraries: [{name, wheels, versions: [{name, wheels}]}]}``; None:
    nothing is asked.
    """
    if needs is None:
        return []
    found = find([library["name"] for library in needs["libraries"]])
    lines: List[str] = []
    for library in needs["libraries"]:
        name = library["name"]
        if name not in found:
            lines.append("no %s here, which is needed by %s" % (name, _listed(library["wheels"])))
        else:
            lines += _versions(name, found[name], library.get("versions", []))
    return _glibc(needs["glibc"]) + lines


def find(names: Sequence[str]) -> Dict[str, str]:
    """Those of the libraries that the interpreter's dynamic linker would find, by path. Nothing is loaded for it."""
    found: Dict[str, str] = {}
    # In the linker's own order.
    for look in (_mapped, _in_environment, _cached, _in_usual_folders):
        left = {name for name in names if name not in found}
        if left:
            found.update(look(left))
    return found


def _versions(library: str, path: str, wanted: Sequence[Dict[str, Any]]) -> List[str]:
    """glibc's linker refuses a file that asks for a version that isn't defined; musl's doesn't look at them."""
    if not wanted or libc()["kind"] != "glibc":
        return []
    defined = elf.defined_versions(path)
    if defined is None:
        return []
    missing: Dict[str, List[Dict[str, Any]]] = {}
    for each in wanted:
        if each["name"] not in defined:
            missing.setdefault(_kind(each["name"]), []).append(each)
    return [_too_old(library, path, sorted(rows, key=_number)[-1], defined) for _, rows in sorted(missing.items())]


def _too_old(library: str, path: str, wanted: Dict[str, Any], defined: Set[str]) -> str:
    """Of several versions of one kind the newest is told: who has that has the others."""
    same = [{"name": name} for name in defined if _kind(name) == _kind(wanted["name"])]
    newest = "knows %s at most" % max(same, key=_number)["name"] if same else "has none of the kind"
    return "%s needs %s of %s, and %s %s" % (_listed(wanted["wheels"]), wanted["name"], library, path, newest)


def _kind(version: str) -> str:
    return version.rpartition("_")[0]


def _number(version: Dict[str, Any]) -> List[int]:
    """``GLIBCXX_3.4.9`` comes before ``GLIBCXX_3.4.10``."""
    return [int(digits) for digits in re.findall(r"\d+", version["name"].rpartition("_")[2])]


def _glibc(need: Any) -> List[str]:
    if need is None:
        return []
    found, wanted = libc(), need["version"]
    if found["kind"] != "glibc":
        return ["%s needs glibc, and this machine has %s" % (need["wheel"], found["kind"])]
    if found["version"] is None or found["version"] >= wanted:
        return []
    return ["%s needs glibc %s, and this machine has %s" % (need["wheel"], _dotted(wanted), _dotted(found["version"]))]


def _mapped(names: Set[str]) -> Dict[str, str]:
    """What this interpreter has loaded itself is found by its name, wherever it lies."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = [line.split(None, 5)[-1].strip() for line in maps if ".so" in line]
    except OSError:
        return {}
    return {os.path.basename(path): path for path in paths if os.path.basename(path) in names}


def _in_environment(names: Set[str]) -> Dict[str, str]:
    return _in_folders(names, [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder])


def _cached(names: Set[str]) -> Dict[str, str]:
    """``ldconfig -p`` reads glibc's cache, as anybody may; it lists libraries of other machines too."""
    for program in LDCONFIG:
        try:
            said = subprocess.run(
                [program, "-p"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
            ).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        rows = re.findall(r"^\s*(\S+) \(.*\) => (.+)$", said.decode("utf-8", "replace"), re.MULTILINE)
        # The first of a name is the one that the linker takes.
        return {name: path for name, path in reversed(rows) if name in names and _is_ours(path)}
    return {}


def _in_usual_folders(names: Set[str]) -> Dict[str, str]:
    return _in_folders(names, list(_folders()))


def _in_folders(names: Set[str], folders: Sequence[str]) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for folder in folders:
        for name in names - set(found):
            if _is_ours(os.path.join(folder, name)):
                found[name] = os.path.join(folder, name)
    return found


def _folders() -> Iterator[str]:
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
