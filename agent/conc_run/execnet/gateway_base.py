"""Values as bytes, as execnet's ``dumps`` and ``loads`` have them: the coding with a version in front."""

from __future__ import annotations

from typing import Any, BinaryIO, Optional

from conc_agent.channels import dump as coding
from conc_agent.channels import opcodes
from conc_agent.channels.channel import Channel
from conc_agent.channels.errors import DataFormatError, DumpError, LoadError, RemoteError, TimeoutError
from conc_agent.channels.load import loads as load_value

__all__ = [
    "Channel",
    "DataFormatError",
    "DumpError",
    "LoadError",
    "RemoteError",
    "TimeoutError",
    "dump",
    "dumps",
    "load",
    "loads",
]


def dumps(obj: Any) -> bytes:
    """Bytes from which ``loads`` makes an equal value. DumpError for types that channels don't carry."""
    return opcodes.VERSION + coding.dumps(obj, _number_of)


def dump(byteio: BinaryIO, obj: Any) -> None:
    byteio.write(dumps(obj))


def loads(bytestring: bytes, py2str_as_py3str: bool = False, py3str_as_py2str: bool = False) -> Any:
    """The value. LoadError for bytes that are none, or of another version."""
    if bytestring[:1] != opcodes.VERSION:
        raise LoadError("wrong dumpformat version %r" % bytestring[:1])
    return load_value(bytestring[1:], None, (py2str_as_py3str, py3str_as_py2str))


def load(io: BinaryIO, py2str_as_py3str: bool = False, py3str_as_py2str: bool = False) -> Any:
    return loads(io.read(), py2str_as_py3str, py3str_as_py2str)


def _number_of(value: Any) -> Optional[int]:
    return value.id if type(value) is Channel else None
