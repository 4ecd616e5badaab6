"""waitress has no option for a socket that is handed over, and takes one from Python."""

from __future__ import annotations

import signal
import socket
import sys

import waitress

from desk.pages import wsgi

# SIGTERM ends Python where it stands; SystemExit lets waitress finish.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
waitress.serve(wsgi, sockets=[socket.socket(fileno=3)], ident=None)
