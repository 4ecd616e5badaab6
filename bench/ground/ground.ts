import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { command } from '../measure/command.ts';
import { makeWorkload, type Workload } from '../workload/workload.ts';
import { installPeers, type Peers } from './install-peers.ts';
import { mountTmpfs } from './tmpfs.ts';
import { makeWarmRoot } from './warm-root.ts';

/** What all rows stand on. What is dear is made when a row first asks for it, once. */
export interface Ground extends AsyncDisposable {
  readonly house: string;
  /** A few of everything: to try the harness, not to learn figures. */
  readonly quick: boolean;
  /** Kept from run to run: what was fetched. */
  readonly cache: string;
  /** Empty folders, gone afterwards. */
  readonly places: Readonly<Record<Place, string>>;
  /** The compiled program, as an argv. */
  readonly conc: readonly string[];
  /** Of nodes. */
  readonly python: string;
  readonly peers: () => Promise<Peers>;
  readonly workload: () => Promise<Workload>;
  /** A root that serves the workload, on that place. */
  readonly warmRoot: (place: Place) => Promise<string>;
}

export type Place = 'tmpfs' | 'disk';

export async function makeGround(house: string, quick: boolean): Promise<Ground> {
  const cache = join(house, '.bench');
  await mkdir(cache, { recursive: true });
  await command([process.execPath, join(house, 'scripts/build.ts')], { cwd: house });
  const disk = await mkdtemp(join(tmpdir(), 'conc-bench-'));
  const tmpfs = await mountTmpfs();
  const conc = [process.execPath, join(house, 'dist/cli/main.js')];
  const peers = once(() => installPeers(join(cache, 'peers')));
  const places = { disk, tmpfs: tmpfs.folder };
  const path = async (): Promise<string> => `${(await peers()).bin}${delimiter}${process.env.PATH ?? ''}`;
  const workload = once(async () => makeWorkload(join(cache, 'workload'), conc, await path()));
  const warm = {
    tmpfs: once(async () => makeWarmRoot(places.tmpfs, conc, await workload())),
    disk: once(async () => makeWarmRoot(places.disk, conc, await workload())),
  };
  return {
    ...{ house, quick, cache, conc, peers, places, workload, python: '/usr/bin/python3' },
    warmRoot: (place) => warm[place](),
    async [Symbol.asyncDispose]() {
      await tmpfs[Symbol.asyncDispose]();
      // Agents whose run was ended may write for a moment yet.
      await rm(disk, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
    },
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
