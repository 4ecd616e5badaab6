"""Writes bytes that are no frame into the connection, as a fault of the agent's own would."""

import gc

from conc_agent.outgoing import Outgoing


def serve(channel, request):
    out = next(one for one in gc.get_objects() if isinstance(one, Outgoing))
    with out._changed:
        out._queue.append(b"Traceback (most recent call last):")
        out._changed.notify_all()
    channel.receive()
