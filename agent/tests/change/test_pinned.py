"""Going on with a change: only as the one that was begun, and with an agent that means the same by it."""

from __future__ import annotations

from typing import Any, Dict
from unittest import mock

from conc_agent import durable, frames, history
from conc_agent.calls import abandon, resume
from conc_agent.calls.survey import survey
from conc_agent.channel import CallError

from tests.controller import Controller
from tests.making import FIRST, SECOND, RootCase, make_release, switching


class PinnedTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.prove(FIRST)
        make_release(self.root, SECOND)
        self.run_change(SECOND, switching(self.root, SECOND), until="switch")
        self.assert_serves(SECOND)

    def request(self, **more: Any) -> Dict[str, Any]:
        return dict({"root": str(self.root), "by": "ci@build", "until": None}, **more)

    def resume(self, **more: Any) -> Dict[str, Any]:
        return resume.serve(Controller().channel, self.request(**more))

    def abandon(self, **more: Any) -> Dict[str, Any]:
        return abandon.serve(Controller().channel, self.request(**more))

    def refused(self, code: str, **more: Any) -> CallError:
        with self.assertRaises(CallError) as caught:
            self.resume(**more)
        self.assertEqual((caught.exception.code, caught.exception.state), (code, "nothing was changed"))
        self.assert_serves(SECOND)
        return caught.exception

    def seen(self) -> Dict[str, Any]:
        change = survey(self.root, "none")["change"]
        return {"release": change["release"], "since": change["since"]}

    def test_the_very_change_that_was_seen(self) -> None:
        seen = self.seen()
        self.refused("change.moved", expect=dict(seen, since="2026-01-01T00:00:00.000Z"))
        self.refused("change.moved", expect=dict(seen, release=FIRST))
        self.assertEqual(self.resume(expect=seen)["outcome"], "proven")

    def test_another_protocol(self) -> None:
        """conc of another version has no hold over the undo: that needs nothing but what stands on the node."""
        with mock.patch.object(frames, "VERSION", frames.VERSION + 1):
            error = self.refused("change.other-protocol")
            self.assertIn("begun by conc 0, which speaks protocol 1; this conc speaks 2", error.message)
            self.assertIn("conc abandon", error.hint or "")
            self.assertEqual(self.abandon()["outcome"], "abandoned")
        self.assert_serves(FIRST)

    def test_a_request_that_was_edited(self) -> None:
        path = self.root / "change" / "request.json"
        pinned = durable.read_json(path)
        assert pinned is not None
        for job in pinned["jobs"]:
            if job["op"] == "health":
                job["request"]["command"] = "false"
        durable.write_json(path, pinned)
        self.refused("change.altered")
        self.assertIn(self.abandon()["outcome"], ("abandoned", "broken"))
        self.assert_serves(FIRST)

    def test_the_history_tells_who_went_on_and_why(self) -> None:
        self.resume(until="health")
        self.abandon(because="--if-interrupted=abandon")
        taken = history.read(self.root).entries[-1]["taken"]
        self.assertEqual(
            [(each["what"], each["by"], each["because"]) for each in taken],
            [("resumed", "ci@build", None), ("abandoned", "ci@build", "--if-interrupted=abandon")],
        )
