"""Whether two spellings name the same project or version."""

from __future__ import annotations

import re
from typing import Tuple

_VERSION = re.compile(
    r"""\s*v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)
        (?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>\d*))?
        (?P<post>-(?P<post_n1>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_n2>\d*))?
        (?P<dev>[-_.]?dev[-_.]?(?P<dev_n>\d*))?
        (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def normal_name(name: str) -> str:
    """PEP 503: ``Zope.Interface`` and ``zope_interface`` are one project."""
    return re.sub(r"[-_.]+", "-", name).lower()


def same_version(one: str, other: str) -> bool:
    """PEP 440's equality: ``1.0``, ``1.0.0`` and ``v1`` are one version. Other versions equal themselves only."""
    return one == other or _key(one) == _key(other)


def _key(version: str) -> Tuple[object, ...]:
    match = _VERSION.fullmatch(version)
    if match is None:
        return (version,)
    part = match.groupdict()
    release = [int(number) for number in part["release"].split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    pre = (part["pre"] or "").lower()
    local = re.split(r"[-_.]", (part["local"] or "").lower())
    return (
        int(part["epoch"] or 0),
        tuple(release),
        (_PRE.get(pre, pre), int(part["pre_n"] or 0)),
        int(part["post_n1"] or part["post_n2"] or 0) if part["post"] else None,
        int(part["dev_n"] or 0) if part["dev"] else None,
        tuple(item.lstrip("0") or "0" if item.isdigit() else item for item in local),
    )
