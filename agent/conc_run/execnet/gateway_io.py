"""How a gateway is started, as argv: scripts assign functions of their own here, as they do with execnet.

What ``ssh_args`` gives is run by conc with its own options in front, which are strict about host keys, and with conc's
own loader in place of ``popen_bootstrapline``.
"""

from __future__ import annotations

import shlex
import sys
from typing import List

from execnet.xspec import XSpec

popen_bootstrapline = "import sys;exec(eval(sys.stdin.readline()))"


def shell_split_path(path: str) -> List[str]:
    return shlex.split(path)


def popen_args(spec: XSpec) -> List[str]:
    args = shell_split_path(spec.python) if spec.python else [sys.executable]
    args.append("-u")
    if spec.dont_write_bytecode:
        args.append("-B")
    return [*args, "-c", popen_bootstrapline]


def ssh_args(spec: XSpec) -> List[str]:
    """``python3`` where the specification names none: many machines have no ``python``."""
    args = ["ssh", "-C"]
    if spec.ssh_config is not None:
        args.extend(["-F", str(spec.ssh_config)])
    args.extend((spec.ssh or "").split())
    args.append('{} -c "{}"'.format(spec.python or "python3", popen_bootstrapline))
    return args
