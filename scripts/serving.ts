// `npm run serving`: releases changed under traffic on booted machines, and docs/no-failed-request.md from it. Needs root.
// `-- --deploys N --only SERVER` runs a part of it, and leaves the page as it is.
import './node-first.ts';
import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { problemsOf, type Served, serveThrough } from '../test/serving/changes.ts';
import { makeCourier } from '../test/serving/courier.ts';
import { renderPage } from '../test/serving/page.ts';
import { SERVERS, softwareOn } from '../test/serving/servers.ts';

const DEPLOYS = 20;
const { values } = parseArgs({
  options: { deploys: { type: 'string', default: String(DEPLOYS) }, only: { type: 'string', default: '' } },
});
const servers = SERVERS.filter(({ name }) => name.includes(values.only));
const deploys = Number(values.deploys);

await using courier = await makeCourier(servers);
const served: Served[] = [];
const software = new Map<string, string>();
for (const { name } of servers) {
  await courier.must('deploy', name);
  const one = await serveThrough(courier, name, deploys);
  served.push(one);
  software.set(name, await softwareOn(courier, name));
  const problems = problemsOf(one);
  console.error(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}${problems.map((line) => `\n     ${line}`).join('')}`,
  );
}
const machine = `Node.js ${process.versions.node}, ${cpus().length} processors, Linux ${release()}, ${new Date().toISOString().slice(0, 10)}.`;
const text = renderPage(served, software, machine);
if (deploys === DEPLOYS && servers.length === SERVERS.length)
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'no-failed-request.md'), text);
console.log(text);
process.exitCode = served.length === 0 || served.some((one) => problemsOf(one).length > 0) ? 1 : 0;
