"""Runs every case with whatever execnet there is, over one way; writes ``{name: what was seen}`` as JSON.

replay.py RESULT popen | replay.py RESULT "ssh=-F config node//python=python3"
"""

import hashlib
import importlib
import json
import os
import sys
import time

import cases
import execnet
import groups
import values
from cases import LONG, attempt

CHAPTERS = ("sources", "ends", "callbacks", "interpreter")


def main(result, way):
    seen = {}
    seconds = {}
    for chapter in CHAPTERS:
        importlib.import_module(chapter)
    group = execnet.Group()
    gateway = group.makegateway(way)
    echo(gateway, seen)
    for name, run in cases.CASES:
        began = time.monotonic()
        seen[name] = attempt(run, gateway)
        seconds[name] = time.monotonic() - began
        if not usable(gateway):
            gateway = group.makegateway(way)
    for name, run in groups.CASES if way == "popen" else groups.FAR_CASES:
        began = time.monotonic()
        own = execnet.Group()
        seen["group: " + name] = attempt(run, own, way)
        own.terminate(1)
        seconds["group: " + name] = time.monotonic() - began
    if way == "popen":
        seen.update(groups.specifications())
        seen.update(groups.texts_and_bytes())
        seen.update(groups.exported())
        coded(seen)
    group.terminate(LONG)
    with open(result, "w") as file:
        json.dump({"execnet": os.path.dirname(execnet.__file__), "seen": seen, "seconds": seconds}, file)


#: Sends back each item with its type, and what the other side saw of it, where that has an order of its own.
ECHO = """
    import hashlib
    def seen(item):
        if isinstance(item, (list, tuple, dict, set, frozenset)):
            return len(item)
        text = hex(item) if isinstance(item, int) else repr(item)
        return hashlib.sha256(text.encode()).hexdigest()
    for item in channel:
        channel.send((item, type(item).__name__, seen(item)))
"""


def echo(gateway, seen):
    """Every value there and back, and what the other side saw of it."""
    channel = gateway.remote_exec(ECHO)
    for name, value in {**values.edges(), **values.generated(250)}.items():

        def there_and_back(value=value):
            channel.send(value)
            return channel.receive(LONG)

        seen["value " + name] = brief(attempt(there_and_back))
        if not usable(gateway) or channel.isclosed():
            raise SystemExit("the gateway did not survive " + name)
    for name, value in values.refused().items():
        seen["refused " + name] = attempt(channel.send, value)


def coded(seen):
    """The bytes of each value: sets in any order of their own."""
    for name, value in {**values.edges(), **values.generated(250)}.items():
        seen["bytes of " + name] = brief(attempt(execnet.dumps, value))


def brief(outcome):
    text = json.dumps(outcome)
    return outcome if len(text) < 400 else [outcome[0], hashlib.sha256(text.encode()).hexdigest()]


def usable(gateway):
    return attempt(lambda: gateway.remote_exec("channel.send(1)").receive(5)) == ["gave", ["int", "0x1"]]


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main(*sys.argv[1:])
