"""Unit files as values; what systemd makes of them is seen on booted machines (test/e2e/systemd.test.ts)."""

from __future__ import annotations

import configparser
import os
import unittest
from pathlib import Path
from unittest import mock

from conc_agent.services import systemd, systemd_units

from ..making import process

ROOT = Path("/srv/my-shop")


def parsed(text: str) -> configparser.RawConfigParser:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    return unit


class UnitsTest(unittest.TestCase):
    def test_a_process_that_listens_has_a_socket_which_outlives_it(self) -> None:
        found = systemd_units.units(ROOT, [process("web", "gunicorn shop.wsgi", "127.0.0.1:8000", 2)])
        prefix = "conc-srv-my\\x2dshop-"
        self.assertEqual(sorted(found), [prefix + "web.socket", prefix + "web@.service"])
        unit = parsed(found[prefix + "web@.service"])
        self.assertEqual(unit["Service"]["ExecStart"], '"/srv/my-shop/bin/web"')
        self.assertEqual(unit["Service"]["Sockets"], prefix + "web.socket")
        self.assertEqual(unit["Service"]["ReadWritePaths"], '"/srv/my-shop/shared"')
        for key in ("PrivateUsers", "NoNewPrivileges", "PrivateTmp"):
            self.assertEqual(unit["Service"][key], "yes")
        listens = parsed(found[prefix + "web.socket"])
        self.assertEqual(listens["Socket"]["ListenStream"], "127.0.0.1:8000")
        self.assertEqual(listens["Socket"]["Service"], prefix + "web@1.service")

    def test_no_unit_names_a_release_or_a_command_of_one(self) -> None:
        for text in systemd_units.units(ROOT, [process("web", "gunicorn shop.wsgi", "unix:shared/web.sock")]).values():
            self.assertNotIn("gunicorn", text)
            self.assertNotIn("releases", text)

    def test_one_that_says_when_it_is_ready(self) -> None:
        unit = parsed(
            systemd_units.units(ROOT, [dict(process("web", "x"), ready="notify")])["conc-srv-my\\x2dshop-web@.service"]
        )
        self.assertEqual(unit["Service"]["Type"], "notify")
        self.assertNotIn("Sockets", unit["Service"])

    def test_signs_that_mean_something_in_a_unit(self) -> None:
        root = Path("/srv/100% tea")
        (text,) = systemd_units.units(root, [process("web", "x")]).values()
        self.assertIn('ExecStart="/srv/100%% tea/bin/web"', text)
        name = systemd_units.instance(root, "web", 3)
        self.assertEqual(name, "conc-srv-100\\x25\\x20tea-web@3.service")
        self.assertEqual(systemd_units.member(root, name), "web@3")

    def test_units_of_other_roots_are_not_this_ones(self) -> None:
        self.assertFalse(systemd_units.prefix(Path("/srv/shop-2")).startswith(systemd_units.prefix(Path("/srv/shop"))))


class NeedsTest(unittest.TestCase):
    def test_root_is_refused(self) -> None:
        root, booted = mock.patch.object(os, "getuid", return_value=0), mock.patch.object(os.path, "isdir")
        with root, booted, mock.patch.object(systemd.shutil, "which", return_value="/usr/bin/systemctl"):
            self.assertIn("deploy as an ordinary user", systemd.needs(ROOT, [])[0])

    def test_a_machine_without_systemd(self) -> None:
        with mock.patch.object(systemd.shutil, "which", return_value=None):
            self.assertIn("was not booted with systemd", systemd.needs(ROOT, [])[0])
