"""What must be so of a root, whatever happened to it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from conc_agent import history, release, serving
from conc_agent import states as release_states
from conc_agent.change import journal, look

from . import states
from .world import FIRST, SECOND, Record, World, events_of

_WELL = ("OK", "STOPPED")


def state_of(there: bool, records: Sequence[Record]) -> str:
    """The model's state of a change that nobody runs. ``there``: is there a ``change``?"""
    if not there:
        return states.NONE
    state = states.follow(events_of(list(records)))
    return states.TRANSITIONS.get((state, states.CRASH), state)


def judge(world: World, state: str, records: Sequence[Record]) -> None:
    """A root that nobody works on: what is told of it is what the model says, and ``current`` is whole."""
    told = look.change_record(world.root)
    world.assertEqual(told and told["state"], states.STATES[state].told)
    if state != states.NONE:
        world.assertEqual(events_of(journal.read(world.root / "change" / "journal")), events_of(list(records)))
        _effects(world, records)
    _whole(world)
    read = history.read(world.root)
    changes = [entry["change"] for entry in read.entries]
    world.assertEqual(len(changes), len(set(changes)), "a change stands in the history twice")
    world.assertEqual([entry["number"] for entry in read.entries], list(range(1, len(changes) + 1)))
    # A line that was torn within, but not at its end, is counted and told.
    world.assertTrue(read.damaged == 0 or world.torn)


def in_history(world: World, change: str) -> None:
    """A change that is not there any more has its line."""
    world.assertIn(change, [entry["change"] for entry in history.read(world.root).entries], "it went without a word")


def ended(world: World, reply: Dict[str, Any]) -> None:
    """A change that came to its end: what was told is so."""
    judge(world, states.NONE, [])
    world.assertEqual(history.read(world.root).entries[-1]["outcome"], reply["outcome"])
    world.assertEqual((reply["current"], reply["serving"]), (release.current(world.root), serving.chosen(world.root)))
    world.assertEqual(reply["current"], reply["serving"])
    settled = serving.read(world.root)
    world.assertTrue(settled is not None and settled.confirmed, settled)
    if reply["outcome"] == "proven":
        world.assertEqual(reply["current"], reply["release"])
        world.assertEqual(release_states.read(world.root, reply["release"])["state"], release_states.PROVEN)
    elif reply["outcome"] == "undone":
        world.assertNotEqual(reply["current"], reply["release"])


def _effects(world: World, records: Sequence[Record]) -> None:
    """No durable intent, no job; and what is done was done."""
    opened, to = records[0], records[0]["change"]["release"]
    begun = {record["index"] for record in records if record["record"] in ("intent", "done")}
    for name in world.marked(opened):
        world.assertIn(opened["jobs"].index(name), begun, "%s has an effect and no intent" % name)
    touched = (release.current(world.root), serving_to(world)) != (
        opened["former"]["current"],
        opened["former"]["serving"],
    )
    switch = opened["jobs"].index("switch")
    if touched:
        world.assertIn(switch, begun, "the switch has an effect and no intent")
    story = journal.told(list(records))
    for index, record in story.done.items():
        name = opened["jobs"][index]
        if name in ("gate", "ship", "warm") and not record.get("said"):
            world.assertIn(name, world.marked(opened), "%s is done and has no effect" % name)
    if not story.undoing and _well(story.done.get(switch)):
        world.assertEqual((release.current(world.root), serving_to(world)), (to, to), "the switch is done")
    if _well(story.done.get(opened["jobs"].index("confirm"))):
        settled = serving.read(world.root)
        world.assertTrue(settled is not None and settled.confirmed and settled.to == to, "confirm is done")


def serving_to(world: World) -> Optional[str]:
    state = serving.read(world.root)
    return None if state is None else state.to


def _well(record: Optional[Record]) -> bool:
    return record is not None and record["status"] in _WELL


def _whole(world: World) -> None:
    """At every instant ``current`` names a complete release, and launchers find one."""
    named: List[Optional[str]] = [release.current(world.root), serving.chosen(world.root)]
    for name in named:
        world.assertIn(name, (FIRST, SECOND))
        world.assertIsNotNone(release.record(world.root, str(name)))
