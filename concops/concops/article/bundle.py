"""The bundle directory: it holds what is delivered, and it is the lock of a change."""

from __future__ import annotations

import os
import shutil
from typing import Any, Dict, Optional

from concops.article.mounts import mounted_within
from concops.policy import op
from concops.result import Result
from concops.status import Status

Ncd = Dict[str, Any]


class NoPlace(ValueError):
    """``bundle`` names no directory of its own below the home folder."""


def far_path(ncd: Ncd) -> str:
    """The bundle directory on the node, from its home folder. Raises ``NoPlace``."""
    path = os.path.normpath(str(ncd.get("bundle") or "."))
    if os.path.isabs(path) or path.split(os.sep)[0] in (".", "..") or "\0" in path:
        raise NoPlace("bundle = %r is no directory below the home folder" % ncd.get("bundle"))
    return path


def location(ncd: Ncd) -> str:
    """The bundle directory on this side, absolute. On the controller there is one for each node. Raises ``NoPlace``."""
    path = far_path(ncd)
    if is_near(ncd):
        path += "." + str(ncd["name"]).replace(os.sep, "_")
    return os.path.expanduser(os.path.join("~", path))


def is_near(ncd: Ncd) -> bool:
    """Local ops find ``localhost`` as their host; remote ones the node's name."""
    return ncd.get("host") == "localhost" and ncd.get("name") != "localhost"


@op(
    again="safe",
    timeout=600,
    plan="removes the directory ~/${bundle} with all that it holds (on the controller ~/${bundle}.${name})",
    by_hand=["rm -r ~/${bundle}    # on the controller: rmdir ~/${bundle}.${name}, once it is unmounted"],
)
def close_bundle(ncd: Ncd, sudoPass: Optional[str]) -> Result:
    """Remove the bundle directory. STOPPED where there is none; FAILED while something is mounted there."""
    try:
        path = location(ncd)
        within = mounted_within(path)
        if within:
            return Result(Status.failed, "%s is mounted at %s: unmount it first" % (within[0].source, within[0].point))
        if not os.path.lexists(path):
            return Result(Status.stopped, "there is no %s" % path)
        shutil.rmtree(path)
    except (OSError, NoPlace) as error:
        return Result(Status.failed, str(error))
    return Result(Status.ok, "%s is removed" % path)


@op(
    plan="makes the directory ~/${bundle} (on the controller ~/${bundle}.${name})",
    by_hand=["mkdir ~/${bundle}    # on the controller: ~/${bundle}.${name}"],
    undo=close_bundle,
)
def open_bundle(ncd: Ncd, sudoPass: Optional[str]) -> Result:
    """Make the bundle directory, which is the lock: BLOCKED where it is there already. Its parents are made first."""
    try:
        path = location(ncd)
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except (OSError, NoPlace) as error:
        return Result(Status.failed, str(error))
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return Result(Status.blocked, "%s is there: another change is in progress, or one was left there" % path)
    except OSError as error:
        return Result(Status.failed, str(error))
    return Result(Status.ok, path)
