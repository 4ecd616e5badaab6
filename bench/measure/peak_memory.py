#!/usr/bin/python3 -I
"""Runs a program and adds its peak of resident memory to a file, in kB: ``peak_memory.py FILE PROGRAM ARGS…``. The
kernel's own account (wait4(2), ru_maxrss): of the largest single process, those that it waited for included."""

import os
import sys

file, argv = sys.argv[1], sys.argv[2:]
pid = os.fork()
if pid == 0:
    os.execvp(argv[0], argv)
_, status, usage = os.wait4(pid, 0)
with open(file, "a") as out:
    out.write("%d\n" % usage.ru_maxrss)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
