"""``app = Flask(__name__)``, and functions that make one and return it."""

from __future__ import annotations

import ast
from typing import Any, Dict, List, NamedTuple, Optional

from conc_init.names import dotted, imported, statements
from conc_init.routes import routes
from conc_init.sources import Sources

KINDS = {
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "quart.Quart": "quart",
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "celery.Celery": "celery",
    "celery.app.base.Celery": "celery",
}


class _Found(NamedTuple):
    kind: str
    path: str
    root: str
    module: str
    name: str
    factory: bool
    line: int
    routes: List[str]


class Applications:
    """What a project's modules make of the classes in ``KINDS``."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._names = {path: imported(tree, self._package(path)) for path, tree in sources.trees.items()}
        self._makers = dict(KINDS)

    def found(self) -> List[Dict[str, Any]]:
        """Objects of modules; and factories, unless an object of a module comes of them."""
        factories = [found for path, tree in self._sources.trees.items() for found in self._factories(path, tree)]
        self._makers.update((each.module + "." + each.name, each.kind) for each in factories)
        called = set()
        objects: List[_Found] = []
        for path, tree in self._sources.trees.items():
            for made, maker in self._objects(path, tree):
                called.add(maker)
                known = next((each for each in factories if each.module + "." + each.name == maker), None)
                objects.append(made if known is None else made._replace(routes=made.routes + known.routes))
        left = [each for each in factories if each.module + "." + each.name not in called]
        return [_described(each) for each in [*objects, *left]]

    def _objects(self, path: str, tree: ast.Module) -> Any:
        for node in statements(tree.body):
            maker = self._maker(node, path)
            for name in _targets(node) if maker is not None else []:
                yield self._describe(path, node, name, self._makers[maker or ""], [name]), maker

    def _factories(self, path: str, tree: ast.Module) -> List[_Found]:
        found: List[_Found] = []
        for node in statements(tree.body):
            if not isinstance(node, ast.FunctionDef) or _needs_arguments(node):
                continue
            made = {
                name: maker
                for each in statements(node.body)
                for maker in [self._maker(each, path)]
                if maker is not None
                for name in _targets(each)
            }
            returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            makers = [
                made.get(each.id) if isinstance(each, ast.Name) else self._called(each, path) for each in returned
            ]
            maker = next((each for each in makers if each is not None), None)
            if maker is not None:
                found.append(self._describe(path, node, node.name, self._makers[maker], list(made), factory=True))
        return found

    def _describe(
        self, path: str, node: ast.stmt, name: str, kind: str, variables: List[str], factory: bool = False
    ) -> _Found:
        tree = node if factory else self._sources.trees[path]
        found = routes(tree, variables)
        sources = self._sources
        return _Found(kind, path, sources.root(path), sources.module(path), name, factory, node.lineno, found)

    def _maker(self, node: ast.stmt, path: str) -> Optional[str]:
        return self._called(node.value, path) if isinstance(node, (ast.Assign, ast.AnnAssign)) else None

    def _called(self, node: Optional[ast.expr], path: str) -> Optional[str]:
        """The dotted name of what is called, if that makes an application."""
        if not isinstance(node, ast.Call):
            return None
        name = dotted(node.func, self._names[path])
        here = "%s.%s" % (self._sources.module(path), name)
        return next((each for each in (name, here) if each in self._makers), None)

    def _package(self, path: str) -> str:
        module = self._sources.module(path)
        return module if path.endswith("/__init__.py") else module.rpartition(".")[0]


def _targets(node: ast.stmt) -> List[str]:
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if isinstance(node.target, ast.Name) else []
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _needs_arguments(node: ast.FunctionDef) -> bool:
    given = node.args
    positional = len(given.args) + len(getattr(given, "posonlyargs", [])) - len(given.defaults)
    return positional > 0 or any(default is None for default in given.kw_defaults)


def _described(found: _Found) -> Dict[str, Any]:
    fields = found._asdict()
    fields["file"] = fields.pop("path")
    return dict(fields)
