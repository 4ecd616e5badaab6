"""The queue of tasks, and the clock that puts some into it."""

from __future__ import annotations

import time

from celery import Celery

from courier import ledger
from courier.settings import BROKER, SHARED

app = Celery("courier", broker=BROKER)
app.conf.task_acks_late = False
app.conf.broker_connection_retry_on_startup = True
# Where every task is written down, beside its answer: nobody waits for one.
app.conf.task_ignore_result = True
app.conf.beat_schedule_filename = str(SHARED / "beat")
app.conf.beat_schedule = {"tick": {"task": "courier.queue.tick", "schedule": 1.0}}


@app.task
def deliver(parcel: str, seconds: float) -> None:
    """Takes its time, and is written down by the release that began it."""
    time.sleep(seconds)
    ledger.write("delivered", parcel)


@app.task
def tick() -> None:
    """Of the clock."""
    ledger.write("ticks", "tick")
