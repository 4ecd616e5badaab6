"""``gateway``: this interpreter becomes the far end of a script's gateway, whose frames come and go as blobs."""

from __future__ import annotations

import atexit
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import Any, Dict

from conc_agent.channel import CallError, Channel, ChannelClosed
from conc_agent.channels.far import MODELS, FarGateway
from conc_agent.channels.outlet import Outlet


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{id, model, execnet}`` → ``{}``, once the script is done with it, or gone.

    ``execnet``: where conc's own module of that name lies, on this machine; null: this is another machine.
    """
    if request["model"] not in MODELS:
        raise CallError(
            "run.model",
            "execmodel=%s: there is no such execution model here" % request["model"],
            hint="one of: " + ", ".join(MODELS),
        )
    # As `python -c` has it, and scripts may expect: modules are looked for where the interpreter was started.
    sys.dont_write_bytecode = sys.flags.dont_write_bytecode != 0
    if request["execnet"] is not None:
        _offer("execnet", request["execnet"])
    outlet = Outlet(lambda data: _write(channel, data), channel.flush)
    FarGateway(request["id"] + "-worker", request["model"], lambda: _read(channel), outlet).serve()
    # The agent ends its process without asking: what scripts registered is due now.
    atexit._run_exitfuncs()
    return {}


def _read(channel: Channel) -> bytes:
    try:
        return channel.receive()[1]
    except ChannelClosed:
        return b""


def _write(channel: Channel, data: bytes) -> None:
    channel.write(data)
    if channel.gone:
        raise BrokenPipeError("the controller is gone")


def _offer(name: str, folder: str) -> None:
    """A package that lies elsewhere than on sys.path."""
    loader = SourceFileLoader(name, os.path.join(folder, "__init__.py"))
    spec = ModuleSpec(name, loader, origin=loader.path, is_package=True)
    spec.has_location = True
    spec.submodule_search_locations = [folder]
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
