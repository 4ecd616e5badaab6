"""First code of the agent on a node: the loader runs it with ``payload`` in its globals.

Only what Python 3.4 can parse, so that an old interpreter can say what it is.
"""

import os
import sys

BANNER = b"\x00\x01conc\x02"
OLDEST = (3, 8)


def boot(payload):
    """Answer with the banner, move the protocol off descriptors 0 to 2, serve until the controller is done."""
    if sys.version_info < OLDEST:
        os.write(1, BANNER + ("!python %d.%d.%d\n" % sys.version_info[:3]).encode())
        return
    sys.dont_write_bytecode = True
    source, sink = os.dup(0), os.dup(1)
    write_all(sink, BANNER + b"1\n")
    modules = install(payload["modules"])
    if "keep" in payload:
        from conc_agent import kept

        modules.root, modules.digest = payload["keep"]
        modules.soon = payload.get("soon", [])
        modules.kept = kept.load(*payload["keep"])
    from conc_agent import logs, serve

    serve.main(source, sink, modules, logs.Logs())


def install(sources):
    """The import hook can't be imported before it is there."""
    name = "conc_agent.modules"
    module = type(sys)(name)
    exec(compile(sources[name], "conc_agent/modules.py", "exec"), module.__dict__)
    sys.modules[name] = module
    modules = module.Modules(sources)
    sys.meta_path.insert(0, modules)
    return modules


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


if "payload" in globals():
    boot(globals()["payload"])
