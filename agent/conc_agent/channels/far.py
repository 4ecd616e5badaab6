"""The far end: runs what ``remote_exec`` sent, the first on the main thread, as libraries and signals want it."""

from __future__ import annotations

import linecache
import os
import queue
import signal
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from conc_agent.channels.channel import Channel
from conc_agent.channels.gateway import BaseGateway
from conc_agent.channels.outlet import Outlet

#: What ``execmodel=`` may say.
MODELS = ("thread", "main_thread_only")
DEADLOCK = "concurrent remote_exec would cause deadlock for main_thread_only execmodel"
#: Seconds that running code has to end by itself once the connection is over; then SIGINT; then so long again.
PATIENCE, AFTER_INTERRUPT = 5.0, 10.0


class Task(NamedTuple):
    """One ``remote_exec``. ``call``: the function of the source to call, with ``arguments``."""

    channel: Channel
    source: str
    file: Optional[str]
    call: Optional[str]
    arguments: Dict[str, Any]


class FarGateway(BaseGateway):
    """Made on the main thread, which then is ``serve``'s."""

    def __init__(self, name: str, model: str, read: Callable[[], bytes], outlet: Outlet) -> None:
        super().__init__(name, 2, read, outlet)
        self._model = model
        self._main: queue.SimpleQueue[Optional[Task]] = queue.SimpleQueue()
        self._main_free = threading.Event()
        self._main_free.set()
        self._running: List[Task] = []

    def serve(self) -> None:
        """Until the connection is over and nothing runs any more."""
        self.start()
        while not (self.finished and self._wait_running(0)):
            try:
                task = self._main.get(timeout=1)
            except (queue.Empty, KeyboardInterrupt):
                # A signal while nothing runs here: there is nothing to interrupt.
                continue
            if task is not None:
                self._run(task, self._main_free.set)
        self._out.flush()

    def _told(self, what: str, *words: Any) -> None:
        if what == "exec":
            number, source, file, call, arguments = words
            self._spawn(Task(self.channel_of(number), source, file, call, arguments))
        elif what == "status":
            number = words[0]
            status = {"numchannels": len(self.channels()), "numexecuting": len(self._running)}
            channel = self.channel_of(number)
            self.send(channel, dict(status, execmodel=self._model))
            self.close(channel, None)
        else:
            super()._told(what, *words)

    def _spawn(self, task: Task) -> None:
        with self.changed:
            free = self._main_free.is_set()
            self._main_free.clear()
        if free:
            self._begin(task)
            self._main.put(task)
        elif self._model == "thread":
            self._begin(task)
            threading.Thread(target=self._run, args=(task, lambda: None), daemon=True).start()
        else:
            threading.Thread(target=self._spawn_later, args=(task,), daemon=True).start()

    def _spawn_later(self, task: Task) -> None:
        """The main thread alone may run code: it has a second to come free, as a close needs no answer."""
        if self._main_free.wait(1):
            self._spawn(task)
        else:
            self.close(task.channel, DEADLOCK)

    def _begin(self, task: Task) -> None:
        with self.changed:
            self._running.append(task)

    def _run(self, task: Task, done: Callable[[], None]) -> None:
        error = self._execute(task)
        # Before the close, which is what the other side waits for to send more.
        done()
        self.close(task.channel, error)
        with self.changed:
            self._running.remove(task)
            self.changed.notify_all()

    def _execute(self, task: Task) -> Optional[str]:
        """The traceback, if there is one to tell."""
        channel = task.channel
        file = task.file or "<remote exec>"
        _show_lines_of(file, task.source)
        names: Dict[str, Any] = {"channel": channel, "__name__": "__channelexec__"}
        channel.executing = True
        try:
            exec(compile(task.source + "\n", file, "exec", dont_inherit=True), names)  # noqa: S102
            if task.call:
                names[task.call](channel, **task.arguments)
        except EOFError:
            # Its loop waited for more, and the channel was closed.
            return None
        except BaseException as raised:
            if self.finished:
                return None
            # Without this file's own lines.
            below = raised.__traceback__ and raised.__traceback__.tb_next
            return "".join(traceback.format_exception(type(raised), raised, below))
        finally:
            channel.executing = False
        return None

    def _finish(self) -> None:
        super()._finish()
        self._main.put(None)
        threading.Thread(target=self._end_running, name="conc-end", daemon=True).start()

    def _end_running(self) -> None:
        """Code that goes on though nobody listens is interrupted, then the interpreter ended."""
        if self._wait_running(PATIENCE):
            return
        os.kill(os.getpid(), signal.SIGINT)
        if not self._wait_running(AFTER_INTERRUPT):
            os._exit(1)

    def _wait_running(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        with self.changed:
            return self.changed.wait_for(lambda: not self._running, max(0.0, deadline - time.monotonic()))


def _show_lines_of(file: str, source: str) -> None:
    """So that tracebacks show lines of a file that is on the other machine."""
    if not os.path.exists(file):
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
