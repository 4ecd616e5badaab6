"""So many MiB there and back through one channel; prints the peak memory of each process, in KiB, as JSON."""

import json
import os
import resource
import sys

import execnet

MIB = 1 << 20


def far(channel, count):
    import resource

    for _ in range(count):
        assert len(channel.receive()) == 1 << 20
    data = b"f" * (1 << 20)
    for _ in range(count):
        channel.send(data)
    channel.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def peak_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


count, way = int(sys.argv[1]), sys.argv[2]
group = execnet.Group()
channel = group.makegateway(way).remote_exec(far, count=count)
data = b"n" * MIB
for _ in range(count):
    channel.send(data)
came = sum(len(channel.receive()) for _ in range(count))
peaks = {"far": channel.receive(), "script": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "conc": peak_of(os.getppid())}
group.terminate(10)
print(json.dumps({"bytes": came, **peaks}))
