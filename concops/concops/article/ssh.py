"""How a node is reached by ssh, from its attributes: an ssh_config(5) of its own."""

from __future__ import annotations

import os
from typing import Any, Dict, List

Ncd = Dict[str, Any]
#: Types of keys, in the order in which ``op_key`` looks for them.
TYPES = ("rsa", "ed25519", "ecdsa")


def host(ncd: Ncd) -> str:
    """An IPv4 or IPv6 address, or a name."""
    return str(ncd.get("sshd.ip") or ncd.get("sshd.host") or ncd["name"]).strip("[]")


def configuration(ncd: Ncd) -> str:
    """ssh takes the first value that it sees: security first, then the attributes, then the user's own files."""
    lines = [
        "Host *",
        "StrictHostKeyChecking yes",
        "BatchMode yes",
        "ForwardAgent no",
        "ForwardX11 no",
        "ClearAllForwardings yes",
        "PermitLocalCommand no",
        *_connection(ncd),
        "ConnectTimeout 20",
        # A cut network ends the mount within a minute, instead of blocking who looks at it for ever.
        "ServerAliveInterval 15",
        "ServerAliveCountMax 3",
        *_users_own(ncd),
    ]
    return "".join(line + "\n" for line in lines)


def _connection(ncd: Ncd) -> List[str]:
    key = _key(ncd)
    options = [line.strip() for line in str(ncd.get("sshd.options") or "").splitlines()]
    return [
        *(["Port %s" % ncd["sshd.port"]] if ncd.get("sshd.port") else []),
        *(["User %s" % ncd["admin"]] if ncd.get("admin") else []),
        *(["IdentityFile %s" % _quoted(key), "IdentitiesOnly yes"] if key else []),
        *(["ProxyJump %s" % ncd["sshd.jump"]] if ncd.get("sshd.jump") else []),
        *(line for line in options if line),
    ]


def _key(ncd: Ncd) -> str:
    """A private key's file, or where only that is there a public key's, whose private half an agent holds."""
    if ncd.get("sshd.key"):
        named = [os.path.abspath(os.path.expanduser(str(ncd["sshd.key"])))]
    elif ncd.get("op_key"):
        named = [os.path.expanduser("~/.ssh/id_%s-%s" % (kind, ncd["op_key"])) for kind in TYPES]
    else:
        return ""
    there = [path + ending for path in named for ending in ("", ".pub") if os.path.exists(path + ending)]
    return there[0] if there else named[0]


def _users_own(ncd: Ncd) -> List[str]:
    if ncd.get("sshd.config") in ("none", os.devnull):
        return []
    if ncd.get("sshd.config"):
        return ["Include %s" % _quoted(os.path.abspath(os.path.expanduser(str(ncd["sshd.config"]))))]
    return ["Include ~/.ssh/config", "Include /etc/ssh/ssh_config"]


def _quoted(path: str) -> str:
    if '"' in path or "\n" in path:
        raise ValueError("ssh can't be told the path %r" % path)
    return '"%s"' % path
