"""What this interpreter and machine are: ``Facts`` of src/gateway/types.ts. Raw: the controller computes tags of it."""

from __future__ import annotations

import importlib.util
import os
import platform
import pwd
import re
import sys
import sysconfig
import time
from typing import Any, Dict, List, Optional

from conc_agent import frames


def facts() -> Dict[str, Any]:
    system = os.uname()
    return {
        "protocol": frames.VERSION,
        "python": _python(),
        "markers": _markers(system),
        "libc": libc(),
        "machine": system.machine,
        "hostname": system.nodename,
        "user": _user(),
        "uid": os.getuid(),
        "home": os.path.expanduser("~"),
        "machineId": _read("/etc/machine-id") or None,
        "boot": boot(),
        "time": time.time(),
        "pid": os.getpid(),
    }


def boot() -> str:
    """boot-id with pid 1's start time, field 22 of its stat (proc(5)): a restarted container differs too."""
    stat = _read("/proc/1/stat")
    fields = stat.rpartition(")")[2].split()
    return _read("/proc/sys/kernel/random/boot_id") + ":" + (fields[19] if len(fields) > 19 else "")


def _python() -> Dict[str, Any]:
    return {
        "version": list(sys.version_info[:3]),
        "full": platform.python_version(),
        "implementation": sys.implementation.name,
        "cacheTag": sys.implementation.cache_tag,
        "soabi": sysconfig.get_config_var("SOABI"),
        "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
        "pointerBits": 64 if sys.maxsize > 2**32 else 32,
        "platform": sysconfig.get_platform(),
        "abiflags": getattr(sys, "abiflags", ""),
        "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "hasVenv": importlib.util.find_spec("venv") is not None,
    }


def _markers(system: os.uname_result) -> Dict[str, str]:
    """As ``packaging.markers.default_environment()`` (PEP 508)."""
    version = sys.implementation.version
    level = "" if version.releaselevel == "final" else version.releaselevel[0] + str(version.serial)
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": "%d.%d.%d%s" % (version.major, version.minor, version.micro, level),
        "os_name": os.name,
        "platform_machine": system.machine,
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": system.release,
        "platform_system": system.sysname,
        "platform_version": system.version,
        "python_full_version": platform.python_version(),
        "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform,
    }


def libc() -> Dict[str, Any]:
    """glibc tells confstr(3) its version; musl's loader, mapped into this process, prints its own (PEP 656)."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError):
        name, version = "", ""
    if name == "glibc":
        return {"kind": "glibc", "version": _pair(version)}
    loader = re.search(r"/\S*/ld-musl-\S+", _read("/proc/self/maps"))
    if loader is None:
        return {"kind": "unknown", "version": None}
    import subprocess

    said = subprocess.run([loader.group()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return {"kind": "musl", "version": _pair(said.stderr.decode("ascii", "replace").partition("Version ")[2])}


def _pair(text: str) -> Optional[List[int]]:
    found = re.match(r"(\d+)\.(\d+)", text)
    return [int(found.group(1)), int(found.group(2))] if found else None


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
