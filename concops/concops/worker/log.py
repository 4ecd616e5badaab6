"""What ops log goes to who started the worker, as records."""

from __future__ import annotations

import functools
import logging
import logging.config
import os
import time
from datetime import datetime, timezone
from typing import Any, Callable, Dict

#: Characters of a message.
LIMIT = 1 << 16


class Log(logging.Handler):
    """The root logger's handler. ``host`` stands in a record that has none of its own (``extra={"host": …}``)."""

    def __init__(self, send: Callable[[str, Dict[str, Any]], None]) -> None:
        super().__init__()
        self._send = send
        self.host = "localhost"

    def install(self) -> None:
        """Frameworks set up logging as if the process were theirs (``django.setup``): records still come here."""
        self._take_over()
        logging.basicConfig = self._kept(logging.basicConfig)
        logging.config.dictConfig = self._kept(logging.config.dictConfig)
        logging.config.fileConfig = self._kept(logging.config.fileConfig)
        os.register_at_fork(after_in_child=self._leave)

    def _take_over(self) -> None:
        """The root logger has this handler alone and tells from INFO on; no logger is switched off."""
        root = logging.getLogger()
        root.handlers[:] = [self]
        root.setLevel(min(root.level or logging.INFO, logging.INFO))
        for logger in root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.disabled = False

    def _kept(self, configure: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(configure)
        def configured(*args: Any, **options: Any) -> None:
            configure(*args, **options)
            self._take_over()

        return configured

    def emit(self, record: logging.LogRecord) -> None:
        try:
            host = str(getattr(record, "host", self.host))
            self._tell(record.created, record.levelname, host, record.name, self.format(record))
        except Exception:
            # A message and its arguments that don't fit: said on standard error, which is logged.
            self.handleError(record)

    def line(self, name: str, level: str, text: str) -> None:
        """A line that was printed."""
        self._tell(time.time(), level, self.host, name, text)

    def _tell(self, seconds: float, level: str, host: str, name: str, text: str) -> None:
        moment = datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
        message = text if len(text) <= LIMIT else text[:LIMIT] + "…"
        self._send("log", {"time": moment, "level": level, "host": host, "name": name, "message": message})

    def _leave(self) -> None:
        """In a forked child, which has no part in the conversation: records go to standard error, which is logged."""
        logging.getLogger().handlers[:] = [logging.StreamHandler()]
