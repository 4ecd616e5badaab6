"""The node's part of a difference: `former` brings a wheel into a store and prints its signature, `remake` makes the next one.

Reads {"root", "wheel": WheelEntry, "path", "contents": [WheelFile], "difference"?: base64} from its standard input.
"""

import base64
import json
import os
import shutil
import sys
from pathlib import Path

from conc_agent.install.difference import Different, remake
from conc_agent.install.contents import canonical
from conc_agent.install.former import former_wheels
from conc_agent.install.store import add_entries, entry_folder, staged_wheel

SERVING = "r1-00000001"
TAG = sys.implementation.cache_tag
request = json.load(sys.stdin)
root, wheel = Path(request["root"]), request["wheel"]
staged = staged_wheel(root, wheel["sha256"])


def install():
    add_entries(root, [wheel], TAG, lambda: None, lambda: None)
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
    (root / "store").mkdir()
    shutil.copy(request["path"], str(staged))
    staged.with_suffix(".json").write_bytes(canonical(request["contents"]))
    files = install()
    release = root / "releases" / SERVING
    release.mkdir(parents=True)
    record = {"interpreter": {"cacheTag": TAG}, "wheels": [{"sha256": wheel["sha256"], "name": wheel["name"]}]}
    (release / "release.json").write_text(json.dumps(record))
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
        print(json.dumps({"kept": made.kept, "of": made.files, "files": install()}))
    except Different as different:
        print(json.dumps({"different": str(different)}))
