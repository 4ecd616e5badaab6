"""Runs a script as ``python3 SCRIPT ARGV…`` would, but for ``import execnet``, which finds conc's own module.

    python3 launch.py SCRIPT ARGV…

Nothing is put on ``sys.path`` but the script's folder, as Python does itself.
"""

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any, Dict, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 8)


def main() -> Tuple[str, bytes, Dict[str, Any]]:
    """The script, its source, and the emptied globals of ``__main__``."""
    if sys.version_info < OLDEST:
        sys.exit("conc run: Python 3.8 or newer is needed, this is %s" % sys.version.split()[0])
    package("conc_agent", os.path.join(os.path.dirname(HERE), "conc_agent"))
    package("execnet", os.path.join(HERE, "execnet"))
    del sys.argv[0]
    script = sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.realpath(script))
    with open(script, "rb") as file:
        source = file.read()
    names = sys.modules["__main__"].__dict__
    for name in [name for name in names if not name.startswith("__")]:
        del names[name]
    names.update(__file__=script, __doc__=None, __cached__=None)
    return script, source, names


def package(name: str, folder: str) -> None:
    """A package by its folder. Its modules are found through its ``__path__``."""
    loader = SourceFileLoader(name, os.path.join(folder, "__init__.py"))
    spec = ModuleSpec(name, loader, origin=loader.path, is_package=True)
    spec.has_location = True
    spec.submodule_search_locations = [folder]
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)


def run(script: str, source: bytes, names: Dict[str, Any], sys: ModuleType = sys) -> None:
    """In ``__main__`` itself, so that pickles and ``inspect`` find it. This file's own globals are gone by then."""
    try:
        exec(compile(source, script, "exec", dont_inherit=True), names)  # noqa: S102
    except SystemExit:
        raise
    except BaseException as raised:
        # Without this file's own lines: the traceback is the script's.
        raised.__traceback__ = raised.__traceback__ and raised.__traceback__.tb_next
        if isinstance(raised, KeyboardInterrupt):
            raise
        sys.excepthook(type(raised), raised, raised.__traceback__)
        sys.exit(1)


if __name__ == "__main__":
    run(*main())
