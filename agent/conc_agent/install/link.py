"""From the store into a venv: hard links for vendors' files, copies for the application's own."""

from __future__ import annotations

import errno
import os
import shutil
from typing import Callable, List, Set

from conc_agent.install.entry import EXECUTABLE, Entry, File
from conc_agent.install.schemes import Layout

_STEP = 256
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""Another file system, another owner's file (fs.protected_hardlinks), a file system without links."""


class Linker:
    """Places entries into one venv; counts what it linked and copied, and remembers what people should be told."""

    def __init__(self, venv: str, layout: Layout, each: Callable[[int], None]) -> None:
        """``each`` is called with the number of files placed since the last call; it may raise."""
        self.linked = 0
        self.copied = 0
        self.notices: List[str] = []
        self._venv = venv
        self._layout = layout
        self._each = each
        self._made: Set[str] = set()
        self._may_link = True

    def place(self, entry: Entry, copy: bool, left_out: Set[str]) -> None:
        """Link or copy every file of an entry but ``left_out`` (paths relative to the venv)."""
        if self._may_link and os.stat(str(entry.folder)).st_uid != os.geteuid():
            self._stop_linking("the store belongs to another user")
        for scheme, tree in entry.trees.items():
            prefix = self._layout.prefix(scheme, entry.distribution)
            files = tree.files
            if scheme == "scripts":
                files = [file for file in files if file.path not in entry.rewrite]
            if left_out:
                files = [file for file in files if prefix + file.path not in left_out]
            self._make_folders(prefix, tree.folders)
            source = f"{entry.folder}/{scheme}/"
            target = f"{self._venv}/{prefix}"
            for start in range(0, len(files), _STEP):
                step = files[start : start + _STEP]
                if copy or not self._may_link:
                    self._copy(source, target, step, entry.time)
                else:
                    self._link(source, target, step, entry.time)
                self._each(len(step))

    def _make_folders(self, prefix: str, folders: List[str]) -> None:
        made = self._made
        if prefix not in made:
            made.add(prefix)
            os.makedirs(f"{self._venv}/{prefix}", exist_ok=True)
        for folder in folders:
            path = prefix + folder
            if path not in made:
                made.add(path)
                try:
                    os.mkdir(f"{self._venv}/{path}")
                except FileExistsError:
                    pass

    def _link(self, source: str, target: str, files: List[File], time: int) -> None:
        link = os.link
        for index, file in enumerate(files):
            path = file.path
            try:
                link(source + path, target + path)
            except OSError as error:
                if error.errno == errno.EMLINK:
                    self._copy(source, target, [file], time)
                    self.linked -= 1
                elif error.errno in _NO_LINKS:
                    self._stop_linking(f"links are not possible here: {os.strerror(error.errno)}")
                    self.linked += index
                    self._copy(source, target, files[index:], time)
                    return
                else:
                    raise
        self.linked += len(files)

    def _copy(self, source: str, target: str, files: List[File], time: int) -> None:
        """Copies keep the time stamp, by which Python knows that their bytecode is theirs."""
        for file in files:
            path = target + file.path
            shutil.copyfile(source + file.path, path)
            os.chmod(path, 0o755 if file.kind == EXECUTABLE else 0o644)
            os.utime(path, ns=(time, time))
        self.copied += len(files)

    def _stop_linking(self, reason: str) -> None:
        self._may_link = False
        self.notices.append(f"{reason}: files are copied, and each release takes its full room")
