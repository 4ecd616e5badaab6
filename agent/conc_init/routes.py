"""The pages of an application that answer to GET and need nothing in their path."""

from __future__ import annotations

import ast
from typing import List, Optional

from conc_init.names import text

_DECORATORS = {"route", "get", "api_route"}
_CALLS = {"add_url_rule", "add_api_route", "add_route"}


def routes(tree: ast.AST, variables: List[str]) -> List[str]:
    """Paths that decorators and calls on these variables name, in the order of the source."""
    found: List[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found += [path for each in node.decorator_list for path in _of_call(each, variables, _DECORATORS)]
        else:
            found += _of_call(node, variables, _CALLS)
    return list(dict.fromkeys(found))


def url_patterns(tree: ast.AST) -> List[str]:
    """Django's: ``path("about/", view)`` is ``/about/``. Not what ``include`` brings, whose own paths are elsewhere."""
    found: List[str] = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "path"
            and len(node.args) > 1
        ):
            path, view = _plain(node.args[0]), node.args[1]
            elsewhere = isinstance(view, ast.Call) and isinstance(view.func, ast.Name) and view.func.id == "include"
            if path is not None and not elsewhere and not (isinstance(view, ast.Attribute) and view.attr == "urls"):
                found.append("/" + path)
    return found


def _of_call(node: ast.AST, variables: List[str], methods: set[str]) -> List[str]:
    if not isinstance(node, ast.Call):
        return []
    if isinstance(node.func, ast.Name) and node.func.id == "Route":  # Starlette's
        path = _plain(node.args[0]) if node.args else None
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.attr in methods:
        if node.func.value.id not in variables or not node.args:
            return []
        path = _plain(node.args[0])
    else:
        return []
    return [path] if path is not None and path.startswith("/") and _answers_get(node) else []


def _plain(node: ast.AST) -> Optional[str]:
    path = text(node)
    return None if path is None or "<" in path or "{" in path else path


def _answers_get(node: ast.Call) -> bool:
    methods = next((each.value for each in node.keywords if each.arg == "methods"), None)
    if not isinstance(methods, (ast.List, ast.Tuple, ast.Set)):
        return True
    return any((text(each) or "").upper() == "GET" for each in methods.elts)
