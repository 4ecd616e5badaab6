"""Groups, specifications and the lives of gateways. Each case makes its own from a way to one: ``popen``, ``ssh=…``."""

import os

import execnet
from cases import LONG, attempt, told, until

CASES = []
#: Those for which it matters that there is a connection between: each costs one, and as many more as it makes.
FAR_CASES = []


def case(function):
    CASES.append((function.__name__.replace("_", " ").strip(), function))
    return function


def far_case(function):
    FAR_CASES.append((function.__name__.replace("_", " ").strip(), function))
    return case(function)


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


PID = "import os; channel.send(os.getpid())"


@case
def members(group, way):
    one = group.makegateway(way)
    two = group.makegateway(way + "//id=two")
    found = [one.id, two.id, len(group), [gateway.id for gateway in group], group["two"] is two, group[0] is one]
    found += [
        "two" in group,
        two in group,
        "three" in group,
        attempt(lambda: group["three"]),
        attempt(lambda: group[2]),
    ]
    return [*found, repr(group), attempt(group.makegateway, way + "//id=two")[0]]


@case
def the_first_ids(group, way):
    return [group.makegateway(way).id for _ in range(2)]


@far_case
def terminate(group, way):
    gateway = group.makegateway(way)
    pid = gateway.remote_exec(PID).receive(LONG)
    channel = gateway.newchannel()
    group.terminate(LONG)
    found = [len(group), until(lambda: not alive(pid)), gateway.hasreceiver(), channel.isclosed()]
    found += [attempt(channel.receive, LONG)[:3], attempt(channel.waitclose, LONG)[:3], attempt(channel.send, 1)[:3]]
    return [*found, attempt(gateway.newchannel)[:3], attempt(gateway.remote_exec, PID)[:3]]


@case
def terminate_twice(group, way):
    group.makegateway(way)
    group.terminate()
    group.terminate()
    return [len(group), attempt(lambda: group.makegateway(way).id)]


@case
def exit_of_one(group, way):
    one, two = group.makegateway(way), group.makegateway(way)
    one.exit()
    one.exit()
    return [len(group), one in group, two.remote_exec("channel.send(1)").receive(LONG)]


@far_case
def terminate_quietly_ends_far_loops(group, way):
    gateway = group.makegateway(way)
    channel = gateway.remote_exec("import os; channel.send(os.getpid())\nwhile True: channel.receive()")
    pid = channel.receive(LONG)
    group.terminate(LONG)
    return [until(lambda: not alive(pid)), attempt(channel.receive, LONG)[:3]]


@far_case
def terminate_kills_what_does_not_end(group, way):
    gateway = group.makegateway(way)
    channel = gateway.remote_exec("import os, time; channel.send(os.getpid())\nwhile True: time.sleep(1)")
    pid = channel.receive(LONG)
    group.terminate(timeout=0.5)
    return [until(lambda: not alive(pid)), attempt(channel.receive, LONG)[:3]]


@far_case
def interpreter_that_dies(group, way):
    gateway = group.makegateway(way)
    channel = gateway.remote_exec("import os; channel.send(1); channel.receive(); os._exit(3)")
    other = gateway.newchannel()
    first = channel.receive(LONG)
    channel.send(None)
    found = [
        first,
        attempt(channel.receive, LONG)[:3],
        attempt(channel.waitclose, LONG)[:3],
        attempt(other.receive, LONG)[:3],
    ]
    return [*found, until(lambda: attempt(gateway.newchannel)[0] == "raised")]


@far_case
def interpreter_that_is_killed(group, way):
    gateway = group.makegateway(way)
    channel = gateway.remote_exec("import os; channel.send(os.getpid()); channel.receive()")
    os.kill(channel.receive(LONG), 9)
    return attempt(channel.receive, LONG)[:3]


@case
def callback_when_the_interpreter_dies(group, way):
    gateway = group.makegateway(way)
    channel = gateway.remote_exec("import os; channel.send(1); os._exit(3)")
    seen = []
    channel.setcallback(seen.append, endmarker="end")
    return [until(lambda: "end" in seen), seen]


