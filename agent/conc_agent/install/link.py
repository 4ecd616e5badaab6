"""From the store into a venv: hard links for vendors' files, copies for the application's own."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, List, Set

from conc_agent.install.entry import EXECUTABLE, Entry, File, Tree
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

    def place(self, entry: Entry, trees: Dict[str, Tree], copy: bool, left_out: Set[str]) -> None:
        """Link or copy every file of some of an entry's trees but ``left_out`` (paths relative to the venv)."""
        if self._may_link and os.stat(str(entry.folder)).st_uid != os.geteuid():
            self._stop_linking("the store belongs to another user")
        for scheme, tree in trees.items():
            prefix = self._layout.prefix(scheme, entry.distribution)
            files = tree.files
            if scheme == "scripts":
                files = [file for file in files if file.path not in entry.rewrite]
            if left_out:
                files = [file for file in files if prefix + file.path not in left_out]
            source = f"{entry.folder}/{scheme}/"
            target = f"{self._venv}/{prefix}"
            if prefix not in self._made:
                self._made.add(prefix)
                os.makedirs(target, exist_ok=True)
            with _opened(source) as store, _opened(target) as venv:
                self._make_folders(venv, prefix, tree.folders)
                for start in range(0, len(files), _STEP):
                    step = files[start : start + _STEP]
                    left = step if copy or not self._may_link else self._link(source, store, target, venv, step)
                    self._copy(source, target, left, entry.time)
                    self._each(len(step))

    def _make_folders(self, venv: int, prefix: str, folders: List[str]) -> None:
        made = self._made
        for folder in folders:
            path = prefix + folder
            if path not in made:
                made.add(path)
                try:
                    os.mkdir(folder, dir_fd=venv)
                except FileExistsError:
                    pass

    def _link(self, source: str, store: int, target: str, venv: int, files: List[File]) -> List[File]:
        """``store`` and ``venv`` are the folders ``source`` and ``target``, opened: the kernel looks up no more than it
        must. Returns the files that have to be copied instead."""
        left: List[File] = []
        link = os.link
        for index, file in enumerate(files):
            path = file.path
            try:
                link(path, path, src_dir_fd=store, dst_dir_fd=venv, follow_symlinks=False)
            except OSError as error:
                if error.errno == errno.EMLINK:
                    left.append(file)
                elif error.errno in _NO_LINKS:
                    self._stop_linking(f"links are not possible here: {os.strerror(error.errno)}")
                    left += files[index:]
                    break
                else:
                    raise OSError(error.errno, error.strerror, source + path, None, target + path) from error
        self.linked += len(files) - len(left)
        return left

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


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
