"""What is to be placed, as the tests of the programs write it down."""

from __future__ import annotations

from typing import Any, Dict, Optional, Union

from conc_agent.servers.staged import Staged


def stage(root: str, files: Dict[str, Union[str, Dict[str, Any], None]]) -> Staged:
    """By path: its text, a link, or None for what goes."""
    changes = {path: _change(file) for path, file in files.items()}
    return Staged(root, changes, sorted(files))


def _change(file: Union[str, Dict[str, Any], None]) -> Optional[Dict[str, Any]]:
    if not isinstance(file, str):
        return file
    return {"data": file.encode(), "mode": "0644", "uid": 0, "gid": 0}
