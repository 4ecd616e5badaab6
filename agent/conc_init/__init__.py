"""Reads an application's source for ``conc init``: it is parsed, never imported. Runs on the controller, not on nodes."""
