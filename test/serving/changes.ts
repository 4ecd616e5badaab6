import type { Courier } from './courier.ts';
import { type Client, everyWay, type Seen, underTraffic } from './traffic.ts';

/** Of a server that was changed again and again under traffic. */
export interface Served {
  readonly server: string;
  readonly deploys: number;
  readonly rollbacks: number;
  /** Of each change, in order, as `conc` took from its start to its end. */
  readonly seconds: readonly number[];
  readonly seen: Readonly<Record<string, Seen>>;
  /** The release that a last question was answered from, and the one that conc says serves. */
  readonly last: { readonly answered: string; readonly told: string };
}

const PORT = 8000;
const SITE = 8080;
/** After so many deploys a rollback. */
const BACK_AFTER = 4;
/** Every so many deploys of another bundle; between them an attribute changes, which makes a release too. */
const BUNDLE_AFTER = 5;

/** Of the failures of one kind of client. */
const TOLD = 5;

/** `deploys` of new releases, one in four followed by a rollback, while clients ask directly and through nginx. */
export async function serveThrough(courier: Courier, server: string, deploys: number): Promise<Served> {
  const node = courier.node(server);
  const seconds: number[] = [];
  let rollbacks = 0;
  const timed = async (...args: string[]): Promise<void> => {
    const began = performance.now();
    await courier.must(...args);
    seconds.push((performance.now() - began) / 1000);
  };
  const seen = await underTraffic(clientsOf(), ['nsenter', `--net=/run/netns/${node.network.node}`], async () => {
    for (let number = 1; number <= deploys; number += 1) {
      if (number % BUNDLE_AFTER === 0) await courier.becomes((number / BUNDLE_AFTER) % 2 === 1 ? 2 : 1);
      await courier.configure((ini) => ini.replace(/^serial = .*$/m, `serial = ${server} ${number}`));
      await timed('deploy', server);
      if (number % BACK_AFTER !== 0) continue;
      await timed('rollback', server);
      rollbacks += 1;
    }
  });
  const { release } = JSON.parse((await courier.must('status', server, '--json')).stdout).nodes[0];
  const answered: { release: string } = JSON.parse((await node.fetch('/healthz', PORT)).body);
  return { server, deploys, rollbacks, seconds, seen, last: { answered: answered.release, told: release.id } };
}

const clientsOf = (): Client[] => [
  ...everyWay('directly', `http://127.0.0.1:${PORT}`),
  ...everyWay('through nginx', `http://127.0.0.1:${SITE}`),
];

/** What must not be, a line each. */
export function problemsOf({ server, seen, last, deploys, rollbacks }: Served): string[] {
  const found = Object.entries(seen).flatMap(([name, { failed, answered }]) => [
    ...failed.slice(0, TOLD).map((what) => `${server}: ${name}: ${what}`),
    ...(failed.length > TOLD ? [`${server}: ${name}: and ${failed.length - TOLD} more`] : []),
    ...(answered < deploys + rollbacks ? [`${server}: ${name}: ${answered} answers only`] : []),
  ]);
  const releases = new Set(Object.values(seen).flatMap(({ versions }) => Object.keys(versions)));
  if (releases.size <= deploys) found.push(`${server}: answers came from ${releases.size} releases`);
  if (last.answered !== last.told) found.push(`${server}: ${last.answered} answers, and ${last.told} is told`);
  return found;
}
