"""Sends back what comes, until the controller ends its side. The reply: how many items, and their bytes' digest."""

import hashlib

from conc_agent.channel import ChannelClosed


def serve(channel, request):
    count, digest = 0, hashlib.sha256()
    while True:
        try:
            kind, value = channel.receive()
        except ChannelClosed:
            return {"request": request, "count": count, "sha256": digest.hexdigest()}
        count += 1
        if kind == "json":
            channel.send(value)
        else:
            digest.update(value)
            channel.write(value)
