"""Every file of a release against what was recorded when it was made."""

from __future__ import annotations

from typing import Any, Dict, List

from conc_agent import release
from conc_agent.context import Context
from conc_agent.drift.env import generation_drift
from conc_agent.drift.judge import Difference, Judge
from conc_agent.drift.launchers import launcher_drift
from conc_agent.drift.release import release_drift
from conc_agent.env.generations import FOLDER
from conc_agent.install.interpreter import replaced_interpreter
from conc_agent.outcome import OK, Outcome, failed, ok
from conc_agent.uncollected import uncollected

_SHOWN = 10


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """Linked files by size, time, mode and inode; copied and generated ones by their content; links; launchers.

    ``request``: ``{acceptDrift?}``: a person knows of the differences, which are named all the same.
    """
    root, name = context.root, context.release
    if release.record(root, name) is None:
        return failed(f"{name} is not complete", code="release.incomplete", hint="install it again")
    judge = Judge(thorough=False)

    def check() -> None:
        context.check_cancelled()
        context.progress(judge.files, None, "files")

    with uncollected():
        differing = release_drift(root, name, judge, check)
    differing += [*launcher_drift(root, name), *generation_drift(root, name)]
    if not (release.folder(root, name) / "venv" / "bin" / "python").exists():
        return failed("bin/python does not lead to an interpreter", _first(differing), "release.no-python")
    replaced = replaced_interpreter(release.record(root, name) or {})
    if replaced:
        hint = "bring it back, or deploy again: the release is then made for what is there"
        return failed(replaced, _first(differing), "release.python-replaced", hint)
    if not differing:
        return ok("every file as in the manifest")
    text = f"{len(differing):,} of {judge.files:,} files differ from what was installed"
    if request.get("acceptDrift"):
        return Outcome(OK, text + ", which was accepted", _first(differing))
    again = "deploy it again: what was never proven is made anew"
    if all(difference.path.split("/")[0] == FOLDER for difference in differing):
        again = "set the secrets again: conc env set"
    hint = again + ". Or as it is, if you know why it differs: --accept-drift"
    return failed(text, _first(differing), "release.differs", hint)


def _first(differing: List[Difference]) -> List[str]:
    shown = [f"{difference.path} {difference.text}" for difference in differing[:_SHOWN]]
    if len(differing) > _SHOWN:
        shown.append(f"and {len(differing) - _SHOWN:,} more")
    return shown
