"""The ops of the source article, "Ten steps towards native devops for Python 3", with their weak points mended.

Together they deliver source packages over sshfs into a directory of the home folder, and install them into a venv::

    from concops import Host, Job
    from concops.article import PipInstall, SetupInstall, UnTar, close_bundle, copy_product, create_venv
    from concops.article import mount_SSHFS, open_bundle, unmount_SSHFS

They read these attributes: ``bundle``, ``venv``, ``name``, ``host``, ``gateway``, ``vendor``, ``admin``, ``op_key`` and
``sshd.…``.
"""

from concops.article.bundle import close_bundle, open_bundle
from concops.article.install import PipInstall, SetupInstall, create_venv
from concops.article.product import copy_product
from concops.article.sshfs import mount_SSHFS, unmount_SSHFS
from concops.article.untar import UnTar

__all__ = [
    "PipInstall",
    "SetupInstall",
    "UnTar",
    "close_bundle",
    "copy_product",
    "create_venv",
    "mount_SSHFS",
    "open_bundle",
    "unmount_SSHFS",
]
