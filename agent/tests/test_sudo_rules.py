"""What ``sudo -ll`` lists, as sudo 1.9.13, 1.9.16 and sudo-rs printed it."""

from __future__ import annotations

import unittest

from conc_agent.sudo.rules import Rule, parse, without_password

LISTED = r"""Matching Defaults entries for deploy on bookworm:
    env_reset, mail_badpass, secure_path=/usr/local/sbin\:/usr/local/bin\:/usr/sbin\:/usr/bin\:/sbin\:/bin, use_pty

User deploy may run the following commands on bookworm:

Sudoers entry:
    RunAsUsers: root, www-data
    Commands:
	/usr/bin/systemctl reload nginx
	!/usr/bin/su
	/usr/bin/apt-get * a\,b\:c\=d

Sudoers entry:
    RunAsUsers: postgres
    Options: noexec, !authenticate
    Commands:
	/usr/bin/psql
	/usr/bin/id ""

Sudoers entry: /etc/sudoers.d/web
    RunAsUsers: ALL
    RunAsGroups: ALL
    Options: authenticate
    Commands:
	ALL
"""


def rules(*commands: str, users: str = "root", password: bool = False) -> list[Rule]:
    return [Rule((users,), password, command) for command in commands]


class Listed(unittest.TestCase):
    def test_every_command_with_its_users_and_whether_it_asks(self) -> None:
        self.assertEqual(
            parse(LISTED),
            [
                Rule(("root", "www-data"), True, "/usr/bin/systemctl reload nginx"),
                Rule(("root", "www-data"), True, "!/usr/bin/su"),
                Rule(("root", "www-data"), True, r"/usr/bin/apt-get * a\,b\:c\=d"),
                Rule(("postgres",), False, "/usr/bin/psql"),
                Rule(("postgres",), False, '/usr/bin/id ""'),
                Rule(("ALL",), True, "ALL"),
            ],
        )


class WithoutPassword(unittest.TestCase):
    def assert_free(self, known: list[Rule], *commands: str) -> None:
        self.assertTrue(without_password(known, commands), commands)

    def assert_asks(self, known: list[Rule], *commands: str) -> None:
        self.assertFalse(without_password(known, commands), commands)

    def test_a_command_is_free_by_a_rule_that_is_it(self) -> None:
        known = rules("/usr/bin/systemctl reload nginx")
        self.assert_free(known, "/usr/bin/systemctl reload nginx")
        self.assert_free(known, "/usr/bin/systemctl 'reload'  nginx")
        self.assert_asks(known, "/usr/bin/systemctl reload cron")
        self.assert_asks(known, "/usr/bin/systemctl")
        self.assert_asks(known, "/usr/bin/systemctl reload nginx", "/usr/bin/id")
        self.assert_asks(known)

    def test_the_last_rule_that_matches_counts(self) -> None:
        free, asks = rules("ALL"), rules("/usr/bin/id", password=True)
        self.assert_free([*asks, *free], "/usr/bin/id")
        self.assert_asks([*free, *asks], "/usr/bin/id")
        self.assert_free([*free, *asks], "/usr/bin/who")
        self.assert_asks(rules("ALL", "!/usr/bin/id"), "/usr/bin/id")

    def test_arguments_are_none_any_or_a_pattern(self) -> None:
        self.assert_free(rules("/usr/bin/id"), "/usr/bin/id", "/usr/bin/id -u")
        self.assert_free(rules('/usr/bin/id ""'), "/usr/bin/id")
        self.assert_asks(rules('/usr/bin/id ""'), "/usr/bin/id -u")
        self.assert_free(rules("/usr/bin/touch /srv/*"), "/usr/bin/touch /srv/a /b", "/usr/bin/touch /srv/*")
        self.assert_asks(rules(r"/usr/bin/touch /srv/\*"), "/usr/bin/touch /srv/a")
        self.assert_free(rules(r"/usr/bin/touch a\,\ \[b\]\:[!x-z]"), "/usr/bin/touch 'a, [b]:c'")
        self.assert_asks(rules(r"/usr/bin/touch [!x-z]"), "/usr/bin/touch y")

    def test_programs_are_the_same_file_or_in_a_folder(self) -> None:
        self.assert_free(rules("/usr/bin/"), "/usr/bin/id -u")
        self.assert_asks(rules("/usr/bin/"), "/usr/sbin/service x")
        self.assert_free(rules("/usr/*/id"), "/usr/bin/id")
        self.assert_asks(rules("/usr/bin/iddle"), "/usr/bin/id")

    def test_another_user_is_another_rule(self) -> None:
        self.assert_free(rules("/usr/bin/psql", users="postgres"), "(postgres) /usr/bin/psql -l")
        self.assert_asks(rules("/usr/bin/psql", users="postgres"), "/usr/bin/psql -l")
        self.assert_free(rules("ALL", users="ALL"), "(postgres) /usr/bin/psql -l")

    def test_what_is_not_understood_here_asks(self) -> None:
        for rule in ("^/usr/bin/.*$", "/usr/bin/id ^-u$", "sha256:00 /usr/bin/id"):
            self.assert_asks(rules("ALL", rule), "/usr/bin/id")
        self.assert_asks([*rules("ALL"), *rules("ALL", users="%ops")], "/usr/bin/id")
