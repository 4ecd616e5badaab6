"""Looks for a halt without waiting, past blobs that stand before it, then takes the blobs."""


def serve(channel, request):
    channel.send("ready")
    halted = None
    while halted is None:
        halted = channel.poll("halt", "cancel")
        if halted is None and channel.wait_gone(0.01):
            return "gone"
    return {"halt": halted, "bytes": sum(len(piece) for piece in channel.blobs(request))}
