from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import zlib
from pathlib import Path
from typing import Any, Dict, List

from conc_agent import durable, history, release, states
from conc_agent.calls import resume, run
from conc_agent.channel import CallError
from conc_agent.env import generations

from ..making import FIRST, RootCase, make_release, request, switching

CONCOPS = Path(__file__).parents[3] / "concops" / "concops"
SEQUENCE = """
import os, sys
from concops import Host, Job, Result, Status, op

def pour(ncd, sudoPass):
    os.unlink(ncd["cup"])
    return Status.ok

@op(undo=pour)
def fill(ncd, sudoPass):
    ncd["cup"] = os.path.join(ncd["root"], "cup")
    open(ncd["cup"], "w").close()
    ncd["python"] = sys.prefix
    return Result(Status.ok, "filled for %s at %s" % (ncd["name"], ncd["host"]), {"cups": 1})

def drop(ncd, sudoPass):
    raise RuntimeError("dropped %s" % sudoPass)

def tattle(ncd, sudoPass):
    print("it is", sudoPass)
    return Result(Status.ok, "it is " + sudoPass)

def hurry(ncd, sudoPass):
    return Status.stopped

def migrate(ncd, sudoPass):
    print("connecting to", os.environ["DATABASE_URL"])
    ncd["seen"] = os.environ["DATABASE_URL"]
    return Result(Status.ok, "migrated " + os.environ["DATABASE_URL"])

jobs = [Job(Host.remote, fill), Job(Host.remote, drop), Job(Host.local, hurry), Job(Host.remote, tattle)]
jobs.append(Job(Host.remote, migrate))
"""


