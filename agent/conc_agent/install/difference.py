"""A wheel made again from files of a former one and those that differ: protocol/README.md, "Differences"."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple

from conc_agent.install.contents import canonical
from conc_agent.install.former import Former, Kept
from conc_agent.install.names import path_problem
from conc_agent.install.record import row_for

_BLOCK = 1 << 18
_HEADER = 64 << 20
"""Bytes, at most, of a header: as of any JSON text of the protocol."""


class Different(Exception):
    """What came and what is here do not make the wheel: why, in words."""


class Remade(NamedTuple):
    """``contents``: the wheel's list in its canonical form. ``kept`` of its ``files`` were here."""

    contents: bytes
    kept: int
    files: int


def remake(
    path: Path,
    former: Former,
    blobs: Iterator[bytes],
    wheel: Mapping[str, Any],
    contents: str,
    check: Callable[[], None],
) -> Remade:
    """Write an archive with the files of ``wheel`` (an entry of the request of deliver); raises Different.

    What is in it is read anew and hashed, whatever it came from; that it is what was built is told by ``contents``, the
    sha256 of the wheel's list. The archive itself is another one: uncompressed, in an order of its own.
    """
    stream = _Stream(blobs)
    header = _header(stream)
    kept = _kept(former, header)
    expected = sum(size for _, size, _ in header["files"]) + sum(each.file.size for _, each in kept)
    if expected > wheel["unpacked"]:
        raise Different("its files would be more than the manifest says")
    with zipfile.ZipFile(str(path), "w") as archive:
        writer = _Writer(archive, check)
        for name, size, executable in header["files"]:
            writer.add(name, size, bool(executable), stream.blocks(size))
        for name, each in kept:
            writer.add(name, each.file.size, each.executable, _content(former, each))
        if header["record"] is not False:
            record = f"{header['prefix']}.dist-info/RECORD"
            data = _record(header["record"], record, writer.listed)
            writer.add(record, len(data), False, [data])
    listed = canonical(in_order(writer.listed))
    if hashlib.sha256(listed).hexdigest() != contents:
        raise Different("what came and what is here do not make the files of its list")
    return Remade(listed, len(kept), len(writer.listed))


def in_order(listed: Mapping[str, Dict[str, Any]]) -> List[Dict[str, Any]]:
    """As the build sorts them: by UTF-16 code units."""
    return [listed[path] for path in sorted(listed, key=lambda path: path.encode("utf-16-be", "surrogatepass"))]


class _Stream:
    """One zlib stream, taken in as it comes."""

    def __init__(self, blobs: Iterator[bytes]) -> None:
        self._blobs = blobs
        self._packed = b""
        self._unpacker = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        return b"".join(self.blocks(size))

    def blocks(self, size: int) -> Iterator[bytes]:
        """Exactly so many bytes, in blocks of at most 256 KiB."""
        while size > 0:
            try:
                block = self._unpacker.decompress(self._packed, min(size, _BLOCK))
            except zlib.error as error:
                raise Different(f"what came can't be unpacked: {error}") from error
            self._packed = self._unpacker.unconsumed_tail
            if block:
                size -= len(block)
                yield block
            elif self._unpacker.eof:
                raise Different("what came ends too early")
            elif not self._packed:
                self._packed = next(self._blobs, b"")
                if not self._packed:
                    raise Different("what came ends too early")


def _header(stream: _Stream) -> Dict[str, Any]:
    size = int.from_bytes(stream.read(4), "big")
    if size > _HEADER:
        raise Different(f"its header would have {size} bytes")
    try:
        header = json.loads(stream.read(size).decode("utf-8"))
        files = [(str(path), int(length), int(executable)) for path, length, executable in header["files"]]
        without = {int(index) for index in header["without"]}
        prefix, record = str(header["prefix"]), header["record"]
        json.dumps([files, prefix, record], ensure_ascii=False).encode("utf-8")
    except (ValueError, TypeError, KeyError) as error:
        raise Different(f"its header can't be understood: {error}") from error
    if not isinstance(record, (bool, str)) or any(length < 0 for _, length, _ in files):
        raise Different("its header can't be understood")
    return {"files": files, "without": without, "prefix": prefix, "record": record}


def _kept(former: Former, header: Mapping[str, Any]) -> List[tuple[str, Kept]]:
    """With their names in the new archive."""
    return [
        (header["prefix"] + kept.name if kept.name.startswith((".dist-info/", ".data/")) else kept.name, kept)
        for index, kept in enumerate(former.files)
        if index not in header["without"]
    ]


class _Writer:
    def __init__(self, archive: zipfile.ZipFile, check: Callable[[], None]) -> None:
        #: Entries of the wheel's list, by path.
        self.listed: Dict[str, Dict[str, Any]] = {}
        self._archive = archive
        self._check = check

    def add(self, path: str, size: int, executable: bool, blocks: Iterable[bytes]) -> None:
        self._check()
        problem = "a name that is there twice" if path in self.listed else path_problem(path)
        if problem is not None:
            raise Different(f"{problem}: {path!r}")
        member = zipfile.ZipInfo(path)
        member.file_size = size
        member.external_attr = (0o100755 if executable else 0o100644) << 16
        digest = hashlib.sha256()
        with self._archive.open(member, "w") as target:
            for block in blocks:
                digest.update(block)
                target.write(block)
        self.listed[path] = {"path": path, "sha256": digest.hexdigest(), "size": size, "executable": executable}


def _content(former: Former, kept: Kept) -> Iterator[bytes]:
    """A file of the store, read again: somebody may have changed it since it was installed."""
    path = former.entry.folder / kept.scheme / kept.file.path
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            block = file.read(_BLOCK)
            while block and size <= kept.file.size:
                size += len(block)
                digest.update(block)
                yield block
                block = file.read(_BLOCK)
    except OSError as error:
        raise Different(f"{path} can't be read: {error.strerror}") from error
    if digest.hexdigest() != kept.file.sha256:
        raise Different(f"{path} was changed since it was installed")


def _record(told: object, record: str, listed: Mapping[str, Dict[str, Any]]) -> bytes:
    """RECORD: as ``conc build`` writes it, or a text in which NUL stands for what the list says of a row's file."""
    if isinstance(told, str):
        return _filled(told, listed).encode("utf-8")
    rows = "".join(f"{_quoted(row['path'])},{_hash_and_size(row)}\n" for row in in_order(listed))
    return f"{rows}{_quoted(record)},,\n".encode()


def _filled(text: str, listed: Mapping[str, Dict[str, Any]]) -> str:
    parts = text.split("\0")
    filled: List[str] = []
    for part in parts[:-1]:
        row = next(csv.reader([part.rpartition("\n")[2]]), [""])
        if row[0] not in listed:
            raise Different(f"its RECORD has a row for {row[0]!r}, which is not among its files")
        filled += [part, _hash_and_size(listed[row[0]])]
    return "".join([*filled, parts[-1]])


def _hash_and_size(file: Mapping[str, Any]) -> str:
    row = row_for(file["path"], bytes.fromhex(file["sha256"]), file["size"])
    return f"{row.hash},{row.size}"


def _quoted(path: str) -> str:
    return '"' + path.replace('"', '""') + '"' if set(path) & set('",\r\n') else path
