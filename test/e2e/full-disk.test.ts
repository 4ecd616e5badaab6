import { statfsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../nodes/command.ts';
import { ensurePackages } from '../nodes/packages.ts';
import { freePort } from '../support/free-port.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** An ordinary user: root would be given what ext4 keeps back for it. */
const NOBODY = 65534;

/** File systems that are filled to the last byte. mkfs.xfs makes none below 300 MB. */
const systems = { ext4: ['mkfs.ext4', '-q'], xfs: ['mkfs.xfs', '-q'] } as const;

let shop: Project;
let place: string;
const ports: Record<string, number> = {};
const mount = (name: string): string => join(place, name);

/** Serves well; of a release that is not the first it fills the disk, and says that it is not well. */
const probe = `
import os, sys, time, urllib.request
port = sys.argv[1]
for tries in range(100):
    try:
        answer = urllib.request.urlopen("http://127.0.0.1:%s/healthz" % port, timeout=10)
        break
    except OSError:
        time.sleep(0.1)
assert answer.status == 200
if os.environ["CONC_RELEASE"].startswith("r1-") or os.path.exists(os.environ["CONC_ROOT"] + "/well"):
    sys.exit(0)
fill, size = os.open(os.environ["CONC_ROOT"] + "/fill", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1 << 20
while size:
    try:
        os.write(fill, b"x" * size)
    except OSError:
        size //= 2
sys.exit("the disk is full")
`;

beforeAll(async () => {
  await ensurePackages();
  place = await mkdtemp(join(tmpdir(), 'conc-full-'));
  await chmod(place, 0o755);
  await writeFile(join(place, 'probe.py'), probe);
  const python = join(place, 'python3');
  await writeFile(
    python,
    `#!/bin/sh\nexec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups /usr/bin/python3 "$@"\n`,
  );
  await chmod(python, 0o755);
  for (const [name, mkfs] of Object.entries(systems)) {
    const image = await open(join(place, `${name}.img`), 'w');
    await image.truncate(320 << 20);
    await image.close();
    await command([...mkfs, join(place, `${name}.img`)]);
    await mkdir(mount(name));
    await command(['mount', '-o', 'loop', join(place, `${name}.img`), mount(name)]);
    await chown(mount(name), NOBODY, NOBODY);
    ports[name] = await freePort();
  }
  shop = await makeProject();
  const nodes = Object.keys(systems).map((name) =>
    [
      `[node ${name}]\ngroups = web\ngateway = popen\nroot = ${mount(name)}/shop`,
      `process.web.listen = 127.0.0.1:${ports[name]}`,
      `health.command = /usr/bin/python3 ${join(place, 'probe.py')} ${ports[name]}\nhealth.tries = 1\n`,
    ].join('\n'),
  );
  await shop.configure((ini) =>
    [ini.replace(/\[node here\][\s\S]*/, '').replace('python = python3', 'python = /usr/bin/python3'), ...nodes].join(
      '\n',
    ),
  );
  await shop.must('lock');
  await shop.must('build');
  await shop.configure((ini) => ini.replace('python = /usr/bin/python3', `python = ${python}`));
});
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
  for (const name of Object.keys(systems)) await command(['umount', mount(name)]);
  await rm(place, { recursive: true, force: true });
});

const statusOf = async (node: string) => JSON.parse((await shop.must('status', node, '--json')).stdout).nodes[0];
const served = async (name: string) => releaseOn(await (await fetch(`http://127.0.0.1:${ports[name]}/`)).text()).id;

describe('a disk that is full to the last byte, after the switch', () => {
  it.each(Object.keys(systems))(
    '%s: the change is undone, the former release serves, and all of it is told',
    async (name) => {
      await shop.must('deploy', name);
      const first = (await statusOf(name)).release.id;
      expect(await served(name)).toBe(first);

      await shop.configure((ini) => ini.replace(`[node ${name}]`, `[node ${name}]\ncolour = green`));
      const run = await shop.conc(['deploy', name]);
      expect(run.stderr).toMatch(/health +FAILED[\s\S]*the disk is full[\s\S]*undo +OK.*restarted, healthy/);
      expect(run.stderr).toContain(`${name} serves ${first}`);
      expect(run.code).toBe(1);
      expect(await served(name)).toBe(first);
      const status = await statusOf(name);
      expect(status).toMatchObject({ release: { id: first, proven: true }, change: null });
      expect((await shop.must('log', name, '--limit', '1')).stdout).toMatch(/r2-.*: undone/);

      // It is as full as it looks: another deploy is refused before anything is sent.
      expect(statfsSync(mount(name)).bavail * statfsSync(mount(name)).bsize).toBeLessThan(4 << 20);
      const again = await shop.conc(['deploy', name]);
      expect([again.code, again.stderr]).toEqual([3, expect.stringMatching(/needs .* of disk|can't be written to/)]);
      expect(await served(name)).toBe(first);

      await rm(join(mount(name), 'shop/fill'));
      await writeFile(join(mount(name), 'shop/well'), '');
      await shop.must('deploy', name);
      expect((await statusOf(name)).release).toMatchObject({ proven: true });
      expect(await served(name)).not.toBe(first);
    },
  );
});
