"""Prints wherever it can, and starts a child that does, too."""

import os
import subprocess
import sys
import warnings


def serve(channel, request):
    print("printed: %s" % request)
    print("to stderr", file=sys.stderr)
    os.write(1, b"without Python, ")
    subprocess.run(["sh", "-c", "echo by a child; cat"], check=True)
    warnings.warn("a warning")
    sys.stdout.write("no end of line")
    return sys.stdin.read()
