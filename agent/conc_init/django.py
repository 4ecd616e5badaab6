"""A Django project, from its ``manage.py`` on: settings, what serves it, and what in them speaks against serving."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from conc_init.names import statements, text
from conc_init.routes import url_patterns
from conc_init.sources import Sources

#: What serves static files in production; compared without case, ``_`` and ``-``.
_STATIC_SERVERS = ("whitenoise", "servestatic", "djstatic")
_SCHEME = re.compile(r"(?:https?:)?//")
_ENTRIES = ("wsgi", "asgi")
_VARIABLE = "DJANGO_SETTINGS_MODULE"


class _Setting(NamedTuple):
    value: ast.expr
    path: str


class Django:
    """Django projects among the sources."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def project(self, manage: str) -> Dict[str, Any]:
        root = posixpath.dirname(manage)
        settings = _settings_module(self._sources.trees[manage])
        found = self._settings(root, settings) if settings is not None else {}
        debug = _described(found, "DEBUG", _constant)
        return {
            "manage": manage,
            "root": root,
            "settings": settings,
            "wsgi": _text(found, "WSGI_APPLICATION") or self._entry(root, settings, "wsgi"),
            "asgi": _text(found, "ASGI_APPLICATION"),
            "routes": self._routes(root, _text(found, "ROOT_URLCONF"), debug is not None and debug["value"] is True),
            "debug": debug,
            "allowedHosts": _described(found, "ALLOWED_HOSTS", _texts),
            "database": _described(found, "DATABASES", _is_file_in_source),
            "static": self._unserved_static(found, root, settings),
        }

    def _entry(self, root: str, settings: Optional[str], name: str) -> Optional[str]:
        module = "%s.%s" % ((settings or "").split(".")[0], name)
        return module + ".application" if self._sources.find(root, module) is not None else None

    def _unserved_static(self, found: Dict[str, _Setting], root: str, settings: Optional[str]) -> Any:
        """``django.contrib.staticfiles``, and nothing that serves the files: Django does so under runserver alone."""
        static = _described(found, "INSTALLED_APPS", _has_static_files)
        if static is None or not static["value"] or _SCHEME.match(_text(found, "STATIC_URL") or ""):
            return None
        # A middleware, however the settings come by it, or a wrapper around the application in wsgi.py or asgi.py.
        entries = [self._sources.find(root, "%s.%s" % ((settings or "").split(".")[0], name)) for name in _ENTRIES]
        paths = {setting.path for setting in found.values()}.union(path for path in entries if path is not None)
        return None if any(_serves_static(self._sources.trees[path]) for path in paths) else static

    def _routes(self, root: str, urlconf: Optional[str], debug: bool) -> List[str]:
        path = None if urlconf is None else self._sources.find(root, urlconf)
        if path is None:
            return []
        tree = self._sources.trees[path]
        # As startproject leaves it, Django itself has a front page: while DEBUG is on, and there is but the admin.
        lists = [value for node in tree.body for name, value in _assigned(node) if name == "urlpatterns"]
        untouched = all(isinstance(value, ast.List) and len(value.elts) <= 1 for value in lists)
        return url_patterns(tree) or (["/"] if debug and lists and untouched else [])

    def _settings(self, root: str, module: str) -> Dict[str, _Setting]:
        """The last assignment of each name, in the module and in those that it takes ``*`` from."""
        path = self._sources.find(root, module)
        if path is None:
            return {}
        found: Dict[str, _Setting] = {}
        package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
        for node in statements(self._sources.trees[path].body):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and [each.name for each in node.names] == ["*"]:
                found.update(self._settings(root, "%s.%s" % (package, node.module)))
            for name, value in _assigned(node):
                found[name] = _Setting(value, path)
        return found


def _settings_module(tree: ast.Module) -> Optional[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) == 2 and text(node.args[0]) == _VARIABLE:
            return text(node.args[1])
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key = node.targets[0].slice
            if text(getattr(key, "value", key) if not isinstance(key, ast.Constant) else key) == _VARIABLE:
                return text(node.value)
    return None


def _assigned(node: ast.stmt) -> Iterator[Any]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value


def _text(found: Dict[str, _Setting], name: str) -> Optional[str]:
    return text(found[name].value) if name in found else None


def _described(found: Dict[str, _Setting], name: str, read: Any) -> Optional[Dict[str, Any]]:
    """``{value, file, line}``; value null where it isn't a plain one."""
    if name not in found:
        return None
    value, path = found[name]
    return {"value": read(value), "file": path, "line": value.lineno}


def _constant(node: ast.expr) -> Optional[bool]:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _texts(node: ast.expr) -> Optional[List[str]]:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    values = [text(each) for each in node.elts]
    return None if None in values else [value for value in values if value is not None]


def _is_file_in_source(node: ast.expr) -> bool:
    """Is it an SQLite database beside the source? That is: in the release, and gone with the next one."""
    sqlite = any((text(each) or "").endswith("sqlite3") for each in ast.walk(node))
    return sqlite and any(isinstance(each, ast.Name) and each.id in ("BASE_DIR", "__file__") for each in ast.walk(node))


def _has_static_files(node: ast.expr) -> bool:
    return any(text(each) == "django.contrib.staticfiles" for each in ast.walk(node))


def _serves_static(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        said = text(node) or ""
        if isinstance(node, ast.ImportFrom):
            said = node.module or ""
        elif isinstance(node, ast.Import):
            said = " ".join(alias.name for alias in node.names)
        if any(name in said.lower().replace("_", "") for name in _STATIC_SERVERS):
            return True
    return False
