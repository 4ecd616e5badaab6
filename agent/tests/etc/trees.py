"""Small rendered trees, and roots to bring them to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import durable, release
from conc_agent.etc import tree

from ..controller import Controller
from ..making import BUNDLE, PYTHON, RootCase, job, switching


def file(path: str, text: str, mode: str = "0644", **more: Any) -> Dict[str, Any]:
    data = text.encode()
    about = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "text": text}
    return dict({"path": path, "kind": "file", "mode": mode, "owner": None, "group": None}, **dict(about, **more))


def link(path: str, target: str) -> Dict[str, Any]:
    return {"path": path, "kind": "link", "target": target}


def content(folder: Path) -> Dict[str, str]:
    """Every file and link below it by path, but for conc's own claims: text, or ``-> TARGET``."""
    found: Dict[str, str] = {}
    for parent, folders, names in os.walk(str(folder)):
        if ".conc" in folders:
            folders.remove(".conc")
        for name in names + [each for each in folders if os.path.islink(os.path.join(parent, each))]:
            place = Path(parent) / name
            key = str(place.relative_to(folder))
            found[key] = "-> " + os.readlink(str(place)) if place.is_symlink() else place.read_text()
    return found


class EtcCase(RootCase):
    """Releases with trees, whose etc root is ``etc`` below the application's."""

    def setUp(self) -> None:
        super().setUp()
        self.etc = self.root / "etc"

    def make(self, name: str, *files: Dict[str, Any]) -> None:
        """A release with this tree; without files: with none. What is told from here on is of its change."""
        self.controller = Controller()
        record = self._record(name)
        if files:
            rendered = {"root": "etc", "files": list(files)}
            folder = release.folder(self.root, name)
            tree.write(folder, rendered)
            digest = hashlib.sha256(tree.canonical(rendered)).hexdigest()
            durable.write_json(folder / "release.json", dict(record, etc=digest))

    def _record(self, name: str) -> Dict[str, Any]:
        """Nothing of a venv is asked here but that its interpreter is there: making a whole one takes its time."""
        binaries = release.folder(self.root, name) / "venv" / "bin"
        binaries.mkdir(parents=True)
        (binaries / "python").symlink_to(PYTHON)
        about = {
            "id": name,
            "bundle": BUNDLE,
            "app": "shop",
            "version": "1",
            "created": "",
            "by": "",
            "processes": [],
            "wheels": [],
        }
        durable.write_json(release.folder(self.root, name) / "release.json", about)
        return about

    def jobs(self, to: str, health: Any = None, **wishes: Any) -> List[Dict[str, Any]]:
        asked = {"app": "shop", "sudo": False, "sudoCommands": [], "leave": [], "overwrite": {}}
        listed = switching(self.root, to, health)
        return [listed[0], job("etc", dict(asked, **wishes)), *listed[1:]]

    def deploy(self, to: str, *files: Dict[str, Any], **wishes: Any) -> Dict[str, Any]:
        self.make(to, *files)
        return self.run_change(to, self.jobs(to, **wishes))
