import type { FoundProject } from './project.ts';
import type { Candidate, FileChange } from './types.ts';

/** The devops subpackage, its test, and the top-level package that they bring, where there was none to put it into. */
export interface Devops {
  readonly changes: readonly FileChange[];
  readonly newPackage: string | null;
  /** Where the list of jobs is, as conc.ini names it: `shop.devops.jobs:jobs`. */
  readonly jobs: string;
}

/**
 * Devops code lies in the application's package, and is tested with it. null: there is no package, and the project's own
 * build settings say what is packaged.
 */
export function planDevops(project: FoundProject, chosen: readonly Candidate[]): Devops | null {
  const [first] = chosen.filter(({ kind }) => kind !== 'script');
  const home = packageOf(project, first);
  const newPackage = home === null && !project.buildable ? `${project.app.replaceAll(/[.-]/g, '_')}_devops` : null;
  const root = first?.root ?? '';
  const folder = home === null ? newPackage && below(root, newPackage) : `${home.folder}/devops`;
  if (folder === null) return null;
  const module = home === null ? (newPackage ?? '') : `${home.module}.devops`;
  const { app, files } = project;
  const write = (path: string, text: string, why: string): FileChange => ({ path, kind: 'new', text, why });
  const changes = [
    write(
      `${folder}/__init__.py`,
      `"""How ${app} is brought into production. What its nodes are stands in conc.ini."""\n`,
      'devops code',
    ),
    write(`${folder}/jobs.py`, jobsModule(module), 'the order of jobs, for jobs of your own'),
    write(`${folder}/nodes.py`, nodesModule, "reads conc.ini's nodes"),
    ...(files.some((path) => path.startsWith('tests/')) ? [] : [write('tests/__init__.py', '', 'tests')]),
    write('tests/test_devops.py', testModule(module), 'what conc.ini starts can be imported'),
  ];
  return { changes, newPackage, jobs: `${module}.jobs:jobs` };
}

interface Home {
  readonly folder: string;
  readonly module: string;
}

/** The package of what was chosen; without a choice the one that has the project's name. */
function packageOf({ app, files }: FoundProject, chosen: Candidate | undefined): Home | null {
  const roots = chosen === undefined ? ['src', ''] : [chosen.root];
  const parts = (chosen?.target.split(':')[0] ?? app.replaceAll(/[.-]/g, '_')).split('.');
  for (const root of roots) {
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const folder = below(root, parts.slice(0, depth).join('/'));
      if (files.includes(`${folder}/__init__.py`)) return { folder, module: parts.slice(0, depth).join('.') };
    }
  }
  return null;
}

const below = (root: string, path: string): string => (root === '' ? path : `${root}/${path}`);

const jobsModule = (
  module: string,
): string => `"""The order in which a node changes: conc's own jobs. Yours are put among them by \`\`before\`\` and \`\`after\`\`::

    from concops import Host, Job, Status, after, op

    @op(again="safe", plan="what it would change")
    def warm_cache(ncd, sudoPass):
        return Status.ok

    jobs = after(default, "verify", Job(Host.remote, warm_cache))

It counts once conc.ini says \`\`devops.jobs = ${module}.jobs:jobs\`\`.
"""

from concops import default

jobs = [*default]
`;

const nodesModule = `"""The nodes of conc.ini: any Python program reads that file to the same values as conc."""

from configparser import ConfigParser, ExtendedInterpolation


def nodes(ini):
    """Each node's attributes by its name: DEFAULT, then its groups in their order, then its own keys."""
    raw = ConfigParser(interpolation=None, default_section="")
    with open(ini, encoding="utf-8") as file:
        raw.read_file(file)
    names = [section[len("node ") :] for section in raw.sections() if section.startswith("node ")]
    return {name: _attributes(ini, raw, "node " + name) for name in names}


def _attributes(ini, raw, section):
    config = ConfigParser(interpolation=ExtendedInterpolation())
    with open(ini, encoding="utf-8") as file:
        config.read_file(file)
    groups = config.get(section, "groups", fallback="").replace(",", " ").split()
    for part in [*("group " + group for group in groups), section]:
        config.read_dict({section: raw[part]})
    return dict(config[section])
`;

const testModule = (
  module: string,
): string => `"""What conc.ini starts is there: a misspelt module is found here, and not on a node."""

import importlib
import operator
import shlex
import shutil
import sysconfig
import unittest
from pathlib import Path

from ${module}.nodes import nodes

INI = Path(__file__).resolve().parent.parent / "conc.ini"


class TestNodes(unittest.TestCase):
    def test_every_process_can_be_started(self):
        for node, attributes in nodes(INI).items():
            commands = [key for key in attributes if key.startswith("process.") and key.endswith(".command")]
            for key in commands:
                with self.subTest(node=node, key=key):
                    words = shlex.split(attributes[key])
                    self.assertIsNotNone(shutil.which(words[0], path=sysconfig.get_path("scripts")), words[0])
                    for module, _, name in (word.partition(":") for word in words if word[0].isalpha() and ":" in word):
                        operator.attrgetter(name.rstrip("()"))(importlib.import_module(module))
`;
