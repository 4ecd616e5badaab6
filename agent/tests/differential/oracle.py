"""The node's own look at tags and Requires-Python, held against ``packaging``, as pip carries it."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path
from typing import List

from conc_agent.install import requires_python, tags

_PYTHONS = [
    "py2",
    "py3",
    "py38",
    "py39",
    "py313",
    "py399",
    "cp27",
    "cp36",
    "cp39",
    "cp310",
    "cp313",
    "cp399",
    "pp39",
    "cp3",
]
_ABIS = ["none", "abi3", "cp27mu", "cp39", "cp310", "cp313", "cp313t", "cp36m"]
_PLATFORMS = [
    "any",
    "linux_x86_64",
    "linux_aarch64",
    "manylinux1_x86_64",
    "manylinux2010_x86_64",
    "manylinux2014_x86_64",
    "manylinux_2_17_x86_64",
    "manylinux_2_99_x86_64",
    "manylinux_2_17_aarch64",
    "musllinux_1_1_x86_64",
    "win_amd64",
    "macosx_11_0_arm64",
]
_SPECIFIERS = [
    ">=3.8",
    ">=3.8,<4",
    ">=3.6.dev0",
    ">=3.9.0rc1",
    "!=3.9.*",
    "!=3.9.18,>=3",
    "==3.*",
    "==3.9.*",
    "~=3.8",
    "~=3.9.1",
    "~=3.9",
    "<3.13",
    "<=3.13",
    ">3.12",
    ">3.9.18",
    "<3.9.19",
    ">=3.13.0",
    "<3.13.0a1",
    ">=3.10.post1",
    "===3.9.18",
    ">=99",
    "<3",
]
_VERSIONS = ((3, 8, 18), (3, 9, 0), (3, 9, 18), (3, 9, 19), (3, 10, 0), (3, 12, 1), (3, 13, 0), (3, 14, 2))


def disagreements(pip: Path) -> List[str]:
    """``pip``: a pip wheel."""
    sys.path.insert(0, str(pip))
    supported = {str(tag) for tag in importlib.import_module("pip._vendor.packaging.tags").sys_tags()}
    others = {"-".join(parts) for parts in itertools.product(_PYTHONS, _ABIS, _PLATFORMS)}
    found = [f"tag {tag}" for tag in sorted(supported | others) if tags.fits(tag) != (tag in supported)]
    specifiers = importlib.import_module("pip._vendor.packaging.specifiers")
    for text, version in itertools.product(_SPECIFIERS, _VERSIONS):
        wanted = specifiers.SpecifierSet(text).contains(".".join(map(str, version)), prereleases=True)
        if requires_python.allows(text, version) != wanted:
            found.append(f"{text} for {version}: not {wanted}")
    return found
