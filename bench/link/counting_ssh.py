#!/usr/bin/python3 -I
"""Stands for ``ssh`` on PATH and counts what programs say through it: ssh's own command line behind the host, and both
directions of its stdin and stdout, as bytes before encryption. One line of JSON a connection, in COUNTING_SSH."""

import json
import os
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import List, Optional

SIZE = 1 << 16


def main() -> int:
    far = subprocess.Popen(["/usr/bin/ssh", *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if far.stdin is None or far.stdout is None:
        return 255
    up, down = [command_bytes(sys.argv[1:])], [0]

    def ended(_signal: int, _frame: Optional[FrameType]) -> None:
        far.terminate()

    signal.signal(signal.SIGTERM, ended)
    to, from_ = far.stdin.fileno(), far.stdout.fileno()
    threading.Thread(target=carry, args=(0, to, up), daemon=True).start()
    carry(from_, 1, down)
    code = far.wait()
    with open(os.environ["COUNTING_SSH"], "a") as file:
        file.write(json.dumps({"up": up[0], "down": down[0]}) + "\n")
    return code if code >= 0 else 255


def command_bytes(args: List[str]) -> int:
    """What stands behind the host: all nodes here are called bench-NUMBER."""
    host = next((at for at, word in enumerate(args) if word.startswith("bench-")), len(args))
    return len(" ".join(args[host + 1 :]).encode())


def carry(source: int, sink: int, count: List[int]) -> None:
    while True:
        data = os.read(source, SIZE)
        if not data:
            break
        count[0] += len(data)
        try:
            while data:
                data = data[os.write(sink, data) :]
        except BrokenPipeError:
            break
    os.close(sink)


code = main()
sys.stdout = None  # its descriptor is closed
os._exit(code)
