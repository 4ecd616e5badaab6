/** A conc.ini of so many nodes over ssh in ten groups, with references between its values, as a team writes it. */
export function largeIni(nodes: number, first: readonly string[] = []): string {
  const groups = Array.from({ length: 10 }, (_, group) => [
    `[group role${group}]`,
    `workers = ${group + 1}`,
    `pool = \${app}-role${group}`,
    `process.web.command = gunicorn shop.wsgi --workers \${workers}`,
    `process.web.listen = 127.0.0.1:${8000 + group}`,
    '',
  ]);
  const sections = Array.from({ length: nodes }, (_, node) => [
    `[node web${node}]`,
    `groups = role${node % 10}`,
    `sshd.host = web${node}.example.org`,
    `sshd.port = 22`,
    `root = /srv/\${app}/\${pool}`,
    `title = node ${node} of \${app} in \${paths:site}`,
    '',
  ]);
  const common = ['[DEFAULT]', 'app = shop', 'python = /usr/bin/python3', 'keep = 3', '[paths]', 'site = north', ''];
  return [...common, ...groups.flat(), ...first, ...sections.flat()].join('\n');
}
