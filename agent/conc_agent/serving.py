"""``serving.json``: which release launchers start. They read it by the same rule, in their own words (launchers.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional

from conc_agent import durable
from conc_agent.facts import boot


class Serving(NamedTuple):
    """``source`` is the key ``from``: where a switch that was not confirmed goes back to after a reboot."""

    source: Optional[str]
    to: str
    boot: Optional[str]
    confirmed: bool

    @property
    def same_boot(self) -> bool:
        return self.boot == boot()

    @property
    def chosen(self) -> str:
        """What a launcher starts: ``to`` if confirmed or in the same boot, else ``from``; without one, ``to``."""
        return self.to if self.confirmed or self.source is None or self.same_boot else self.source

    def as_json(self) -> Dict[str, Any]:
        return {"from": self.source, "to": self.to, "boot": self.boot, "confirmed": self.confirmed}


def read(root: Path) -> Optional[Serving]:
    """Raises ValueError where it names no release."""
    value = durable.read_json(root / "serving.json")
    if value is None:
        return None
    named = [value.get("to"), value.get("from")]
    if not isinstance(named[0], str) or not isinstance(named[1], (str, type(None))):
        raise durable.damaged(root / "serving.json", "it names no release")
    return of(value)


def of(value: Dict[str, Any]) -> Serving:
    return Serving(value.get("from"), value["to"], value.get("boot"), value.get("confirmed") is True)


def write(root: Path, serving: Serving) -> None:
    durable.write_json(root / "serving.json", serving.as_json())


def chosen(root: Path) -> Optional[str]:
    """The release that launchers start now, None before the first switch."""
    serving = read(root)
    return None if serving is None else serving.chosen


def trial(source: Optional[str], to: str) -> Serving:
    """A switch that waits for its confirmation: good for this boot only."""
    return Serving(source, to, boot(), False)


def settled(source: Optional[str], to: str) -> Serving:
    return Serving(source, to, boot(), True)