@far_case
def exit_functions_run(group, way):
    folder = os.path.join(os.environ["CHANNELS_WORK"], "exit-%d" % os.getpid())
    gateway = group.makegateway(way)
    gateway.remote_exec("import atexit, os; atexit.register(os.mkdir, %r)" % folder).waitclose(LONG)
    group.terminate(LONG)
    made = until(lambda: os.path.isdir(folder))
    os.rmdir(folder)
    return made


@far_case
def chdir(group, way):
    folder = os.path.join(os.environ["CHANNELS_WORK"], "made-%d" % os.getpid())
    gateway = group.makegateway(way + "//chdir=" + folder)
    found = gateway.remote_exec("import os; channel.send(os.getcwd())").receive(LONG) == os.path.realpath(folder)
    group.terminate(LONG)
    os.rmdir(folder)
    return found


@case
def chdir_that_fails(group, way):
    return attempt(group.makegateway, way + "//chdir=/proc/none/there")


@case
def nice(group, way):
    gateway = group.makegateway(way + "//nice=5")
    return gateway.remote_exec("import os; channel.send(os.getpriority(os.PRIO_PROCESS, os.getpid()))").receive(LONG)


@far_case
def environment(group, way):
    gateway = group.makegateway(way + "//env:CONC_A=1//env:CONC_B=b=c//env:CONC_C")
    return gateway.remote_exec("import os; channel.send([os.environ.get('CONC_' + n) for n in 'ABC'])").receive(LONG)


@case
def dont_write_bytecode(group, way):
    source = "import sys; channel.send(bool(sys.dont_write_bytecode))"
    return [group.makegateway(way + more).remote_exec(source).receive(LONG) for more in ("", "//dont_write_bytecode")]


@far_case
def python(group, way):
    plain = way.split("//python=")[0]
    gateway = group.makegateway(plain + "//python=" + os.environ["CHANNELS_PYTHON"] + " -S")
    return gateway.remote_exec("import sys; channel.send(('site' in sys.modules, sys.flags.no_site))").receive(LONG)


@case
def main_thread_only(group, way):
    gateway = group.makegateway(way + "//execmodel=main_thread_only")
    first = gateway.remote_exec("channel.send(1); channel.receive()")
    first.receive(LONG)
    second = gateway.remote_exec("channel.send(2)")
    found = [attempt(second.receive, LONG)]
    first.send(None)
    first.waitclose(LONG)
    for _ in range(3):
        found.append(
            gateway.remote_exec(
                "import threading; channel.send(threading.current_thread() is threading.main_thread())"
            ).receive(LONG)
        )
    return [*found, gateway.remote_status().execmodel]


@case
def several(group, way):
    for _ in range(3):
        group.makegateway(way)
    channels = group.remote_exec("channel.send(channel.receive() + 1)")
    channels.send_each(41)
    found = [len(channels), channels[0] in channels, channels.receive_each()]
    channels.waitclose()
    return found


@case
def several_with_their_channels(group, way):
    for _ in range(2):
        group.makegateway(way)
    channels = group.remote_exec("channel.send(1)")
    pairs = channels.receive_each(withchannel=True)
    return [[channel.gateway.id, item] for channel, item in pairs]


@case
def queue_of_several(group, way):
    for _ in range(2):
        group.makegateway(way)
    channels = group.remote_exec("channel.send(channel.gateway.id)")
    found = channels.make_receive_queue(endmarker=None)
    items = [found.get(timeout=LONG) for _ in range(4)]
    return [
        sorted(str(item) for _, item in items),
        channels.make_receive_queue() is found,
        sorted({type(one).__name__ for one, _ in items}),
    ]


@case
def errors_of_several(group, way):
    for _ in range(2):
        group.makegateway(way)
    channels = group.remote_exec("raise ValueError(channel.gateway.id)")
    return attempt(channels.waitclose)


@far_case
def group_of_specifications(group, way):
    made = execnet.Group([way, way + "//id=named"])
    try:
        return [gateway.id for gateway in made]
    finally:
        made.terminate(LONG)


