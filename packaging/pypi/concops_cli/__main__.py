"""``python -m concops_cli``: conc, where its script is not on the PATH."""

from __future__ import annotations

from concops_cli.start import main

main()
