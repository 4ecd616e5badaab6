"""A venv of what a root serves, from its warm store: ``fresh_venv.py AGENT ROOT VENV``. The agent's own code, without
what surrounds it in a deploy."""

import json
import sys
from pathlib import Path


def main(agent: str, root: Path, venv: Path) -> None:
    sys.path.insert(0, agent)
    from conc_agent.install import store
    from conc_agent.install.entry import read_index
    from conc_agent.install.environment import Part, make_environment
    from conc_agent.uncollected import uncollected

    record = json.loads((root / "current" / "release.json").read_text("utf-8"))
    tag = record["interpreter"]["cacheTag"]
    with uncollected():
        parts = [
            Part(
                wheel["name"],
                read_index(store.entry_folder(root, wheel["sha256"], tag)),
                wheel["role"] == "application",
            )
            for wheel in record["wheels"]
        ]
        make_environment(venv, venv.name, parts, lambda files: None, lambda: None)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
