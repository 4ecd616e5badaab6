"""What root takes of who may ask it for programs of the system's supervisor; and the file that is made of it."""

from __future__ import annotations

import configparser
import os
import shlex
import tempfile
from pathlib import Path
from typing import Any, Dict, List
from unittest import mock

from conc_agent.services import listening, supervisor_conf, supervisor_root, supervisord_system
from conc_agent.services.manifest import Unfit
from conc_agent.services.supervisord_rpc import Groups

from .test_manifest import NOBODY, RootFolderCase, asked


class Recording:
    """A supervisor whose configuration differs in groups of this root and of others."""

    def __init__(self, differing: Groups, busy: bool) -> None:
        self.differing, self.busy = differing, busy
        self.told: List[str] = []

    def reload(self) -> Groups:
        return self.differing

    def stop_group(self, name: str) -> None:
        self.told.append("stop " + name)

    def remove_group(self, name: str) -> bool:
        self.told.append("remove " + name)
        return not self.busy

    def add_group(self, name: str) -> None:
        self.told.append("add " + name)

    def close(self) -> None:
        pass


class FileCase(RootFolderCase):
    def setUp(self) -> None:
        super().setUp()
        (self.root / "shared" / "log").mkdir(parents=True)
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        folder = mock.patch.object(supervisor_conf, "FOLDER", Path(holder.name))
        folder.start()
        self.addCleanup(folder.stop)

    def place(self, **more: Any) -> Dict[str, Any]:
        order = {"root": str(self.root), "processes": [asked(**more)]}
        return supervisor_root._ACTS["place"](order, os.geteuid())

    def section(self, **more: Any) -> Dict[str, str]:
        self.place(**more)
        parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"))
        parser.read_string(supervisor_conf.placed(self.root) or "")
        (name,) = parser.sections()
        return dict(parser[name], section=name)

    def order(self, **more: Any) -> Dict[str, Any]:
        return dict({"root": str(self.root)}, **more)


class ConfTest(FileCase):
    def test_a_launcher_is_started_as_an_account_that_opens_its_own_log(self) -> None:
        found = self.section(listen="127.0.0.1:8765")
        group = supervisor_conf.group(self.root, "web")
        self.assertEqual(found["section"], "fcgi-program:" + group)
        self.assertEqual((found["user"], found["socket"], found["numprocs"]), (NOBODY, "tcp://127.0.0.1:8765", "2"))
        self.assertEqual(found["stdout_logfile"], "AUTO")
        words = shlex.split(found["command"] % {"process_num": 1})
        log = "%s/shared/log/web_1" % self.root
        self.assertEqual(
            words[:2] + words[-3:],
            ["/usr/bin/setpriv", "--no-new-privs", str(self.root / "bin" / "web"), log + ".log", log + ".pid"],
        )
        known = listening.listening(self.root, "supervisord_system")
        self.assertEqual(known, {"web": {"listen": "127.0.0.1:8765", "count": 2}})

    def test_a_second_one_holds_the_socket_of_a_single_one(self) -> None:
        found = self.section(listen="127.0.0.1:8765", count=1)
        self.assertEqual(found["numprocs"], "2")
        self.assertIn('CONC_PART="%(process_num)d"', found["environment"])
        self.assertEqual(listening.listening(self.root, "supervisord_system")["web"]["count"], 1)
        self.assertEqual(len(supervisord_system.processes(self.root)), 1)

    def test_a_file_that_is_no_more_what_it_was_tells_of_no_process(self) -> None:
        self.place()
        supervisor_conf.path(self.root).write_text("[program:x]\ncommand = x\n")
        self.assertEqual(supervisor_conf.read(self.root), [])

    def test_a_pid_that_is_another_process_is_none_of_its(self) -> None:
        self.place()
        supervisor_conf.pid_file(self.root, "web", 0).write_text(str(os.getpid()))
        states = [one["state"] for one in supervisord_system.processes(self.root)]
        self.assertEqual(states, ["STOPPED", "STOPPED"])


class RootTest(FileCase):
    def settle(self, differing: Groups, busy: bool = False) -> List[str]:
        supervisor = Recording(differing, busy)
        with mock.patch.object(supervisor_root, "_supervisor", return_value=supervisor):
            supervisor_root._ACTS["settle"](self.order(), os.geteuid())
        return supervisor.told

    def test_only_programs_of_this_root_are_touched(self) -> None:
        web, below = supervisor_conf.group(self.root, "web"), supervisor_conf.group(self.root / "b", "web")
        self.assertEqual(self.settle(Groups(["mail", below], ["cron"], ["conc-srv-other-web"])), [])
        self.assertEqual(self.settle(Groups([web], [], [])), ["add " + web])
        self.assertEqual(self.settle(Groups([], [web], [])), ["stop " + web, "remove " + web, "add " + web])
        self.assertEqual(self.settle(Groups([], [web], []), busy=True), ["stop " + web, "remove " + web])
        self.place()
        for act in ("start", "end", "state"):
            for process, index in (("mail", 0), ("web:*", 0), (None, 0), ("web", 2), ("web", -1), ("web", True)):
                with mock.patch.object(supervisor_root, "_supervisor") as supervisor, self.assertRaises(Unfit):
                    supervisor_root._ACTS[act](self.order(process=process, index=index), os.geteuid())
                supervisor.return_value.start.assert_not_called()
                supervisor.return_value.stop.assert_not_called()

    def test_nothing_is_brought_into_its_file(self) -> None:
        for fields in ({"user": "root"}, {"name": "x\n[program:y]"}, {"listen": "unix:/run/x.sock"}):
            with self.assertRaises(Unfit):
                self.place(**fields)
        self.assertIsNone(supervisor_conf.placed(self.root))
