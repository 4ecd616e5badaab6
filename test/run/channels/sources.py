"""What remote_exec takes, and what comes of errors of the other side."""

import os

import execnet
from cases import LONG, attempt, case


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


@case
def error_after_items(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.send(2); raise ValueError('no')")
    return [attempt(channel.receive, LONG) for _ in range(5)]


@case
def waitclose_asks_first(gateway):
    channel = gateway.remote_exec("channel.send(1); channel.send(2); 1/0")
    return [
        attempt(channel.waitclose, LONG),
        *[attempt(channel.receive, LONG) for _ in range(3)],
        attempt(channel.waitclose, LONG),
    ]


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
