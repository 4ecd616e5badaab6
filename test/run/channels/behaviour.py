"""What scripts do with gateways and channels, case by case. Each gets a gateway and gives what it saw."""

import gc
import os
import threading
import time

import execnet

CASES = []
LONG = 30


def case(function):
    CASES.append((function.__name__.replace("_", " ").strip(), function))
    return function


def attempt(action, *args, **kwargs):
    """What came of it: the value, or the error, of which only the last line of a remote traceback is told."""
    try:
        return ["gave", told(action(*args, **kwargs))]
    except BaseException as error:  # noqa: B902
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__name__ in KINDS]
        lines = str(error).strip().splitlines()
        return ["raised", type(error).__name__, kinds, lines[-1] if lines else ""]


KINDS = ["TimeoutError", "OSError", "EOFError", "RemoteError", "DumpError", "LoadError", "DataFormatError", "ValueError"]


def told(value):
    """A value with its types, the same text wherever it is told; a channel is told as one."""
    if isinstance(value, execnet.Channel):
        return "a channel"
    if isinstance(value, dict):
        return [type(value).__name__, [[told(key), told(item)] for key, item in value.items()]]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [told(item) for item in value]]
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__, sorted(repr(told(item)) for item in value)]
    if isinstance(value, int):
        return [type(value).__name__, hex(value)]
    return [type(value).__name__, repr(value)]


def until(fact, seconds=LONG):
    """The limit only ends a case that would hang."""
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(fact())


# What remote_exec takes.


@case
def source_text(gateway):
    channel = gateway.remote_exec("channel.send((__name__, sorted(n for n in globals() if n[0] != '_')))")
    return channel.receive(LONG)


@case
def source_text_is_dedented(gateway):
    return gateway.remote_exec("""
        if True:
            channel.send("inner")
    """).receive(LONG)


def add(channel, a, b=2):
    channel.send(a + b)


def outside(channel):
    channel.send(os.getpid())


def no_channel(a):
    pass


def none_at_all():
    pass


@case
def function_with_arguments(gateway):
    return [gateway.remote_exec(add, a=1).receive(LONG), gateway.remote_exec(add, a=[1], b=[2]).receive(LONG)]


@case
def function_with_a_wrong_argument(gateway):
    return attempt(gateway.remote_exec(add, c=1).receive, LONG)


@case
def function_that_uses_globals(gateway):
    return attempt(gateway.remote_exec, outside)


@case
def function_without_channel(gateway):
    return [attempt(gateway.remote_exec, no_channel), attempt(gateway.remote_exec, none_at_all)]


@case
def function_with_a_closure(gateway):
    x = 1

    def closure(channel):
        channel.send(x)

    return attempt(gateway.remote_exec, closure)


@case
def inner_function(gateway):
    def inner(channel, n):
        channel.send(n * 2)

    return gateway.remote_exec(inner, n=21).receive(LONG)


@case
def lambda_(gateway):
    return attempt(gateway.remote_exec, lambda channel: None)


@case
def text_with_arguments(gateway):
    return attempt(gateway.remote_exec, "channel.send(a)", a=1)


@case
def arguments_that_can_not_be_sent(gateway):
    return attempt(gateway.remote_exec, add, a=object())


@case
def module(gateway):
    import far_module

    channel = gateway.remote_exec(far_module)
    return [channel.receive(LONG), channel.receive(LONG), attempt(channel.waitclose, LONG)]


@case
def long_source(gateway):
    return gateway.remote_exec("x = %r\nchannel.send(len(x))" % ("y" * 300000)).receive(LONG)


@case
def syntax_error(gateway):
    return attempt(gateway.remote_exec("a b").receive, LONG)


# Errors of the other side.


