"""Finds test suites in Python source for ``conc build``: parsed, never imported. Runs on the controller, not on nodes."""
