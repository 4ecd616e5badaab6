"""The ends of a channel, and channels in messages."""

import gc

import execnet
from cases import LONG, attempt, case


@case
def it_closes_after_the_code(gateway):
    channel = gateway.remote_exec("channel.send(5)")
    channel.waitclose(LONG)
    closed = channel.isclosed()
    return [closed, attempt(channel.receive, LONG), attempt(channel.receive, LONG), attempt(channel.send, 1)[:3]]


@case
def closed_here(gateway):
    channel = gateway.newchannel()
    before = channel.isclosed()
    channel.close()
    channel.close()
    return [
        before,
        channel.isclosed(),
        attempt(channel.send, 1)[:3],
        attempt(channel.receive, LONG),
        attempt(channel.waitclose, LONG),
    ]


@case
def closed_with_an_error(gateway):
    channel = gateway.remote_exec("""
        inner = channel.receive()
        try:
            inner.receive()
        except inner.RemoteError as error:
            channel.send(str(error))
        try:
            inner.receive()
        except EOFError:
            channel.send("then EOFError")
    """)
    inner = gateway.newchannel()
    channel.send(inner)
    inner.close("my words")
    return [channel.receive(LONG), channel.receive(LONG), attempt(inner.waitclose, LONG)]


@case
def closed_while_the_far_loop_waits(gateway):
    channel = gateway.remote_exec("while True: channel.send(channel.receive())")
    channel.send(1)
    first = channel.receive(LONG)
    channel.close()
    after = gateway.remote_exec("channel.send('alive')").receive(LONG)
    return [first, attempt(channel.receive, LONG), after]


@case
def far_close_of_its_own(gateway):
    return attempt(gateway.remote_exec("channel.close()").receive, LONG)


@case
def names(gateway):
    channel = gateway.newchannel()
    open_ = repr(channel).split(" ", 1)[0], repr(channel).rsplit(" ", 1)[1]
    channel.close()
    return [open_, repr(channel).rsplit(" ", 1)[1], channel.id % 2]


@case
def timeouts(gateway):
    channel = gateway.remote_exec("channel.receive()")
    found = [attempt(channel.receive, 0.05), attempt(channel.receive, timeout=0.01), attempt(channel.waitclose, 0.05)]
    channel.send(None)
    return [*found, attempt(channel.waitclose, LONG)]


@case
def timeout_classes(gateway):
    channel = gateway.newchannel()
    return [
        channel.TimeoutError is execnet.TimeoutError,
        issubclass(execnet.TimeoutError, OSError),
        issubclass(execnet.TimeoutError, TimeoutError),
    ]


@case
def iteration(gateway):
    channel = gateway.remote_exec("for n in range(5): channel.send(n)")
    return [list(channel), list(channel), attempt(next, channel), attempt(channel.next)]


@case
def far_iteration(gateway):
    channel = gateway.remote_exec("for item in channel: channel.send(item * 2)")
    for n in range(3):
        channel.send(n)
    return [channel.receive(LONG) for _ in range(3)]


@case
def forgotten_here(gateway):
    channel = gateway.remote_exec("""
        inner = channel.receive()
        try:
            inner.receive()
        except EOFError:
            channel.send("forgotten")
        channel.send(inner.isclosed())
    """)
    inner = gateway.newchannel()
    channel.send(inner)
    del inner
    gc.collect()
    return [channel.receive(LONG), channel.receive(LONG)]


@case
def channel_in_a_message(gateway):
    channel = gateway.remote_exec("""
        message = channel.receive()
        message["to"][0].send("hello")
        channel.send(message)
    """)
    inner = gateway.newchannel()
    channel.send({"to": (inner, 1)})
    heard = inner.receive(LONG)
    back = channel.receive(LONG)
    return [heard, back["to"][0] is inner, back["to"][1]]


@case
def channel_made_there(gateway):
    channel = gateway.remote_exec("""
        inner = channel.gateway.newchannel()
        channel.send(inner)
        channel.send(inner.receive() + 1)
    """)
    inner = channel.receive(LONG)
    inner.send(41)
    return [channel.receive(LONG), inner.id % 2, type(inner).__name__]


@case
def channel_of_another_gateway(gateway):
    other = execnet.Group()
    try:
        stranger = other.makegateway("popen").newchannel()
        channel = gateway.remote_exec("channel.receive()")
        return attempt(channel.send, stranger)
    finally:
        other.terminate(1)


@case
def many_channels(gateway):
    channel = gateway.remote_exec("""
        inners = channel.receive()
        for n, inner in enumerate(inners):
            inner.send(n)
            inner.close()
    """)
    inners = [gateway.newchannel() for _ in range(200)]
    channel.send(inners)
    return [inner.receive(LONG) for inner in inners] == list(range(200))
