from __future__ import annotations

from conc_agent.etc.links import led

from ..making import FIRST, SECOND
from .trees import EtcCase, content, file, link

MODULE = "apache2/mods-available/proxy"
LOAD = dict(link("apache2/mods-enabled/proxy.load", "../mods-available/proxy.load"), lead="must")
CONF = dict(link("apache2/mods-enabled/proxy.conf", "../mods-available/proxy.conf"), lead="may")


class LinksTest(EtcCase):
    def test_what_leads_nowhere_is_told_or_left_out(self) -> None:
        found = led(str(self.etc), [LOAD, CONF, link("any", "where")])
        self.assertEqual(
            ([each["path"] for each in found.files], found.without), ([LOAD["path"], "any"], [CONF["path"]])
        )
        self.assertIn("neither in the tree nor on this machine", found.lost[LOAD["path"]])

    def test_nothing_is_placed_where_one_must_lead_somewhere(self) -> None:
        self.assertEqual(self.deploy(FIRST, LOAD, CONF, file("motd", "x"))["outcome"], "undone")
        self.assertEqual((self.controller.done("etc")["status"], content(self.etc)), ("BLOCKED", {}))

    def test_the_tree_or_the_machine_has_what_they_lead_to(self) -> None:
        self.assertEqual(self.deploy(FIRST, LOAD, CONF, file(MODULE + ".load", "x"))["outcome"], "proven")
        self.assertEqual(set(content(self.etc)), {LOAD["path"], MODULE + ".load"})
        (self.etc / (MODULE + ".conf")).write_text("of a package\n")
        self.assertEqual(self.deploy(SECOND, LOAD, CONF, file(MODULE + ".load", "x"))["outcome"], "proven")
        self.assertIn(CONF["path"], content(self.etc))
