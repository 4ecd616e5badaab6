"""Which files are suites, by what they import unittest or pytest as: ``import unittest as nodetest``."""

from __future__ import annotations

import ast
import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

#: Where each level is run, unless a suite says otherwise: on the controller, in the release on the node, or by the
#: node's own python3, which needs no release.
LEVELS = {
    "unit": "near",
    "integration": "release",
    "migration": "release",
    "functional": "release",
    "load": "near",
    "monitoring": "node",
    "node": "node",
}
PLACES = ("near", "release", "node")
_SHORT = {"func": "functional", "int": "integration", "monitor": "monitoring"}
_TOLD = re.compile(r"(?P<stem>[a-z]+?)_?(?P<test>tests?)?\Z")


def suites(files: Dict[str, str]) -> List[Dict[str, Any]]:
    """``{path, module, framework, level, where, sudo}`` of each, by path.

    ``module``: as it is imported from the innermost folder that is no package. A module says ``where = "release"`` to
    run elsewhere than its level does, and ``sudo = True`` to be given the password; one that reads ``sudoPass`` needs
    not say so.
    """
    found = []
    for path in sorted(files):
        try:
            tree = ast.parse(files[path], path)
        except (SyntaxError, ValueError):
            # No file of this Python's: whoever runs it is told.
            continue
        named = _level(tree)
        if named is not None:
            framework, level = named
            where = _constant(tree, "where")
            found.append(
                {
                    "path": path,
                    "module": _module(path, files),
                    "framework": framework,
                    "level": level,
                    "where": where if where in PLACES else LEVELS[level],
                    "sudo": _needs_sudo(tree),
                }
            )
    return found


def level_of(alias: str) -> Optional[str]:
    """``nodetest``, ``node_tests`` and ``node`` are the level node; ``functest`` is functional. None: no level."""
    match = _TOLD.match(alias)
    if match is None:
        return None
    stem = match.group("stem")
    level = _SHORT.get(stem, stem) if match.group("test") else stem
    return level if level in LEVELS else None


def _level(tree: ast.Module) -> Optional[Tuple[str, str]]:
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import):
            for name in statement.names:
                level = level_of(name.asname or "") if name.name in ("unittest", "pytest") else None
                if level is not None:
                    return name.name, level
    return None


def _needs_sudo(tree: ast.Module) -> bool:
    said = [value for body in _bodies(tree) for value in [_assigned(body, "sudo")] if isinstance(value, bool)]
    if said:
        return any(said)
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "sudoPass")
        or (isinstance(node, ast.arg) and node.arg == "sudoPass")
        for node in ast.walk(tree)
    )


def _bodies(tree: ast.Module) -> Iterator[List[ast.stmt]]:
    yield tree.body
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            yield statement.body


def _constant(tree: ast.Module, name: str) -> Any:
    return _assigned(tree.body, name)


def _assigned(body: List[ast.stmt], name: str) -> Any:
    for statement in body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)):
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in statement.targets):
            return statement.value.value
    return None


def _module(path: str, files: Dict[str, str]) -> str:
    folders = path.split("/")[:-1]
    depth = len(folders)
    while depth > 0 and "/".join([*folders[:depth], "__init__.py"]) in files:
        depth -= 1
    parts = path[: -len(".py")].split("/")[depth:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)
