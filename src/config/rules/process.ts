import { processName } from '../keys.ts';
import { type Attribute, type Problem, SERVICE_KINDS } from '../types.ts';
import { linesOf } from '../values.ts';
import type { NodeView } from './view.ts';

/** The application's processes, who starts them, and how their health is asked. */
export function processProblems(view: NodeView): Problem[] {
  const processes = new Map<string, Attribute>();
  for (const attribute of view.attributes.values()) {
    const name = processName(attribute.key);
    if (name !== undefined && !processes.has(name)) processes.set(name, attribute);
  }
  return [
    ...[...processes].flatMap(([name, first]) => oneProcess(view, name, first)),
    ...serviceProblems(view, processes.size),
    ...scopeProblems(view, [...processes.keys()]),
    ...listenProblems(view, [...processes.keys()]),
  ];
}

function oneProcess({ attributes, has, problem }: NodeView, name: string, first: Attribute): Problem[] {
  const problems: Problem[] = [];
  if (!has(`process.${name}.command`)) {
    const hint = `Write process.${name}.command = …`;
    problems.push(problem('config.missing-key', first, `process.${name}.command is missing`, hint));
  }
  const env = attributes.get(`process.${name}.env`);
  const names = linesOf(env?.value ?? '').map((line) => line.split('=', 1)[0] ?? '');
  for (const twice of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(
      problem('config.bad-value', env, `process.${name}.env: ${twice} is there twice`, 'Remove one of the two'),
    );
  }
  return problems;
}

function serviceProblems({ attributes, whole, problem }: NodeView, processes: number): Problem[] {
  const service = attributes.get('service');
  const kind = SERVICE_KINDS.find((known) => known === service?.value);
  if (service === undefined || kind === undefined || kind === 'none' || processes > 0 || !whole) return [];
  const hint = 'Write process.NAME.command = …, or service = none';
  return [problem('config.missing-key', service, `service = ${service.value}: there is no process to start`, hint)];
}

/** What only services that root starts can have, and what they can't. */
function scopeProblems({ attributes, problem }: NodeView, names: readonly string[]): Problem[] {
  const [service, scope, user] = ['service', 'service.scope', 'service.user'].map((key) => attributes.get(key));
  const problems: Problem[] = [];
  const isWide = scope?.value === 'system';
  const isSystem = service?.value === 'systemd' && isWide;
  const isSupervisor = service?.value === 'supervisord' && isWide;
  const isScript = service?.value === 'initscript';
  if (isWide && !isSystem && !isSupervisor) {
    const hint = 'Write service = systemd or supervisord, or leave service.scope out';
    problems.push(
      problem('config.bad-value', scope, 'service.scope = system: only systemd and supervisord have one', hint),
    );
  }
  if (user !== undefined && !isSystem && !isSupervisor && !isScript) {
    const what = "service.user: the deploying user's own services run as that user alone";
    const hint =
      'Write service = systemd or supervisord, and service.scope = system; or service = initscript; or leave service.user out';
    problems.push(problem('config.bad-value', user, what, hint));
  }
  if (user?.value === 'root') {
    const hint = 'Write an account of its own';
    problems.push(problem('config.bad-value', user, 'service.user = root: an application never runs as root', hint));
  }
  for (const listen of names.map((name) => attributes.get(`process.${name}.listen`))) {
    if (listen !== undefined && isScript) problems.push(heldByNobody(listen, problem));
    if (listen !== undefined && isSupervisor) problems.push(...notAPort(listen, problem));
    if (listen === undefined || !isSystem || !/^unix:(?!\/run\/conc\/.+\.sock$)/.test(listen.value)) continue;
    const what = `${listen.key} = ${JSON.stringify(listen.value)}: a socket that root makes lies in a folder of root's`;
    const hint = 'Write unix:/run/conc/srv/shop/web.sock, where the root is /srv/shop';
    problems.push(problem('config.bad-value', listen, what, hint));
  }
  return problems;
}

function heldByNobody(listen: Attribute, problem: NodeView['problem']): Problem {
  const what = `${listen.key}: an init script holds no socket`;
  const hint = 'Leave it out, and say in its command where it listens; health.url is a whole URL then';
  return problem('config.bad-value', listen, what, hint);
}

function notAPort(listen: Attribute, problem: NodeView['problem']): Problem[] {
  if (!/^unix:|^\[/.test(listen.value)) return [];
  const what = `${listen.key} = ${JSON.stringify(listen.value)}: the system's supervisor listens at IPv4 ports`;
  return [problem('config.bad-value', listen, what, 'Write a port: 127.0.0.1:8000; or service = systemd')];
}

function listenProblems({ attributes, whole, problem }: NodeView, names: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  for (const name of names) {
    const listen = attributes.get(`process.${name}.listen`);
    if (!listen) continue;
    const port = /:(\d+)$/.exec(listen.value)?.[1];
    const said = `${listen.key} = ${JSON.stringify(listen.value)}`;
    const other = taken.get(listen.value);
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
      problems.push(problem('config.bad-value', listen, `${said}: no such port`, 'Write a port from 1 to 65535'));
    } else if (other !== undefined) {
      problems.push(
        problem('config.bad-value', listen, `${said}: process ${other} listens there too`, 'Give each its own'),
      );
    }
    taken.set(listen.value, name);
  }
  const url = attributes.get('health.url');
  if (url?.value.startsWith('/') && taken.size === 0 && whole) {
    const what = `health.url = ${JSON.stringify(url.value)}: a path is asked of the first process with a listen, and there is none`;
    problems.push(
      problem('config.bad-value', url, what, 'Write the whole URL, or process.NAME.listen = 127.0.0.1:8000'),
    );
  }
  return problems;
}
