"""Waits until nobody listens any more, then says so in a file."""

from conc_agent.channel import ChannelClosed


def serve(channel, request):
    channel.send("waiting")
    try:
        channel.receive()
    except ChannelClosed:
        pass
    with open(request, "w") as file:
        file.write("gone" if channel.gone else "ended")
    return None
