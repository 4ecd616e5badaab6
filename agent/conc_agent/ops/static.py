"""``static``: the release's static files, collected where that is to be done, and put beside those of others."""

from __future__ import annotations

import os
import shutil
from typing import Any, Dict, Optional

from conc_agent import release
from conc_agent.context import Context
from conc_agent.install.schemes import venv_layout
from conc_agent.ops.health_command import ask_command
from conc_agent.outcome import Outcome, failed, ok, stopped
from conc_agent.static import manifest, shelf

#: Where a command leaves them, below the release; CONC_STATIC names it.
COLLECTED = "static"


def run(context: Context, request: Dict[str, Any]) -> Outcome:
    """``{command, folder, timeout}``: a command that leaves them in ``$CONC_STATIC``, or a folder below the release's
    ``site-packages``; both null: those that the release has. Before the switch only new names are added."""
    root, name = context.root, context.release
    # A web server runs as another user.
    umask = os.umask(0o022)
    try:
        static = manifest.read(root, name)
        if static is None:
            unwell = _collect(context, request)
            if unwell is not None:
                return unwell
            static = manifest.read(root, name)
        if static is None:
            return stopped("%s has no static files" % name)
        added = shelf.add(root, name, static)
    except manifest.Refused as refused:
        return failed("%s; nothing that serves was touched" % refused, code="static.refused")
    finally:
        os.umask(umask)
    waiting = ", %d replaced at the switch" % added.waiting if added.waiting else ""
    if not added.new:
        return stopped("%d files, none new%s" % (len(static.files), waiting))
    return ok("%d files, %d new in shared/static%s" % (len(static.files), added.new, waiting))


def _collect(context: Context, request: Dict[str, Any]) -> Optional[Outcome]:
    """None: it is done, or there is nothing to do."""
    home = release.folder(context.root, context.release)
    if request["command"]:
        shutil.rmtree(str(home / COLLECTED), ignore_errors=True)
        (home / COLLECTED).mkdir()
        well, text, lines = ask_command(context, request["command"], request["timeout"])
        if not well:
            return failed(text, lines, "static.command", "nothing that serves was touched")
        manifest.write(context.root, context.release, COLLECTED)
    elif request["folder"]:
        place = "venv/%s/%s" % (venv_layout().purelib, request["folder"])
        if not (home / place).is_dir():
            return failed("static.folder = %s: the release has no such folder" % request["folder"], code="static.none")
        manifest.write(context.root, context.release, place)
    return None
