"""What is delivered: the packages of the folder ``vendor``."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path
from typing import Any, Dict, Optional

from concops.article.bundle import NoPlace, far_path, location
from concops.article.mounts import mounted_at
from concops.host import Host
from concops.policy import op
from concops.result import Result
from concops.status import Status


@op(
    where=Host.local,
    again="safe",
    plan="copies the files of vendor/ to ~/${bundle} on ${name}",
    by_hand=["cp vendor/* ~/${bundle}.${name}/    # where the node's directory is mounted"],
)
def copy_product(ncd: Dict[str, Any], sudoPass: Optional[str]) -> Result:
    """Copy every file of the folder ``vendor`` (attribute ``vendor``, else of that name where conc runs) into the
    mounted bundle directory. STOPPED where all are there already, byte for byte."""
    vendor = Path(os.path.expanduser(str(ncd.get("vendor") or "vendor")))
    try:
        files = sorted(file for file in vendor.iterdir() if file.is_file())
        target = Path(_target(ncd))
        copied = [file for file in files if _copied(file, target / file.name)]
    except (OSError, NoPlace) as error:
        return Result(Status.failed, str(error))
    if not files:
        return Result(Status.failed, "there are no files in %s" % vendor.resolve())
    size = sum(file.stat().st_size for file in copied)
    text = "%d of %d files, %d bytes" % (len(copied), len(files), size)
    return Result(Status.ok if copied else Status.stopped, text)


def _target(ncd: Dict[str, Any]) -> str:
    """Where nothing is mounted the files would stay on the controller. Raises ``NoPlace``."""
    if ncd.get("gateway") == "popen":
        return os.path.expanduser(os.path.join("~", far_path(ncd)))
    target = location(ncd)
    if not mounted_at(target):
        raise NoPlace("nothing is mounted at %s: mount_SSHFS comes first" % target)
    return target


def _copied(file: Path, to: Path) -> bool:
    """A file has its name once it is whole."""
    if to.is_file() and filecmp.cmp(str(file), str(to), shallow=False):
        return False
    partial = to.with_name(to.name + ".part")
    shutil.copyfile(str(file), str(partial))
    os.replace(str(partial), str(to))
    return True
