"""Store entries in the making: unpacked, compiled and sealed beside whatever else goes on, a delivery above all."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
import uuid
from collections import deque
from functools import partial
from pathlib import Path
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Sequence, Tuple

from conc_agent import timing
from conc_agent.durable import remove, sync_folder
from conc_agent.install.begun import Begun, says_itself
from conc_agent.install.bytecode import Bytecode
from conc_agent.install.compile import Compiler
from conc_agent.install.contents import read_contents
from conc_agent.install.describe import describe
from conc_agent.install.disk import check_room
from conc_agent.install.entry import Spot
from conc_agent.install.known_bytecode import KnownBytecode
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import venv_layout
from conc_agent.install.seal import seal
from conc_agent.install.store import entry_folder, staged_wheel, store_folder, sweep
from conc_agent.install.sync import sync_file_system
from conc_agent.install.unpack import make_folder, sources, unpack
from conc_agent.install.wheel import Wheel

_BEHIND = 4 << 20
"""Bytes of source that wait for the compilers while more is unpacked: half a second's work for a few of them."""


class _Stopped(Exception):
    """Nobody wants what is being unpacked."""


class Making:
    """Makes entries aside, on a thread and in compilers; ``finish`` names them, and ``stop`` leaves nothing of them.

    An entry has its name only once all that it was made of is what the manifest says, so it may be begun before that is
    known. What fails then is tried again by ``finish``, which tells why.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._store = store_folder(root)
        if not self._store.is_dir():
            make_folder(str(self._store))
        sweep(self._store)
        self._moment = _moment()
        self._layout = venv_layout()
        self._compiler = Compiler()
        self._known = KnownBytecode(root, sys.implementation.cache_tag)
        self._items: Dict[str, Begun] = {}
        self._to_unpack: Deque[Begun] = deque()
        self._to_seal: Deque[Begun] = deque()
        self._changed = threading.Condition()
        #: Bytes of source that are to be compiled.
        self._behind = 0
        #: Files that were unpacked, and those of them that were told.
        self._files = self._told = 0
        self._stopped = False
        self._thread: Optional[threading.Thread] = None

    def begin(self, digest: str, file: str) -> None:
        """A wheel is staged whole. All that is known of it is what it says itself."""
        wheel = says_itself(self._root, digest, file)
        if wheel is not None:
            self._add(wheel)

    def prepare(self) -> None:
        """Something will be there to begin with soon."""
        self._compiler.prepare()

    def finish(
        self, wheels: Sequence[Mapping[str, Any]], cache_tag: str, each: Callable[[], None], check: Callable[[], None]
    ) -> int:
        """Make what is left to make of these staged wheels, and name their entries; all or none. Returns the number of
        files compiled.

        ``wheels`` are of the request of ``install``. ``each`` is called for every file unpacked, ``check`` a few times
        a second: both may raise. The entries are made durable by one syncfs, and only then get their names.
        """
        try:
            with timing.span("unpack"):
                items = [self._begun(wheel) or self._add(wheel) for wheel in wheels]
                for item in items:
                    self._wait(lambda item=item: item.is_unpacked, item, each, check)
            with timing.span("compile"):
                self._compiler.finish(check)
            with timing.span("seal"):
                for item in items:
                    self._wait(lambda item=item: item.compiled is not None, item, each, check)
                check_room(self._store)
            with timing.span("sync"):
                self._publish(items, cache_tag)
        finally:
            self.stop()
        for wheel in wheels:
            _unstage(self._root, wheel["sha256"])
        return sum(item.compiled or 0 for item in items)

    def stop(self) -> None:
        """End what runs, and remove what has no name. For good."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._compiler.stop()
        if self._thread is not None:
            self._thread.join()
        while self._items:
            shutil.rmtree(str(self._items.popitem()[1].aside), ignore_errors=True)

    def _begun(self, wheel: Mapping[str, Any]) -> Optional[Begun]:
        """What was begun of a wheel, if that went well and is what is wanted."""
        item = self._items.get(wheel["sha256"])
        return item if item is not None and item.fits(wheel) else None

    def _add(self, wheel: Mapping[str, Any]) -> Begun:
        item = Begun(wheel, self._store / f".{uuid.uuid4().hex}")
        before = self._items.pop(wheel["sha256"], None)
        if before is not None:
            self._items[before.aside.name] = before
        self._items[wheel["sha256"]] = item
        with self._changed:
            self._to_unpack.append(item)
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="making", daemon=True)
            self._thread.start()
        return item

    def _wait(self, done: Callable[[], bool], item: Begun, each: Callable[[], None], check: Callable[[], None]) -> None:
        over = False
        while not over:
            check()
            with self._changed:
                over = done() or item.error is not None or self._compiler.error is not None
                if not over:
                    self._changed.wait(0.1)
            while self._told < self._files:
                self._told += 1
                each()
        error = item.error or (None if done() else self._compiler.error)
        if error is not None:
            raise error

    def _run(self) -> None:
        task = self._next_task()
        while task is not None:
            act, item = task
            try:
                act(item)
            except _Stopped:
                return
            except Exception as error:
                item.error = error
                shutil.rmtree(str(item.aside), ignore_errors=True)
            with self._changed:
                self._changed.notify_all()
            task = self._next_task()

    def _next_task(self) -> Optional[Tuple[Callable[[Begun], None], Begun]]:
        """Waits for something to do; None: it is over."""
        with self._changed:
            while not self._stopped:
                if self._to_seal:
                    return self._seal, self._to_seal.popleft()
                if self._to_unpack and self._behind < _BEHIND:
                    return self._unpack, self._to_unpack.popleft()
                self._changed.wait()
        return None

    def _unpack(self, item: Begun) -> None:
        wheel = item.wheel
        staged = staged_wheel(self._root, wheel["sha256"])
        if not staged.exists():
            raise Refused(wheel["file"], "it is neither in the store nor delivered", "wheel.missing")
        contents = read_contents(staged.with_suffix(".json"), wheel["contents"], wheel["file"])
        make_folder(str(item.aside))
        with Wheel(staged, wheel["file"]) as archive:
            description = describe(archive, wheel, contents, self._layout)
            unpacked = unpack(archive, description, contents, item.aside, self._moment, self._unpacked_one)
        item.unpacked = description, unpacked
        found = sources(unpacked)
        item.bytecode.update(self._known.take_over(wheel["name"], item.aside, found, self._moment))
        item.taken_over = len(item.bytecode)
        to_compile = [(spot, file) for spot, file in found if spot not in item.bytecode]
        with self._changed:
            item.left = len(to_compile)
            self._behind += sum(file.size for _, file in to_compile)
            if not to_compile:
                self._to_seal.append(item)
        for spot, file in to_compile:
            path = f"{item.aside}/{spot[0]}/{spot[1]}"
            self._compiler.add(path, file.size, partial(self._compiled, item, spot, file.size))
        # Not before: once all are, the compiler takes no more.
        item.is_unpacked = True

    def _unpacked_one(self) -> None:
        self._files += 1
        if self._stopped:
            raise _Stopped()

    def _compiled(self, item: Begun, spot: Spot, size: int, made: Optional[Bytecode]) -> None:
        with self._changed:
            if made is not None:
                item.bytecode[spot] = made
            item.left -= 1
            caught_up = self._behind >= _BEHIND > self._behind - size
            self._behind -= size
            if item.left == 0:
                self._to_seal.append(item)
            if item.left == 0 or caught_up:
                self._changed.notify_all()

    def _seal(self, item: Begun) -> None:
        if item.unpacked is None:
            return
        description, unpacked = item.unpacked
        entry = seal(item.aside, item.wheel["sha256"], description, unpacked, item.bytecode, self._layout, self._moment)
        item.compiled = entry.compiled - item.taken_over
        item.unpacked, item.bytecode = None, {}

    def _publish(self, items: List[Begun], cache_tag: str) -> None:
        sync_file_system(self._store)
        for item in items:
            digest = item.wheel["sha256"]
            os.rename(str(item.aside), str(entry_folder(self._root, digest, cache_tag)))
            self._items.pop(digest)
        sync_folder(self._store)


def _moment() -> int:
    """The time stamp of all new files, in ns: just past, like pip's, and not a constant.

    Web servers and ``collectstatic`` tell a changed file by its time. Bytecode knows its source by size and second: no
    later edit may fall into the same second, or old bytecode would mask it.
    """
    return (int(time.time()) - 1) * 1_000_000_000


def _unstage(root: Path, digest: str) -> None:
    """The archive has served: it would only take room until the change is closed."""
    staged = staged_wheel(root, digest)
    remove(staged)
    remove(staged.with_suffix(".json"))
