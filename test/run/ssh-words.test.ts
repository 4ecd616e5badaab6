import { describe, expect, it } from 'vitest';
import { readSshWords } from '../../src/run/ssh-words.ts';

const read = (text: string) => readSshWords(text.split(' '));

describe('what a script writes for ssh', () => {
  it.each([
    ['web1', { host: 'web1' }],
    ['-i key -p 2222 ann@10.0.0.1', { host: '10.0.0.1', user: 'ann', port: 2222, key: 'key' }],
    ['ann@web1 -p 2222 -ikey', { host: 'web1', user: 'ann', port: 2222, key: 'key' }],
    ['-Cp2222 -l ann web1', { host: 'web1', user: 'ann', port: 2222 }],
    ['-F my.conf -J jump@gate -o BatchMode=yes web1', { host: 'web1', config: 'my.conf', jump: 'jump@gate' }],
    ['-4 -- web1', { host: 'web1' }],
    ['ssh://ann@web1:2200', { host: 'web1', user: 'ann', port: 2200 }],
    ['web1 nice -A', { host: 'web1' }],
    ['-p 1 -p 2 web1', { host: 'web1', port: 1 }],
  ])('%s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each([
    ['-A web1', /-A: conc has no agent forwarding/],
    ['-CA web1', /-A: /],
    ['web1 -X', /X11/],
    ['-N web1', /without a command/],
    ['-f web1', /background/],
    ['-W a:1 web1', /elsewhere/],
    ['-p', /-p without its value/],
    ['-C', /names no host/],
  ])('%s is refused', (text, words) => {
    expect(() => read(text)).toThrow(words);
  });
});
