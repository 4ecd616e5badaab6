"""Wall time, for display only: order is by sequence number, deadlines by the monotonic clock."""

from __future__ import annotations

import datetime


def now() -> str:
    """ISO 8601 in UTC, to the millisecond."""
    stamp = datetime.datetime.now(datetime.timezone.utc)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (stamp.microsecond // 1000)


def shown(moment: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC, to the second."""
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
