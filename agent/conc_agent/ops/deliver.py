"""Bring the wheels that the node does not have into ``change/wheels/``."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from conc_agent import timing
from conc_agent.context import Cancelled, Context, Delivery
from conc_agent.drift.damaged import set_aside
from conc_agent.durable import remove
from conc_agent.install.disk import disk_outcome
from conc_agent.install.making import Making
from conc_agent.install.partial import Partial, partials
from conc_agent.install.store import complete_entries, staged_wheel
from conc_agent.install.sync import sync_file_system
from conc_agent.ops.deliver_differences import Differences
from conc_agent.outcome import Outcome, failed, ok, stopped


class _Mismatch(Exception):
    """What came is not what the manifest announces."""


class _Sums(NamedTuple):
    received: int
    held: int
    differences: Differences


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
            staged, wanted = _look(context, wheels)
        if not wanted:
            return _told(stopped(f"{_all(len(wheels))} here already"), context, damaged)
        sums = _made_meanwhile(context, wheels, staged, wanted)
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
    if sums.differences.files:
        there += f", {sums.differences.kept:,} of {sums.differences.files:,} files were here"
    result = ok(f"{count} of {len(wheels)} wheels {verb} new: {size_text(sums.received)} sent{there}")
    return _told(result._replace(evidence=sums.differences.whole), context, damaged)


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


def _look(context: Context, wheels: Dict[str, Dict[str, Any]]) -> Tuple[List[str], List[str]]:
    """Of the wheels that are not in the store those that are staged whole, and those that are wanted."""
    stored = set(complete_entries(context.root, sys.implementation.cache_tag))
    staged: List[str] = []
    wanted: List[str] = []
    for digest, wheel in wheels.items():
        if digest not in stored:
            whole = _staged_whole(context, staged_wheel(context.root, digest), wheel)
            (staged if whole else wanted).append(digest)
    return staged, wanted


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


def _made_meanwhile(context: Context, wheels: Dict[str, Dict[str, Any]], staged: List[str], wanted: List[str]) -> _Sums:
    """Receive what is wanted. The store entry of every wheel that is here is in the making, and ``install`` ends it."""
    making = Making(context.root)
    try:
        making.prepare()
        for digest in staged:
            making.begin(digest, wheels[digest]["file"])
        with timing.span("receive"):
            sums = _receive(context, wheels, wanted, making.begin)
        with timing.span("sync"):
            sync_file_system(context.root)
    except BaseException:
        making.stop()
        raise
    context.beside.work = making
    return sums


def _receive(
    context: Context, wheels: Dict[str, Dict[str, Any]], wanted: List[str], begin: Callable[[str, str], None]
) -> _Sums:
    folder = staged_wheel(context.root, wanted[0]).parent
    folder.mkdir(parents=True, exist_ok=True)
    held = partials(folder, {digest: wheels[digest]["size"] for digest in wanted}, context.check_cancelled)
    total = sum(wheels[digest]["size"] for digest in wanted)
    done = kept = 0

    def each(size: int) -> None:
        nonlocal done
        done += size
        context.progress(done, total - kept - differences.saved, "bytes")
        context.check_cancelled()

    left = list(wanted)
    differences = Differences(context, wheels, folder, each)
    for delivery in differences.ask(wanted, {digest: part.held for digest, part in held.items()}):
        if delivery.sha256 not in left:
            raise _Mismatch(f"a wheel came that was not asked for: {delivery.sha256}")
        left.remove(delivery.sha256)
        if delivery.difference is None:
            kept += delivery.start
            partial = held[delivery.sha256] if delivery.start else Partial(folder, delivery.sha256)
            _take(folder, delivery, wheels[delivery.sha256], partial, each)
        begin(delivery.sha256, wheels[delivery.sha256]["file"])
    if left:
        raise _Mismatch(f"{len(left)} of {len(wanted)} wheels did not come, the first is {wheels[left[0]]['file']}")
    return _Sums(done, kept, differences)


def _unpacked(contents: bytes, wheel: Dict[str, Any]) -> int:
    """Bytes that the files of a list have."""
    try:
        return sum(each["size"] for each in json.loads(contents))
    except (ValueError, TypeError, KeyError) as error:
        raise _Mismatch(f"{wheel['file']} came with a list of files that can't be read") from error


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
        if _unpacked(delivery.contents, wheel) != wheel["unpacked"]:
            raise _Mismatch(f"{wheel['file']} came with a list of other sizes than the manifest's {wheel['unpacked']}")
        final.with_suffix(".json").write_bytes(delivery.contents)
        os.rename(str(partial.path), str(final))
    except (OSError, _Mismatch, Cancelled):
        remove(partial.path)
        remove(final.with_suffix(".json"))
        raise
