from __future__ import annotations

import os
from typing import Any

from conc_agent import durable, history, release, serving, states
from conc_agent.calls import abandon, confirm, resume, run
from conc_agent.calls.survey import survey
from conc_agent.channel import CallError

from ..controller import Controller
from ..making import FIRST, SECOND, THIRD, RootCase, gate, health, job, make_release, request, switching


class DeployTest(RootCase):
    def test_a_first_release_is_proven(self) -> None:
        make_release(self.root, FIRST)
        reply = self.run_change(FIRST, switching(self.root, FIRST))
        self.assertEqual(reply["outcome"], "proven")
        self.assertEqual((reply["release"], reply["current"], reply["serving"]), (FIRST, FIRST, FIRST))
        self.assertEqual(reply["state"], FIRST + " serves, proven")
        self.assert_serves(FIRST)
        self.assert_closed()
        self.assertEqual(os.readlink(str(self.root / "current")), "releases/" + FIRST)
        self.assertEqual(states.read(self.root, FIRST)["state"], "proven")
        self.assertEqual(states.read(self.root, FIRST)["by"], "ann@desk")
        self.assertTrue(self.serving().confirmed)
        statuses = {"switch": "OK", "restart": "STOPPED", "health": "OK", "confirm": "OK", "prune": "STOPPED"}
        self.assertEqual(self.controller.statuses(), statuses)
        starts = [message["index"] for message in self.controller.messages if message.get("state") == "start"]
        self.assertEqual(starts, [1, 2, 3, 4, 5])

    def test_the_history_tells_of_it(self) -> None:
        self.prove(FIRST)
        self.prove(SECOND)
        entries = history.read(self.root).entries
        self.assertEqual(
            [(entry["number"], entry["release"], entry["outcome"]) for entry in entries],
            [(1, FIRST, "proven"), (2, SECOND, "proven")],
        )
        self.assertEqual(
            [one["name"] for one in entries[0]["jobs"]], ["switch", "restart", "health", "confirm", "prune"]
        )
        self.assertEqual(history.next_release(self.root), 3)

    def test_serving_remembers_where_to_go_back_to_until_it_is_confirmed(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.run_change(SECOND, switching(self.root, SECOND), until="switch")
        trial = self.serving()
        self.assertEqual((trial.source, trial.to, trial.confirmed), (FIRST, SECOND, False))
        self.assertEqual(trial.chosen, SECOND)
        self.assertEqual(trial._replace(boot="another:1").chosen, FIRST)

    def test_a_plan_that_is_out_of_date_changes_nothing(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        stale = request(self.root, SECOND, switching(self.root, SECOND))
        for key, value in (("current", None), ("next", 9)):
            with self.assertRaises(CallError) as caught:
                run.serve(self.controller.channel, dict(stale, expect=dict(stale["expect"], **{key: value})))
            self.assertEqual(caught.exception.code, "change.moved")
            self.assert_closed()
            self.assert_serves(FIRST)

    def test_what_it_does_not_know_is_refused_before_anything(self) -> None:
        make_release(self.root, FIRST)
        for jobs, until, code in (
            ([job("x", {}, "nonesuch")], None, "change.unknown-op"),
            ([job("x", {}, "../x")], None, "change.unknown-op"),
            (switching(self.root, FIRST), "helth", "change.no-such-job"),
        ):
            with self.assertRaises(CallError) as caught:
                self.run_change(FIRST, jobs, until)
            self.assertEqual(caught.exception.code, code)
            self.assertEqual(sorted(os.listdir(str(self.root))), ["bin", "releases"])

    def test_an_incomplete_release_is_swept_by_the_next_change(self) -> None:
        (self.root / "releases" / SECOND / "venv").mkdir(parents=True)
        self.prove(FIRST)
        self.assertEqual(release.listed(self.root), [FIRST])


class FailureBeforeTheSwitchTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)

    def test_it_closes_itself_and_touches_nothing(self) -> None:
        reply = self.run_change(SECOND, [gate("false"), *switching(self.root, SECOND)])
        self.assertEqual((reply["outcome"], reply["job"]), ("failed", "gate"))
        self.assertEqual(reply["state"], FIRST + " serves, as before: nothing that serves was touched")
        self.assertEqual(self.controller.statuses(), {"gate": "FAILED"})
        self.assertFalse(self.controller.was_undone())
        self.assert_serves(FIRST)
        self.assert_closed()
        self.assertEqual(history.read(self.root).entries[-1]["outcome"], "failed")

    def test_blocked_is_told_apart(self) -> None:
        needs = {
            "bytes": 1 << 60,
            "inodes": 1,
            "python": {"cacheTag": "cpython-11", "executable": "/nonesuch"},
            "service": "none",
            "wheels": 1,
        }
        reply = self.run_change(SECOND, [job("preflight", needs), *switching(self.root, SECOND)])
        self.assertEqual(reply["outcome"], "blocked")
        done = self.controller.done("preflight")
        self.assertEqual(
            (done["status"], done["code"], done["text"]), ("BLOCKED", "preflight.unmet", "3 needs are not met")
        )
        self.assertEqual(len(done["evidence"]), 3)
        self.assert_closed()

    def test_an_op_that_raises_is_an_error(self) -> None:
        reply = self.run_change(SECOND, [job("switch", {"from": FIRST, "to": "../../etc"})])
        self.assertEqual(reply["outcome"], "failed")
        self.assertEqual(self.controller.done("switch")["status"], "ERROR")
        self.assertIn("not a release id", self.controller.done("switch")["text"])
        self.assert_serves(FIRST)

    def test_a_limit_that_passes_is_timed_out(self) -> None:
        reply = self.run_change(SECOND, [gate("sleep 60", timeout=0.3), *switching(self.root, SECOND)])
        self.assertEqual((reply["outcome"], self.controller.done("gate")["status"]), ("failed", "TIMED OUT"))

    def test_a_switch_that_did_nothing_needs_no_undo(self) -> None:
        vanishing = gate("rm %s/releases/%s/release.json" % (self.root, SECOND))
        reply = self.run_change(SECOND, [vanishing, *switching(self.root, SECOND)])
        self.assertEqual((reply["outcome"], reply["job"]), ("failed", "switch"))
        self.assertFalse(self.controller.was_undone())
        self.assert_serves(FIRST)


class UndoTest(RootCase):
    def fail_health(self, to: str):
        make_release(self.root, to)
        # Well with any release but this one.
        asked = health("test $CONC_RELEASE != %s" % to)
        asked["command"] = "sh -c 'echo the end is near; test $CONC_RELEASE != %s'" % to
        return self.run_change(to, switching(self.root, to, asked))

    def test_the_former_release_serves_again(self) -> None:
        self.prove(FIRST)
        reply = self.fail_health(SECOND)
        self.assertEqual((reply["outcome"], reply["job"], reply["serving"]), ("undone", "health", FIRST))
        self.assertEqual(reply["state"], "%s serves, as before. %s is kept as failed" % (FIRST, SECOND))
        self.assertEqual(self.controller.undone()["undo"], "OK")
        self.assertEqual(
            self.controller.undone()["text"],
            "current: %s → %s, service = none: nothing is restarted, healthy" % (SECOND, FIRST),
        )
        self.assertIn("| the end is near", self.controller.done("health")["evidence"])
        self.assert_serves(FIRST)
        self.assert_closed()
        self.assertEqual(states.read(self.root, SECOND)["state"], "failed")
        self.assertEqual(states.read(self.root, FIRST)["state"], "proven")
        self.assertEqual(history.read(self.root).entries[-1]["outcome"], "undone")
        self.assertTrue((self.root / "releases" / SECOND).exists())

    def test_without_a_former_release_nothing_serves(self) -> None:
        reply = self.fail_health(FIRST)
        self.assertEqual((reply["outcome"], reply["current"], reply["serving"]), ("undone", None, None))
        self.assertIn("nothing serves: there was no release before", reply["state"])
        self.assertFalse(os.path.lexists(str(self.root / "current")))
        self.assertFalse((self.root / "serving.json").exists())
        self.assertEqual(states.read(self.root, FIRST)["state"], "failed")
        self.assert_closed()

    def test_an_undo_that_fails_is_told_and_the_change_is_held(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        reply = self.run_change(SECOND, switching(self.root, SECOND, health("false")))
        self.assertEqual((reply["outcome"], reply["current"]), ("broken", FIRST))
        self.assertIn("it is not healthy: false: exit 1", reply["state"])
        self.assertEqual(survey(self.root, "none")["change"]["state"], "halted")
        blocked = self.run_change(SECOND, switching(self.root, SECOND))
        self.assertEqual((blocked["outcome"], blocked["code"]), ("blocked", "change.halted"))
        # Giving it up tries again; what is left is an application that isn't well: the change is closed all the same.
        given_up = abandon.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk"})
        self.assertEqual(given_up["outcome"], "broken")
        self.assert_serves(FIRST)
        self.assert_closed()

    def test_a_current_that_someone_moved_is_left_alone(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        make_release(self.root, THIRD)
        moving = "sh -c 'ln -sfn releases/%s %s/current; false'" % (THIRD, self.root)
        reply = self.run_change(SECOND, switching(self.root, SECOND, health(moving)))
        self.assertEqual((reply["outcome"], reply["current"]), ("broken", THIRD))
        self.assertIn("someone moved it", reply["state"])

    def test_cancel_within_the_trial_undoes(self) -> None:
        self.prove(FIRST)
        make_release(self.root, SECOND)
        asked = health("sh -c 'test $CONC_RELEASE = %s || sleep 60'" % FIRST)
        self.controller.when(job="health", state="start")(lambda: self.controller.say({"cancel": True}))
        reply = self.run_change(SECOND, switching(self.root, SECOND, asked))
        self.assertEqual(reply["outcome"], "undone")
        self.assertEqual(self.controller.done("health")["text"], "cancelled")
        self.assert_serves(FIRST)

    def test_a_failure_after_the_confirmation_is_a_warning(self) -> None:
        make_release(self.root, FIRST)
        jobs = switching(self.root, FIRST)
        jobs[-1] = job("prune", {"keep": "many"})
        reply = self.run_change(FIRST, jobs)
        self.assertEqual((reply["outcome"], self.controller.done("prune")["status"]), ("proven", "ERROR"))
        self.assertIn("serves, proven. prune: ERROR", reply["state"])
        self.assert_closed()


class HaltTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.jobs = [gate("true"), *switching(self.root, SECOND)]

    def resume(self, until=None):
        self.controller = Controller()
        return resume.serve(self.controller.channel, {"root": str(self.root), "by": "bob@desk", "until": until})

    def abandon(self):
        return abandon.serve(Controller().channel, {"root": str(self.root), "by": "bob@desk"})

    def change(self):
        return survey(self.root, "none")["change"]

    def test_until_a_job_and_on(self) -> None:
        reply = self.run_change(SECOND, self.jobs, until="gate")
        self.assertEqual((reply["outcome"], reply["job"], reply["current"]), ("halted", "gate", FIRST))
        self.assertEqual(self.change()["state"], "halted")
        self.assertEqual(self.change()["job"], {"index": 1, "name": "gate", "of": 6})
        self.assertIsNone(self.change()["heard"])
        reply = self.resume()
        self.assertEqual(reply["outcome"], "proven")
        self.assertEqual(list(self.controller.statuses()), ["switch", "restart", "health", "confirm", "prune"])
        self.assert_serves(SECOND)
        self.assert_closed()

    def test_step_by_step_through_the_trial(self) -> None:
        self.run_change(SECOND, self.jobs, until="switch")
        self.assert_serves(SECOND)
        for name in ("restart", "health", "confirm"):
            reply = self.resume(name)
            self.assertEqual((reply["outcome"], list(self.controller.statuses())), ("halted", [name]))
        self.assertEqual(self.resume()["outcome"], "proven")

    def test_abandoned_before_the_switch(self) -> None:
        self.run_change(SECOND, self.jobs, until="gate")
        reply = self.abandon()
        self.assertEqual((reply["outcome"], reply["current"]), ("abandoned", FIRST))
        self.assert_closed()
        self.assertEqual(states.read(self.root, SECOND)["state"], "unproven")
        self.assertEqual(history.read(self.root).entries[-1]["outcome"], "abandoned")

    def test_abandoned_within_the_trial(self) -> None:
        for name in ("switch", "restart", "health"):
            with self.subTest(name):
                self.run_change(SECOND, [gate("true"), *switching(self.root, SECOND)], until=name)
                reply = self.abandon()
                self.assertEqual((reply["outcome"], reply["serving"]), ("abandoned", FIRST))
                self.assert_serves(FIRST)
                self.assert_closed()

    def test_abandoned_after_the_confirmation_stays(self) -> None:
        self.run_change(SECOND, self.jobs, until="confirm")
        reply = self.abandon()
        self.assertEqual((reply["outcome"], reply["serving"]), ("abandoned", SECOND))
        self.assertIn("was confirmed before", reply["state"])
        self.assert_serves(SECOND)

    def test_a_halt_waits_for_the_running_job(self) -> None:
        self.controller.when(job="gate", state="start")(lambda: self.controller.say({"halt": True}))
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual((reply["outcome"], self.controller.statuses()), ("halted", {"gate": "OK"}))
        self.assert_serves(FIRST)

    def test_a_halt_within_the_trial_waits_for_its_end(self) -> None:
        self.controller.when(job="restart", state="start")(lambda: self.controller.say({"halt": True}))
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual((reply["outcome"], reply["job"]), ("halted", "confirm"))
        self.assertEqual(states.read(self.root, SECOND)["state"], "proven")

    def test_a_controller_that_goes_away_before_the_switch_halts(self) -> None:
        self.controller.when(job="gate", state="start")(self.controller.leave)
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual((reply["outcome"], reply["job"]), ("halted", "gate"))
        self.assertIn("the controller went away", reply["state"])
        self.assert_serves(FIRST)

    def test_a_switch_that_no_controller_confirms_is_undone(self) -> None:
        self.controller.when(job="switch", state="start")(self.controller.leave)
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual((reply["outcome"], reply["job"]), ("undone", "confirm"))
        self.assert_serves(FIRST)
        self.assert_closed()

    def test_a_controller_that_says_no_to_the_confirmation(self) -> None:
        self.controller.reaches = {"well": False, "why": "Connection refused"}
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual((reply["outcome"], self.controller.done("confirm")["status"]), ("undone", "FAILED"))
        self.assertIn("Connection refused", self.controller.done("confirm")["text"])
        self.assert_serves(FIRST)

    def test_a_switch_that_is_not_confirmed_in_time_is_undone(self) -> None:
        jobs = switching(self.root, SECOND, health("sh -c 'test $CONC_RELEASE = %s || sleep 60'" % FIRST))
        # As long again the guard waits before it ends who runs this: on a busy machine an undo takes a while.
        jobs[3]["request"]["within"] = 4
        reply = self.run_change(SECOND, jobs)
        self.assertEqual((reply["outcome"], self.controller.done("health")["status"]), ("undone", "TIMED OUT"))
        self.assertIn("not confirmed in time", self.controller.done("health")["text"])

    def test_a_new_connection_confirms_though_this_one_has_ended(self) -> None:
        jobs = switching(self.root, SECOND)
        jobs[3]["request"]["fresh"] = True

        def asked() -> None:
            self.controller.leave()
            self.assertEqual(confirm.serve(Controller().channel, {"root": str(self.root)}), {"confirmed": True})

        self.controller.reaches = {"well": True}
        self.controller.when(job="confirm", confirm={"fresh": True})(asked)
        reply = self.run_change(SECOND, jobs)
        self.assertEqual(reply["outcome"], "proven")

    def test_the_word_of_this_connection_is_not_enough_where_a_new_one_must_confirm(self) -> None:
        jobs = switching(self.root, SECOND)
        jobs[3]["request"].update(fresh=True, within=3)
        self.assertEqual(self.run_change(SECOND, jobs)["outcome"], "undone")
        self.assertEqual(self.controller.done("confirm")["status"], "TIMED OUT")

    def test_a_controller_that_goes_away_does_not_keep_a_failure_from_being_undone(self) -> None:
        self.controller.when(job="switch", state="start")(self.controller.leave)
        asked = health("test -z $CONC_RELEASE")
        asked["command"] = "sh -c 'test $CONC_RELEASE = %s'" % FIRST
        reply = self.run_change(SECOND, switching(self.root, SECOND, asked))
        self.assertEqual(reply["outcome"], "undone")
        self.assert_serves(FIRST)

    def test_after_a_reboot_within_the_trial_the_switch_is_made_anew(self) -> None:
        self.run_change(SECOND, self.jobs, until="restart")
        trial = self.serving()
        serving.write(self.root, trial._replace(boot="another-boot:1"))
        self.assertEqual(serving.chosen(self.root), FIRST)
        reply = self.resume()
        self.assertEqual(reply["outcome"], "proven")
        self.assertEqual(next(iter(self.controller.statuses())), "switch")
        self.assert_serves(SECOND)

    def test_there_is_nothing_to_resume(self) -> None:
        for call in (self.resume, self.abandon):
            with self.assertRaises(CallError) as caught:
                call()
            self.assertEqual(caught.exception.code, "change.none")

    def test_a_folder_that_is_no_change_is_in_the_way_of_all(self) -> None:
        (self.root / "change").mkdir()
        self.assertEqual(self.run_change(SECOND, self.jobs)["outcome"], "blocked")
        self.assertEqual(self.change()["state"], "interrupted")
        with self.assertRaises(CallError) as caught:
            self.resume()
        self.assertEqual(caught.exception.code, "change.unreadable")

    def test_a_change_cut_off_in_its_closing_is_closed_by_the_next(self) -> None:
        self.run_change(SECOND, self.jobs, until="gate")
        from conc_agent.change.lock import take_change

        with take_change(self.root) as change:
            change.journal.write("closing", outcome="failed", job="gate", state="as it was", hint=None)
        reply = self.run_change(SECOND, self.jobs)
        self.assertEqual(reply["outcome"], "proven")
        self.assertEqual(
            [entry["outcome"] for entry in history.read(self.root).entries], ["proven", "failed", "proven"]
        )

    def test_the_pinned_request_is_what_goes_on(self) -> None:
        self.run_change(SECOND, self.jobs, until="gate")
        pinned: Any = durable.read_json(self.root / "change" / "request.json")
        self.assertEqual(
            [one["name"] for one in pinned["jobs"]], ["gate", "switch", "restart", "health", "confirm", "prune"]
        )
