"""Bring the wheels that the node does not have into ``change/wheels/``."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple

from conc_agent import timing
from conc_agent.context import Cancelled, Context, Delivery
from conc_agent.drift.damaged import set_aside
from conc_agent.durable import remove
from conc_agent.install.contents import canonical
from conc_agent.install.disk import disk_outcome
from conc_agent.install.former import Former, former_wheels
from conc_agent.install.partial import Partial, partials
from conc_agent.install.store import complete_entries, staged_wheel
from conc_agent.install.sync import sync_file_system
from conc_agent.outcome import Outcome, failed, ok, stopped


class _Mismatch(Exception):
    """What came is not what the manifest announces."""


class _Sums(NamedTuple):
    """Bytes that came, and that were here of an upload that was cut off; files that were here, of so many of wheels
    that came as differences; why wheels came whole all the same."""

    received: int
    held: int
    kept: int
    files: int
    whole: List[str]


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """Ask for what is neither in the store nor staged; take it in, checked while it is written.

    ``request``: ``{wheels: [{sha256, size, file, count, unpacked}], acceptDrift?}``. Cut off anywhere, it goes on with
    the wheels that are not yet staged whole, and of one that came in part with what is missing of it.
    """
    wheels = {wheel["sha256"]: wheel for wheel in request["wheels"]}
    damaged: List[str] = []
    try:
        with timing.span("look"):
            if not request.get("acceptDrift"):
                damaged = set_aside(context.root, context.release, context.check_cancelled)
            wanted = _missing(context, wheels)
        if not wanted:
            return _told(stopped(f"{_all(len(wheels))} here already"), context, damaged)
        with timing.span("receive"):
            sums = _receive(context, wheels, wanted)
        with timing.span("sync"):
            sync_file_system(context.root)
    except _Mismatch as mismatch:
        return failed(
            str(mismatch), code="deliver.mismatch", hint="conc bundle verify tells whether the bundle is damaged"
        )
    except OSError as error:
        outcome = disk_outcome(error, context.root, "nothing that serves was touched")
        if outcome is None:
            raise
        return outcome
    count = len(wanted)
    verb = "is" if count == 1 else "are"
    there = f", {size_text(sums.held)} were here of an upload that was cut off" if sums.held else ""
    there += f", {sums.kept:,} of {sums.files:,} files were here" if sums.files else ""
    text = f"{count} of {len(wheels)} wheels {verb} new: {size_text(sums.received)} sent{there}"
    return _told(ok(text)._replace(evidence=sums.whole), context, damaged)


def _told(result: Outcome, context: Context, damaged: List[str]) -> Outcome:
    if not damaged:
        return result
    text = f"{context.release} was damaged since it was installed, and is made anew; {result.text}"
    return ok(text)._replace(evidence=[*(f"{path} differed" for path in damaged[:5]), *result.evidence])


def size_text(size: int) -> str:
    """``38 kB``, in powers of 1000."""
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _all(count: int) -> str:
    return "the wheel is" if count == 1 else f"all {count} wheels are"


def _missing(context: Context, wheels: Dict[str, Dict[str, Any]]) -> List[str]:
    tag = sys.implementation.cache_tag
    stored = set(complete_entries(context.root, tag))
    return [
        digest
        for digest, wheel in wheels.items()
        if digest not in stored and not _staged_whole(context, staged_wheel(context.root, digest), wheel)
    ]


def _staged_whole(context: Context, path: Path, wheel: Dict[str, Any]) -> bool:
    """Read again, as a power loss may have left a file of the right size with the wrong bytes."""
    if not path.with_suffix(".json").is_file() or not path.is_file() or path.stat().st_size != wheel["size"]:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        block = file.read(1 << 20)
        while block:
            context.check_cancelled()
            digest.update(block)
            block = file.read(1 << 20)
    return digest.hexdigest() == wheel["sha256"]


def _receive(context: Context, wheels: Dict[str, Dict[str, Any]], wanted: List[str]) -> _Sums:
    folder = staged_wheel(context.root, wanted[0]).parent
    folder.mkdir(parents=True, exist_ok=True)
    held = partials(folder, {digest: wheels[digest]["size"] for digest in wanted}, context.check_cancelled)
    formers = former_wheels(context.root, wheels, [digest for digest in wanted if digest not in held])
    receiver = _Receiver(context, wheels, folder, sum(wheels[digest]["size"] for digest in wanted))
    receiver.receive(wanted, held, formers)
    if receiver.different:
        receiver.receive(list(receiver.different), {}, {})
    whole = [f"{wheels[digest]['file']} came whole: {why}" for digest, why in receiver.different.items()]
    return _Sums(receiver.done, receiver.held, receiver.kept, receiver.files, whole)


class _Receiver:
    def __init__(self, context: Context, wheels: Dict[str, Dict[str, Any]], folder: Path, total: int) -> None:
        self.done = self.held = self.kept = self.files = 0
        #: Wheels that did not come about from a difference, and why.
        self.different: Dict[str, str] = {}
        self._context = context
        self._wheels = wheels
        self._folder = folder
        self._total = total

    def receive(self, wanted: List[str], held: Mapping[str, Partial], formers: Mapping[str, Former]) -> None:
        left = list(wanted)
        there = {digest: part.held for digest, part in held.items()}
        for delivery in self._context.ask(wanted, there, {key: former.signature for key, former in formers.items()}):
            if not left or delivery.sha256 != left[0]:
                raise _Mismatch(f"a wheel came that was not asked for: {delivery.sha256}")
            wheel = self._wheels[left.pop(0)]
            if delivery.difference is not None:
                self._remake(delivery, delivery.difference, wheel, formers[delivery.sha256])
                continue
            self.held += delivery.start
            self._total -= delivery.start
            partial = held[delivery.sha256] if delivery.start else Partial(self._folder, delivery.sha256)
            _take(self._folder, delivery, wheel, partial, self._count)
        if left:
            raise _Mismatch(
                f"{len(left)} of {len(wanted)} wheels did not come, the first is {self._wheels[left[0]]['file']}"
            )

    def _remake(self, delivery: Delivery, contents: str, wheel: Dict[str, Any], former: Former) -> None:
        """A wheel of which only what differs from the former one came. Where that does not lead to it, it is asked for
        whole."""
        from conc_agent.install.difference import Different, remake

        self._total -= wheel["size"] - delivery.size
        final = self._folder / f"{delivery.sha256}.whl"
        aside = self._folder / f".{delivery.sha256}.remade"
        blobs = self._counted(delivery.blobs)
        try:
            remade = remake(aside, former, blobs, wheel, contents, self._context.check_cancelled)
            final.with_suffix(".json").write_bytes(remade.contents)
            os.rename(str(aside), str(final))
            self.kept += remade.kept
            self.files += remade.files
        except Different as different:
            self.different[delivery.sha256] = str(different)
            self._total += wheel["size"]
        finally:
            remove(aside)
        for _ in blobs:
            pass

    def _counted(self, blobs: Iterator[bytes]) -> Iterator[bytes]:
        for blob in blobs:
            self._count(len(blob))
            yield blob

    def _count(self, size: int) -> None:
        self.done += size
        self._context.progress(self.done, self._total, "bytes")
        self._context.check_cancelled()


def _take(
    folder: Path, delivery: Delivery, wheel: Dict[str, Any], partial: Partial, each: Callable[[int], None]
) -> None:
    """One wheel: written aside, and named once its size and digest are right. Its list of files comes first. What came
    is kept where the rest doesn't come: the controller is gone."""
    final = folder / f"{delivery.sha256}.whl"
    try:
        with partial.open() as file:
            for blob in delivery.blobs:
                if partial.size + len(blob) > wheel["size"]:
                    raise _Mismatch(
                        f"{wheel['file']} came with {partial.size + len(blob)} bytes, the manifest says {wheel['size']}"
                    )
                file.write(blob)
                partial.count(blob)
                each(len(blob))
        if partial.size != wheel["size"]:
            raise _Mismatch(f"{wheel['file']} came with {partial.size} bytes, the manifest says {wheel['size']}")
        if partial.sha256 != delivery.sha256:
            raise _Mismatch(f"{wheel['file']} came with sha256 {partial.sha256}, the manifest says {delivery.sha256}")
        if sum(each["size"] for each in delivery.contents) != wheel["unpacked"]:
            raise _Mismatch(f"{wheel['file']} came with a list of other sizes than the manifest's {wheel['unpacked']}")
        final.with_suffix(".json").write_bytes(canonical(delivery.contents))
        os.rename(str(partial.path), str(final))
    except (OSError, _Mismatch, Cancelled):
        remove(partial.path)
        remove(final.with_suffix(".json"))
        raise
