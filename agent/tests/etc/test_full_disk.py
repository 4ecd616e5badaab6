from __future__ import annotations

import unittest

from ..change.test_full_disk import on_a_small_disk
from ..short import load_tests as load_tests


class FullDiskTest(unittest.TestCase):
    def test_all_or_nothing(self) -> None:
        code, said = on_a_small_disk("tests.etc.full_disk")
        self.assertEqual(code, 0, said)
        self.assertIn("Ran 4 tests", said)
