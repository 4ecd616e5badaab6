"""A venv of what a root serves, from its warm store: ``fresh_venv.py AGENT ROOT VENV [spans]``. The agent's own code,
without what surrounds it in a deploy. ``spans``: prints where the time goes."""

import json
import sys
import time
from pathlib import Path
from typing import Any, Dict


def main(agent: str, root: Path, venv: Path, spans: bool) -> None:
    begun = time.monotonic()
    sys.path.insert(0, agent)
    from conc_agent import timing
    from conc_agent.install import store
    from conc_agent.install.entry import read_index
    from conc_agent.install.environment import Part, make_environment
    from conc_agent.uncollected import uncollected

    line("imports of the agent's code", time.monotonic() - begun, spans)

    def tell(told: Dict[str, Any]) -> None:
        for span in told["spans"]:
            line(span["name"], span["end"] - span["start"], spans)

    record = json.loads((root / "current" / "release.json").read_text("utf-8"))
    tag = record["interpreter"]["cacheTag"]
    with uncollected(), timing.asked(tell):
        with timing.span("lists"):
            parts = [
                Part(
                    wheel["name"],
                    read_index(store.entry_folder(root, wheel["sha256"], tag)),
                    wheel["role"] == "application",
                )
                for wheel in record["wheels"]
            ]
        make_environment(venv, venv.name, parts, lambda files: None, lambda: None)
    line("all of it, without the interpreter's own start", time.monotonic() - begun, spans)


def line(name: str, seconds: float, wanted: bool) -> None:
    if wanted:
        print("%-50s %7.3f s" % (name, seconds))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:] == ["spans"])
