"""As a node that was taken over: wants what is not in the bundle."""


def serve(channel, request):
    channel.send({"job": "deliver", "want": request})
    return channel.receive()
