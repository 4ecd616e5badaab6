"""What a wheel says of itself: METADATA, WHEEL and entry_points.txt."""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple

from conc_agent.install.names import script_problem
from conc_agent.install.refused import Refused

_OBJECT = re.compile(r"(?P<module>\w+(?:\.\w+)*)\s*:\s*(?P<function>\w+(?:\.\w+)*)\s*(?:\[[^\]]*\])?")


class EntryPoint(NamedTuple):
    """``module:function``, without the extras that may follow it."""

    module: str
    function: str


class Scripts(NamedTuple):
    """What entry_points.txt asks to have generated in bin/, by name."""

    console: Dict[str, EntryPoint]
    gui: Dict[str, EntryPoint]


def read_fields(data: bytes, wheel: str, path: str) -> Dict[str, str]:
    """The fields of a file in the form of e-mail headers, keys in lower case, up to the first blank line.

    The first of several equal keys counts, as in ``email.message.Message.__getitem__``, by which pip reads.
    """
    fields: Dict[str, str] = {}
    for line in _text(data, wheel, path).splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            fields.setdefault(key.strip().lower(), value.strip())
    return fields


def read_all(data: bytes, key: str, wheel: str, path: str) -> List[str]:
    """Every value of a field that may be repeated, such as ``Tag`` of WHEEL; ``key`` in lower case."""
    lines = (line.partition(":") for line in _text(data, wheel, path).splitlines())
    return [value.strip() for name, colon, value in lines if colon and name.strip().lower() == key]


def read_scripts(data: bytes, wheel: str, path: str) -> Scripts:
    """The ``console_scripts`` and ``gui_scripts`` of an entry_points.txt, read by lines as importlib.metadata does."""
    scripts = Scripts({}, {})
    groups = {"console_scripts": scripts.console, "gui_scripts": scripts.gui}
    group = None
    for line in map(str.strip, _text(data, wheel, path).splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            group = groups.get(line.strip("[]"))
        elif group is not None:
            name, _, value = map(str.strip, line.partition("="))
            group[name] = _entry_point(name, value, wheel)
    return scripts


def _entry_point(name: str, value: str, wheel: str) -> EntryPoint:
    problem = script_problem(name)
    if problem is not None:
        raise Refused(wheel, f"its entry point {name!r} has {problem}")
    match = _OBJECT.fullmatch(value)
    if match is None:
        raise Refused(wheel, f"its entry point {name} = {value!r} does not name a function (module:function)")
    return EntryPoint(match["module"], match["function"])


def _text(data: bytes, wheel: str, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(wheel, f"{path} is not UTF-8") from error
