"""An ``abandon`` by the agent that belongs to a change, as a child of the one that is connected: a JSON value a line,
each way. The child goes on without its parent: it holds the lock, and an undo needs nobody."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import IO, Any, Dict, cast

from conc_agent import frames
from conc_agent.channel import CallError, Channel, ChannelClosed
from conc_agent.guard.invoke import argv


def call(program: Path, channel: Channel, request: Dict[str, Any]) -> Any:
    """Run by who is connected: passes on what the child says and what it is told; returns its reply."""
    child = subprocess.Popen(
        argv(program, "abandon"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", start_new_session=True
    )
    to, said = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
    _write(to, request)
    threading.Thread(target=_pass_on, args=(channel, child, to), name="conc-relay", daemon=True).start()
    last: Dict[str, Any] = {}
    with said:
        for line in said:
            last = json.loads(line.decode("ascii"))
            if "reply" not in last and "error" not in last:
                channel.send(last)
    child.wait()
    if "reply" in last:
        return last["reply"]
    fields = last.get("error")
    if fields is None:
        raise CallError(
            "change.interrupted",
            "the agent of the change ended before it was given up (exit code %d)" % child.returncode,
            hint="abandon it again",
            state="the change is open",
        )
    raise CallError(**fields)


def serve() -> None:
    """Run by the child."""
    from conc_agent import release
    from conc_agent.change.abandon import finish, give_up
    from conc_agent.change.blocked import blocked
    from conc_agent.change.session import taken

    channel = _Parent()
    request = channel.receive()[1]
    try:
        root = release.root_path(request["root"])
        reply = taken(root, channel, lambda change: give_up(change, channel, request), blocked, finish)
    except CallError as error:
        fields = {"code": error.code, "message": error.message, "hint": error.hint, "state": error.state}
        channel.send({"error": fields})
    else:
        channel.send({"reply": reply})
    # Whatever waits for what the parent says next is not waited for.
    os._exit(0)


class _Parent(Channel):
    """The channel of the call, as the child has it."""

    def __init__(self) -> None:
        super().__init__(1, lambda _kind, _number, _payload: None)
        self._source, self._sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        # A stray print of an op's goes to the log.
        os.dup2(2, 1)
        threading.Thread(target=self._read, name="conc-relay", daemon=True).start()

    def send(self, value: Any) -> None:
        with self._sending:
            try:
                _write(self._sink, value)
            except OSError:
                self.lose()

    def _read(self) -> None:
        for line in self._source:
            self.arrived(frames.Frame(frames.JSON, 1, line))
        self.lose()


def _pass_on(channel: Channel, child: subprocess.Popen[bytes], to: IO[bytes]) -> None:
    try:
        while child.poll() is None:
            try:
                kind, value = channel.receive(0.2)
            except TimeoutError:
                continue
            if kind == "json":
                _write(to, value)
    except (ChannelClosed, OSError):
        pass
    finally:
        to.close()


def _write(pipe: IO[bytes], value: Any) -> None:
    pipe.write(json.dumps(value).encode("ascii") + b"\n")
    pipe.flush()
