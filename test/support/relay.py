"""A ProxyCommand that can be made worse while it runs: ``relay.py HOST PORT MODE``.

MODE is a file that is looked at all the time: ``pass``; ``delay SECONDS``; ``freeze``, nothing is forwarded any more but
the connection stays; ``cut``, the connection ends.
"""

import os
import selectors
import socket
import sys
import time

EVERY = 0.02


def main():
    far = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    ways = {0: far.fileno(), far.fileno(): 1}
    waiting = []
    selector = selectors.DefaultSelector()
    for source in ways:
        selector.register(source, selectors.EVENT_READ)
    while True:
        word, _, seconds = mode().partition(" ")
        if word == "cut":
            return
        if word == "freeze":
            time.sleep(EVERY)
            continue
        for key, _ in selector.select(EVERY):
            data = os.read(key.fd, 1 << 16)
            if not data:
                return
            waiting.append((time.monotonic() + float(seconds or 0), ways[key.fd], data))
        while waiting and waiting[0][0] <= time.monotonic():
            _, sink, data = waiting.pop(0)
            while data:
                data = data[os.write(sink, data) :]


def mode():
    with open(sys.argv[3]) as file:
        return file.read().strip()


main()
