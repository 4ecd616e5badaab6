"""``venv.vendors = shared``: one immutable tree of the vendors' wheels, for every release that has the same ones."""
