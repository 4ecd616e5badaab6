"""The Python files of a project, parsed, and by which names they are imported once they are installed."""

from __future__ import annotations

import ast
import os
import posixpath
from typing import Any, Dict, List, Optional


class Sources:
    """Files below a folder. What can't be parsed is left out, and told by ``unreadable``."""

    def __init__(self, folder: str, files: List[str]) -> None:
        self.files = files
        self._known = set(files)
        self._unreadable: List[Dict[str, Any]] = []
        self.trees: Dict[str, ast.Module] = {}
        for path in files:
            tree = self._parse(folder, path)
            if tree is not None:
                self.trees[path] = tree

    def unreadable(self) -> List[Dict[str, Any]]:
        return self._unreadable

    def named(self, name: str) -> List[str]:
        return [path for path in self.trees if posixpath.basename(path) == name]

    def module(self, path: str) -> str:
        """``src/shop/web.py`` is ``shop.web``: the packages above a file tell where the tree of modules begins."""
        parts = path[: -len(".py")].split("/")
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(parts[self._depth_of_root(path) :])

    def root(self, path: str) -> str:
        """The folder that is on ``sys.path`` when a file is imported: ``src``, or an empty text."""
        return "/".join(path.split("/")[: self._depth_of_root(path)])

    def find(self, root: str, module: str) -> Optional[str]:
        """The file of a module."""
        base = posixpath.join(root, *module.split("."))
        return next((path for path in (base + ".py", base + "/__init__.py") if path in self.trees), None)

    def _depth_of_root(self, path: str) -> int:
        folders = path.split("/")[:-1]
        depth = len(folders)
        while depth > 0 and "/".join([*folders[:depth], "__init__.py"]) in self._known:
            depth -= 1
        if depth == len(folders) and folders:
            # In no package: a script of its own folder, or a module of a PEP 420 namespace.
            return 1 if folders[0] == "src" else 0
        return depth

    def _parse(self, folder: str, path: str) -> Optional[ast.Module]:
        try:
            with open(os.path.join(folder, path), "rb") as file:
                return ast.parse(file.read(), path)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            self._unreadable.append({"file": path, "line": line, "message": getattr(error, "msg", str(error))})
            return None
