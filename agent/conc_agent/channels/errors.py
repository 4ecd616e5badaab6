"""What user channels raise. Names and bases are execnet's; ``TimeoutError`` is Python's own too."""

from __future__ import annotations

import builtins
import sys


class DataFormatError(Exception):
    """A value can't be sent, or bytes are no value."""


class DumpError(DataFormatError):
    """A value, or something in it, is of a type that channels don't carry."""


class LoadError(DataFormatError):
    """Bytes that are no coded value."""


class RemoteError(Exception):
    """What was raised on the other side: its traceback, as text."""

    def __init__(self, formatted: str) -> None:
        super().__init__()
        self.formatted = formatted

    def __str__(self) -> str:
        return self.formatted

    def __repr__(self) -> str:
        return "%s: %s" % (type(self).__name__, self.formatted)

    def warn(self) -> None:
        """Nobody asked the channel any more: tell it on stderr."""
        sys.stderr.write("Warning: unhandled %r\n" % self)


class TimeoutError(builtins.TimeoutError):
    """Nothing came within the time given."""
