"""The rules that sudo has for this user, as ``sudo -ll`` lists them (sudo(8), "-l"; sudoers(5))."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
from typing import Iterator, List, NamedTuple, Sequence, Tuple

ALL = "ALL"


class Rule(NamedTuple):
    """One command of an entry. ``password``: it is asked for one."""

    users: Tuple[str, ...]
    password: bool
    command: str


def parse(listing: str) -> List[Rule]:
    """In the order listed: of several that match a command the last one counts."""
    found: List[Rule] = []
    users: Tuple[str, ...] = ("root",)
    password, commands = True, False
    for line in listing.splitlines():
        if not line.strip():
            continue
        if not line[0].isspace():
            # "Sudoers entry:", "LDAP Role: web": a new one.
            users, password, commands = ("root",), True, False
        elif commands and line.startswith("\t"):
            found.append(Rule(users, password, line.strip()))
        else:
            key, _, value = line.strip().partition(":")
            words = tuple(word.strip() for word in value.split(","))
            commands = key == "Commands"
            if key == "RunAsUsers":
                users = words
            elif key == "Options":
                password = "!authenticate" not in words
    return found


def without_password(rules: Sequence[Rule], commands: Sequence[str]) -> bool:
    """May all of these be run without a password? No commands: may anything be, as root?

    Where a rule can't be understood here (regular expressions, digests), the answer is no.
    """
    wanted = [named(command) for command in commands] or [("root", ALL)]
    return all(_free(rules, user, command) for user, command in wanted)


def named(command: str) -> Tuple[str, str]:
    """``(postgres) /usr/bin/psql`` → the user that it is run as, and the command itself."""
    user = re.match(r"\(([^():]+)(?::[^()]*)?\)\s*", command)
    return (user.group(1).strip(), command[user.end() :]) if user else ("root", command.strip())


def _free(rules: Sequence[Rule], user: str, command: str) -> bool:
    verdicts = list(_verdicts(rules, user, command))
    return bool(verdicts) and verdicts[-1]


def _verdicts(rules: Sequence[Rule], user: str, command: str) -> Iterator[bool]:
    """Of every rule that may match: is the command free by it?"""
    for rule in rules:
        if not any(name in (user, ALL) or name[:1] in "%#+!" for name in rule.users):
            continue
        refused = rule.command.startswith("!")
        text = rule.command.lstrip("!")
        if re.match(r"sha\d+:|\^|\S+ \^", text) or (refused and command == ALL):
            yield False
        elif _matches(text, command):
            plain = user in rule.users or ALL in rule.users
            yield plain and not refused and not rule.password


def _matches(rule: str, command: str) -> bool:
    if rule == ALL or command == ALL:
        return rule == ALL
    program, _, arguments = rule.partition(" ")
    wanted, *given = words(command)
    if not _same_program(program, wanted):
        return False
    if arguments == '""':
        return not given
    return arguments == "" or re.fullmatch(_pattern(arguments), " ".join(given), re.DOTALL) is not None


def words(command: str) -> List[str]:
    """Raises ``ValueError`` where a quote does not end."""
    return shlex.split(command) or [""]


def _pattern(arguments: str) -> str:
    """As fnmatch(3) reads them, which knows backslashes, unlike Python's."""
    found = re.findall(r"\\.|\[[^\]]+\]|.", arguments, re.DOTALL)
    return "".join({"*": ".*", "?": "."}.get(one) or _literal(one) for one in found)


def _literal(one: str) -> str:
    if len(one) > 2 and one[0] == "[":
        return "[" + one[1:-1].replace("!", "^", 1).replace("\\", "\\\\") + "]"
    return re.escape(one[1:] if len(one) == 2 else one)


def _same_program(rule: str, wanted: str) -> bool:
    """A folder with a slash stands for what is right in it; ``/bin`` may be a link to ``/usr/bin``."""
    if rule.endswith("/"):
        return os.path.realpath(rule) == os.path.realpath(os.path.dirname(wanted))
    if os.path.basename(rule) == os.path.basename(wanted) and os.path.realpath(rule) == os.path.realpath(wanted):
        return True
    return fnmatch.fnmatchcase(wanted, rule) and rule.count("/") == wanted.count("/")
