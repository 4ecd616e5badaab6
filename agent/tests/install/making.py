"""Wheels made by hand: well-formed ones, and, by changing what goes in, hostile ones."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple, Union

Content = Union[str, bytes]


def metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def wheel_text(purelib: bool = True, version: str = "1.0") -> str:
    return f"Wheel-Version: {version}\nGenerator: test\nRoot-Is-Purelib: {str(purelib).lower()}\nTag: py3-none-any\n"


def make_wheel(
    folder: Path,
    name: str,
    files: Dict[str, Content],
    version: str = "1.0",
    entry_points: str = "",
    record: Optional[str] = None,
    replace: Optional[Dict[str, Optional[Content]]] = None,
    modes: Optional[Dict[str, int]] = None,
    extra: Tuple[Tuple[zipfile.ZipInfo, bytes], ...] = (),
    tag: str = "py3-none-any",
) -> Path:
    """Write ``name-version-tag.whl``; ``tag`` may have a build number before it.

    ``replace`` changes (or, by None, drops) files of the dist-info; ``record`` is taken instead of the right one;
    ``extra`` entries are added at the end, unlisted.
    """
    info = f"{name}-{version}.dist-info"
    everything: Dict[str, Content] = dict(files)
    everything[f"{info}/METADATA"] = metadata(name, version)
    everything[f"{info}/WHEEL"] = wheel_text().replace("py3-none-any", "-".join(tag.split("-")[-3:]))
    if entry_points:
        everything[f"{info}/entry_points.txt"] = entry_points
    for path, content in (replace or {}).items():
        everything.pop(f"{info}/{path}", None)
        if content is not None:
            everything[f"{info}/{path}"] = content
    if f"{info}/RECORD" not in everything and (replace or {}).get("RECORD", "") is not None:
        everything[f"{info}/RECORD"] = right_record(everything, f"{info}/RECORD") if record is None else record
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in everything.items():
            entry = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | (modes or {}).get(member, 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
        for entry, data in extra:
            archive.writestr(entry, data)
    return path


def right_record(files: Dict[str, Content], record: str) -> str:
    lines: List[str] = []
    for path, content in files.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        quoted = '"' + path.replace('"', '""') + '"' if set(path) & set('",') else path
        lines.append(f"{quoted},{record_hash(data)},{len(data)}\n")
    return "".join(lines) + f"{record},,\n"


def record_hash(data: bytes, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm}=" + base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
