"""Frameworks set up logging as if the process were theirs."""

from __future__ import annotations

import contextlib
import logging
from typing import Iterator


@contextlib.contextmanager
def kept_logging() -> Iterator[None]:
    """Whatever is done to the root logger meanwhile, afterwards it is as before, and no logger is switched off."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger in logging.root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.disabled = False
