"""Finds test suites for ``conc build`` by parsing, never by importing. Runs on the controller."""
