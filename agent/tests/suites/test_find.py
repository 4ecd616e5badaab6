"""Suites are found by what they import, and nothing of them is imported."""

import unittest

from conc_suites.find import level_of, suites


def found(**files):
    """By module, of files that lie beside one another."""
    return {suite["module"]: suite for suite in suites({name + ".py": text for name, text in files.items()})}


class Levels(unittest.TestCase):
    def test_aliases(self):
        told = {
            "node": ("nodetest", "node", "node_tests"),
            "functional": ("functest", "functional", "functionaltest"),
            "unit": ("unit", "unittests"),
            "integration": ("integration", "inttest"),
            "monitoring": ("monitoring", "monitortest"),
            "migration": ("migration",),
            "load": ("loadtest",),
            None: ("ut", "test", "", "nodes", "mytest", "pytest"),
        }
        for level, aliases in told.items():
            for alias in aliases:
                self.assertEqual(level_of(alias), level, alias)


class Suites(unittest.TestCase):
    def test_level_and_place(self):
        self.assertEqual(
            found(
                plain="import unittest\n",
                other="import os as nodetest\n",
                node="import unittest as nodetest\nraise SystemExit\n",
                within="def late():\n    import pytest as functest\n",
                moved='import unittest as nodetest\nwhere = "release"\n',
                broken="import unittest as nodetest\ndef\n",
            ),
            {
                "node": {
                    "path": "node.py",
                    "module": "node",
                    "framework": "unittest",
                    "level": "node",
                    "where": "node",
                    "sudo": False,
                },
                "within": {
                    "path": "within.py",
                    "module": "within",
                    "framework": "pytest",
                    "level": "functional",
                    "where": "release",
                    "sudo": False,
                },
                "moved": {
                    "path": "moved.py",
                    "module": "moved",
                    "framework": "unittest",
                    "level": "node",
                    "where": "release",
                    "sudo": False,
                },
            },
        )

    def test_who_wants_the_password(self):
        told = found(
            reads="import unittest as nodetest\nclass A(nodetest.TestCase):\n    def t(self):\n        self.sudoPass\n",
            takes="import pytest as nodetest\ndef test(sudoPass):\n    pass\n",
            says="import unittest as nodetest\nclass A(nodetest.TestCase):\n    sudo = True\n",
            denies="import pytest as nodetest\nsudo = False\ndef test(sudoPass):\n    pass\n",
            none="import unittest as nodetest\n",
        )
        self.assertEqual([name for name, suite in told.items() if suite["sudo"]], ["reads", "says", "takes"])

    def test_modules_are_named_from_the_innermost_folder_that_is_no_package(self):
        text = "import unittest as nodetest\n"
        files = {"tests/test_a.py": text, "shop/__init__.py": "", "shop/sub/__init__.py": "", "shop/sub/b.py": text}
        self.assertEqual([suite["module"] for suite in suites(files)], ["shop.sub.b", "test_a"])
