"""Reads an application's source for ``conc init``: parsed, never imported. Runs on the controller, not on nodes."""
