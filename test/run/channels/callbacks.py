"""Callbacks, and files over a channel."""

import gc

from cases import LONG, attempt, case, until


@case
def callback(gateway):
    seen = []
    channel = gateway.remote_exec("for n in range(4): channel.send(n)")
    channel.setcallback(seen.append, endmarker="end")
    channel.waitclose(LONG)
    return [until(lambda: "end" in seen), seen]


@case
def callback_for_what_waits(gateway):
    channel = gateway.remote_exec("for n in range(4): channel.send(n)")
    channel.waitclose(LONG)
    seen = []
    channel.setcallback(seen.append, endmarker=None)
    return seen


@case
def callback_without_endmarker(gateway):
    channel = gateway.remote_exec("for n in range(4): channel.send(n)")
    seen = []
    channel.setcallback(seen.append)
    channel.waitclose(LONG)
    return [until(lambda: len(seen) == 4), seen]


@case
def callback_and_receive(gateway):
    channel = gateway.newchannel()
    channel.setcallback(lambda item: None)
    return [attempt(channel.receive, LONG), attempt(channel.setcallback, lambda item: None)[:3]]


@case
def callback_when_the_channel_is_forgotten(gateway):
    seen = []
    channel = gateway.remote_exec("""
        inner = channel.receive()
        channel.receive()
        for n in range(3):
            inner.send(n)
        inner.close()
    """)
    inner = gateway.newchannel()
    inner.setcallback(seen.append)
    channel.send(inner)
    del inner
    gc.collect()
    channel.send(None)
    return [until(lambda: len(seen) == 3), seen]


@case
def callback_that_sends(gateway):
    channel = gateway.remote_exec(
        "for n in range(100): channel.send(n)\nchannel.send(sum(channel.receive() for _ in range(100)))"
    )
    seen = []
    channel.setcallback(lambda item: (seen.append(item), len(seen) <= 100 and channel.send(item))[0], endmarker=None)
    return [until(lambda: len(seen) == 102), seen[-2:]]


@case
def callback_that_raises(gateway):
    channel = gateway.remote_exec(
        """
        channel.send(1)
        try:
            channel.receive()
        except channel.RemoteError as error:
            result.send(str(error).strip().split("\\n")[-1])
    """.replace("channel.send(1)", "result = channel.receive(); channel.send(1)")
    )
    result = gateway.newchannel()

    def fail(item):
        raise ValueError("in the callback")

    channel.setcallback(fail)
    channel.send(result)
    return result.receive(LONG)


@case
def callback_that_raises_is_told_here(gateway):
    channel = gateway.remote_exec("channel.receive(); channel.send(1); channel.receive()")

    def fail(item):
        raise ValueError("in the callback")

    channel.setcallback(fail)
    channel.send(None)
    return attempt(channel.waitclose, LONG)


@case
def callback_that_raises_for_what_waits(gateway):
    channel = gateway.remote_exec("inner = channel.receive(); inner.send(1); channel.send('sent'); channel.receive()")
    inner = gateway.newchannel()
    channel.send(inner)
    channel.receive(LONG)

    def fail(item):
        raise ValueError("in the callback")

    return [attempt(inner.setcallback, fail), attempt(inner.waitclose, 0.2)]


@case
def far_callback(gateway):
    channel = gateway.remote_exec("""
        import queue
        found = queue.Queue()
        channel.setcallback(found.put, endmarker="end")
        total = sum(found.get() for _ in range(3))
        channel.send(total)
    """)
    for n in (1, 2, 3):
        channel.send(n)
    return channel.receive(LONG)


@case
def write_files(gateway):
    channel = gateway.remote_exec(
        "f = channel.makefile('w'); f.write('a'); f.write(b'b'); f.flush(); channel.send(f.isatty())"
    )
    return list(channel)


@case
def read_files(gateway):
    channel = gateway.remote_exec("for part in ('ab', 'c\\nd', 'ef\\n', 'g'): channel.send(part)")
    file = channel.makefile("r")
    return [file.read(1), file.readline(), file.readline(), file.read(10), file.read(1), attempt(channel.makefile, "x")]


@case
def file_that_closes(gateway):
    channel = gateway.newchannel()
    file = channel.makefile("w", proxyclose=True)
    file.close()
    return channel.isclosed()
