"""Loops of clients against a URL, until standard input ends: ``clients.py URL COUNT``. Prints ``{answered, failed,
slowest}`` as JSON. Half of them keep their connection alive, half make a new one for each request."""

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

url, count = urlsplit(sys.argv[1]), int(sys.argv[2])
over = threading.Event()
answered, failed, slowest = [], [], [0.0]


def loop(keeps_alive):
    connection = None
    while not over.is_set():
        connection = connection or http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=30)
        started = time.monotonic()
        try:
            connection.request("GET", url.path or "/")
            response = connection.getresponse()
            response.read()
            (answered if response.status == 200 else failed).append(str(response.status))
            closes = not keeps_alive or response.will_close
        except (OSError, http.client.HTTPException) as error:
            failed.append(repr(error))
            closes = True
        slowest[0] = max(slowest[0], time.monotonic() - started)
        if closes:
            connection.close()
            connection = None
        time.sleep(0.005)


loops = [threading.Thread(target=loop, args=(number % 2 == 1,)) for number in range(count)]
for one in loops:
    one.start()
sys.stdin.read()
over.set()
for one in loops:
    one.join()
json.dump({"answered": len(answered), "failed": failed, "slowest": round(slowest[0], 3)}, sys.stdout)
