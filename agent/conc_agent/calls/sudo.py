"""``sudo``: is a password needed for what a change's jobs need sudo for, and is this one it? Nothing is changed."""

from __future__ import annotations

import os
import pwd
import socket
from typing import Any, Dict, List, Optional

from conc_agent.channel import Channel
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.sudo import program, refusal, rules

#: Of a wrong password, or an empty one.
WRONG = ("incorrect password attempt", "incorrect authentication attempt", "no password was provided")
#: What may make of a declared command a pattern: sudo can be asked about a command alone.
PATTERN = "*?["


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{commands}``, as shell words; none: it is not known, anything may be run.

    Where a password is needed: ``{"needed": USER}``, to which the controller says ``{"password": TEXT}``, and after a
    wrong one ``{"wrong": USER}``, and so on. Reply: ``{"needed": false | true}``; it comes once the password was right.
    Raises ``CallError`` ``sudo.…`` where no password would do.
    """
    if os.getuid() == 0:
        return {"needed": False}
    try:
        return Sudo(request["commands"]).agree(channel)
    except program.Silent as error:
        raise refusal.silent() from error


class Sudo:
    """Raises ``CallError`` where there is none."""

    def __init__(self, commands: List[str]) -> None:
        self._commands = commands
        self._user = pwd.getpwuid(os.getuid()).pw_name
        found = program.find()
        if found is None:
            raise refusal.no_sudo(self._user)
        self._program = found

    def agree(self, channel: Channel) -> Dict[str, Any]:
        needed = self._needed()
        if needed:
            keep_out_of_core_files()
            password = self._verified(channel)
            self._check_commands(password)
        else:
            self._check_commands(None)
        return {"needed": needed}

    def _needed(self) -> bool:
        # Every rule is free of it, or there is no rule at all.
        answer = program.ask(self._program, ["-v"])
        if answer.good:
            return False
        if not answer.says("password is required", "authentication is required"):
            raise self._refused(answer)
        # One rule at least is free of it: then the list is.
        listed = program.ask(self._program, ["-l", "-l"])
        if listed.good and rules.without_password(rules.parse(listed.output), self._commands):
            return False
        locked = refusal.without_any_password(self._user)
        if locked is not None:
            raise locked
        return True

    def _verified(self, channel: Channel) -> str:
        channel.send({"needed": self._user})
        while True:
            password = _said(channel)
            answer = program.ask(self._program, ["-v"], password)
            if answer.good:
                return password
            if not answer.says(*WRONG):
                raise self._refused(answer)
            channel.send({"wrong": self._user})

    def _check_commands(self, password: Optional[str]) -> None:
        """sudo itself says what its rules allow. A command that is not there yet can't be asked about."""
        for command in self._commands:
            user, text = rules.named(command)
            if any(sign in text for sign in PATTERN):
                continue
            argv = rules.words(text)
            answer = program.ask(self._program, ["-u", user, "-l", "--", *argv], password)
            if not answer.good and os.path.exists(argv[0]):
                raise refusal.not_allowed(self._user, command)

    def _refused(self, answer: program.Answer) -> Exception:
        return refusal.refused(answer, self._user, socket.gethostname())


def _said(channel: Channel) -> str:
    while True:
        kind, value = channel.receive()
        if kind == "json" and isinstance(value, dict) and "password" in value:
            return value["password"]
