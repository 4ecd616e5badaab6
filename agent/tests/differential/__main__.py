"""``python -m tests.differential WHEELS PIP UV WORK``: one set by pip and by conc, the comparison as JSON on stdout.

``WHEELS``: a folder of wheels, or ``made``. ``PIP``: a pip wheel. ``WORK``: a new folder, of any name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

from conc_agent.install.environment import PATH_FILE
from conc_agent.install.schemes import venv_layout
from conc_agent.install.venv import make_venv
from conc_agent.ops import deliver, install, verify
from conc_agent.outcome import OK, Outcome
from conc_agent.vendors import places

from ..install.local import LocalContext, entry_of, install_request, metadata_of
from .made import make_all
from .oracle import disagreements
from .trees import compare, files
from .views import imports, views

RELEASE, SHARING = "r1-00000001", "r2-00000002"


def run(wheels: List[Path], pip: Path, uv: str, work: Path) -> Dict[str, Any]:
    seconds = {}
    names = [metadata_of(path)["name"] for path in wheels]
    by_pip = work / "by pip" if " " in work.name else work / "pip"
    started = time.monotonic()
    make_venv(by_pip, "pip")
    fresh = files(by_pip)
    with zipfile.ZipFile(pip) as archive:
        # As a folder: from the archive, every command would compile pip anew.
        archive.extractall(work / "pip itself")
    argv = [sys.executable, "-I", str(work / "pip itself" / "pip"), "--disable-pip-version-check"]
    links = f"--find-links={wheels[0].parent}"
    options = [
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        "--no-cache-dir",
        links,
        *[f"{name}=={metadata_of(path)['version']}" for name, path in zip(names, wheels)],
    ]
    subprocess.run([*argv, "--python", str(by_pip / "bin" / "python"), *options], check=True)
    seconds["pip"] = round(time.monotonic() - started, 1)
    started = time.monotonic()
    by_conc = _by_conc(wheels, work / "srv")
    seconds["conc"] = round(time.monotonic() - started, 1)
    report = compare(by_conc, by_pip, fresh)
    seen = views(by_conc, argv, uv, names), views(by_pip, argv, uv, names)
    differing = [
        f"{name}: {_first_difference(seen[0][name], seen[1][name])}"
        for name in seen[0]
        if seen[0][name] != seen[1][name]
    ]
    told = {name: text[:2000] for name, text in seen[1].items() if "exit 0" not in text}
    shared, tree = _shared(work / "srv", wheels)
    apart = compare(tree, by_pip, fresh), compare(shared, by_pip, {*fresh, _path_file()}, libraries=False)
    differing += _as_one(shared, tree, by_pip, argv, names, seen[1])
    for folder, _, _ in os.walk(str(tree)):
        # Read-only: who isn't root could not remove what is in it.
        os.chmod(folder, 0o755)
    return {
        **report._asdict(),
        "faults": [*report.faults, *apart[0].faults, *apart[1].faults, *disagreements(pip)],
        "wheels": [path.name for path in wheels],
        "views": differing,
        "told": told,
        "seconds": seconds,
    }


def _by_conc(wheels: List[Path], root: Path) -> Path:
    """Delivered, installed and verified as on a node; in pip's order, by name, so that the same namespace wins."""
    root.mkdir(parents=True)
    context = LocalContext(root, wheels, RELEASE)
    entries = [entry_of(path) for path in wheels]
    _well(deliver.run(context, {"wheels": entries}))
    _well(install.run(context, install_request(RELEASE, entries)))
    _well(verify.run(context, {}))
    return root / "releases" / RELEASE / "venv"


def _shared(root: Path, wheels: List[Path]) -> Tuple[Path, Path]:
    """The same, with ``venv.vendors = shared``: the release's venv, and the one that has the vendors' libraries."""
    context = LocalContext(root, wheels, SHARING)
    request = install_request(SHARING, [entry_of(path) for path in wheels])
    request["record"]["attributes"]["venv.vendors"] = "shared"
    _well(install.run(context, request))
    _well(verify.run(context, {}))
    name = places.tree_of(root, SHARING)
    if name is None:
        raise SystemExit("the vendors' wheels don't share a tree")
    return root / "releases" / SHARING / "venv", places.folder_of(root, name) / "venv"


def _path_file() -> str:
    return f"{venv_layout().purelib}/{PATH_FILE}"


def _as_one(
    shared: Path, tree: Path, by_pip: Path, pip: List[str], names: List[str], theirs: Dict[str, str]
) -> List[str]:
    """What Python and pip see in a release that shares a tree, and what can be imported there. uv looks into a venv's
    own folder alone (docs/shared-vendors.md)."""
    ours = views(shared, pip, None, names)
    ours["imports"], theirs = imports(shared), {**theirs, "imports": imports(by_pip)}
    ours = {name: text.replace(str(tree), "VENV") for name, text in ours.items()}
    return [
        f"shared: {name}: {_first_difference(text, theirs[name])}"
        for name, text in ours.items()
        if text != theirs[name]
    ]


def _well(outcome: Outcome) -> None:
    if outcome.status != OK:
        raise SystemExit(f"{outcome.status}: {outcome.text} {' '.join(outcome.evidence)}")


def _first_difference(ours: str, theirs: str) -> str:
    for one, two in zip(ours.splitlines(), theirs.splitlines()):
        if one != two:
            return f"{one[:300]!r} instead of {two[:300]!r}"
    return "one is longer"


if __name__ == "__main__":
    place, pip_wheel, uv_program, folder = sys.argv[1:]
    work_folder = Path(folder)
    work_folder.mkdir(parents=True)
    found = make_all(work_folder / "wheels") if place == "made" else sorted(Path(place).glob("*.whl"))
    print(json.dumps(run(found, Path(pip_wheel), uv_program, work_folder)))
