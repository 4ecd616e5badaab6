"""``ncd``: the attributes that a change's ops are given. Later ops find what one writes into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Mapping, Sequence

from conc_agent import durable


class Attributes:
    """Kept in ``change/ncd.json``, readable by the deploying user alone: who continues a change has them too."""

    def __init__(self, path: Path, first: Mapping[str, Any]) -> None:
        self._path = path
        self._values: Dict[str, Any] = durable.read_json(path) or dict(first)

    def given(self, **more: Any) -> Dict[str, Any]:
        return dict(self._values, **more)

    def take(self, changed: Mapping[str, Any], removed: Sequence[str], own: Sequence[str]) -> None:
        """What an op changed; ``own`` are those that conc sets for each op anew."""
        values = {key: value for key, value in self._values.items() if key not in removed}
        values.update({key: value for key, value in changed.items() if key not in own})
        if values != self._values:
            self._values = values
            durable.write_json(self._path, values, 0o600)
