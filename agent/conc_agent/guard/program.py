"""``change/agent.pyz``: the agent that belongs to a change. Guard and abandon run from it, whatever conc comes later.

It is written before the change has a name, with every module that is here of this agent, and its digest stands in the
journal.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Dict, Optional

import conc_agent
from conc_agent import modules
from conc_agent.change import journal
from conc_agent.guard.invoke import program_of

#: The same bytes for the same modules (zip's own beginning of time).
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MAIN = """\
import sys
sys.dont_write_bytecode = True
from conc_agent.guard.main import main
main(sys.argv[1:])
"""


def program(*_parts: ModuleType) -> bytes:
    """A zip application (PEP 441) of the modules that are here, or that stand beside this one. ``_parts``: what it is
    asked to do; to be named they have to be here, and all that they import."""
    hook = modules.installed()
    if hook is None:
        package = Path(conc_agent.__file__).parent
        return packed(
            {str(path.relative_to(package.parent)): path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
        )
    return of_sources(hook.sources()) if hook.kept is None else hook.kept.program


def of_sources(sources: Dict[str, modules.Source]) -> bytes:
    return packed({modules.file_of(name, package): text for name, (text, package) in sources.items()})


def packed(files: Dict[str, str]) -> bytes:
    """``files``: texts by their paths."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in sorted({"__main__.py": _MAIN, **files}.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode("utf-8"), zipfile.ZIP_DEFLATED, 1)
    return data.getvalue()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def trusted_in(root: Path) -> Optional[Path]:
    """The program of the change in ``root``, if it is what the journal names. None: missing, or changed since."""
    folder = root / "change"
    try:
        named = journal.story_in(folder).opened.get("agent")
        data = program_of(folder).read_bytes()
    except journal.UNREADABLE:
        return None
    return program_of(folder) if digest(data) == named else None
