"""Why sudo does not do what was asked, in words. Nothing was changed by asking it."""

from __future__ import annotations

import subprocess
from typing import Optional

from conc_agent.channel import CallError
from conc_agent.sudo.program import WORDS, Answer

NOTHING = "nothing was changed"


def refused(answer: Answer, user: str, host: str) -> CallError:
    """For an answer that has to do with neither a password nor a command."""
    evidence = answer.words.splitlines()
    if answer.says("you must have a tty"):
        return CallError(
            "sudo.requires-tty",
            "sudo on this node works at a terminal only (Defaults requiretty), and what conc runs has none",
            hint="allow it for this user, in a file of /etc/sudoers.d: Defaults:%s !requiretty" % user,
            state=NOTHING,
            evidence=evidence,
        )
    if answer.says("may not run sudo", "not in the sudoers file", "I'm afraid I can't do that"):
        return CallError(
            "sudo.not-allowed",
            "sudo has no rule for %s on %s" % (user, host),
            hint="the least rules that this sequence needs: conc check --sudoers NODE. conc prepare NODE places them",
            state=NOTHING,
            evidence=evidence,
        )
    if answer.says("account validation failure", "Account or password is expired", "account has expired", "expired"):
        return CallError(
            "sudo.account",
            "sudo does not accept the account of %s: it or its password has expired, or it is locked" % user,
            hint="look on the node, as root: chage -l %s; passwd -S %s" % (user, user),
            state=NOTHING,
            evidence=evidence,
        )
    return CallError(
        "sudo.failed",
        "sudo does not work for %s here" % user,
        hint="try it on the node: sudo -v",
        state=NOTHING,
        evidence=evidence,
    )


def no_sudo(user: str) -> CallError:
    return CallError(
        "sudo.not-installed",
        "this node has no sudo, and a job needs it",
        hint="install it, as root, and give %s rules: conc check --sudoers NODE" % user,
        state=NOTHING,
    )


def silent() -> CallError:
    return CallError(
        "sudo.silent",
        "sudo did not answer within a minute: it may wait for something other than a password",
        hint="try it on the node: sudo -v. A second factor can't be given by conc: allow the commands with NOPASSWD",
        state=NOTHING,
    )


def without_any_password(user: str) -> Optional[CallError]:
    """An account whose password is locked, or that has none, gets no password right: passwd(1), ``-S``."""
    try:
        told = subprocess.run(["passwd", "-S"], stdin=subprocess.DEVNULL, capture_output=True, env=WORDS, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    state = told.stdout.decode("utf-8", "backslashreplace").split()[1:2]
    if state not in (["L"], ["LK"], ["NP"]):
        return None
    what = "is locked" if state != ["NP"] else "is not set"
    return CallError(
        "sudo.locked",
        "sudo asks for the password of %s, and that %s: none can be right" % (user, what),
        hint="set one, as root: passwd %s. Or allow the commands without one: conc check --sudoers NODE" % user,
        state=NOTHING,
    )


def not_allowed(user: str, command: str) -> CallError:
    return CallError(
        "sudo.command-not-allowed",
        "a job needs `sudo %s`, and no rule of sudo lets %s run it" % (command, user),
        hint="the least rules that this sequence needs: conc check --sudoers NODE",
        state=NOTHING,
    )
