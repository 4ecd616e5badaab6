"""Runs test suites on a node, or on the controller: a module at a time, in an interpreter of its own, results as they
come. The messages stand in ``runner`` and ``child``."""
