"""Sends ``size`` bytes, the same each time: block number N is N in four bytes, over and over."""

import hashlib
import resource
import struct

BLOCK = 1 << 16


def serve(channel, request):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    digest = hashlib.sha256()
    for number in range(request["size"] // BLOCK):
        block = struct.pack(">I", number) * (BLOCK // 4)
        digest.update(block)
        channel.write(block)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"sha256": digest.hexdigest(), "grownKiB": grown}
