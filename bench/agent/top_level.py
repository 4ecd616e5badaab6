"""Names the top-level packages of a venv that can be imported, one a line: run by the venv's own interpreter."""

import importlib
import sys
from pathlib import Path

site = next(Path(path) for path in sys.path if path.endswith("site-packages"))
found = {
    entry.name.split(".")[0] for entry in site.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").exists()
}
for name in sorted(found):
    try:
        importlib.import_module(name)
    except Exception:  # noqa: S112  some want settings, or another package
        continue
    print(name)
