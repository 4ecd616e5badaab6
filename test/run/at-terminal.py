"""Runs a program at a terminal of its own, types a word when it is asked for one; prints what the terminal showed."""

import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b""
typed = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    if not typed and shown.endswith(b"Word: "):
        typed = True
        os.write(terminal, b"sesame\n")
sys.stdout.write(shown.decode())
print("exit %d" % os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
