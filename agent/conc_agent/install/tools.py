"""Tools that conc ships for a node (supervisord): venvs of their own, outside every release."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Callable, List, Mapping

from conc_agent.durable import sync_folder, write_json
from conc_agent.install.environment import Part, make_environment
from conc_agent.install.placed import write_placed
from conc_agent.install.store import remove_release
from conc_agent.install.sync import sync_file_system

RECORD = "tool.json"


def tool_folder(root: Path, tool: Mapping[str, Any], cache_tag: str) -> Path:
    """``<root>/tools/<name>-<version>-<8 hex>``; other wheels or another interpreter make another folder."""
    identity = "\n".join([*sorted(wheel["sha256"] for wheel in tool["wheels"]), cache_tag])
    digest = hashlib.sha256(identity.encode("ascii")).hexdigest()[:8]
    return root / "tools" / f"{tool['name']}-{tool['version']}-{digest}"


def is_complete(folder: Path) -> bool:
    return (folder / RECORD).exists()


def make_tool(
    folder: Path,
    tool: Mapping[str, Any],
    parts: List[Part],
    interpreter: Mapping[str, Any],
    each: Callable[[int], None],
    check: Callable[[], None],
) -> List[str]:
    """Make a tool's venv, complete once its ``tool.json``, written last, is there; returns what to tell people."""
    if folder.exists():
        remove_release(folder)
    folder.mkdir(parents=True)
    try:
        environment = make_environment(folder / "venv", folder.name, parts, each, check)
        write_placed(folder, environment.placed)
        sync_file_system(folder)
        wheels = [{"sha256": wheel["sha256"]} for wheel in tool["wheels"]]
        record = {"name": tool["name"], "version": tool["version"], "wheels": wheels, "interpreter": interpreter}
        write_json(folder / RECORD, record)
        sync_folder(folder.parent)
    except BaseException:
        remove_release(folder)
        raise
    return environment.notices
