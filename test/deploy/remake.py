"""The node's part of a difference: `former` installs a wheel, `signature` tells what of it is like the next one, `remake`
makes that of a difference.

Reads {"root", "wheel": WheelEntry, "path", "contents": [WheelFile], "difference"?: base64} from its standard input.
"""

import base64
import json
import os
import shutil
import sys
from pathlib import Path

from conc_agent.install.contents import canonical
from conc_agent.install.difference import Different, remake
from conc_agent.install.former import former_wheels
from conc_agent.install.store import entry_folder, staged_wheel
from conc_agent.ops import install as op
from tests.install.local import LocalContext, install_request

SERVING = "r1-00000001"
TAG = sys.implementation.cache_tag
request = json.load(sys.stdin)
root, wheel = Path(request["root"]), request["wheel"]
staged = staged_wheel(root, wheel["sha256"])


def install(release):
    outcome = op.run(LocalContext(root, release=release), install_request(release, [wheel]))
    if outcome.status != "OK":
        raise SystemExit(outcome.text)
    files = {}
    for folder, _, names in os.walk(str(entry_folder(root, wheel["sha256"], TAG))):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith(".pyc") and name != "index.json":
                relative = os.path.relpath(path, str(entry_folder(root, wheel["sha256"], TAG)))
                files[relative] = [os.stat(path).st_mode & 0o777, Path(path).read_bytes().decode("latin-1")]
    return files


def former():
    return former_wheels(root, {wheel["sha256"]: wheel}, [wheel["sha256"]]).get(wheel["sha256"])


if sys.argv[1] == "former":
    staged.parent.mkdir(parents=True)
    shutil.copy(request["path"], str(staged))
    staged.with_suffix(".json").write_bytes(canonical(request["contents"]))
    files = install(SERVING)
    os.symlink("releases/" + SERVING, str(root / "current"))
    print(json.dumps({"files": files}))
elif sys.argv[1] == "signature":
    there = former()
    print(json.dumps(None if there is None else there.signature))
else:
    data = base64.b64decode(request["difference"])
    try:
        pieces = iter([data[at : at + 100] for at in range(0, len(data), 100)])
        made = remake(staged, former(), pieces, wheel, wheel["contents"], lambda: None)
        staged.with_suffix(".json").write_bytes(made.contents)
        print(json.dumps({"kept": made.kept, "of": made.files, "files": install("r2-00000002")}))
    except Different as different:
        print(json.dumps({"different": str(different)}))