@case
def models_come_first(group, way):
    found = [attempt(group.set_execmodel, "nonsense")]
    group.makegateway(way)
    return [*found, attempt(group.set_execmodel, "thread")]


@case
def specification_that_says_no_way(group, way):
    return [attempt(group.makegateway, "id=x"), attempt(group.makegateway, "python=python3")]


@case
def a_specification_object(group, way):
    spec = execnet.XSpec(way + "//id=made")
    gateway = group.makegateway(spec)
    return [gateway.id, gateway.spec is spec, gateway.spec.execmodel]


SPECIFICATIONS = [
    "popen",
    "ssh=a b c",
    "ssh=-p 22 x//python=python3",
    "popen//id=a//chdir=b//nice=5//dont_write_bytecode",
    "popen//env:A=1//env:B=x=y",
    "popen//env:A",
    "popen//popen",
    "popen//id=a//id=b",
    "_x=1",
    "popen//_y",
    "popen=1",
    "x",
    "x=",
    "a=b=c",
    "ssh_config=f//ssh=h",
    "socket=h:1",
    "via=x//popen",
    "execmodel=thread",
    "popen//nonsense=1",
]


def specifications():
    """Each as XSpec reads it: its attributes, or the error."""
    keys = [
        "chdir",
        "dont_write_bytecode",
        "env",
        "execmodel",
        "id",
        "nice",
        "nonsense",
        "popen",
        "python",
        "socket",
        "ssh",
        "ssh_config",
        "via",
        "x",
        "a",
    ]

    def read(text):
        spec = execnet.XSpec(text)
        return [
            {key: getattr(spec, key) for key in keys},
            repr(spec),
            str(spec),
            spec == execnet.XSpec(text),
            hash(spec) == hash(text),
        ]

    found = {"specification %s" % text: attempt(read, text) for text in SPECIFICATIONS}
    found["specification attribute"] = attempt(lambda: execnet.XSpec("popen")._private)
    return found


BYTES = [
    b"",
    b"\x01",
    b"\x02",
    b"\x02Q",
    b"\x02LQ",
    b"\x02LLQ",
    b"\x02L",
    b"\x02F\x00\x00",
    b"\x02F\x00\x00\x00\x07Q",
    b"\x02G\x00\x00\x00\x07Q",
    b"\x02I\x00\x00\x00\x0212Q",
    b"\x02H\x00\x00\x00\x02zzQ",
    b"\x02M\x00\x00\x00\x01\xe9Q",
    b"\x02S\x00\x00\x00\x01aQ",
    b"\x02N\x00\x00\x00\x01\xe9Q",
    b"\x02N\x00\x00\x00\x05abQ",
    b"\x02A\xff\xff\xff\xffQ",
    b"\x02K\xff\xff\xff\xffQ",
    b"\x02K\x00\x00\x00\x02Q",
    b"\x02K\x00\x00\x00\x01F\x00\x00\x00\x05LPQ",
    b"\x02JKPQ",
    b"\x02J\x4b\x00\x00\x00\x00LPQ",
    b"\x02@\x00\x00\x00\x02Q",
    b"\x02L@\x00\x00\x00\x02Q",
    b"\x02PQ",
    b"\x02zQ",
    b"\x02B\x00\x00\x00\x01Q",
    b"\x02LQmore",
]


def texts_and_bytes():
    """``loads`` of bytes, good and bad, and of old texts as the flags say."""
    found = {"loads %r" % data: attempt(execnet.loads, data) for data in BYTES}
    for flags in ((True, False), (False, True), (True, True)):
        for data in (b"\x02M\x00\x00\x00\x01\xe9Q", b"\x02N\x00\x00\x00\x01aQ", b"\x02S\x00\x00\x00\x01aQ"):
            found["loads %r %r" % (data, flags)] = attempt(execnet.loads, data, *flags)
    return found


def exported():
    return {"exported %s" % name: told(hasattr(execnet, name)) for name in EXPORTED}


EXPORTED = "Channel DataFormatError DumpError Gateway Group HostNotFound LoadError MultiChannel RSync RemoteError TimeoutError XSpec __version__ default_group dump dumps load loads makegateway set_execmodel".split()
