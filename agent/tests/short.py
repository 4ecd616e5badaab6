"""For modules of tests that ``CONC_TEST_SHORT`` leaves out: ``from ..short import load_tests as load_tests``.

The Pythons between the oldest and the newest leave out what is long and about no Python:
``scripts/test/python-tests.ts``.
"""

from __future__ import annotations

import os
import unittest
from typing import Optional


def load_tests(_loader: unittest.TestLoader, tests: unittest.TestSuite, _pattern: Optional[str]) -> unittest.TestSuite:
    return unittest.TestSuite() if os.environ.get("CONC_TEST_SHORT") else tests
