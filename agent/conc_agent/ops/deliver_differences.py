"""Wheels of which ``deliver`` gets only what differs from those that serve."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping

from conc_agent.context import Context, Delivery, Held
from conc_agent.durable import remove
from conc_agent.install.former import Former, former_wheels


class Differences:
    """Asks for wheels, and makes those itself that come as differences: they are told once they are staged."""

    def __init__(
        self, context: Context, wheels: Mapping[str, Dict[str, Any]], folder: Path, each: Callable[[int], None]
    ) -> None:
        """``folder`` is where wheels are staged; ``each`` is told the size of what comes."""
        #: So many files were here, of all those of the wheels that were made.
        self.kept = self.files = 0
        #: Bytes that the wheels have, and that did not come.
        self.saved = 0
        #: Why a wheel came whole all the same.
        self.whole: List[str] = []
        self._context = context
        self._wheels = wheels
        self._folder = folder
        self._each = each

    def ask(self, wanted: List[str], held: Mapping[str, Held]) -> Iterator[Delivery]:
        """One delivery for each wheel. Those that can't be made after all come last, and whole."""
        anew = [digest for digest in wanted if digest not in held]
        formers = former_wheels(self._context.root, self._wheels, anew) if self._has_room(anew) else {}
        like = {digest: former.signature for digest, former in formers.items()}
        again: List[str] = []
        for delivery in self._context.ask(wanted, held, like):
            if delivery.difference is None or self._makes(delivery, delivery.difference, formers[delivery.sha256]):
                yield delivery
            else:
                again.append(delivery.sha256)
        if again:
            yield from self._context.ask(again, {}, {})

    def _has_room(self, wanted: List[str]) -> bool:
        """Wheels that are made stand uncompressed: that may be more than preflight reckoned with."""
        disk = os.statvfs(str(self._folder))
        return sum(self._wheels[digest]["unpacked"] for digest in wanted) * 4 < disk.f_bavail * disk.f_frsize

    def _makes(self, delivery: Delivery, contents: str, former: Former) -> bool:
        from conc_agent.install.difference import Different, remake

        wheel = self._wheels[delivery.sha256]
        final = self._folder / f"{delivery.sha256}.whl"
        aside = self._folder / f".{delivery.sha256}.remade"
        self.saved += wheel["size"] - delivery.size
        blobs = self._counted(delivery.blobs)
        try:
            remade = remake(aside, former, blobs, wheel, contents, self._context.check_cancelled)
            _pass(blobs)
            final.with_suffix(".json").write_bytes(remade.contents)
            os.rename(str(aside), str(final))
        except Different as different:
            self.whole.append(f"{wheel['file']} came whole: {different}")
            self.saved -= wheel["size"]
            _pass(blobs)
            return False
        finally:
            remove(aside)
        self.kept += remade.kept
        self.files += remade.files
        return True

    def _counted(self, blobs: Iterator[bytes]) -> Iterator[bytes]:
        for blob in blobs:
            self._each(len(blob))
            yield blob


def _pass(blobs: Iterator[bytes]) -> None:
    """What nobody wants any more, the end of a stream's checksum at least, stands before the next wheel."""
    for _ in blobs:
        pass
