"""``timed``: another call, which tells where its time goes."""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import timing
from conc_agent.channel import Channel


def serve(channel: Channel, request: Dict[str, Any]) -> Any:
    """``request``: ``{call, request}``. All clocks are this machine's monotonic one, in seconds."""
    begun = {"clock": time.monotonic(), "cpu": time.process_time(), "born": _born()}
    channel.send({"timings": begun})
    name = request["call"]
    with timing.asked(lambda told: channel.send({"timings": told})), timing.span(name):
        with timing.span("code"):
            call = importlib.import_module("conc_agent.calls." + name)
        return call.serve(channel, request["request"])


def _born() -> Optional[float]:
    """When this process began, to a tick (10 ms); None where there is no proc(5). Field 22 counts from the boot."""
    try:
        stat = Path("/proc/self/stat").read_text()
        ticks = int(stat.rpartition(")")[2].split()[19])
        slept = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    except (OSError, AttributeError, ValueError, IndexError):
        return None
    return ticks / os.sysconf("SC_CLK_TCK") - slept
