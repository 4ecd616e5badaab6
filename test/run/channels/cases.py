"""A register of cases, each of which gets a gateway and gives what it saw, and what they have in common."""

import time

import execnet

CASES = []
LONG = 30


def case(function):
    CASES.append((function.__name__.replace("_", " ").strip(), function))
    return function


def attempt(action, *args, **kwargs):
    """What came of it: the value, or the error, of which only the last line of a remote traceback is told."""
    try:
        return ["gave", told(action(*args, **kwargs))]
    except BaseException as error:  # noqa: B902
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__name__ in KINDS]
        lines = str(error).strip().splitlines()
        return ["raised", type(error).__name__, kinds, lines[-1] if lines else ""]


KINDS = [
    "TimeoutError",
    "OSError",
    "EOFError",
    "RemoteError",
    "DumpError",
    "LoadError",
    "DataFormatError",
    "ValueError",
]


def told(value):
    """A value with its types, the same text wherever it is told; a channel is told as one."""
    if isinstance(value, execnet.Channel):
        return "a channel"
    if isinstance(value, dict):
        return [type(value).__name__, [[told(key), told(item)] for key, item in value.items()]]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [told(item) for item in value]]
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__, sorted(repr(told(item)) for item in value)]
    if isinstance(value, int):
        return [type(value).__name__, hex(value)]
    return [type(value).__name__, repr(value)]


def until(fact, seconds=LONG):
    """The limit only ends a case that would hang."""
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(fact())
