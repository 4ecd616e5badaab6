"""Connect to ``HOST PORT`` and hand the socket to ssh, which then talks to it directly (ssh_config(5), ProxyUseFdpass)."""

import array
import socket
import sys

host, port = sys.argv[1:]
try:
    connection = socket.create_connection((host, int(port)), timeout=10)
except OSError as error:
    sys.exit(f"connect to host {host} port {port}: {error.strerror or error}")
connection.setblocking(True)
with socket.socket(fileno=1) as ssh:
    ssh.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [connection.fileno()]))])
