"""``near``: on the controller, ops of the application's own that run there, and the reading of its list of jobs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Dict

from conc_agent import outcome
from conc_agent.application import code
from conc_agent.application.performer import Listed, Performed, Performer
from conc_agent.channel import CallError, Channel, ChannelClosed
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.context import Cancelled
from conc_agent.outcome import Outcome


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``request``: ``{python, module, attribute, digests, files, env, paths, cwd}``; ``python`` has the application
    installed, or finds it in ``paths``. Messages: protocol/README.md, "near"."""
    # Passwords come with requests, on the pipe.
    keep_out_of_core_files()
    folder = Path(tempfile.mkdtemp(prefix="conc-near-"))
    try:
        code.place(folder, request["files"])
        listed = Listed(request["module"], request["attribute"], request["digests"])
        performer = Performer(folder, listed, lambda: request["env"], request["cwd"])
        try:
            worker = performer.open(request["python"], request["paths"], "on this machine")
            channel.send({"frozen": worker.freeze()})
            _perform_all(channel, performer, request)
        finally:
            performer.close()
    finally:
        shutil.rmtree(str(folder), ignore_errors=True)
    return {}


def _perform_all(channel: Channel, performer: Performer, request: Dict[str, Any]) -> None:
    while True:
        try:
            _, message = channel.receive()
        except ChannelClosed:
            return
        if "perform" in message:
            channel.send({"done": _perform(channel, performer, request, message["perform"])})


def _perform(channel: Channel, performer: Performer, request: Dict[str, Any], asked: Dict[str, Any]) -> Dict[str, Any]:
    def check() -> None:
        if channel.gone or channel.poll("cancel"):
            raise Cancelled(outcome.FAILED, "cancelled")

    try:
        worker = performer.open(request["python"], request["paths"], "on this machine")
        performed = performer.perform(
            worker, asked, asked["ncd"], asked["sudo"], lambda record: channel.send({"log": record}), check
        )
    except Cancelled as cancelled:
        performed = Performed(Outcome(cancelled.status, cancelled.reason), {}, (), None)
    except CallError as error:
        result = Outcome(outcome.ERROR, error.message, error.evidence, error.code, error.hint)
        performed = Performed(result, {}, (), None)
    result = performed.outcome
    return {
        "status": result.status,
        "text": result.text,
        "evidence": list(result.evidence),
        "code": result.code,
        "hint": result.hint,
        "ncd": performed.ncd,
        "removed": list(performed.removed),
        "recorded": performed.recorded,
    }
