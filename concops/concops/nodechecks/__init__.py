"""conc's own checks of a node, as suites: ``conc test NODE --builtin``."""

MODULES = ()
