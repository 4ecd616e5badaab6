"""Whether a wheel is what its file name says, and for this interpreter."""

from __future__ import annotations

import platform
from typing import Dict, Sequence

from conc_agent.install import requires_python, tags
from conc_agent.install.refused import Refused
from conc_agent.install.versions import normal_name, same_version


def check_file_name(file: str, name: str, version: str) -> tags.WheelName:
    """``name`` and ``version`` are those of its METADATA."""
    told = tags.read_name(file)
    if told is None:
        raise Refused(file, "its file name is not one of a wheel")
    if normal_name(told.name) != normal_name(name):
        raise Refused(file, f"inside it calls itself {name!r}, its file name says {told.name!r}")
    if not same_spelling(version, told.version):
        raise Refused(file, f"inside it is version {version!r}, its file name says {told.version!r}")
    return told


def check_tags(told: tags.WheelName, listed: Sequence[str], file: str) -> None:
    """A tag counts where both say it, the file name (which pip reads) and WHEEL (which it does not)."""
    inside = frozenset(tag for line in listed for tag in tags.expand(line))
    both = told.tags & inside
    if not both:
        raise Refused(
            file, f"its WHEEL has the tags {' '.join(sorted(inside)) or '(none)'}, not those of its file name"
        )
    if not any(tags.fits(tag) for tag in both):
        raise Refused(
            file, f"it is not for this interpreter (Python {platform.python_version()}, {platform.machine()})"
        )


def check_python(metadata: Dict[str, str], file: str) -> None:
    wanted = metadata.get("requires-python", "")
    if requires_python.allows(wanted) is False:
        raise Refused(file, f"it needs Python {wanted}; here is {platform.python_version()}")


def same_spelling(version: str, escaped: str) -> bool:
    """File names write ``1.0+local`` with an underscore, and other signs too."""
    spelt = escaped.replace("_", "+", 1) if "+" not in escaped else escaped
    return any(same_version(version, each) for each in (escaped, spelt, escaped.replace("_", "-")))
