"""Values to be sent: edges of every type, what must be refused, and generated ones, always the same."""

import collections
import enum
import random

Point = collections.namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    red = 1


class Text(str):
    pass


class Whole(int):
    pass


class Real(float):
    pass


class Names(dict):
    pass


class Row(list):
    pass


def edges():
    """name → value."""
    found = {
        "None": None,
        "True": True,
        "False": False,
        "inf": float("inf"),
        "-inf": float("-inf"),
        "-0.0": -0.0,
        "0.0": 0.0,
        "least float": 5e-324,
        "1e308": 1e308,
        "1j": 1j,
        "complex": complex(-0.0, 2.5),
        "no text": "",
        "NUL": "\0",
        "text": "grün ✓ \U0001f600",
        "lines": "a\r\nb\x85\u2028",
        "bom": "\ufeffx",
        "no bytes": b"",
        "every byte": bytes(range(256)),
        "no list": [],
        "no tuple": (),
        "no set": set(),
        "no frozenset": frozenset(),
        "no dict": {},
        "list of lists": [[], [[]], [[[1]]]],
        "tuple": (1, "a", b"a", None),
        "set": {1, "a", b"a", (1, 2), frozenset([3])},
        "frozenset": frozenset([1, frozenset([2, frozenset()])]),
        "any keys": {1: 2, "a": 3, b"a": 4, None: 5, (1, (2,)): 6, 1.5: 7, frozenset([1]): 8, 2j: 9, False: 10},
        "True and 1.0": {True: "x", 2.0: "y"},
        "ordered": dict.fromkeys("zyxabc"),
        "shared": (lambda one: [one, one])(["same"]),
        "deep": deep(100),
    }
    for power in (7, 8, 15, 16, 31, 32, 53, 63, 64, 65, 128, 1999, 2000, 2001, 10000):
        for offset in (-1, 0, 1):
            found["2**%d%+d" % (power, offset)] = (1 << power) + offset
            found["-(2**%d%+d)" % (power, offset)] = -((1 << power) + offset)
    for number in (0, 1, -1, 10**18, 10**600, 10**4299, 10**4300, -(10**4300), 10**6000):
        found["int of %d bits, %s" % (number.bit_length(), number < 0)] = number
    for size in (1, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, 3 << 20):
        found["bytes of %d" % size] = b"\xa5" * size
        found["text of %d" % size] = "\u00fc" * (size // 2)
    found["list of 20000"] = list(range(20000))
    found["dict of 5000"] = {"key %d" % n: n for n in range(5000)}
    return found


def deep(levels):
    value = "bottom"
    for level in range(levels):
        value = [value] if level % 3 == 0 else (value,) if level % 3 == 1 else {"down": value}
    return value


def refused():
    """name → value that no channel carries."""
    itself = []
    itself.append(itself)
    bad = {
        "object": object(),
        "function": deep,
        "class": Text,
        "module": enum,
        "Ellipsis": Ellipsis,
        "NotImplemented": NotImplemented,
        "bytearray": bytearray(b"a"),
        "memoryview": memoryview(b"a"),
        "range": range(3),
        "generator": iter([1]),
        "dict keys": {}.keys(),
        "namedtuple": Point(1, 2),
        "IntEnum": Colour.red,
        "OrderedDict": collections.OrderedDict(a=1),
        "defaultdict": collections.defaultdict(list),
        "Counter": collections.Counter("a"),
        "deque": collections.deque([1]),
        "str subclass": Text("a"),
        "int subclass": Whole(1),
        "float subclass": Real(1.0),
        "dict subclass": Names(),
        "list subclass": Row(),
        "exception": ValueError("a"),
        "lone surrogate": "\ud800",
        "itself": itself,
    }
    for name in ("object", "namedtuple", "bytearray", "lone surrogate"):
        bad["list with " + name] = [1, [bad[name]]]
        bad["dict with " + name] = {"a": bad[name]}
    for name in ("object", "namedtuple", "lone surrogate"):
        bad["key " + name] = {bad[name]: 1}
        bad["set with " + name] = {bad[name]}
        bad["tuple with " + name] = (bad[name],)
    return bad


def generated(count, seed=20261121):
    chance = random.Random(seed)
    return {"generated %d" % number: value(chance, 4) for number in range(count)}


def value(chance, levels):
    kinds = LEAVES + (CONTAINERS if levels else [])
    return chance.choice(kinds)(chance, levels - 1)


def hashable(chance, levels):
    kind = chance.randrange(8 if levels > 0 else 6)
    if kind == 6:
        return tuple(hashable(chance, levels - 1) for _ in range(chance.randrange(4)))
    if kind == 7:
        return frozenset(hashable(chance, levels - 1) for _ in range(chance.randrange(4)))
    return LEAVES[kind](chance, levels)


def _int(chance, _levels):
    return chance.choice([1, -1]) * chance.getrandbits(chance.choice([1, 4, 8, 16, 30, 31, 32, 33, 60, 64, 100, 1000]))


def _float(chance, _levels):
    return chance.choice([chance.random(), chance.uniform(-1e300, 1e300), float(chance.getrandbits(53))])


def _text(chance, _levels):
    return "".join(
        chr(chance.choice([chance.randrange(32, 127), chance.randrange(0xD800)])) for _ in range(chance.randrange(20))
    )


def _bytes(chance, _levels):
    return bytes(chance.getrandbits(8) for _ in range(chance.randrange(40)))


LEAVES = [
    _int,
    _float,
    _text,
    _bytes,
    lambda chance, _levels: chance.choice([None, True, False]),
    lambda chance, _levels: complex(chance.random(), -chance.random()),
]
CONTAINERS = [
    lambda chance, levels: [value(chance, levels) for _ in range(chance.randrange(6))],
    lambda chance, levels: tuple(value(chance, levels) for _ in range(chance.randrange(6))),
    lambda chance, levels: {hashable(chance, levels): value(chance, levels) for _ in range(chance.randrange(6))},
    lambda chance, levels: {hashable(chance, levels) for _ in range(chance.randrange(6))},
    lambda chance, levels: frozenset(hashable(chance, levels) for _ in range(chance.randrange(6))),
]
