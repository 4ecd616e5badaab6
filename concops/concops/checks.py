"""What can be wrong with a list of jobs: every problem at once."""

from __future__ import annotations

import inspect
import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

from concops.builtin import Builtin, every
from concops.host import Host
from concops.job import name_of, names_of
from concops.phases import PHASES, phases
from concops.policy import Policy, policy_of

Found = Dict[str, Optional[str]]
"""``{"code", "job", "message", "hint"}``; ``job`` is a name, or None where the list itself is meant."""

HOSTS = (Host.local, Host.remote)
AGAIN = ("never", "safe")
DROP = ("finish", "kill")
TOUCHED = ("ssh", "users", "sudo", "firewall", "network")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+>")


def check(jobs: Any) -> List[Found]:
    """Every problem of a list of jobs, with a permanent code, in the order of the list."""
    if not isinstance(jobs, (list, tuple)):
        return [_found("list", None, "jobs is %s, not a list" % _kind(jobs), "jobs = [Job(Host.remote, op), …]")]
    entries = [(position, entry) for position, entry in enumerate(jobs)]
    wrong = [
        _found("entry", None, "entry %d is %s, not a Job" % (position, _kind(entry)), "write Job(Host.remote, op)")
        for position, entry in entries
        if not _is_pair(entry)
    ]
    pairs: List[Tuple[Any, Any]] = [entry for _, entry in entries if _is_pair(entry)]
    wrong += [found for host, op in pairs for found in (*_of_op(op), *_of_policy(host, op))]
    return [*wrong, *_duplicates(pairs), *_order(pairs)]


def _of_op(op: Any) -> Iterator[Found]:
    name = name_of(op)
    if isinstance(op, Builtin):
        return
    if not callable(op):
        yield _found("op", name, "%s is %s, and can't be called" % (name, _kind(op)), "an op is op(ncd, sudoPass)")
        return
    if name == "<lambda>":
        yield _found("name", name, "a lambda has no name", "define a function: its name is the job's")
    elif _ADDRESS.search(name):
        yield _found(
            "name",
            name,
            "the name %s shows an address in memory, another one each time" % name,
            "give its class a __repr__, such as UnTar('pip-*.tar.gz')",
        )
    yield from _signature(op, name)


def _signature(op: Any, name: str) -> Iterator[Found]:
    called = op if inspect.isroutine(op) or isinstance(op, type) else op.__call__
    if isinstance(op, type):
        yield _found("signature", name, "%s is a class, not a function object" % name, "write %s(…)" % name)
    elif inspect.iscoroutinefunction(called) or inspect.isgeneratorfunction(inspect.unwrap(called)):
        yield _found("signature", name, "%s returns before it has run" % name, "an op is a plain function, not async")
    else:
        wrong = _call_of(op)
        if wrong is not None:
            yield _found("signature", name, "%s can't be called with (ncd, sudoPass)%s" % (name, wrong), _DEFINE)


def _call_of(function: Any) -> Optional[str]:
    """Why it can't be called as ops are; None: it can."""
    if not callable(function):
        return ""
    try:
        inspect.signature(function).bind({}, None)
    except TypeError as error:
        return ": %s" % error
    except ValueError:
        # Some functions written in C don't tell.
        pass
    return None


_DEFINE = "define it as op(ncd, sudoPass)"


def _of_policy(host: Any, op: Any) -> Iterator[Found]:
    name, policy = name_of(op), policy_of(op)
    if host not in HOSTS:
        yield _found("host", name, "it runs on %r" % (host,), "write Host.local or Host.remote")
    elif policy.where is not None and policy.where != host:
        why = "conc's own ops run on the node" if isinstance(op, Builtin) else "its policy says where=%r" % policy.where
        yield _found("where", name, "%s is listed as %s: %s" % (name, host, why), "write Host.%s" % policy.where)
    for code, message, hint in _values(policy):
        yield _found(code, name, message, hint)


