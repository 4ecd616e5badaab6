# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false, reportArgumentType=false

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from unittest import mock

from concops.article import ssh, untar
from concops.article.mounts import mounted_at
from concops.freeze import freeze

from concops import (
    Host,
    Job,
    PipInstall,
    SetupInstall,
    UnTar,
    check,
    close_bundle,
    copy_product,
    create_venv,
    mount_SSHFS,
    open_bundle,
    unmount_SSHFS,
)
from tests.bridge import ArticleCase, BridgeCase
from tests.sshd import needs_sshfs


def entry(name, data=b"", kind=tarfile.REGTYPE, link="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info, data


class BundleTest(ArticleCase):
    def test_makes_its_parents_and_is_a_lock(self):
        self.came(open_bundle(self.far, None), "OK")
        self.assertTrue((self.home / ".conc/shop").is_dir())
        self.assertEqual(0o700, (self.home / ".conc/shop").stat().st_mode & 0o777)
        self.came(open_bundle(self.far, None), "BLOCKED", "another change is in progress")
        self.came(close_bundle(self.far, None), "OK")
        self.came(close_bundle(self.far, None), "STOPPED")
        self.assertTrue((self.home / ".conc").is_dir())

    def test_on_the_controller_there_is_one_for_each_node(self):
        for name in ("web1", "web2"):
            self.came(open_bundle(dict(self.near, name=name), None), "OK")
        self.came(open_bundle(self.far, None), "OK")
        names = ["shop", "shop.web1", "shop.web2"]
        self.assertEqual(names, sorted(path.name for path in (self.home / ".conc").iterdir()))

    def test_only_that_it_exists_blocks(self):
        (self.home / ".conc").write_text("a file")
        self.came(open_bundle(self.far, None), "FAILED")

    def test_nothing_outside_the_home_folder_is_touched(self):
        (self.folder / "precious").mkdir()
        for bundle in ("", ".", "..", "../precious", str(self.folder / "precious"), "a/../../precious", "a/.."):
            with self.subTest(bundle):
                for op in (open_bundle, close_bundle):
                    self.came(op(dict(self.far, bundle=bundle), None), "FAILED", "no directory below the home folder")
        self.assertTrue((self.folder / "precious").is_dir())

    def test_a_link_is_not_followed(self):
        (self.home / ".conc").mkdir()
        (self.folder / "precious").mkdir()
        (self.home / ".conc/shop").symlink_to(self.folder / "precious")
        self.came(close_bundle(self.far, None), "FAILED")
        self.assertTrue((self.folder / "precious").is_dir())


class UnTarTest(ArticleCase):
    def archive(self, name, entries, folder=".conc/shop"):
        path = self.home / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(str(path), "w:gz") as tar:
            for entry in entries:
                info, data = entry if isinstance(entry, tuple) else (entry, b"")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return path

    def unpack(self, entries):
        self.archive("x-1.tar.gz", entries)
        return UnTar("x-*.tar.gz")(self.far, None)

    def test_unpacks(self):
        folder = entry("x-1", kind=tarfile.DIRTYPE, mode=0o777)
        link = entry("x-1/link", kind=tarfile.SYMTYPE, link="../x-1/setup.py")
        self.came(self.unpack([folder, entry("x-1/setup.py", b"1", mode=0o6775), link]), "OK", "3 entries")
        file = self.home / ".conc/shop/x-1/setup.py"
        self.assertEqual((b"1", 0o755), (file.read_bytes(), file.stat().st_mode & 0o7777))
        self.assertEqual(b"1", (file.parent / "link").read_bytes())

    def hostile(self):
        up = "../../../owned"
        yield "traversal", [entry("good"), entry(up)]
        yield "absolute", [entry("good"), entry(str(self.folder / "owned"))]
        yield "a link out", [entry("good"), entry("l", kind=tarfile.SYMTYPE, link="../" + up), entry("l/owned")]
        yield "a link to a file out", [entry("good"), entry("l", kind=tarfile.SYMTYPE, link="/etc/passwd")]
        yield "a hard link out", [entry("good"), entry("l", kind=tarfile.LNKTYPE, link=up)]
        yield "a device", [entry("good"), entry("l", kind=tarfile.CHRTYPE)]
        yield "a pipe", [entry("good"), entry("l", kind=tarfile.FIFOTYPE)]

    def test_hostile_archives_write_nothing(self):
        for name, entries in self.hostile():
            with self.subTest(name):
                self.came(self.unpack(entries), "FAILED")
                self.assertEqual(["x-1.tar.gz"], os.listdir(str(self.home / ".conc/shop")))
                self.assertFalse((self.folder / "owned").exists())

    def test_without_filters_of_pythons_own(self):
        outside = self.folder / "outside"
        outside.mkdir()
        path = self.archive("x.tar", [entry("a/b", b"1"), entry("a/l", kind=tarfile.SYMTYPE, link="b")])
        to = self.home / "to"
        to.mkdir()
        with tarfile.open(str(path)) as tar:
            untar._extract(tar, tar.getmembers(), str(to))
        self.assertEqual(b"1", (to / "a/l").read_bytes())
        (to / "out").symlink_to(outside)
        path = self.archive("y.tar", [entry("out/owned", b"1")])
        with tarfile.open(str(path)) as tar, self.assertRaisesRegex(ValueError, "through a link"):
            untar._extract(tar, tar.getmembers(), str(to))
        self.assertEqual([], os.listdir(str(outside)))

    def test_the_pattern_must_mean_one(self):
        self.archive("x-1.tar.gz", [entry("a")])
        self.archive("x-2.tar.gz", [entry("a")])
        self.came(UnTar("x-*.tar.gz")(self.far, None), "FAILED", "x-1.tar.gz, x-2.tar.gz")
        self.came(UnTar("y-*.tar.gz")(self.far, None), "FAILED", "0 things")
        self.came(UnTar("../*.tar.gz")(self.far, None), "FAILED", "leads out")

    def test_what_is_no_archive(self):
        self.archive("x-1.tar.gz", [entry("a")]).write_bytes(b"\x1f\x8bnot an archive")
        self.came(UnTar("x-*")(self.far, None), "FAILED")


class InstallTest(ArticleCase):
    def setUp(self):
        super().setUp()
        (self.home / ".conc/shop").mkdir(parents=True)

    def test_a_venv_of_this_python_without_pip(self):
        self.came(create_venv(self.far, None), "OK")
        where = subprocess.check_output(
            [self.far["venv"] + "/bin/python3", "-c", "import sys; print(sys.version)"], text=True
        )
        self.assertEqual(sys.version, where.strip("\n"))
        self.assertFalse(os.path.exists(self.far["venv"] + "/bin/pip"))

    def test_a_fresh_one_each_time_and_only_where_a_venv_was(self):
        self.came(create_venv(self.far, None), "OK")
        left = Path(self.far["venv"]) / "left"
        left.write_text("")
        self.came(create_venv(self.far, None), "OK")
        self.assertFalse(left.exists())
        self.came(create_venv(dict(self.far, venv=str(self.folder)), None), "BLOCKED", "is no venv")
        for venv in ("", ".", "/"):
            self.came(create_venv(dict(self.far, venv=venv), None), "FAILED")
        self.assertTrue(self.home.exists())

    def test_one_from_the_home_folder(self):
        self.came(create_venv(dict(self.far, venv="envs/shop"), None), "OK")
        self.assertTrue((self.home / "envs/shop/bin/python3").exists())

    def package(self, setup):
        self.write("home/.conc/shop/x-1/setup.py", setup)
        self.came(create_venv(self.far, None), "OK")
        with self.assertLogs("concops", "INFO") as logs:
            result = SetupInstall("x-*")(self.far, None)
        return result, [record.getMessage() for record in logs.records]

    def test_setup_runs_in_the_venv_and_its_words_are_logged(self):
        result, logs = self.package("import os, sys\nprint(sys.argv[1:], sys.prefix, os.getcwd())\n")
        self.came(result, "OK", "x-1")
        self.assertEqual(["['install'] %s %s" % (self.far["venv"], self.home / ".conc/shop/x-1")], logs)

    def test_a_setup_that_fails_has_its_last_lines_as_evidence(self):
        result, _ = self.package("raise SystemExit('no compiler here')\n")
        self.came(result, "FAILED", "installing x-1 ended with exit code 1")
        self.assertEqual("no compiler here", result.evidence[-1])

    def test_pip_asks_no_index(self):
        self.write("home/.conc/shop/x-1.tar.gz")
        self.came(create_venv(self.far, None), "OK")
        # A stand-in that says how it is called: what real pip does with it is seen in the tests of `conc run`.
        library = subprocess.check_output(
            [self.far["venv"] + "/bin/python3", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
            text=True,
        ).strip()
        Path(library, "pip.py").write_text("import sys\nprint(*sys.argv[1:])\n")
        with self.assertLogs("concops", "INFO") as logs:
            self.came(PipInstall("x-*.tar.gz")(self.far, None), "OK", "x-1.tar.gz")
        said = logs.records[0].getMessage()
        folder = str(self.home / ".conc/shop")
        self.assertIn("--no-index --find-links %s %s/x-1.tar.gz" % (folder, folder), said)

    def test_without_a_venv(self):
        self.write("home/.conc/shop/x-1/setup.py")
        self.came(SetupInstall("x-*")(self.far, None), "FAILED", "No such file")


class ListTest(ArticleCase):
    def test_the_articles_list_is_fine(self):
        jobs = [
            Job(Host.remote, open_bundle),
            Job(Host.remote, create_venv),
            Job(Host.local, open_bundle),
            Job(Host.local, mount_SSHFS),
            Job(Host.local, copy_product),
            Job(Host.remote, UnTar("setuptools-*.tar.gz")),
            Job(Host.remote, SetupInstall("setuptools-*")),
            Job(Host.remote, UnTar("pip-*.tar.gz")),
            Job(Host.remote, SetupInstall("pip-*")),
            Job(Host.remote, PipInstall("SQLAlchemy-0.8.1.tar.gz")),
            Job(Host.local, unmount_SSHFS),
            Job(Host.remote, close_bundle),
            Job(Host.local, close_bundle),
        ]
        self.assertEqual([], check(jobs))
        names = [job["name"] for job in freeze(jobs)[0]]
        self.assertEqual(["open_bundle", "create_venv", "open_bundle@local"], names[:3])
        self.assertEqual(["PipInstall('SQLAlchemy-0.8.1.tar.gz')", "unmount_SSHFS", "close_bundle"], names[9:12])


class ConfigurationTest(ArticleCase):
    def settings(self, **attributes):
        return ssh.configuration(
            dict(
                self.near,
                **{
                    key.replace("_", ".", 1) if key.startswith("sshd") else key: value
                    for key, value in attributes.items()
                },
            )
        ).splitlines()

    def test_security_comes_first_and_the_users_own_last(self):
        lines = self.settings(sshd_options="StrictHostKeyChecking=no\nCompression=yes")
        self.assertLess(lines.index("StrictHostKeyChecking yes"), lines.index("StrictHostKeyChecking=no"))
        self.assertEqual("Include /etc/ssh/ssh_config", lines[-1])

    def test_how_it_is_reached(self):
        lines = self.settings(sshd_port="2222", admin="deploy", sshd_jump="gate", sshd_config="~/c", sshd_key="~/k")
        wanted = ["Port 2222", "User deploy", "ProxyJump gate", 'IdentityFile "%s/k"' % self.home, "IdentitiesOnly yes"]
        self.assertLess(set(wanted), set(lines))
        self.assertEqual('Include "%s/c"' % self.home, lines[-1])

    def test_a_private_key_else_a_public_one_for_an_agent(self):
        self.write("home/.ssh/id_rsa-ops.pub")
        self.assertIn('IdentityFile "%s/.ssh/id_rsa-ops.pub"' % self.home, self.settings(op_key="ops"))
        self.write("home/.ssh/id_rsa-ops")
        self.assertIn('IdentityFile "%s/.ssh/id_rsa-ops"' % self.home, self.settings(op_key="ops"))

    def test_ssh_takes_it(self):
        file = self.write("config", "\n".join(self.settings(sshd_port="2222", admin="deploy", sshd_jump="gate")))
        for host in ("192.0.2.1", "::1", "web1.example.org"):
            argv = ["ssh", "-G", "-F", str(file), host]
            said = subprocess.check_output(argv, stderr=subprocess.DEVNULL, text=True)
            self.assertIn("\nport 2222\n", said)
            self.assertIn("\nproxyjump gate\n", said)
            self.assertRegex(said, "\nstricthostkeychecking (yes|true)\n")

    def test_hosts(self):
        for given, expected in (
            ({"sshd.ip": "::1"}, "::1"),
            ({"sshd.ip": "192.0.2.1"}, "192.0.2.1"),
            ({"sshd.host": "x.example.org"}, "x.example.org"),
            ({}, "web1"),
        ):
            self.assertEqual(expected, ssh.host(dict(given, name="web1")))


@needs_sshfs
class BridgeTest(BridgeCase):
    """Over a real sshd and a real sshfs."""

    def test_there_and_back(self):
        self.came(mount_SSHFS(self.near, None), "OK", "127.0.0.1:.conc/shop")
        self.came(mount_SSHFS(self.near, None), "STOPPED")
        self.came(copy_product(self.near, None), "OK", "1 of 1 files, 3 bytes")
        self.came(copy_product(self.near, None), "STOPPED")
        self.assertEqual("pip", (self.login / ".conc/shop/pip-1.tar.gz").read_text())
        self.assertEqual(["pip-1.tar.gz"], os.listdir(str(self.login / ".conc/shop")))
        self.came(close_bundle(self.near, None), "FAILED", "unmount it first")
        self.came(unmount_SSHFS(self.near, None), "OK")
        self.came(unmount_SSHFS(self.near, None), "STOPPED")
        self.came(close_bundle(self.near, None), "OK")
        self.assertEqual("pip", (self.login / ".conc/shop/pip-1.tar.gz").read_text())

    def test_nothing_is_copied_where_nothing_is_mounted(self):
        self.came(copy_product(self.near, None), "FAILED", "mount_SSHFS comes first")
        self.assertEqual([], os.listdir(str(self.target)))

    def test_a_public_key_with_an_agent(self):
        agent = subprocess.check_output(["ssh-agent", "-s"], text=True)
        values = dict(part.split("=", 1) for part in agent.replace("\n", "").split(";") if "=" in part)
        self.addCleanup(os.kill, int(values["SSH_AGENT_PID"]), signal.SIGTERM)
        with mock.patch.dict(os.environ, {"SSH_AUTH_SOCK": values["SSH_AUTH_SOCK"]}):
            subprocess.check_call(["ssh-add", "-q", str(self.sshd.folder / "user")])
            (self.home / ".ssh").mkdir()
            shutil.move(str(self.sshd.folder / "user.pub"), str(self.home / ".ssh/id_ed25519-ops.pub"))
            del self.near["sshd.key"]
            self.came(mount_SSHFS(dict(self.near, op_key="ops"), None), "OK")
        self.came(unmount_SSHFS(self.near, None), "OK")

    def refused(self, **changed):
        result = mount_SSHFS(dict(self.near, **{"sshd." + key: value for key, value in changed.items()}), None)
        self.came(result, "FAILED", "sshfs ended with exit code 1")
        self.assertEqual([], mounted_at(str(self.target)))
        return "\n".join(result.evidence)

    def test_an_unknown_host_key(self):
        said = self.refused(
            options="UserKnownHostsFile=/dev/null\nGlobalKnownHostsFile=/dev/null\nStrictHostKeyChecking=no"
        )
        self.assertIn("Host key verification failed", said)

    def test_a_key_that_is_refused(self):
        other = self.sshd.key("other")
        self.assertIn("Permission denied", self.refused(key=str(other)))

    def test_no_bundle_on_the_node(self):
        shutil.rmtree(str(self.login / ".conc"))
        self.assertIn("No such file", self.refused())

    def test_no_directory_here(self):
        self.came(close_bundle(self.near, None), "OK")
        self.came(mount_SSHFS(self.near, None), "FAILED", "open_bundle makes it")

    def test_a_busy_one_is_detached_and_said_to_be(self):
        self.came(mount_SSHFS(self.near, None), "OK")
        (self.login / ".conc/shop/open").write_text("x")
        with open(str(self.target / "open")) as file, mock.patch("concops.article.sshfs.BUSY", 0.3):
            self.came(unmount_SSHFS(self.near, None), "OK", "was busy: it is detached")
            self.assertEqual([], mounted_at(str(self.target)))
            self.assertEqual("x", file.read())

    def test_an_sshd_that_ends_while_mounted(self):
        self.came(mount_SSHFS(self.near, None), "OK")
        self.sshd.stop()
        self.assertIn(unmount_SSHFS(self.near, None), ("OK", "STOPPED"))
        self.came(close_bundle(self.near, None), "OK")

    def test_a_cut_network_while_mounted(self):
        self.came(mount_SSHFS(self.near, None), "OK")
        self.sshd.cut()
        self.came(close_bundle(self.near, None), "FAILED", "unmount it first")
        self.came(unmount_SSHFS(self.near, None), "OK")
        self.came(close_bundle(self.near, None), "OK")
