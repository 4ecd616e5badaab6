"""Which operating system: os-release(5) as distributions write it."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from conc_agent.calls.system import FILES, pretty_name, serve


class System(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "os-release"

    def name(self, text: str) -> object:
        self.file.write_text(text, encoding="utf-8")
        return pretty_name([self.file.with_name("absent"), self.file])

    def test_quotes_are_those_of_a_shell(self) -> None:
        self.assertEqual(
            self.name('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'), "Debian GNU/Linux 12 (bookworm)"
        )
        self.assertEqual(self.name("PRETTY_NAME='Alpine Linux v3.20'\n"), "Alpine Linux v3.20")
        self.assertEqual(self.name("PRETTY_NAME=Void\n"), "Void")

    def test_nothing_is_made_up(self) -> None:
        self.assertIsNone(self.name("ID=debian\n"))
        self.assertIsNone(self.name('PRETTY_NAME="torn\n'))
        self.assertIsNone(pretty_name([self.file.with_name("absent")]))

    def test_this_machine(self) -> None:
        self.assertEqual(serve(None, {}), {"os": pretty_name(FILES)})  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
