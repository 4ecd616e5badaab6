"""A controller that sends wheels as differences, where the node has a former one."""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping

from conc_agent.context import Delivery, Held
from conc_agent.install.contents import canonical
from conc_agent.install.former import KEY, key_of

from .local import LocalContext, blobs_of, contents_of, entry_of

Header = Dict[str, Any]


class DifferingContext(LocalContext):
    """``edit`` may change the header, ``send`` what is sent; then, where it is ``lost``, nothing more comes."""

    def __init__(self, root: Path, wheels: List[Path], release: str) -> None:
        super().__init__(root, wheels, release)
        self.wholes: List[str] = []
        self.differences: List[str] = []
        self.edit: Callable[[Header], None] = lambda header: None
        self.send: Callable[[bytes], bytes] = lambda data: data
        self.lost = False

    def ask(self, wanted: List[str], held: Mapping[str, Held], like: Mapping[str, str]) -> Iterator[Delivery]:
        for digest in wanted:
            path = self._wheels[digest]
            self.asked.append(digest)
            if digest not in like:
                self.wholes.append(path.name)
                yield Delivery(digest, path.stat().st_size, canonical(contents_of(path)), blobs_of(path))
                continue
            self.differences.append(path.name)
            data = self.send(difference(path, base64.b64decode(like[digest]), self.edit))
            yield Delivery(digest, len(data), b"", self._blobs(data), 0, entry_of(path)["contents"])

    def _blobs(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), 100):
            yield data[start : start + 100]
        if self.lost:
            raise ConnectionError("the controller is gone")


def difference(path: Path, signature: bytes, edit: Callable[[Header], None], record: object = False) -> bytes:
    """``record``: how it is told; False: it goes with the files, as it is."""
    keys = [signature[at : at + KEY] for at in range(0, len(signature), KEY)]
    contents = contents_of(path)
    info = next(file["path"] for file in contents if file["path"].endswith(".dist-info/METADATA"))
    prefix = info[: -len(".dist-info/METADATA")]
    theirs = {key_of(_without(prefix, file["path"]), file["sha256"], file["executable"]): file for file in contents}
    files = [file for key, file in theirs.items() if key not in keys]
    if record is not False:
        files = [file for file in files if file["path"] != f"{prefix}.dist-info/RECORD"]
    header: Header = {
        "prefix": prefix,
        "without": [index for index, key in enumerate(keys) if key not in theirs],
        "files": [[file["path"], file["size"], int(file["executable"])] for file in files],
        "record": record,
    }
    edit(header)
    with zipfile.ZipFile(path) as archive:
        data = b"".join(archive.read(file["path"]) for file in files)
    text = json.dumps(header).encode("utf-8")
    return zlib.compress(len(text).to_bytes(4, "big") + text + data)


def _without(prefix: str, path: str) -> str:
    return path[len(prefix) :] if path.startswith((f"{prefix}.dist-info/", f"{prefix}.data/")) else path
