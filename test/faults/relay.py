"""Carries bytes between ssh and sshd, as ``ProxyCommand``: ended or stopped, it is a link that is cut, or silent."""

from __future__ import annotations

import os
import select
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])
far = socket.create_connection((host, port))
ways = {0: far.fileno(), far.fileno(): 1}
while True:
    for source in select.select(list(ways), [], [])[0]:
        data = os.read(source, 1 << 16)
        if not data:
            sys.exit(0)
        while data:
            data = data[os.write(ways[source], data) :]
