"""What a server of the shop must be, before there is a release on it: conc test web1 node."""

import os
import subprocess
import sys
import unittest as nodetest


class Server(nodetest.TestCase):
    """Asked as the deploying user."""

    def test_python_is_one_that_the_shop_runs_on(self):
        self.assertGreaterEqual(sys.version_info[:2], (3, 9))

    def test_the_root_has_room_for_a_release(self):
        place = os.statvfs(os.path.expanduser("~"))
        self.assertGreater(place.f_bavail * place.f_frsize, 500_000_000)


class Rights(nodetest.TestCase):
    """Asked with sudo, as the article's test of a firewall does."""

    sudo = True

    def test_the_logs_belong_to_root(self):
        asked = ["sudo", "-S", "-p", "", "stat", "-c", "%U %a", "/var/log"]
        given = "" if self.sudoPass is None else self.sudoPass + "\n"
        told = subprocess.run(asked, input=given, stdout=subprocess.PIPE, universal_newlines=True, check=True)
        self.assertEqual(told.stdout.split()[0], "root")
