"""The deploying user may do as root what was declared, and no more."""

from __future__ import annotations

import os
import subprocess
import unittest as nodetest
from typing import Any, Dict, List, Optional

from concops.nodechecks.attributes import lines

sudo = True


class SudoRules(nodetest.TestCase):
    """As ``check.sudo`` declares them."""

    ncd: Dict[str, Any]
    sudoPass: Optional[str]  # noqa: N815

    def test_declared_rules_only(self) -> None:
        if "check.sudo" not in self.ncd:
            self.skipTest("check.sudo in conc.ini declares none")
        if os.getuid() == 0:
            self.skipTest("the deploying user is root")
        declared, found = set(lines(self.ncd, "check.sudo")), set(rules(self.sudoPass))
        problems = ["  %s: not declared" % rule for rule in sorted(found - declared)]
        problems += ["  %s: declared, and not there" % rule for rule in sorted(declared - found)]
        if problems:
            self.fail("the rules of sudo are not those that check.sudo declares:\n%s" % "\n".join(problems))


def rules(password: Optional[str]) -> List[str]:
    """As ``sudo -l`` lists them: ``(root) NOPASSWD: /usr/bin/systemctl reload nginx``. None: sudo knows nothing."""
    command = ["sudo", "-n", "-l"] if password is None else ["sudo", "-S", "-k", "-p", "", "-l"]
    done = subprocess.run(
        command,
        input=b"" if password is None else password.encode("utf-8") + b"\n",
        capture_output=True,
        env=dict(os.environ, LC_ALL="C"),
        timeout=30,
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace")
    words = done.stderr.decode("utf-8", "replace").strip()
    nothing = "not allowed to run sudo" in text + words
    if done.returncode != 0 and not nothing:
        raise AssertionError("sudo -l: %s" % words)
    _, _, listed = text.partition("may run the following commands")
    return [line.strip() for line in listed.splitlines()[1:] if line.strip()]
