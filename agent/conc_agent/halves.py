"""A job's two halves on two processors: one of them is done by a forked copy of this process.

A copy has all that was read already; an interpreter of its own would take longer to start than most halves last. It
keeps no descriptor of this process's but the pipe by which it answers (a copy of a lock is held too), and ends with it.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

from conc_agent import copies, processors
from conc_agent.channel import CallError

Ours = TypeVar("Ours")
Item = TypeVar("Item")

#: Milliseconds between two looks whether it goes on, once this process is through with its half.
_LOOK = 100


def pay(weight: int, least: int) -> bool:
    """Are two processes quicker than one? ``least``: the weight of work that is worth a fork. Where every processor has
    more than its work already, a second process would only cost its start."""
    return weight >= least and processors.is_one_to_spare()


def split(items: Sequence[Item], weigh: Callable[[Item], int]) -> Tuple[List[Item], List[Item]]:
    """Two lists of about the same weight."""
    halves: Tuple[List[Item], List[Item]] = ([], [])
    weights = [0, 0]
    for item in sorted(items, key=weigh, reverse=True):
        lighter = 0 if weights[0] <= weights[1] else 1
        halves[lighter].append(item)
        weights[lighter] += weigh(item)
    return halves


def both(
    ours: Callable[[], Ours], theirs: Callable[[Callable[[], None]], Any], check: Callable[[], None]
) -> Tuple[Ours, Any]:
    """Do both at once; returns what both return.

    ``theirs`` runs in the copy: it may use the system's calls, and import nothing. It calls what it is given now and
    then, which ends it where this process is gone, and returns plain values (JSON). What it raises is raised here:
    an OSError as it was, anything else as RuntimeError. ``check`` is called while the copy is waited for, and may
    raise. Raises ``CallError`` where the copy was ended. Where none can be made, one after the other is done here.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        copy = copies.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return ours(), theirs(check)
    if copy == 0:
        _be_the_copy(theirs, writing, parent)
    os.close(writing)
    status = 0
    try:
        mine = ours()
        answer = _read(reading, check)
    except BaseException:
        os.kill(copy, signal.SIGKILL)
        raise
    finally:
        os.close(reading)
        status = os.waitpid(copy, 0)[1]
    return mine, _opened(answer, status)


def _be_the_copy(theirs: Callable[[Callable[[], None]], Any], pipe: int, parent: int) -> None:
    """Doesn't return: nothing of this process's ends, or is written out, a second time."""
    try:
        gc.disable()
        copies.close_all_but(0, 1, 2, pipe)

        def look() -> None:
            if os.getppid() != parent:
                os._exit(1)

        answer = json.dumps(_said(lambda: theirs(look))).encode("ascii")
        while answer:
            answer = answer[os.write(pipe, answer) :]
        os._exit(0)
    finally:
        os._exit(1)


def _said(work: Callable[[], Any]) -> Tuple[Any, ...]:
    try:
        return ("well", work())
    except OSError as error:
        return ("system", error.errno, error.strerror, error.filename, error.filename2)
    except BaseException as error:
        return ("raised", "%s: %s" % (type(error).__name__, error))


def _read(pipe: int, check: Callable[[], None]) -> bytes:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    answer = b""
    while True:
        while not poll.poll(_LOOK):
            check()
        piece = os.read(pipe, 1 << 16)
        if not piece:
            return answer
        answer += piece


def _opened(answer: bytes, status: int) -> Any:
    said: Optional[List[Any]] = json.loads(answer) if status == 0 else None
    if said is None:
        how = "signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "exit %d" % os.WEXITSTATUS(status)
        text = "the second process that was at it ended before it was through (%s)" % how
        raise CallError("process.ended", text, hint="see the kernel's log for memory that ran out, then deploy again")
    if said[0] == "system":
        raise OSError(said[1], said[2], said[3], None, said[4])
    if said[0] == "raised":
        raise RuntimeError(said[1])
    return said[1]
