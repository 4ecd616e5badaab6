"""Holding a change's lock for as long as one call works on it, whatever comes of that."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Callable

from conc_agent.change import look
from conc_agent.change.close import finish_closing
from conc_agent.change.journal import Damaged
from conc_agent.change.lock import Absent, Busy, Change, take_change
from conc_agent.change.pulse import Pulse
from conc_agent.change.truth import Reply, on_trial
from conc_agent.channel import CallError, Channel

_log = logging.getLogger("conc")


def carried(change: Change, channel: Channel, use: Callable[[Change], Reply]) -> Reply:
    """Use a change, and let its lock go. What goes wrong beneath the jobs leaves it interrupted, and says so."""
    with change, Pulse(change.path, channel):
        try:
            return use(change)
        except CallError:
            raise
        except Exception as error:
            _log.error("%s", traceback.format_exc())
            raise CallError(
                "change.interrupted",
                "the change was cut off: %s: %s" % (type(error).__name__, error),
                hint="once that is mended, continue the change, or abandon it",
                state="the change is open; " + on_trial(change.root),
            ) from error


def taken(
    root: Path,
    channel: Channel,
    use: Callable[[Change], Reply],
    busy: Callable[[Path], Reply],
    closed: Callable[[Change], Reply] = finish_closing,
) -> Reply:
    """Take the change that is there, and use it. One that was cut off in its closing is closed instead."""
    try:
        change = take_change(root)
    except Absent as error:
        if look.change_record(root) is None:
            raise CallError(
                "change.none", "no change is in progress in %s" % root, state="nothing was changed"
            ) from error
        raise _foreign(root, "it has no lock") from error
    except Damaged as error:
        raise _foreign(root, str(error)) from error
    except Busy:
        return busy(root)
    if not change.journal.records:
        change.release_lock()
        raise _foreign(root, "its journal is empty")
    return carried(change, channel, lambda held: closed(held) if held.story.closing else use(held))


def _foreign(root: Path, why: str) -> CallError:
    return CallError(
        "change.unreadable",
        "%s/change is there, but it is no change that conc can go on with: %s" % (root, why),
        hint="look at it, and move it away by hand",
        state="nothing was changed",
    )
