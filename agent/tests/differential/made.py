"""Wheels made by hand, with the traits that few real ones have, or that a set of real ones has by chance."""

from __future__ import annotations

from pathlib import Path
from typing import List

from ..install.making import make_wheel

_PKGUTIL = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
_PKG_RESOURCES = "__import__('pkg_resources').declare_namespace(__name__)\n"
_NSPKG = "import sys, types, os; sys.modules.setdefault('old', types.ModuleType('old'))\n"
_PIP_LIKE = "[console_scripts]\n" + "".join(
    f"{name} = pip_like:main\n" for name in ("pip", "pip3", "pip3.1", "easy_install", "easy_install-2.7")
)


def make_all(folder: Path) -> List[Path]:
    folder.mkdir(parents=True)
    data = "schemes-1.0.data"
    return [
        make_wheel(
            folder,
            "schemes",
            {
                "schemes/__init__.py": "def main():\n    print('hello')\n",
                f"{data}/purelib/schemes_pure.py": "x = 1\n",
                f"{data}/platlib/schemes_plat.py": "x = 2\n",
                f"{data}/headers/schemes.h": "int x;\n",
                f"{data}/headers/deep/er.h": "int y;\n",
                f"{data}/scripts/run": "#!python\nimport sys; print(sys.prefix)\n",
                f"{data}/scripts/run-w": "#!pythonw\nprint('w')\n",
                f"{data}/scripts/run-options": "#!python -u\nprint('u')\n",
                f"{data}/scripts/run.py": "#!python\r\nprint('crlf')\r\n",
                f"{data}/scripts/plain.sh": "#!/bin/sh\necho plain\n",
                f"{data}/scripts/binary": b"\x7fELF\0\1\2",
                f"{data}/data/share/schemes/readme": "read me\n",
                f"{data}/data/etc/schemes.conf": "[schemes]\n",
                f"{data}/data/bin/from-data": "#!python\n",
                f"{data}/data/share/man/man1/schemes.1": ".TH\n",
            },
            entry_points="[console_scripts]\nhello = schemes:main [extra]\ndotted.name = schemes:main\n"
            "run-w = schemes:main\n[gui_scripts]\nghello = schemes:main\n[other.group]\nx = schemes\n",
            modes={f"{data}/scripts/run": 0o755, f"{data}/scripts/plain.sh": 0o755, "schemes/__init__.py": 0o775},
        ),
        make_wheel(
            folder,
            "Odd.Names_too",
            {
                'odd/a, "b" c.txt': "x",
                "odd/é ü.txt": "x",
                "odd/X.py": "x = 1\n",
                "odd/x.py": "x = 2\n",
                "odd/python2.py": "print 'no'\n",
                "odd/latin.py": b"# \xe9\nx = 1\n",
                "odd/empty.py": "",
                "odd/data/tool": "#!/bin/sh\n",
                "odd/not-a-module.py": "x = 1\n",
                "odd/__pycache__/left.cpython-27.pyc": b"old",
                "odd/.hidden": "x",
                "odd/ends-in-dot.": "x",
                "odd.pth": "import os\n",
            },
            modes={"odd/data/tool": 0o755},
        ),
        make_wheel(folder, "native_one", {"native/one.py": "x = 1\n"}),
        make_wheel(folder, "native_two", {"native/two.py": "x = 2\n"}),
        make_wheel(folder, "util_one", {"util/__init__.py": _PKGUTIL, "util/one.py": "x = 1\n"}),
        make_wheel(folder, "util_two", {"util/__init__.py": _PKGUTIL + "# two\n", "util/two.py": "x = 2\n"}),
        make_wheel(folder, "res_one", {"res/__init__.py": _PKG_RESOURCES, "res/one.py": "x = 1\n"}),
        make_wheel(folder, "res_two", {"res/__init__.py": _PKG_RESOURCES, "res/two.py": "x = 2\n"}),
        make_wheel(folder, "nspkg", {"old/thing.py": "x = 1\n", "nspkg-1.0-nspkg.pth": _NSPKG}),
        make_wheel(folder, "numbered", {"numbered.py": "x = 1\n"}, tag="1local-py3-none-any"),
        make_wheel(folder, "minor", {"minor.py": "x = 1\n"}, tag="py2.py3-none-any"),
        make_wheel(folder, "local", {"local.py": "x = 1\n"}, version="1.0+local.1"),
        make_wheel(
            folder,
            "pip_like",
            {"pip_like.py": "def main(): pass\n"},
            entry_points=_PIP_LIKE,
        ),
    ]
