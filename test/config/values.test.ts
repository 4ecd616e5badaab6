import { expect, test } from 'vitest';
import { specOf } from '../../src/config/keys.ts';
import { valueFault } from '../../src/config/values.ts';

const wrong = (key: string, value: string): string | undefined => {
  const spec = specOf(key);
  if (!spec) throw new Error(`${key} is not in the schema`);
  const fault = valueFault(spec, value);
  return fault && `${fault.what}. ${fault.hint}`;
};

test.each([
  ['app', 'shop-2.x'],
  ['sshd.port', '2222'],
  ['sshd.host', 'web1.example.org'],
  ['sshd.host', 'fe80::1%eth0'],
  ['sshd.ip', '127.0.0.3'],
  ['sshd.ip', '::1'],
  ['sshd.options', 'ConnectTimeout=5\nProxyCommand=nc %h %p'],
  ['health.url', '/'],
  ['health.url', '/healthz?deep=1'],
  ['health.url', 'http://127.0.0.1:8000/healthz'],
  ['health.interval', '0.5'],
  ['link.ping', '0.5'],
  ['protected', 'On'],
  ['process.web.command', `gunicorn --bind fd://0 "shop.wsgi:app" 'it''s'`],
  ['process.web.command', 'gunicorn\n--workers 2'],
  ['process.web.listen', '127.0.0.1:8000'],
  ['process.web.listen', '[::1]:8000'],
  ['process.web.listen', 'unix:/run/shop.sock'],
  ['process.web.env', 'A=1\n\nB='],
  ['devops.jobs', 'shop.devops.deploy:jobs'],
])('%s = %s is fine', (key, value) => {
  expect(wrong(key, value)).toBeUndefined();
});

test.each([
  ['app', 'my shop', 'not usable. Write a name of letters, digits, ".", "_" and "-"'],
  ['app', '../x', 'not usable. Write a name of letters, digits, ".", "_" and "-"'],
  ['python', '', 'it is empty. Write a value, or remove the key'],
  ['python', '-m', 'not usable. Write one word that does not begin with "-"'],
  ['sshd.port', 'ssh', 'not a whole number. Write digits only'],
  ['sshd.port', '٢٢', 'not a whole number. Write digits only'],
  ['sshd.port', '0', 'less than 1. Write a number from 1 to 65535'],
  ['sshd.port', '65536', 'too large. Write a number from 1 to 65535'],
  ['keep', '-1', 'not a whole number. Write digits only'],
  ['keep', '99999999999999999999', 'too large. Write 0 or more'],
  ['sshd.host', '-oProxyCommand=x', 'not usable. Write a host name or address without a user: the user is admin'],
  ['sshd.host', 'deploy@web1', 'not usable. Write a host name or address without a user: the user is admin'],
  ['sshd.host', 'a\nb', 'it must be on one line. A line that is indented more deeply belongs to the value above it'],
  ['sshd.ip', 'web1', 'not usable. Write an IP address'],
  ['sshd.ip', '1.2.3', 'not usable. Write an IP address'],
  ['sshd.jump', '-J x', 'not usable. Write one word that does not begin with "-"'],
  ['sshd.options', 'ConnectTimeout=5\n-v', '"-v" is not usable. Write lines such as ServerAliveInterval=10'],
  ['link.ping', '0', 'less than 0.1. Write a number from 0.1 to 3600'],
  ['link.lost', '1 min', 'not a number of seconds. Write a number without a unit, such as 90 or 0.5'],
  ['op_key', '../../etc/passwd', 'not usable. Write a name of letters, digits, ".", "_" and "-"'],
  ['service', 'upstart', 'no such choice. Choices are: none, supervisord, systemd, initscript'],
  ['confirm.within', '2 min', 'not a number of seconds. Write a number without a unit, such as 90 or 0.5'],
  ['protected', 'maybe', 'neither yes nor no. Write yes or no'],
  ['health.url', 'healthz', 'not a URL. Write http://…, https://…, or a path such as /healthz'],
  ['health.url', '//evil/x', 'not a URL. Write http://…, https://…, or a path such as /healthz'],
  ['health.url', 'ftp://x/', 'not a URL. Write http://…, https://…, or a path such as /healthz'],
  [
    'process.web.command',
    "sh -c 'x",
    'a quotation mark is not closed, or nothing follows the last \\. Quote it as for a shell',
  ],
  [
    'process.web.command',
    'x \\',
    'a quotation mark is not closed, or nothing follows the last \\. Quote it as for a shell',
  ],
  ['process.web.listen', '8000', 'not usable. Write 127.0.0.1:8000, [::1]:8000 or unix:/path'],
  ['process.web.env', 'A=1\nB', '"B" is not usable. Write lines such as DJANGO_SETTINGS_MODULE=shop.settings'],
])('%s = %s: %s', (key, value, words) => {
  expect(wrong(key, value)).toBe(words);
});
