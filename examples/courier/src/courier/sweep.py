"""The night job, which cron starts."""

from __future__ import annotations

from courier import ledger


def main() -> None:
    """Written down, as all that is done."""
    ledger.write("sweeps", "swept")
    print("swept")
