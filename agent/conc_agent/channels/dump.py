"""Values to bytes: exactly the types that execnet carries, and no subclass of them."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from conc_agent.channels import opcodes as op
from conc_agent.channels.errors import DumpError

Write = Callable[[bytes], None]
#: The number of a channel that may be sent, or a DumpError.
NumberOf = Callable[[Any], Optional[int]]


def dumps(value: Any, number_of: Optional[NumberOf] = None) -> bytes:
    """``value`` coded. Raises DumpError for whatever isn't exactly of a type that channels carry.

    ``number_of`` gives the number of a channel, None for what is none; without it there are no channels.
    """
    parts: List[bytes] = []
    try:
        _Dumper(parts.append, number_of or (lambda _value: None)).save(value)
    except RecursionError:
        raise DumpError("nested too deeply, or a container that holds itself") from None
    parts.append(op.STOP)
    return b"".join(parts)


class _Dumper:
    def __init__(self, write: Write, number_of: NumberOf) -> None:
        self._write = write
        self._number_of = number_of

    def save(self, value: Any) -> None:
        save = _SAVERS.get(type(value))
        if save is not None:
            save(self, value)
            return
        number = self._number_of(value)
        if number is None:
            raise DumpError("can't serialize %s" % type(value))
        self._write(op.CHANNEL + op.INT4.pack(number))

    def _none(self, _value: None) -> None:
        self._write(op.NONE)

    def _bool(self, value: bool) -> None:
        self._write(op.TRUE if value else op.FALSE)

    def _int(self, value: int) -> None:
        if op.INT4_MIN <= value <= op.INT4_MAX:
            self._write(op.INT + op.INT4.pack(value))
        elif value.bit_length() <= op.DECIMAL_BITS:
            self._sized(op.LONGINT, str(value).encode("ascii"))
        else:
            self._sized(op.BIGINT, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))

    def _float(self, value: float) -> None:
        self._write(op.FLOAT + op.DOUBLE.pack(value))

    def _complex(self, value: complex) -> None:
        self._write(op.COMPLEX + op.DOUBLES.pack(value.real, value.imag))

    def _bytes(self, value: bytes) -> None:
        self._sized(op.BYTES, value)

    def _str(self, value: str) -> None:
        try:
            text = value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DumpError("strings must be utf-8 encodable") from error
        self._sized(op.PY3STRING, text)

    def _list(self, value: List[Any]) -> None:
        self._write(op.NEWLIST + _length(value, "list"))
        for index, item in enumerate(value):
            self._int(index)
            self.save(item)
            self._write(op.SETITEM)

    def _dict(self, value: Dict[Any, Any]) -> None:
        self._write(op.NEWDICT)
        for key, item in value.items():
            self.save(key)
            self.save(item)
            self._write(op.SETITEM)

    def _tuple(self, value: Any) -> None:
        self._collection(op.BUILDTUPLE, value, "tuple")

    def _set(self, value: Any) -> None:
        self._collection(op.SET, value, "set")

    def _frozenset(self, value: Any) -> None:
        self._collection(op.FROZENSET, value, "set")

    def _collection(self, opcode: bytes, value: Any, what: str) -> None:
        for item in value:
            self.save(item)
        self._write(opcode + _length(value, what))

    def _sized(self, opcode: bytes, data: bytes) -> None:
        self._write(opcode + _length(data, "string"))
        self._write(data)


def _length(value: Any, what: str) -> bytes:
    if len(value) > op.INT4_MAX:
        raise DumpError(what + " is too long")
    return op.INT4.pack(len(value))


_SAVERS: Dict[type, Callable[[_Dumper, Any], None]] = {
    type(None): _Dumper._none,
    bool: _Dumper._bool,
    int: _Dumper._int,
    float: _Dumper._float,
    complex: _Dumper._complex,
    bytes: _Dumper._bytes,
    str: _Dumper._str,
    list: _Dumper._list,
    dict: _Dumper._dict,
    tuple: _Dumper._tuple,
    set: _Dumper._set,
    frozenset: _Dumper._frozenset,
}
