"""What root takes, and what it refuses, of who may ask it to run processes. Beside that: the units made of it."""

from __future__ import annotations

import os
import pwd
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict
from unittest import mock

from conc_agent.services import manifest, sharing, system_root, system_units, systemd_units
from conc_agent.services.manifest import Unfit

from .test_systemd_units import parsed

#: An account that every Debian has, and that is not root's.
NOBODY = next(each.pw_name for each in pwd.getpwall() if each.pw_uid != 0 and each.pw_gid != 0)


def asked(**more: Any) -> Dict[str, Any]:
    wanted = {"name": "web", "count": 2, "listen": None, "ready": "notify", "stopTimeout": 10, "user": NOBODY}
    wanted["drain"] = False
    return dict(wanted, **more)


class RootFolderCase(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(os.path.realpath(holder.name))


class ManifestTest(RootFolderCase):
    def read(self, root: object = None, **more: Any) -> manifest.Manifest:
        order = {"root": str(self.root) if root is None else root, "processes": [asked(**more)]}
        return manifest.read(order, os.geteuid())

    def refused(self, why: str, **more: Any) -> None:
        with self.assertRaisesRegex(Unfit, why):
            self.read(**more)

    def test_what_is_not_known_of_a_process_is_left_out(self) -> None:
        self.assertEqual(self.read(command="rm -rf /", env={"X": "1"}).processes, [asked()])

    def test_root_and_its_group_run_nothing(self) -> None:
        self.refused("root is root", user="root")
        for user in ("0", "", "no-such-account-here", "root\nUser=root", None):
            self.refused("account", user=user)

    def test_a_name_brings_nothing_into_a_unit(self) -> None:
        for name in ("", "a b", "web\n[Service]", "../x", "%i", "$(id)", 'x"', 7, ".hidden"):
            self.refused("not a name of a process", name=name)

    def test_a_root_is_a_folder_of_who_asks(self) -> None:
        with self.assertRaisesRegex(Unfit, "does not belong to who asks"):
            manifest.read({"root": str(self.root), "processes": []}, os.geteuid() + 1)
        (self.root / "link").symlink_to("/etc")
        self.refused("leads elsewhere", root=str(self.root / "link"))
        for root in ("srv", "/", "/srv/a\nb", '/srv/a"b', "/srv/a%b", "/srv/$HOME", "/srv/a\\"):
            self.refused("not a root", root=root)
        self.refused("leads elsewhere", root="/srv/../etc")

    def test_numbers_are_numbers_within_reason(self) -> None:
        for fields in ({"count": 0}, {"count": "2"}, {"count": 10**6}, {"count": True}, {"stopTimeout": -1}):
            self.refused("not a number", **fields)
        self.refused("not a number", stopTimeout=float("nan"))

    def test_a_socket_lies_where_no_user_can_lead_root_astray(self) -> None:
        own = manifest.socket_folder(self.root)
        self.assertEqual(self.read(listen="unix:%s/web.sock" % own).processes[0]["listen"], "unix:%s/web.sock" % own)
        elsewhere = ("%s/shared/web.sock" % self.root, "/etc/shadow", own + "/../x", own + "/a/b", own, "~root/x")
        for path in elsewhere:
            self.refused("a socket that root makes lies in|not an address", listen="unix:" + path)
        for text in ("127.0.0.1:80\nExecStart=x", "a b:80", 80, "%h:80"):
            self.refused("not a|a socket", listen=text)


class ActsTest(RootFolderCase):
    def test_only_units_of_this_root_are_touched(self) -> None:
        foreign = ("ssh.service", "conc-srv-other-web@1.service", systemd_units.prefix(self.root) + "*@1.service")
        for act, key in (("start", "unit"), ("end", "units")):
            for name in foreign:
                order = {"root": str(self.root), key: name if key == "unit" else [name]}
                with mock.patch.object(system_root, "_systemctl") as systemctl, self.assertRaises(Unfit):
                    system_root._ACTS[act](order, os.geteuid())
                systemctl.assert_not_called()
        with self.assertRaisesRegex(Unfit, "no instance"):
            order = {"root": str(self.root), "unit": systemd_units.socket(self.root, "web")}
            system_root._ACTS["start"](order, os.geteuid())

    def test_a_shared_folder_that_leads_elsewhere_is_not_given_away(self) -> None:
        target = self.root / "mine"
        (target / "log").mkdir(parents=True)
        (self.root / "shared").symlink_to(target)
        before = target.stat()
        with self.assertRaises(OSError):
            sharing.share(self.root, before.st_gid + 1)
        self.assertEqual((target.stat().st_gid, target.stat().st_mode), (before.st_gid, before.st_mode))


class UnitsTest(unittest.TestCase):
    def test_they_run_a_launcher_as_an_account_that_opens_its_own_log(self) -> None:
        root = Path("/srv/my-shop")
        found = system_units.units(root, [asked(user="tea", listen="unix:/run/conc/srv/my-shop/web.sock")])
        service = parsed(found["conc-srv-my\\x2dshop-web@.service"])["Service"]
        self.assertEqual(
            service["ExecStart"],
            '/bin/sh -c \'exec "$$0" >>"$$1" 2>&1\' "/srv/my-shop/bin/web" "/srv/my-shop/shared/log/web_%i.log"',
        )
        self.assertEqual((service["User"], service["ProtectHome"], service["ProtectSystem"]), ("tea", "yes", "strict"))
        self.assertNotIn("StandardOutput", service)
        socket = parsed(found["conc-srv-my\\x2dshop-web.socket"])["Socket"]
        self.assertEqual((socket["SocketUser"], socket["SocketMode"]), ("tea", "0666"))

    def test_a_root_in_a_home_is_seen_from_inside(self) -> None:
        (text,) = system_units.units(Path("/home/deploy/shop"), [asked()]).values()
        self.assertEqual(parsed(text)["Service"]["ProtectHome"], "read-only")

    def test_a_root_below_another_has_units_of_its_own(self) -> None:
        self.assertTrue(systemd_units.belongs(Path("/srv/a"), "conc-srv-a-web@.service"))
        self.assertFalse(systemd_units.belongs(Path("/srv/a"), "conc-srv-a-b-web@.service"))
