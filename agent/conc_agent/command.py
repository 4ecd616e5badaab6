"""A program of a person's that runs here: its output as it comes, its input, its end."""

from __future__ import annotations

import os
import queue
import select
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO, Any, Dict, List, Mapping, Optional, cast

from conc_agent.channel import CallError, Channel, ChannelClosed

#: Bytes of a piece of output.
_PIECE = 1 << 16
#: Seconds from SIGTERM to SIGKILL, for what was left behind when the controller went away.
_GRACE = 5.0
_SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "QUIT": signal.SIGQUIT}


def run(channel: Channel, argv: List[str], env: Mapping[str, str], cwd: Path) -> int:
    """Its exit code, 128 and the signal's number where one ended it. Messages: protocol/README.md, ``exec``."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=str(cwd),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        code = "exec.not-found" if isinstance(error, FileNotFoundError) else "exec.start"
        raise CallError(code, "%s can't be started: %s" % (argv[0], error.strerror)) from error
    threading.Thread(target=_feed, args=(channel, process), name="conc-exec", daemon=True).start()
    _carry(channel, process)
    code = process.wait()
    return 128 - code if code < 0 else code


def _carry(channel: Channel, process: subprocess.Popen[bytes]) -> None:
    """Output to the controller until both pipes are at their end, or the program is gone and they are empty."""
    poll = select.poll()
    # Popen was given both pipes; its type does not know that.
    out, errors = cast(IO[bytes], process.stdout), cast(IO[bytes], process.stderr)
    names = {out.fileno(): "stdout", errors.fileno(): "stderr"}
    for descriptor in names:
        poll.register(descriptor, select.POLLIN)
    left = set(names)
    while left:
        gone = process.poll() is not None
        ready = poll.poll(0 if gone else 200)
        if channel.gone:
            _end(process)
        # What it left in the background may hold the pipes open.
        if gone and not ready:
            return
        for descriptor, _ in ready:
            data = os.read(descriptor, _PIECE)
            if data:
                channel.send({"stream": names[descriptor], "size": len(data)})
                channel.write(data)
            else:
                poll.unregister(descriptor)
                left.discard(descriptor)


def _feed(channel: Channel, process: subprocess.Popen[bytes]) -> None:
    """Input and signals, from the controller. A program that reads nothing holds up its input alone."""
    pieces: queue.SimpleQueue[Optional[bytes]] = queue.SimpleQueue()
    threading.Thread(target=_write, args=(pieces, process), name="conc-stdin", daemon=True).start()
    try:
        while True:
            kind, value = channel.receive()
            if kind == "blob":
                pieces.put(value)
            elif "signal" in value and value["signal"] in _SIGNALS:
                _signal(process, _SIGNALS[value["signal"]])
            elif "eof" in value:
                pieces.put(None)
    except ChannelClosed:
        pieces.put(None)


def _write(pieces: Any, process: subprocess.Popen[bytes]) -> None:
    pipe: Any = process.stdin
    try:
        for piece in iter(pieces.get, None):
            data = memoryview(piece)
            while data:
                data = data[pipe.write(data) :]
    except OSError:
        pass  # it reads no more
    finally:
        pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nobody listens any more."""
    _signal(process, signal.SIGHUP)
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Its process group. Until it is waited for, its number is nobody else's."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, number)
        except OSError:
            pass  # it is another user's by now, or has ended


def environment(base: Mapping[str, str], own: Mapping[str, str]) -> Dict[str, str]:
    """With the variables of a process of the application's; conc's own stay what they are."""
    return {**own, **{key: value for key, value in base.items() if key not in own or key in _CONC}}


_CONC = ("PATH", "VIRTUAL_ENV", "CONC_ROOT", "CONC_RELEASE", "CONC_SHARED", "CONC_STATIC")
