"""Workers that drain take turns: the new one starts in a group of its own, ``worker~2``, beside ``worker``, which is
then told to end and finishes what it does. supervisord goes on watching over it, and kills it past its stop_timeout.

Only the group whose turn it is stands in the configuration, so that after a reboot nothing else is started.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from conc_agent import procs
from conc_agent.services.supervisord_rpc import Info, Supervisor

Process = Dict[str, Any]

#: No process of conc.ini has it in its name.
_SIGN = "~"
UP = ("STARTING", "RUNNING", "BACKOFF")
DOWN = ("STOPPED", "EXITED", "FATAL")


class Turn(NamedTuple):
    """In which group a process runs."""

    group: str
    #: It is to be started; else it runs what it should.
    fresh: bool


def process_of(group: str) -> str:
    return group.partition(_SIGN)[0]


def plain(member: str) -> str:
    """``worker:worker_0`` for ``worker~2:worker_0``: in which group it is, is of no interest to people."""
    group, colon, name = member.partition(":")
    return process_of(group) + colon + name


def choose(supervisor: Supervisor, root: Path, release: str, processes: List[Process]) -> Dict[str, Turn]:
    """Whose turn it is, for each process that drains. Groups that have ended are removed on the way."""
    found: Dict[str, Turn] = {}
    for process in processes:
        if process.get("drain"):
            groups = _groups(supervisor, process["name"])
            kept = [name for name, infos in groups.items() if _serves(infos, process["count"], root, release)]
            taken = [name for name in groups if not (_is_down(groups[name]) and supervisor.remove_group(name))]
            found[process["name"]] = Turn(kept[0], False) if kept else Turn(_free(process["name"], taken), True)
    return found


def retire(supervisor: Supervisor, process: str, serving: str, root: Path) -> List[str]:
    """Tell every other group of a process to end, and wait for none. In words, what goes on ending."""
    said: List[str] = []
    for name, infos in _groups(supervisor, process).items():
        if name == serving or (_is_down(infos) and supervisor.remove_group(name)):
            continue
        supervisor.stop_group(name)
        for info in infos:
            if info["pid"]:
                said.append("pid %d of %s drains" % (info["pid"], procs.release_of(info["pid"], root) or "before"))
    return said


def shown(infos: List[Info]) -> List[Info]:
    """Without those that have drained: their group is there until the next deploy."""
    bases = [process_of(info["group"]) for info in infos if info["statename"] not in DOWN]
    return [info for info in infos if info["statename"] not in DOWN or process_of(info["group"]) not in bases]


def _groups(supervisor: Supervisor, process: str) -> Dict[str, List[Info]]:
    found: Dict[str, List[Info]] = {}
    for info in supervisor.all():
        if process_of(info["group"]) == process:
            found.setdefault(info["group"], []).append(info)
    return found


def _serves(infos: List[Info], count: int, root: Path, release: str) -> bool:
    well = [info for info in infos if info["statename"] == "RUNNING"]
    return len(infos) == len(well) == count and all(procs.release_of(one["pid"], root) == release for one in well)


def _is_down(infos: List[Info]) -> bool:
    return all(info["statename"] in DOWN for info in infos)


def _free(process: str, taken: List[str]) -> str:
    names = [process] + ["%s%s%d" % (process, _SIGN, number) for number in range(2, len(taken) + 2)]
    return next(name for name in names if name not in taken)
