"""Clients that ask without a pause until standard input ends: ``traffic.py [{"name", "how", "url"}, …]``, one thread each.

How they ask: ``new`` opens a connection for each request, ``kept`` keeps one, ``slow answer`` is one whose answer takes its
time, ``slow request`` sends its body in pieces, over a second and a half. Prints ``{NAME: {answered, failed, reopened, slowest,
versions}}`` as JSON; ``versions`` counts the answers of each release, ``failed`` says what became of the others and when.

A server may close a connection that is kept and idle, at any moment. A client that finds it so opens another one and asks
there, as every browser does (RFC 9112, 9.3.1); ``reopened`` counts that. Nothing else is tried again.
"""

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

PIECES, EVERY = 15, 0.1
PAUSE = 0.02
PATIENCE = 60.0


class Client(threading.Thread):
    """Asks one request after the other."""

    def __init__(self, name, how, url):
        super().__init__()
        self.name, self.how, self.url = name, how, urlsplit(url)
        self.connection = None
        self.answered, self.failed, self.reopened, self.slowest, self.versions = 0, [], 0, 0.0, {}

    def run(self):
        while not over.is_set():
            began = time.monotonic()
            closes = True
            try:
                closes = self.on_a_connection() or self.how != "kept"
            except (OSError, http.client.HTTPException) as error:
                self.failed.append("%s after %.3f s" % (repr(error), time.monotonic() - began))
            self.slowest = max(self.slowest, time.monotonic() - began)
            if closes and self.connection is not None:
                self.connection.close()
                self.connection = None
            time.sleep(PAUSE)

    def on_a_connection(self):
        """As ``ask``, on the connection that is kept, or on a new one."""
        if self.connection is not None:
            try:
                return self.ask()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.reopened += 1
                self.connection.close()
        self.connection = http.client.HTTPConnection(self.url.hostname, self.url.port or 80, timeout=PATIENCE)
        return self.ask()

    def ask(self):
        """Did the server say that it closes the connection?"""
        where = self.url.path + ("?" + self.url.query if self.url.query else "")
        if self.how == "slow request":
            piece = b"x" * 1000
            self.connection.putrequest("POST", where)
            self.connection.putheader("Content-Length", str(PIECES * len(piece)))
            self.connection.endheaders()
            for _ in range(PIECES):
                self.connection.send(piece)
                time.sleep(EVERY)
        else:
            self.connection.request("GET", where)
        response = self.connection.getresponse()
        body = response.read()
        if response.status == 200:
            self.answered += 1
            release = json.loads(body)["release"]
            self.versions[release] = self.versions.get(release, 0) + 1
        else:
            self.failed.append("%d %s" % (response.status, body[:80].decode("utf-8", "replace")))
        return response.will_close


over = threading.Event()
clients = [Client(each["name"], each["how"], each["url"]) for each in json.loads(sys.argv[1])]
for one in clients:
    one.start()
sys.stdin.read()
over.set()
for one in clients:
    one.join()
told = {}
for one in clients:
    sums = told.setdefault(one.name, {"answered": 0, "failed": [], "reopened": 0, "slowest": 0.0, "versions": {}})
    sums["answered"] += one.answered
    sums["failed"] += one.failed
    sums["reopened"] += one.reopened
    sums["slowest"] = round(max(sums["slowest"], one.slowest), 3)
    for release, count in one.versions.items():
        sums["versions"][release] = sums["versions"].get(release, 0) + count
json.dump(told, sys.stdout)
