"""The import hook: ``conc_agent.*`` is what the node has kept, or comes from the controller, whom an import asks."""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

PACKAGE = "conc_agent"

Source = Tuple[str, bool]


class Modules:
    """A finder and loader of ``sys.meta_path`` (PEP 451)."""

    def __init__(self, sources: Dict[str, str]) -> None:
        self._known: Dict[str, Optional[Source]] = {name: (text, name == PACKAGE) for name, text in sources.items()}
        self._changed = threading.Condition()
        self._closed = False
        #: Of the whole agent (``keep.digest``), and the root that may keep it. Set by the bootstrap.
        self.digest: Optional[str] = None
        self.root: Optional[str] = None
        #: What the first call will need; set by the bootstrap too.
        self.soon: List[str] = []
        #: ``kept.Kept``: all that there is of the agent, then.
        self.kept: Any = None
        #: What was compiled here.
        self.compiled: Dict[str, CodeType] = {}
        #: Tells the controller that a module is needed; several, None: all that did not come yet. Set by the session.
        self.need: Callable[[str], None] = lambda _name: self.close()
        self.need_several: Callable[[Optional[List[str]]], None] = lambda _names: self.close()
        #: What is done once the session is over.
        self.last: Callable[[], None] = lambda: None

    def add(self, name: str, source: Optional[str], package: bool) -> None:
        """A module came, or word that there is none."""
        with self._changed:
            self._known[name] = None if source is None else (source, package)
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody answers any more: what is not here can't be imported."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def sources(self) -> Dict[str, Source]:
        """Every module that came, for an agent that is to run by itself."""
        with self._changed:
            return {name: known for name, known in self._known.items() if known is not None}

    def sent(self, names: Iterable[str]) -> Dict[str, str]:
        """The sources of modules as the controller has them, never as the node has kept them: what root is to run."""
        wanted = list(names)
        with self._changed:
            missing = [name for name in wanted if name not in self._known]
        if missing:
            self.need_several(missing)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or all(name in self._known for name in missing))
            found = {name: self._known.get(name) for name in wanted}
        lacking = [name for name, known in found.items() if known is None]
        if lacking:
            raise ImportError("%s was not sent" % ", ".join(lacking))
        return {name: known[0] for name, known in found.items() if known is not None}

    def load(self, names: Iterable[str]) -> None:
        """Ahead of a call that will need them, while nothing else is to be done. What fails, fails there."""
        for name in names if self.kept is not None else ():
            try:
                importlib.import_module(name)
            except Exception:
                return

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Optional[ModuleSpec]:
        if name != PACKAGE and not name.startswith(PACKAGE + "."):
            return None
        package = self._package(name)
        if package is None:
            return None
        # A loader by its methods (PEP 451): the abstract class would be one more import of every start.
        return ModuleSpec(name, self, origin=file_of(name, package), is_package=package)  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> Optional[ModuleType]:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        code = None if self.kept is None else self.kept.code(name)
        if code is None:
            path = file_of(name, hasattr(module, "__path__"))
            code = compile(self.get_source(name) or "", path, "exec", dont_inherit=True)
            self.compiled[name] = code
        exec(code, module.__dict__)  # noqa: S102

    def get_source(self, name: str) -> Optional[str]:
        """So that tracebacks show lines (``linecache``)."""
        known = self._known.get(name)
        if known is not None:
            return known[0]
        return None if self.kept is None else self.kept.source(name)

    def _package(self, name: str) -> Optional[bool]:
        """Is it one? None: there is no such module."""
        if self.kept is not None:
            return self.kept.packages.get(name)
        known = self._ask(name)
        return None if known is None else known[1]

    def _ask(self, name: str) -> Optional[Source]:
        with self._changed:
            if name in self._known:
                return self._known[name]
        self.need(name)
        with self._changed:
            self._changed.wait_for(lambda: name in self._known or self._closed)
            if name not in self._known:
                raise ImportError("%s was not sent, and the controller is gone" % name, name=name)
            return self._known[name]


def installed() -> Optional[Modules]:
    """The hook of this interpreter; None where the agent was imported from files."""
    return next((finder for finder in sys.meta_path if isinstance(finder, Modules)), None)


def file_of(name: str, package: bool) -> str:
    """Where a module stands below the folder that its package is in."""
    return name.replace(".", "/") + ("/__init__.py" if package else ".py")
