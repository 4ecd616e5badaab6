"""Files that are made for one venv alone: scripts that name its interpreter, and the RECORDs that list them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict, List, Set

from conc_agent.install.compile import Compiler, compiled_path
from conc_agent.install.entry import EXECUTABLE, Entry
from conc_agent.install.placed import Own
from conc_agent.install.record import Row, row_for, with_rows
from conc_agent.install.schemes import Layout, record_path
from conc_agent.install.scripts import entry_script, rewritten


class OwnFiles:
    """Writes them, and keeps the list of what it wrote in ``written``."""

    def __init__(self, venv: Path, layout: Layout) -> None:
        self.written: List[Own] = []
        self._venv = venv
        self._layout = layout
        self._python = str(venv / layout.scripts / "python")
        self._rows: Dict[Path, List[Row]] = {}

    def add_existing(self, path: str) -> None:
        """Take in a file that ``venv`` made."""
        target = self._venv / path
        self._list(path, target.read_bytes(), os.access(str(target), os.X_OK))

    def write_path_file(self, name: str, folders: List[str]) -> None:
        """Folders are added as ``site`` adds one: their own ``.pth`` files count. In ASCII, whatever the paths are."""
        lines = ["import site; site.addsitedir(%s)\n" % ascii(folder) for folder in folders]
        self._write(f"{self._layout.purelib}/{name}", "".join(lines).encode("ascii"), False)

    def write_scripts(self, entry: Entry, left_out: Set[str], compiler: Compiler) -> None:
        """A script that another wheel's script replaces is listed in RECORD, but not written."""
        rows = self._rows.setdefault(entry.folder, [])
        kinds = {file.path: file.kind for file in entry.trees["scripts"].files} if entry.rewrite else {}
        scripts = {name: (entry_script(self._python, point), True) for name, point in entry.generate.items()}
        for name in entry.rewrite:
            source = (entry.folder / "scripts" / name).read_bytes()
            scripts[name] = (rewritten(self._python, source), kinds[name] == EXECUTABLE)
        for name, (data, executable) in scripts.items():
            path = self._layout.prefix("scripts", entry.distribution) + name
            rows.append(row_for(record_path(self._layout, entry.lib, path), hashlib.sha256(data).digest(), len(data)))
            if path not in left_out:
                self._write(path, data, executable)
                if path.endswith(".py") and name in entry.rewrite:
                    compiler.add(str(self._venv / path), len(data))

    def write_record(self, entry: Entry, application: bool) -> None:
        """RECORD anew, with this venv's rows; once the compiler is through. The application's wheel is REQUESTED."""
        rows = self._rows.pop(entry.folder)
        rows += self._compiled_rows(entry)
        if application:
            self._write(info_path(self._layout, entry, "REQUESTED"), b"", False)
            rows.append(row_for(f"{entry.info}/REQUESTED", hashlib.sha256(b"").digest(), 0))
        stored = (entry.folder / entry.lib / entry.info / "RECORD").read_bytes()
        self._write(info_path(self._layout, entry, "RECORD"), with_rows(stored, rows), False)

    def _compiled_rows(self, entry: Entry) -> List[Row]:
        rows = []
        for name in entry.rewrite:
            path = compiled_path(self._layout.prefix("scripts", entry.distribution) + name)
            if name.endswith(".py") and (self._venv / path).exists():
                rows.append(Row(record_path(self._layout, entry.lib, path), "", ""))
                self._list(path, (self._venv / path).read_bytes(), False)
        return rows

    def _write(self, path: str, data: bytes, executable: bool) -> None:
        target = self._venv / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(data)
        os.chmod(str(target), 0o755 if executable else 0o644)
        self._list(path, data, executable)

    def _list(self, path: str, data: bytes, executable: bool) -> None:
        self.written.append(Own(path, hashlib.sha256(data).hexdigest(), len(data), executable))


def info_path(layout: Layout, entry: Entry, name: str) -> str:
    """A file of an entry's ``*.dist-info``, relative to the venv."""
    return f"{layout.prefix(entry.lib, entry.distribution)}{entry.info}/{name}"
