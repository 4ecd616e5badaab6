"""Tasks that tell which release carried them out."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

BROKER = os.environ["POST_BROKER"]
SHARED = Path(os.environ["CONC_SHARED"])

app = Celery("post", broker=BROKER, backend=BROKER)
app.conf.beat_schedule = {"tick": {"task": "post.tasks.tick", "schedule": 1.0}}
app.conf.broker_connection_retry_on_startup = True


@app.task
def carry(gate: str) -> str:
    """On its way until someone opens the gate."""
    (SHARED / (gate + ".waits")).touch()
    while not (SHARED / gate).exists():
        time.sleep(0.05)
    return os.environ["CONC_RELEASE"]


@app.task
def tick() -> None:
    with open(SHARED / "ticks", "a", encoding="ascii") as ticks:
        ticks.write(os.environ["CONC_RELEASE"] + "\n")
