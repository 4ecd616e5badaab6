"""The application's list of jobs, as its module defines it."""

from __future__ import annotations

import hashlib
import importlib
import sys
from types import ModuleType
from typing import Any, Dict, List, Sequence

from . import evidence
from .problem import Problem


def load(module: str, attribute: str, paths: Sequence[str]) -> Any:
    """Import the module and take its list. Raises ``Problem``, code ``sequence.…``, for what is wrong with either."""
    # Behind the folder that holds concops.
    sys.path[1:1] = [path for path in paths if path not in sys.path]
    try:
        imported = importlib.import_module(module)
    except BaseException as error:
        raise _why_not(module, error) from error
    try:
        return getattr(imported, attribute)
    except AttributeError as error:
        raise Problem(
            "sequence.attribute",
            "%s has no %s" % (module, attribute),
            "define %s = [Job(…), …] there" % attribute,
        ) from error


def digests(module: str) -> Dict[str, str]:
    """sha256 in hex of the source of every loaded module of the devops package: the one that holds ``module``."""
    package = module if hasattr(sys.modules[module], "__path__") else module.rpartition(".")[0]
    within = {
        name: one
        for name, one in list(sys.modules.items())
        if name == module or (package and (name == package or name.startswith(package + ".")))
    }
    found = {name: _source(one) for name, one in within.items()}
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(found.items()) if data is not None}


def _source(module: ModuleType) -> Any:
    """None for a namespace package, which has none."""
    spec = module.__spec__
    if spec is None or spec.loader is None or not spec.has_location or spec.origin is None:
        return None
    try:
        return spec.loader.get_data(spec.origin)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None


def _why_not(module: str, error: BaseException) -> Problem:
    told: List[str] = evidence.lines(error)
    why = evidence.summary(error)
    if (
        isinstance(error, ModuleNotFoundError)
        and error.name is not None
        and (module + ".").startswith(error.name + ".")
    ):
        return Problem(
            "sequence.module",
            "there is no module %s" % error.name,
            "devops.jobs in conc.ini names %s; is its package in the wheel, with every file?" % module,
            told,
        )
    if isinstance(error, ImportError):
        return Problem(
            "sequence.import",
            "%s can't be imported: %s" % (module, why),
            "business imports belong inside ops: the list of jobs is read where the application is not installed",
            told,
        )
    return Problem("sequence.raised", "%s can't be read: %s" % (module, why), "look at the traceback", told)
