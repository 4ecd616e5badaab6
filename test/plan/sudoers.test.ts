import { describe, expect, it } from 'vitest';
import { sudoersCommand } from '../../src/plan/sudoers-command.ts';

describe('a command as sudoers has it', () => {
  it.each([
    ['/usr/bin/systemctl reload nginx', '/usr/bin/systemctl reload nginx'],
    ['  /usr/bin/systemctl   reload\tnginx ', '/usr/bin/systemctl reload nginx'],
    ['/usr/sbin/reboot', '/usr/sbin/reboot ""'],
    ['/usr/sbin/reboot ""', '/usr/sbin/reboot ""'],
    ['/usr/bin/touch /srv/* /a?[bc]', '/usr/bin/touch /srv/* /a?[bc]'],
    ['/usr/bin/touch \'/srv/*\' "a?" \\[b\\]', String.raw`/usr/bin/touch /srv/\* a\? \[b\]`],
    ["/usr/bin/touch 'a b' c\\ d", String.raw`/usr/bin/touch a\ b c\ d`],
    ['/usr/bin/env A=b,c:d #e', String.raw`/usr/bin/env A\=b\,c\:d \#e`],
    ['/bin/echo \'back\\slash\' "q\\"q" it\\\'s', String.raw`/bin/echo back\\\\slash q"q it's`],
    ['sudoedit /etc/motd', 'sudoedit /etc/motd'],
  ])('%s', (text, written) => expect(sudoersCommand(text)).toBe(written));

  it.each(['systemctl reload nginx', './run', "/bin/echo 'open", '/bin/echo \\', '/bin/a\n/bin/b', ''])(
    'is none: %j',
    (text) => expect(sudoersCommand(text)).toBe(null),
  );
});
