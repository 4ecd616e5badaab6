"""conc's own checks of a node, as suites of unittest's: ``conc test NODE --builtin``.

Each is about what a node must not have, or must be as ``conc.ini`` says. They read only, and need nothing but python3.
"""

MODULES = (
    "concops.nodechecks.compilers",
    "concops.nodechecks.keys",
    "concops.nodechecks.ownership",
    "concops.nodechecks.disk",
    "concops.nodechecks.clock",
    "concops.nodechecks.ports",
    "concops.nodechecks.certificates",
    "concops.nodechecks.root_files",
    "concops.nodechecks.sudo_rules",
)
