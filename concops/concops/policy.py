"""What an op declares of itself: its policy. It stands on the op, so a job stays a pair."""

from __future__ import annotations

import types
from dataclasses import dataclass, fields, replace
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, TypeVar, Union

Undo = Callable[[Dict[str, Any], Optional[str]], Any]
Texts = Union[str, Sequence[str]]
Declared = TypeVar("Declared", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """What conc must know of an op before it runs. ``concops.sequence.check`` says what is wrong with one."""

    sudo: Union[bool, Sequence[str]] = False
    """True: the op gets the password. A list of commands: so too, and sudo need allow no more than those. They are
    words as a shell has them, with a full path: ``/usr/bin/systemctl reload nginx``. ``*`` outside quotes stands for
    anything, and ``(postgres) /usr/bin/psql`` runs as another user than root."""
    phase: Optional[str] = None
    """``stage`` (every node), ``once`` (one node), ``switch`` (node by node), ``after``. None: that of the nearest
    built-in op before it, ``stage`` at the start."""
    again: str = "never"
    """``safe``: it may be run again after it was cut off anywhere. ``never``: a person looks first."""
    drop: str = "finish"
    """What becomes of it on the node where the link to the controller is lost while it runs. ``finish``: it is done to
    its end. ``kill``: it is ended, with all that it started, and counts as cut off."""
    timeout: Optional[float] = None
    """Seconds; None: no limit."""
    plan: Optional[Texts] = None
    """What it would change, with ``${key}`` for attributes; one text or several. None: not told."""
    by_hand: Optional[Texts] = None
    """The lines that a person would type to do the same, with ``${key}``."""
    undo: Optional[Undo] = None
    """``undo(ncd, sudoPass)`` takes back what the op did; it runs where the op ran."""
    compatible: bool = False
    """Does the release before this one work with what the op leaves? Else rollback past it is refused."""
    touches: Sequence[str] = ()
    """What of the way in it may change: of ``ssh``, ``users``, ``sudo``, ``firewall``, ``network``. The switch is then
    confirmed by a new connection, and undone where none can be made: so nobody is locked out."""
    where: Optional[str] = None
    """``Host.local`` or ``Host.remote``, for an op that makes sense there only."""


def op(
    *,
    sudo: Union[bool, Sequence[str]] = False,
    phase: Optional[str] = None,
    again: str = "never",
    drop: str = "finish",
    timeout: Optional[float] = None,
    plan: Optional[Texts] = None,
    by_hand: Optional[Texts] = None,
    undo: Optional[Undo] = None,
    compatible: bool = False,
    touches: Sequence[str] = (),
    where: Optional[str] = None,
) -> Callable[[Declared], Declared]:
    """Declare the policy of an op: a function, or a class of function objects. See ``Policy`` for each word::

    @op(phase="once", again="safe", timeout=600, plan="the schema of ${app}")
    def migrate(ncd, sudoPass):
        ...
    """
    policy = Policy(sudo, phase, again, drop, timeout, plan, by_hand, undo, compatible, touches, where)

    def declare(function: Declared) -> Declared:
        function.policy = policy  # type: ignore[attr-defined]
        return function

    return declare


def policy_of(operation: Any) -> Policy:
    """The policy of an op. A function object may say it by attributes of its class or of its own as well, which come
    before the decorator's: ``phase = "once"`` in the class, ``self.plan = …`` in ``__init__``, a method ``undo``."""
    declared = getattr(operation, "policy", None)
    policy = declared if isinstance(declared, Policy) else Policy()
    if isinstance(operation, (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)):
        return policy
    return replace(policy, **_attributes(operation))


def _attributes(operation: Any) -> Mapping[str, Any]:
    found: Dict[str, Any] = {}
    for field in fields(Policy):
        value = getattr(operation, field.name, None)
        # A method of that name is the function object's own affair, but for `undo`, which is one.
        if value is not None and callable(value) == (field.name == "undo"):
            found[field.name] = value
    return found
