"""From staged wheels to a release: the store, the venv, the links, as exact as pip and without it."""
