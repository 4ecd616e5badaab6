"""Bytes to values. Whatever bytes come, the result is a value or a LoadError, in memory bounded by their length."""

from __future__ import annotations

import struct
from typing import Any, Callable, Dict, List, Optional, Tuple

from conc_agent.channels import opcodes as op
from conc_agent.channels.errors import LoadError

#: A channel by its number.
ChannelOf = Callable[[int], Any]
#: What becomes of texts of Python 2 and 3: (py2str_as_py3str, py3str_as_py2str), as execnet's ``reconfigure``.
Texts = Tuple[bool, bool]
TEXTS: Texts = (True, False)
#: Bytes that an element of a list takes at least: its index, itself, SETITEM.
LIST_ELEMENT = 7
#: Longer texts take int() time that grows with their square. conc sends such numbers as bytes.
DECIMAL_DIGITS = 4300


def loads(data: bytes, channel_of: Optional[ChannelOf] = None, texts: Texts = TEXTS) -> Any:
    """The value that ``data`` codes, all of it. Without ``channel_of`` a channel in it is a LoadError."""
    loader = _Loader(data, channel_of, texts)
    try:
        return loader.load()
    except LoadError:
        raise
    except (struct.error, ValueError, TypeError, IndexError, KeyError) as error:
        raise LoadError("no coded value at byte %d: %s" % (loader.at, error)) from error


class _Loader:
    def __init__(self, data: bytes, channel_of: Optional[ChannelOf], texts: Texts) -> None:
        self.at = 0
        self._data = data
        self._channel_of = channel_of
        self._py2_as_text, self._py3_as_bytes = texts
        self._stack: List[Any] = []

    def load(self) -> Any:
        while True:
            opcode = self._take(1)
            if opcode == op.STOP:
                break
            load = _LOADERS.get(opcode)
            if load is None:
                raise LoadError("unknown opcode %r at byte %d" % (opcode, self.at - 1))
            load(self)
        if len(self._stack) != 1 or self.at != len(self._data):
            raise LoadError("%d values, and %d bytes behind them" % (len(self._stack), len(self._data) - self.at))
        return self._stack.pop()

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if count < 0 or end > len(self._data):
            raise LoadError("cut off at byte %d" % self.at)
        found, self.at = self._data[self.at : end], end
        return found

    def _number(self) -> int:
        return int(op.INT4.unpack(self._take(4))[0])

    def _sized(self) -> bytes:
        return self._take(self._number())

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _none(self) -> None:
        self._push(None)

    def _true(self) -> None:
        self._push(True)

    def _false(self) -> None:
        self._push(False)

    def _int(self) -> None:
        self._push(self._number())

    def _decimal(self) -> None:
        text = self._sized()
        if len(text) > DECIMAL_DIGITS:
            raise LoadError("a number of %d digits as decimal text" % len(text))
        self._push(int(text))

    def _bigint(self) -> None:
        self._push(int.from_bytes(self._sized(), "big", signed=True))

    def _float(self) -> None:
        self._push(op.DOUBLE.unpack(self._take(8))[0])

    def _complex(self) -> None:
        self._push(complex(*op.DOUBLES.unpack(self._take(16))))

    def _bytes(self) -> None:
        self._push(self._sized())

    def _unicode(self) -> None:
        self._push(self._sized().decode("utf-8"))

    def _py3_text(self) -> None:
        text = self._sized()
        self._push(text if self._py3_as_bytes else text.decode("utf-8"))

    def _py2_text(self) -> None:
        text = self._sized()
        self._push(text.decode("latin-1") if self._py2_as_text else text)

    def _list(self) -> None:
        length = self._number()
        if length < 0 or length * LIST_ELEMENT > len(self._data) - self.at:
            raise LoadError("a list of %d, which don't follow" % length)
        self._push([None] * length)

    def _dict(self) -> None:
        self._push({})

    def _item(self) -> None:
        if len(self._stack) < 3:
            raise LoadError("not enough items for setitem")
        value, key = self._stack.pop(), self._stack.pop()
        if type(self._stack[-1]) not in (list, dict):
            raise LoadError("an item of a %s" % type(self._stack[-1]).__name__)
        self._stack[-1][key] = value

    def _collection(self, kind: Callable[[List[Any]], Any]) -> None:
        length = self._number()
        start = len(self._stack) - length
        if length < 0 or start < 0:
            raise LoadError("a collection of %d, which were not there" % length)
        self._stack[start:] = [kind(self._stack[start:])]

    def _tuple(self) -> None:
        self._collection(tuple)

    def _set(self) -> None:
        self._collection(set)

    def _frozenset(self) -> None:
        self._collection(frozenset)

    def _channel(self) -> None:
        number = self._number()
        if self._channel_of is None or number < 1:
            raise LoadError("a channel, where there are none")
        self._push(self._channel_of(number))


_LOADERS: Dict[bytes, Callable[[_Loader], None]] = {
    op.NONE: _Loader._none,
    op.TRUE: _Loader._true,
    op.FALSE: _Loader._false,
    op.INT: _Loader._int,
    op.LONG: _Loader._int,
    op.LONGINT: _Loader._decimal,
    op.LONGLONG: _Loader._decimal,
    op.BIGINT: _Loader._bigint,
    op.FLOAT: _Loader._float,
    op.COMPLEX: _Loader._complex,
    op.BYTES: _Loader._bytes,
    op.UNICODE: _Loader._unicode,
    op.PY3STRING: _Loader._py3_text,
    op.PY2STRING: _Loader._py2_text,
    op.NEWLIST: _Loader._list,
    op.NEWDICT: _Loader._dict,
    op.SETITEM: _Loader._item,
    op.BUILDTUPLE: _Loader._tuple,
    op.SET: _Loader._set,
    op.FROZENSET: _Loader._frozenset,
    op.CHANNEL: _Loader._channel,
}
