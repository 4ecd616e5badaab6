"""A specification as what conc is asked for."""

from __future__ import annotations

import os
from typing import Any, Dict

from execnet import gateway_io
from execnet.xspec import XSpec

MODELS = ("thread", "main_thread_only")
#: Ways to a gateway that execnet has and conc hasn't.
NOT_HERE = ("socket", "via", "vagrant_ssh", "installvia")

#: What execnet runs on the other side first where the specification asks for it.
SETTLE = """
    import os
    path, nice, env = channel.receive()
    if path:
        if not os.path.exists(path):
            os.mkdir(path)
        os.chdir(path)
    if nice and hasattr(os, 'nice'):
        os.nice(nice)
    if env:
        for name, value in env.items():
            os.environ[name] = value
"""


def request_of(spec: XSpec) -> Dict[str, Any]:
    """What conc is asked for."""
    for key in NOT_HERE:
        if getattr(spec, key):
            raise ValueError("%s=: conc has no such gateway; it has popen, ssh=ARGUMENTS and conc=NODE" % key)
    if spec.popen:
        argv = gateway_io.popen_args(spec)
        return {"kind": "popen", "argv": argv[: argv.index("-c")], "cwd": os.getcwd(), "env": dict(os.environ)}
    if spec.conc:
        return {"kind": "node", "node": spec.conc, "python": spec.python}
    if spec.ssh:
        argv = gateway_io.ssh_args(spec)
        python, cut, rest = argv[-1].partition(' -c "%s"' % gateway_io.popen_bootstrapline)
        if os.path.basename(argv[0]) != "ssh" or not cut or rest:
            raise ValueError(
                "ssh_args must give: ssh, its options and the host, and %r" % 'PYTHON -c "popen_bootstrapline"'
            )
        return {"kind": "ssh", "args": argv[1:-1], "python": python}
    raise ValueError("no gateway type found for %r" % spec._spec)


def model_named(name: Any) -> str:
    if name not in MODELS:
        raise ValueError("unknown execmodel %r" % name)
    return name
