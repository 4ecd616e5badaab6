"""Modules of the agent's own as text: they need not be files, and another interpreter is to run them."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Optional


def source_of(module: ModuleType) -> str:
    """Raises ImportError where it is not here."""
    loader: Any = module.__loader__
    text: Optional[str] = None if loader is None else loader.get_source(module.__name__)
    if text is None:
        raise ImportError("the source of %s is not here" % module.__name__)
    return text
