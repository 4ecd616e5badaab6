"""The import hook: ``conc_agent.*`` comes from the payload, or from the controller, which an import asks for it."""

from __future__ import annotations

import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Callable, Dict, Optional, Tuple

PACKAGE = "conc_agent"

Source = Tuple[str, bool]


class Modules:
    """A finder and loader of ``sys.meta_path`` (PEP 451)."""

    def __init__(self, sources: Dict[str, str]) -> None:
        self._known: Dict[str, Optional[Source]] = {name: (text, name == PACKAGE) for name, text in sources.items()}
        self._changed = threading.Condition()
        self._closed = False
        #: Tells the controller that a module is needed. Set by the session.
        self.need: Callable[[str], None] = lambda _name: self.close()

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
        """Every module that is here, for an agent that is to run by itself."""
        with self._changed:
            return {name: known for name, known in self._known.items() if known is not None}

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Optional[ModuleSpec]:
        if name != PACKAGE and not name.startswith(PACKAGE + "."):
            return None
        known = self._ask(name)
        if known is None:
            return None
        return ModuleSpec(name, self, origin=file_of(name, known[1]), is_package=known[1])  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> Optional[ModuleType]:
        return None

    def exec_module(self, module: ModuleType) -> None:
        source, package = self._known[module.__name__] or ("", False)
        exec(compile(source, file_of(module.__name__, package), "exec", dont_inherit=True), module.__dict__)  # noqa: S102

    def get_source(self, name: str) -> Optional[str]:
        """So that tracebacks show lines (``linecache``)."""
        known = self._known.get(name)
        return known and known[0]

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
