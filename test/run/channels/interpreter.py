"""The far interpreter, and much at once."""

import threading

from cases import LONG, attempt, case, until


@case
def far_stdin_is_empty(gateway):
    return gateway.remote_exec("import sys; channel.send(sys.stdin.read())").receive(LONG)


@case
def far_prints_do_no_harm(gateway):
    return gateway.remote_exec("import os; print('x' * 5000); os.write(1, b'raw'); channel.send(1)").receive(LONG)


@case
def main_thread(gateway):
    source = "import threading; channel.send(threading.current_thread() is threading.main_thread()); channel.receive()"
    for _ in range(100):
        # execnet closes the channel of what ran before it has the main thread back.
        first = gateway.remote_exec(source)
        if first.receive(LONG):
            break
        first.send(None)
        first.waitclose(LONG)
    second = gateway.remote_exec(source)
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
    return [
        gateway.remote_exec("channel.send(channel.gateway.id)").receive(LONG) == gateway.id + "-worker",
        type(gateway).__name__,
    ]


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
