"""What the names in a module stand for."""

from __future__ import annotations

import ast
from typing import Dict, Iterator, List, Optional


def imported(tree: ast.Module, package: str) -> Dict[str, str]:
    """``from flask import Flask as F`` gives ``{"F": "flask.Flask"}``. ``package``: the module's own."""
    names: Dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                names[alias.asname or alias.name] = base + "." + alias.name if base else alias.name
    return names


def dotted(node: ast.AST, names: Dict[str, str]) -> Optional[str]:
    """``flask.Flask`` of an expression, by what was imported."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        value = dotted(node.value, names)
        return None if value is None else value + "." + node.attr
    return None


def statements(body: List[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that an import executes, in ``if``, ``try`` and ``with`` too; not what only a script runs."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and _is_main(node.test):
            yield from statements(node.orelse)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from statements(node.body)
            yield from statements(getattr(node, "orelse", []))


def text(node: Optional[ast.AST]) -> Optional[str]:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _base(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])