def application(root: Path, code: str = SEQUENCE) -> Dict[str, Any]:
    files = {
        "concops/" + path.relative_to(CONCOPS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(CONCOPS.rglob("*.py"))
    }
    files["application/tea_devops.py"] = code
    packed = base64.b64encode(zlib.compress(json.dumps(files).encode())).decode()
    return {
        "module": "tea_devops",
        "attribute": "jobs",
        "digests": {"tea_devops": hashlib.sha256(SEQUENCE.encode()).hexdigest()},
        "files": packed,
        "ncd": {"root": str(root)},
        "node": "web1",
        "installs": True,
    }


def own(name: str, position: int, op: str = "call", undo: bool = False, **more: Any) -> Dict[str, Any]:
    asked = {"name": name, "position": position, "calls": name, "sudo": False, "undo": undo, "once": False}
    return {"name": name, "op": op, "request": dict(asked, **more), "timeout": 20, "again": "never"}


FILL, DROP, HURRY = own("fill", 0, undo=True), own("drop", 1), own("hurry", 2, "near")


class OwnJobsTest(RootCase):
    def run_own(self, jobs: List[Dict[str, Any]], code: str = SEQUENCE, **more: Any) -> Dict[str, Any]:
        asked = dict(request(self.root, FIRST, jobs), application=application(self.root, code), **more)
        return run.serve(self.controller.channel, asked)

    def test_before_a_release_is_there_the_agents_own_python_runs_them(self) -> None:
        reply = self.run_own([FILL])
        self.assertEqual((reply["outcome"], self.controller.statuses()), ("done", {"fill": "OK"}))
        self.assertEqual(self.controller.done("fill")["text"], "filled for web1 at web1")
        self.assertEqual(states.read(self.root, FIRST)["recorded"], {"cups": 1})
        self.assert_closed()

    def test_then_the_releases(self) -> None:
        make_release(self.root, FIRST)
        site = next((self.root / "releases" / FIRST / "venv").glob("lib/python*/site-packages"))
        (site / "tea_devops.py").write_text(SEQUENCE, encoding="utf-8")
        reply = self.run_own([FILL, *switching(self.root, FIRST)], until="fill")
        self.assertEqual(reply["outcome"], "halted")
        kept = self.root / "change" / "ncd.json"
        self.assertEqual(json.loads(kept.read_text())["python"], str(self.root / "releases" / FIRST / "venv"))
        self.assertEqual(stat.S_IMODE(os.stat(str(kept)).st_mode), 0o600)
        reply = resume.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk"})
        self.assertEqual(reply["outcome"], "proven")

    def test_in_a_release_they_see_its_secrets_and_what_they_tell_of_them_is_masked(self) -> None:
        record = make_release(self.root, FIRST)
        durable.write_json(self.root / "releases" / FIRST / "release.json", dict(record, env=1))
        generations.add(self.root, 1, {"DATABASE_URL": "postgres://ann:sesame@db"}, {}, "ann", None)
        site = next((self.root / "releases" / FIRST / "venv").glob("lib/python*/site-packages"))
        (site / "tea_devops.py").write_text(SEQUENCE, encoding="utf-8")
        reply = self.run_own([own("migrate", 4)])
        self.assertEqual((reply["outcome"], self.controller.done("migrate")["text"]), ("done", "migrated ***"))
        said = [message["log"]["message"] for message in self.controller.messages if "log" in message]
        self.assertEqual(said, ["connecting to ***"])
        self.assertNotIn("sesame", json.dumps([reply, self.controller.messages]))
        for folder, _, names in os.walk(str(self.root)):
            for name in names:
                if Path(folder, name) != generations.path_of(self.root, 1):
                    self.assertNotIn(b"sesame", Path(folder, name).read_bytes(), name)

    def test_code_that_is_not_the_bundles_does_not_run(self) -> None:
        reply = self.run_own([FILL], SEQUENCE + "# changed")
        self.assertEqual(reply["outcome"], "failed")
        self.assertEqual(self.controller.done("fill")["code"], "sequence.digest")
        self.assertFalse((self.root / "cup").exists())

    def test_what_was_done_is_undone(self) -> None:
        reply = self.run_own([FILL, DROP])
        self.assertEqual(reply["outcome"], "failed")
        self.assertIn("undone: fill", reply["state"])
        self.assertEqual(self.controller.undone()["text"], "fill: undone")
        self.assertFalse((self.root / "cup").exists())

    def test_the_password_is_asked_of_the_controller_and_stays_in_memory(self) -> None:
        self.controller.when(secret="sudo")(lambda: self.controller.say({"secret": "open sesame"}))
        reply = self.run_own([own("drop", 1, sudo=True)])
        done = self.controller.done("drop")
        self.assertEqual((done["status"], done["text"]), ("ERROR", "RuntimeError: dropped ***"))
        self.assertNotIn("sesame", json.dumps([reply, self.controller.messages]))
        for folder, _, names in os.walk(str(self.work)):
            for name in names:
                self.assertNotIn(b"sesame", Path(folder, name).read_bytes())

    def test_near_ones_are_asked_of_the_controller(self) -> None:
        answer = {"status": "OK", "text": "near", "evidence": [], "ncd": {"seen": "near"}, "removed": []}
        asked: List[Dict[str, Any]] = []

        def near(message: Dict[str, Any]) -> None:
            if "near" in message:
                asked.append(message["near"])
                self.controller.say({"near": answer})

        self.controller.listener = near
        self.assertEqual(self.run_own([HURRY])["outcome"], "done")
        self.assertEqual((asked[0]["ncd"]["host"], asked[0]["position"]), ("localhost", 2))

    def test_one_that_was_cut_off_waits_for_a_person(self) -> None:
        self.controller.when(job="hurry", state="start")(self.controller.leave)
        self.assertEqual(self.run_own([HURRY, FILL])["outcome"], "halted")
        for said, outcome in (({}, "halted"), ({"done": "hurry"}, "done")):
            self.another_controller()
            reply = resume.serve(self.controller.channel, dict(said, root=str(self.root), by="bob@desk"))
            self.assertEqual(reply["outcome"], outcome)
        jobs = history.read(self.root).entries[-1]["jobs"]
        self.assertEqual(jobs[0]["said"], "done by hand, says bob@desk")

    def test_only_of_the_next_job_something_can_be_said(self) -> None:
        self.run_own([FILL, HURRY], until="fill")
        for said, code in (
            ({"done": "fill"}, "change.not-next"),
            ({"again": "nonesuch"}, "change.no-such-job"),
            ({"done": "hurry", "again": "hurry"}, "change.not-next"),
        ):
            with self.assertRaises(CallError) as caught:
                resume.serve(self.controller.channel, dict(said, root=str(self.root), by="bob@desk"))
            self.assertEqual(caught.exception.code, code)

    def test_skipped_and_stepped_over(self) -> None:
        said = iter([{"go": "run"}, {"go": "skip", "reason": "no time"}, {"go": "stop"}])
        self.controller.when(step=True)(lambda: self.controller.say({"step": next(said)}))
        reply = self.run_own([FILL, DROP, HURRY], step=True)
        self.assertEqual((reply["outcome"], self.controller.statuses()), ("halted", {"fill": "OK", "drop": "STOPPED"}))
        self.another_controller()
        resume.serve(self.controller.channel, {"root": str(self.root), "by": "b", "done": "hurry"})
        self.assertEqual(history.read(self.root).entries[-1]["jobs"][1]["said"], "skipped: no time")
        self.assertIsNone(release.current(self.root))

    def another_controller(self) -> None:
        self.controller = type(self.controller)()
