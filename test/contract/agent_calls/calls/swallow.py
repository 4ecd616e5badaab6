"""Takes ``size`` bytes of blobs; tells their digest and the most memory that this process ever had, in KiB."""

import hashlib
import resource


def serve(channel, request):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    digest = hashlib.sha256()
    for piece in channel.blobs(request["size"]):
        digest.update(piece)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"sha256": digest.hexdigest(), "grownKiB": grown}