@case
def error_after_items(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.send(2); raise ValueError('no')")
    return [attempt(channel.receive, LONG) for _ in range(5)]


@case
def waitclose_asks_first(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.send(2); 1/0")
    return [attempt(channel.waitclose, LONG), *[attempt(channel.receive, LONG) for _ in range(3)], attempt(channel.waitclose, LONG)]


@case
def receive_asks_first(gateway):
    channel = gateway.remote_exec("1/0")
    return [attempt(channel.receive, LONG), attempt(channel.waitclose, LONG), attempt(channel.receive, LONG)]


@case
def remote_error_is_an_attribute(gateway):
    channel = gateway.remote_exec("raise KeyError('k')")
    try:
        channel.receive(LONG)
    except channel.RemoteError as error:
        return [isinstance(error, execnet.RemoteError), error.formatted == str(error), repr(error).split("\n")[0]]


@case
def system_exit(gateway):
    channel = gateway.remote_exec("import sys; sys.exit(3)")
    return [attempt(channel.receive, LONG), gateway.remote_exec("channel.send(1)").receive(LONG)]


@case
def far_keyboard_interrupt(gateway):
    channel = gateway.remote_exec("raise KeyboardInterrupt()")
    return [attempt(channel.receive, LONG), gateway.remote_exec("channel.send(1)").receive(LONG)]


@case
def eof_error_is_quiet(gateway):
    channel = gateway.remote_exec("channel.send(1); raise EOFError('x')")
    return [attempt(channel.receive, LONG), attempt(channel.waitclose, LONG), attempt(channel.receive, LONG)]


@case
def error_while_iterating(gateway):
    channel = gateway.remote_exec("channel.send(1); 1/0")
    seen = []
    return [attempt(lambda: [seen.append(item) for item in channel]), seen]


# The ends of a channel.


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
    return [before, channel.isclosed(), attempt(channel.send, 1)[:3], attempt(channel.receive, LONG), attempt(channel.waitclose, LONG)]


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
    return [channel.TimeoutError is execnet.TimeoutError, issubclass(execnet.TimeoutError, OSError), issubclass(execnet.TimeoutError, TimeoutError)]


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


# Channels in messages.


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


# Callbacks.


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
    channel = gateway.remote_exec("for n in range(100): channel.send(n)\nchannel.send(sum(channel.receive() for _ in range(100)))")
    seen = []
    channel.setcallback(lambda item: (seen.append(item), len(seen) <= 100 and channel.send(item))[0], endmarker=None)
    return [until(lambda: len(seen) == 102), seen[-2:]]


@case
def callback_that_raises(gateway):
    channel = gateway.remote_exec("""
        channel.send(1)
        try:
            channel.receive()
        except channel.RemoteError as error:
            result.send(str(error).strip().split("\\n")[-1])
    """.replace("channel.send(1)", "result = channel.receive(); channel.send(1)"))
    result = gateway.newchannel()

    def fail(item):
        raise ValueError("in the callback")

    channel.setcallback(fail)
    channel.send(result)
    return result.receive(LONG)


@case
def callback_that_raises_is_told_here(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.receive()")

    def fail(item):
        raise ValueError("in the callback")

    channel.setcallback(fail)
    return attempt(channel.waitclose, LONG)


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


# Files.


@case
def write_files(gateway):
    channel = gateway.remote_exec("f = channel.makefile('w'); f.write('a'); f.write(b'b'); f.flush(); channel.send(f.isatty())")
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


# The far interpreter.


@case
def far_stdin_is_empty(gateway):
    return gateway.remote_exec("import sys; channel.send(sys.stdin.read())").receive(LONG)


@case
def far_prints_do_no_harm(gateway):
    return gateway.remote_exec("import os; print('x' * 5000); os.write(1, b'raw'); channel.send(1)").receive(LONG)


@case
def main_thread(gateway):
    source = "import threading; channel.send(threading.current_thread() is threading.main_thread()); channel.receive()"
    # execnet closes the channel of what ran before it has the main thread back.
    time.sleep(0.2)
    first = gateway.remote_exec(source)
    second = gateway.remote_exec(source) if first.receive(LONG) else None
    found = second.receive(LONG)
    for channel in (first, second):
        channel.send(None)
        channel.waitclose(LONG)
    return found


@case
def status(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.receive()")
    channel.receive(LONG)
    busy = gateway.remote_status()
    channel.send(None)
    channel.waitclose(LONG)
    until(lambda: gateway.remote_status().numexecuting == 0)
    idle = gateway.remote_status()
    return [busy.numexecuting, busy.numchannels, busy.execmodel, idle.numexecuting, idle.numchannels]


@case
def ids(gateway):
    return [gateway.remote_exec("channel.send(channel.gateway.id)").receive(LONG) == gateway.id + "-worker", type(gateway).__name__]


@case
def channel_belongs_to_its_gateway(gateway):
    return gateway.newchannel().gateway is gateway


@case
def facts(gateway):
    info = gateway._rinfo()
    return [sorted(vars(info)), info.version_info[0], info.platform]


@case
def far_globals_are_fresh(gateway):
    gateway.remote_exec("left = 1").waitclose(LONG)
    return attempt(gateway.remote_exec("channel.send(left)").receive, LONG)


@case
def far_modules_stay(gateway):
    gateway.remote_exec("import string; string.left = 1").waitclose(LONG)
    return gateway.remote_exec("import string; channel.send(string.left)").receive(LONG)


@case
def path_begins_with_the_folder(gateway):
    return gateway.remote_exec("import sys; channel.send((sys.path[0], sys.flags.isolated))").receive(LONG)


@case
def texts_as_bytes(gateway):
    channel = gateway.remote_exec("channel.send('a'); channel.receive(); channel.send('b')")
    first = channel.receive(LONG)
    channel.reconfigure(py3str_as_py2str=True)
    channel.send(None)
    return [first, channel.receive(LONG)]


@case
def back_and_forth(gateway):
    channel = gateway.remote_exec("for item in channel: channel.send(item)")
    found = []
    for n in range(500):
        channel.send(n)
        found.append(channel.receive(LONG))
    return found == list(range(500))


@case
def both_send_before_they_receive(gateway):
    channel = gateway.remote_exec("for item in channel: channel.send(item)")
    for n in range(4 * 16):
        channel.send(b"x" * (1 << 16))
    return sum(len(channel.receive(LONG)) for _ in range(4 * 16))


@case
def threads_send_at_once(gateway):
    channel = gateway.remote_exec("channel.send(sorted(channel.receive()[0] for _ in range(40)))")
    def work(start):
        for n in range(10):
            channel.send((start + n, "x" * 100000))
    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return channel.receive(LONG) == list(range(40))
