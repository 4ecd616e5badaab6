"""What else is to be done where files of a kind changed: test them first, tell their program afterwards.

One line in ``every`` for each kind. Before anything is placed ``validate`` gets what is wanted, in a folder of its own;
``reload`` comes once it is placed, and again after an undo. What is still to be reloaded is remembered (``pending``).
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Callable, Iterable, List, NamedTuple, Optional, Pattern, Sequence


class Concern(NamedTuple):
    """``validate(folder, paths)`` and ``reload()`` give what is wrong, a sentence or line each; none: all is well."""

    name: str
    paths: Pattern[str]
    validate: Callable[[Path, List[str]], List[str]]
    reload: Optional[Callable[[], List[str]]]


def touched(paths: Iterable[str], concerns: Sequence[Concern]) -> List[str]:
    """Names of the concerns that have something to do after these paths changed."""
    listed = list(paths)
    return [one.name for one in concerns if one.reload and any(one.paths.match(path) for path in listed)]


def validate(folder: Path, paths: Iterable[str], concerns: Sequence[Concern]) -> List[str]:
    """Everything that is wrong with these files, of all concerns. ``folder`` holds them at their paths."""
    listed = sorted(paths)
    found: List[str] = []
    for one in concerns:
        mine = [path for path in listed if one.paths.match(path)]
        if mine:
            found += one.validate(folder, mine)
    return found


def reload(names: Iterable[str], concerns: Sequence[Concern]) -> List[str]:
    wanted = set(names)
    return [line for one in concerns if one.name in wanted and one.reload for line in one.reload()]


def _visudo(folder: Path, paths: List[str]) -> List[str]:
    """A fault in one file of ``sudoers.d`` makes sudo refuse everybody (visudo(8), ``-c -f``)."""
    program = next((path for path in ("/usr/sbin/visudo", "/usr/bin/visudo") if os.access(path, os.X_OK)), None)
    found: List[str] = []
    for path in paths if program else []:
        asked = subprocess.run(
            [str(program), "-c", "-f", str(folder / path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, LC_ALL="C"),
            timeout=60,
        )
        if asked.returncode != 0:
            said = asked.stdout.decode("utf-8", "backslashreplace").replace(str(folder) + "/", "")
            found += [line.rstrip() for line in said.splitlines() if line.strip()]
    return found


every: Sequence[Concern] = (Concern("sudoers", re.compile(r"sudoers(\.d/[^/]+)?\Z"), _visudo, None),)
