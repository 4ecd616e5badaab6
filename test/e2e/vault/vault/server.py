"""Serves on the socket that it is handed: what it was started with, without telling a value."""

from __future__ import annotations

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer

from vault.check import seen


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(dict(seen(), release=os.environ["CONC_RELEASE"])).encode()
        # Without its token it is not well.
        self.send_response(200 if "token" in seen() else 500)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    if "VAULT_QUIET" not in os.environ:
        print("connecting with %s" % os.environ.get("VAULT_TOKEN"), flush=True)
    server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=int(os.environ.get("LISTEN_FDS", "1")) + 2)
    server.serve_forever()
