"""``test``: runs test suites on this machine, which need have nothing but a python3. Nothing of them stays."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Dict

from conc_agent import alive, outcome, release
from conc_agent.application.suites import Place, Suites
from conc_agent.channel import CallError, Channel
from conc_agent.context import Cancelled


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{root, release, python}`` and what ``Suites`` takes; ``release`` and ``python`` may be null."""

    def check() -> None:
        if channel.gone or channel.poll("cancel"):
            raise Cancelled(outcome.FAILED, "cancelled")

    root = release.root_path(request["root"])
    folder = Path(tempfile.mkdtemp(prefix="conc-test-"))
    try:
        with ExitStack() as stack:
            if request["release"] is not None:
                stack.enter_context(alive.held(root, request["release"]))
            Suites(folder, Place(root, request["release"], request["python"]), request, check).run(channel.send)
    except Cancelled as cancelled:
        raise CallError("test.cancelled", "the tests were cancelled; what ran was ended") from cancelled
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)
    return {}