def _values(policy: Policy) -> Iterator[Tuple[str, str, str]]:
    if policy.phase is not None and policy.phase not in PHASES:
        yield "phase", "phase=%r is none" % (policy.phase,), "phases are %s" % ", ".join(PHASES)
    if policy.again not in AGAIN:
        yield "again", "again=%r is neither safe nor never" % (policy.again,), "safe: it may be run again any time"
    if policy.drop not in DROP:
        yield "policy", "drop=%r is neither finish nor kill" % (policy.drop,), "finish: it is done without a controller"
    if policy.where is not None and policy.where not in HOSTS:
        yield "policy", "where=%r is no place" % (policy.where,), "write Host.local or Host.remote"
    timeout = policy.timeout
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0):
        yield "policy", "timeout=%r is no number of seconds" % (timeout,), "None: no limit"
    if not isinstance(policy.sudo, bool) and not _are_commands(policy.sudo):
        yield (
            "policy",
            "sudo=%r is no list of commands with absolute paths" % (policy.sudo,),
            "sudo=['/bin/x y'], or True",
        )
    for word, texts in (("plan", policy.plan), ("by_hand", policy.by_hand)):
        if texts is not None and not _are_texts(texts):
            yield "policy", "%s=%r is no text" % (word, texts), "a text, or a list of texts, with ${key}"
    if policy.undo is not None:
        wrong = _call_of(policy.undo)
        if wrong is not None:
            yield "policy", "undo=%r can't be called with (ncd, sudoPass)%s" % (policy.undo, wrong), "as an op is"
    if not isinstance(policy.compatible, bool):
        yield "policy", "compatible=%r is neither True nor False" % (policy.compatible,), "is the schema?"
    if isinstance(policy.touches, str) or not all(each in TOUCHED for each in policy.touches):
        yield (
            "policy",
            "touches=%r is no list of %s" % (policy.touches, ", ".join(TOUCHED)),
            "what of the way in changes?",
        )


def _duplicates(pairs: List[Tuple[Any, Any]]) -> Iterator[Found]:
    names = names_of(pairs)
    for name in dict.fromkeys(one for one in names if names.count(one) > 1):
        places = " and ".join(str(at) for at, one in enumerate(names) if one == name)
        message = "%d jobs are called %s: entries %s" % (names.count(name), name, places)
        yield _found("duplicate", name, message, "names are unique: a job is chosen by its own")


def _order(pairs: List[Tuple[Any, Any]]) -> Iterator[Found]:
    """Phases must not go back; conc's own ops keep their order."""
    latest, of = PHASES[0], ""
    for (_, op), phase in zip(pairs, phases(pairs)):
        if phase not in PHASES:
            continue
        if PHASES.index(phase) < PHASES.index(latest):
            yield _found(
                "order",
                name_of(op),
                "%s is of the phase %s, and stands after %s, of the phase %s" % (name_of(op), phase, of, latest),
                "put it before, or declare its phase: %s" % " → ".join(PHASES),
            )
        else:
            latest, of = phase, name_of(op)
    yield from _order_of_builtins([op for _, op in pairs if isinstance(op, Builtin)])


def _order_of_builtins(ops: List[Builtin]) -> Iterator[Found]:
    for one, other in zip(ops, ops[1:]):
        if every.index(other) < every.index(one) and other.policy.phase == one.policy.phase:
            names = name_of(other), name_of(one)
            yield _found("order", names[0], "%s stands after %s" % names, "%s comes before %s" % names)


def _is_pair(entry: Any) -> bool:
    return isinstance(entry, tuple) and len(entry) == 2


def _are_commands(commands: Any) -> bool:
    return (
        isinstance(commands, (list, tuple))
        and len(commands) > 0
        and all(isinstance(one, str) and one.startswith("/") for one in commands)
    )


def _are_texts(texts: Any) -> bool:
    return isinstance(texts, str) or (isinstance(texts, (list, tuple)) and all(isinstance(one, str) for one in texts))


def _kind(value: Any) -> str:
    return "None" if value is None else "of type %s" % type(value).__name__


def _found(code: str, job: Optional[str], message: str, hint: str) -> Found:
    return {"code": "sequence." + code, "job": job, "message": message, "hint": hint}
