"""``logs``: what the application's processes wrote, ``shared/log/*.log``: the last lines, and those that follow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from conc_agent import applog, release
from conc_agent.channel import CallError, Channel

#: Seconds between two looks at files that may grow.
EVERY = 0.2
#: Bytes of one line that are told; the rest of it is left out.
LONGEST = 1 << 14


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{root, process?, lines, follow}``; sends ``{"log": NAME, "line": TEXT}``, file after file; with
    ``follow`` then as lines come, until the controller cancels. ``log`` is the file's name without its ending."""
    root, process = release.root_path(request["root"]), request.get("process")
    tails = {name: _Tail(root, name) for name in _named(root, process)}
    try:
        for tail in tails.values():
            tail.tell(channel, tail.last(request["lines"], with_rest=not request["follow"]))
        while request["follow"] and not channel.wait_gone(EVERY):
            for name in _named(root, process, must=False):
                if name not in tails:
                    tails[name] = _Tail(root, name)
            for tail in tails.values():
                tail.tell(channel, tail.more())
    finally:
        for tail in tails.values():
            tail.close()
    return {"logs": sorted(tails)}


def _named(root: Path, process: Optional[str], must: bool = True) -> List[str]:
    known = applog.names(root)
    if process is None:
        return known
    found = applog.of_process(root, process)
    if must and not found:
        raise CallError(
            "logs.none",
            "no log is of a process named %s: there are %s" % (process, ", ".join(known) or "none"),
            state="nothing was changed",
        )
    return found


class _Tail:
    """One file, from where it was read to last."""

    def __init__(self, root: Path, name: str) -> None:
        self._path = applog.folder(root) / name
        self._label = name[: -len(".log")]
        self._file: Any = None
        self._inode = 0
        #: A line whose end did not come yet.
        self._rest = b""

    def tell(self, channel: Channel, lines: List[bytes]) -> None:
        for line in lines:
            channel.send({"log": self._label, "line": line[:LONGEST].decode("utf-8", "backslashreplace")})

    def last(self, count: int, with_rest: bool) -> List[bytes]:
        """Read from the end, a block at a time, as far as is needed. ``with_rest``: a line without its end too."""
        if not self._open():
            return []
        end = self._file.seek(0, os.SEEK_END)
        data, start = b"", end
        while start > 0 and data.count(b"\n") <= count:
            step = min(start, 1 << 16)
            start -= step
            self._file.seek(start)
            data = self._file.read(step) + data
        self._file.seek(end)
        lines = self._whole(data)
        if with_rest and self._rest:
            lines.append(self._rest)
        return lines[len(lines) - min(count, len(lines)) :]

    def more(self) -> List[bytes]:
        """What came since; a file that was replaced or cut short begins anew."""
        lines = self._read()
        try:
            now = os.stat(str(self._path))
        except FileNotFoundError:
            return lines
        if self._file is None or now.st_ino != self._inode:
            self._rest = b""
            return lines + (self._read() if self._open() else [])
        if now.st_size < self._file.tell():
            self._file.seek(0)
            lines += self._read()
        return lines

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> bool:
        self.close()
        try:
            self._file = open(str(self._path), "rb")  # noqa: SIM115
        except OSError:
            return False
        self._inode = os.fstat(self._file.fileno()).st_ino
        return True

    def _read(self) -> List[bytes]:
        return [] if self._file is None else self._whole(self._file.read())

    def _whole(self, data: bytes) -> List[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        # A line without an end is told as it is, rather than kept for ever.
        if len(self._rest) > LONGEST:
            lines, self._rest = [*lines, self._rest], b""
        return [line.rstrip(b"\r") for line in lines]
