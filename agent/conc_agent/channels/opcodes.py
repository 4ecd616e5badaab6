"""The tags of the coding: execnet's own, so that its ``dumps`` and ours give the same bytes (protocol/README.md)."""

from __future__ import annotations

import struct

VERSION = b"\x02"

BUILDTUPLE = b"@"
BYTES = b"A"
CHANNEL = b"B"
FALSE = b"C"
FLOAT = b"D"
FROZENSET = b"E"
INT = b"F"
LONG = b"G"
LONGINT = b"H"
LONGLONG = b"I"
NEWDICT = b"J"
NEWLIST = b"K"
NONE = b"L"
PY2STRING = b"M"
PY3STRING = b"N"
SET = b"O"
SETITEM = b"P"
STOP = b"Q"
TRUE = b"R"
UNICODE = b"S"
COMPLEX = b"T"
#: conc's own: a length, and a two's complement of so many bytes, big endian. execnet has none for such numbers.
BIGINT = b"U"

INT4 = struct.Struct("!i")
DOUBLE = struct.Struct("!d")
DOUBLES = struct.Struct("!dd")

INT4_MAX = (1 << 31) - 1
INT4_MIN = -(1 << 31)
#: A decimal text up to here stays below 640 digits, the least limit that Python's int() can be given.
DECIMAL_BITS = 2000
