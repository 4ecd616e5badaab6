"""A history of so many entries, as the agent writes them: ``write_history.py AGENT ROOT COUNT``. The last entry that is
there serves as the pattern. Not by ``append``, which would sync each."""

import sys
from pathlib import Path


def main(agent: str, root: Path, count: int) -> None:
    sys.path.insert(0, agent)
    from conc_agent import history

    pattern = history.read(root).entries[-1]
    with open(root / history.NAME, "wb") as file:
        file.writelines(history._line(dict(pattern, number=number)) for number in range(1, count + 1))
    read = history.read(root)
    if len(read.entries) != count or read.damaged:
        raise SystemExit("the agent does not read what was written")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
