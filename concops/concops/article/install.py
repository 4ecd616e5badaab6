"""Makes a venv on the node, and installs source packages into it: without compilers, index or network."""

from __future__ import annotations

import os
import subprocess
import venv
from typing import Any, Dict, List, Optional

from concops.article.bundle import NoPlace, location
from concops.article.choose import only
from concops.captured import captured, ending
from concops.host import Host
from concops.policy import op
from concops.result import Result
from concops.status import Status

Ncd = Dict[str, Any]


@op(
    where=Host.remote,
    again="safe",
    timeout=300,
    plan="makes a fresh venv at ${venv}, without pip",
    by_hand=["python3 -m venv --clear --without-pip ${venv}"],
)
def create_venv(ncd: Ncd, sudoPass: Optional[str]) -> Result:
    """Make a fresh venv at the attribute ``venv`` (absolute, or from the home folder). What was there before goes.

    It has no pip: ``SetupInstall`` can bring one. So the node needs no python3-venv beside its python3.
    """
    try:
        path = _venv(ncd)
        if os.path.isdir(path) and os.listdir(path) and not os.path.exists(os.path.join(path, "pyvenv.cfg")):
            return Result(Status.blocked, "%s is there, and is no venv" % path)
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(path)
        prefix = subprocess.check_output([_python(ncd), "-I", "-c", "import sys; print(sys.prefix)"], text=True).strip()
    except (OSError, NoPlace, subprocess.SubprocessError) as error:
        return Result(Status.failed, str(error))
    if not os.path.samefile(prefix, path):
        return Result(Status.failed, "the interpreter of %s has its packages in %s" % (path, prefix))
    return Result(Status.ok, path)


class SetupInstall:
    """Runs ``setup.py install`` of the one unpacked source package that the pattern matches, with the venv's Python."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.plan = "installs ~/${bundle}/%s into ${venv}" % pattern
        self.by_hand = ["cd ~/${bundle}/%s && ${venv}/bin/python3 setup.py install" % pattern.rstrip("/")]

    again = "safe"
    where = Host.remote

    def __call__(self, ncd: Ncd, sudoPass: Optional[str]) -> Result:
        try:
            folder = only(location(ncd), self.pattern, lambda path: os.path.isfile(os.path.join(path, "setup.py")))
            return _installed([_python(ncd), "setup.py", "install"], os.path.basename(folder), folder)
        except (OSError, NoPlace, ValueError) as error:
            return Result(Status.failed, str(error))

    def __repr__(self) -> str:
        return "SetupInstall(%r)" % self.pattern


class PipInstall:
    """Installs the one package of the bundle directory that the name, or pattern, matches, with the venv's pip.

    Nothing is asked of an index: what the package needs beside itself lies in the bundle directory too.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.plan = "installs ~/${bundle}/%s into ${venv}" % name
        self.by_hand = ["${venv}/bin/python3 -m pip install --no-index -f ~/${bundle} ~/${bundle}/%s" % name]

    again = "safe"
    where = Host.remote

    def __call__(self, ncd: Ncd, sudoPass: Optional[str]) -> Result:
        try:
            folder = location(ncd)
            package = only(folder, self.name, os.path.exists)
            quiet = ["--no-input", "--no-cache-dir", "--disable-pip-version-check"]
            pip = [_python(ncd), "-m", "pip", "install", *quiet, "--no-index", "--find-links", folder, package]
            return _installed(pip, os.path.basename(package), folder)
        except (OSError, NoPlace, ValueError) as error:
            return Result(Status.failed, str(error))

    def __repr__(self) -> str:
        return "PipInstall(%r)" % self.name


def _installed(argv: List[str], what: str, cwd: str) -> Result:
    code, lines = captured(argv, cwd=cwd)
    if code != 0:
        return Result(Status.failed, "installing %s ended with %s" % (what, ending(code)), evidence=lines)
    return Result(Status.ok, what)


def _venv(ncd: Ncd) -> str:
    path = os.path.expanduser(os.path.join("~", str(ncd.get("venv") or "")))
    if os.path.realpath(path) in (os.path.realpath(os.path.expanduser("~")), "/"):
        raise NoPlace("venv = %r is no directory of its own" % ncd.get("venv"))
    return path


def _python(ncd: Ncd) -> str:
    return os.path.join(_venv(ncd), "bin", "python3")
