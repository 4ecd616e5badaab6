"""A program as an op."""

from __future__ import annotations

import os
import shlex
from typing import Any, Dict, List, Optional, Sequence

from concops.captured import captured, ending
from concops.policy import Policy, Texts, Undo
from concops.result import Result
from concops.status import Status


class Command:
    """Runs a fixed argv, without a shell: OK if it ends with 0, else FAILED with the last lines of what it said::

        Job(Host.remote, Command("/usr/bin/systemctl", "reload", "nginx", sudo=True, again="safe"))

    With ``sudo`` it runs as root: ``sudo -n``, or with the password on a pipe. The rule that it needs in sudoers is the
    very command, so its program is an absolute path. A password that sudo doesn't want (NOPASSWD) is left in the pipe,
    which is the program's input. The other options are those of ``concops.op``.
    """

    def __init__(
        self,
        *argv: str,
        sudo: bool = False,
        phase: Optional[str] = None,
        again: str = "never",
        drop: str = "finish",
        timeout: Optional[float] = None,
        plan: Optional[Texts] = None,
        by_hand: Optional[Texts] = None,
        undo: Optional[Undo] = None,
        compatible: bool = False,
        where: Optional[str] = None,
        cwd: Optional[str] = None,
    ) -> None:
        if not argv or not all(isinstance(word, str) and "\0" not in word for word in argv):
            raise ValueError("a Command is a program and its arguments, all texts: %r" % (argv,))
        if sudo and not os.path.isabs(argv[0]):
            raise ValueError("with sudo a program is an absolute path, as sudoers names it: %r" % argv[0])
        self.argv = argv
        self.cwd = cwd
        self._sudo = sudo
        line = " ".join(shlex.quote(word) for word in argv)
        self.policy = Policy(
            sudo=[line] if sudo else False,
            phase=phase,
            again=again,
            drop=drop,
            timeout=timeout,
            plan=plan or "runs %s" % line,
            by_hand=by_hand or [("sudo " if sudo else "") + line],
            undo=undo,
            compatible=compatible,
            where=where,
        )

    def __call__(self, ncd: Dict[str, Any], sudoPass: Optional[str]) -> Result:
        given = sudoPass if self._sudo and os.geteuid() != 0 else None
        argv = [*self._elevation(sudoPass), *self.argv]
        try:
            code, lines = captured(argv, cwd=self.cwd, given=given)
        except OSError as error:
            return Result(Status.failed, "%s can't be run: %s" % (argv[0], error.strerror))
        if code == 0:
            return Result(Status.ok, lines[-1] if lines else "")
        return Result(Status.failed, "%s ended with %s" % (self.argv[0], ending(code)), evidence=lines)

    def __repr__(self) -> str:
        return "Command(%s)" % ", ".join(repr(word) for word in self.argv)

    def _elevation(self, password: Optional[str]) -> Sequence[str]:
        """-k: a password that sudo remembers would leave this one in the pipe, for the command to read."""
        if not self._sudo or os.geteuid() == 0:
            return []
        words: List[str] = ["-n"] if password is None else ["-k", "-S", "-p", ""]
        return ["sudo", *words, "--"]
