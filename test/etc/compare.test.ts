import { describe, expect, it } from 'vitest';
import { compareTree, differs, noWishes } from '../../src/etc/compare.ts';
import { refuseBlocked } from '../../src/etc/refuse.ts';
import { touchedByTree } from '../../src/etc/touches.ts';
import type { EtcSurvey, EtcWishes, State, SurveyedPath, WantedFile } from '../../src/etc/types.ts';

const state = (what: string, mode = '0644', owner = 'root'): State => ({
  ...{ what: `sha256:${what}`, mode, owner, group: 'root' },
});
const wanted = (sha256: string, mode = '0644'): WantedFile => ({
  ...{ path: 'a', kind: 'file', mode, owner: null, group: null, sha256 },
});
const found = (seen: State | null, wrote: State | null, more: Partial<SurveyedPath> = {}): SurveyedPath => ({
  ...{ seen, wrote, original: null, unfit: null, taken: null, ...more },
});
const survey = (a: SurveyedPath): EtcSurvey => ({
  ...{ root: '/etc', elsewhere: null, sudo: true, sudoCommands: ['/x'], owner: 'root', group: 'root' },
  ...{ files: null, pending: [], without: [], paths: { a } },
});
const compare = (want: WantedFile | null, a: SurveyedPath, wishes: EtcWishes = noWishes) =>
  compareTree(want === null ? [] : [want], survey(a), wishes);
const accept: EtcWishes = { accept: ['/etc/a'], overwrite: [] };
const overwrite: EtcWishes = { accept: [], overwrite: ['a'] };

describe('compareTree', () => {
  it.each([
    ['new', wanted('1'), found(null, null), 'add', null],
    ['as it is to be', wanted('1'), found(state('1'), state('1')), 'same', null],
    ['as it is to be, by someone else', wanted('1'), found(state('1'), null), 'same', null],
    ['changed by conc', wanted('2'), found(state('1'), state('1')), 'change', null],
    ['of another mode', wanted('1', '0600'), found(state('1'), state('1')), 'mode', null],
    ['left the tree', null, found(state('1'), state('1')), 'remove', null],
    [
      'left the tree, of a file that was there before',
      null,
      found(state('1'), state('1'), { original: state('0') }),
      'restore',
      null,
    ],
    ['edited', wanted('2'), found(state('x'), state('1')), 'blocked', 'was changed by hand since conc wrote it'],
    [
      'edited, and left the tree',
      null,
      found(state('x'), state('1')),
      'blocked',
      'was changed by hand since conc wrote it',
    ],
    ['removed by hand', wanted('1'), found(null, state('1')), 'blocked', 'was removed by hand'],
    ['not conc’s', wanted('1'), found(state('x'), null), 'blocked', 'is there, and conc did not write it'],
    [
      'given to another',
      wanted('1'),
      found(state('1', '0644', 'ann'), state('1')),
      'blocked',
      'has another mode or owner than conc gave it: 0644 ann root instead of 0644 root root',
    ],
    ['another application’s', wanted('1'), found(null, null, { taken: 'b in /b' }), 'blocked', 'belongs to b in /b'],
    ['a folder', wanted('1'), found({ ...state('1'), what: 'folder' }, null), 'blocked', 'is a folder'],
    ['unfit', wanted('1'), found(null, null, { unfit: 'is not a plain path' }), 'blocked', 'is not a plain path'],
  ] as const)('%s', (_name, want, path, action, why) => {
    expect(compare(want, path).entries).toEqual([expect.objectContaining({ path: 'a', action, why })]);
  });

  it('says nothing of what left the tree and was removed by hand', () => {
    expect(compare(null, found(null, state('1'))).entries).toEqual([]);
  });

  it('leaves or overwrites what a person names, and pins what was seen', () => {
    const edited = found(state('x'), state('1'));
    expect(compare(wanted('2'), edited, accept)).toMatchObject({
      entries: [{ action: 'left' }],
      leave: ['a'],
      overwrite: {},
    });
    expect(compare(wanted('2'), edited, overwrite)).toMatchObject({
      entries: [{ action: 'change', why: 'was changed by hand since conc wrote it' }],
      leave: [],
      overwrite: { a: 'sha256:x' },
    });
    expect(compare(null, edited, overwrite).entries).toMatchObject([{ action: 'remove' }]);
    expect(compare(wanted('2'), found(null, state('1')), overwrite).overwrite).toEqual({ a: 'absent' });
    // Not another application's, whoever says so.
    expect(compare(wanted('2'), found(null, null, { taken: 'b' }), overwrite)).toMatchObject({ overwrite: {} });
  });

  it('differs where something is placed, removed or still to be reloaded', () => {
    expect(differs(compare(wanted('1'), found(state('1'), state('1'))))).toBe(false);
    expect(differs({ ...compare(wanted('1'), found(state('1'), null)), pending: ['nginx'] })).toBe(true);
    expect(differs(compare(wanted('1'), found(null, null)))).toBe(true);
  });

  it('is BLOCKED with every file, why, and the three ways on', () => {
    expect(() => refuseBlocked('web1', compare(wanted('2'), found(state('x'), null)))).toThrow(
      expect.objectContaining({
        code: 'etc.blocked',
        exit: 3,
        evidence: ['/etc/a is there, and conc did not write it'],
        hint: expect.stringMatching(/--diff.*--overwrite \/etc\/a.*--accept-foreign \/etc\/a/),
      }),
    );
    refuseBlocked('web1', compare(wanted('2'), found(null, null)));
  });

  it.each([
    ['ssh/sshd_config.d/shop.conf', ['ssh']],
    ['sudoers.d/shop', ['sudo']],
    ['pam.d/sshd', ['users']],
    ['nftables.conf', ['firewall']],
    ['systemd/network/10.network', ['network']],
    ['nginx/nginx.conf', []],
  ])('asks for a new connection where %s changes', (path, what) => {
    const file: WantedFile = { path, kind: 'file', mode: '0644', owner: null, group: null, sha256: '1' };
    const looked = { ...survey(found(null, null)), paths: { [path]: found(null, null) } };
    expect(touchedByTree(compareTree([file], looked, noWishes))).toEqual(what);
    expect(touchedByTree(compareTree([file], { ...looked, root: '/srv/x/etc' }, noWishes))).toEqual([]);
    const same = { ...looked, paths: { [path]: found(state('1'), state('1')) } };
    expect(touchedByTree(compareTree([file], same, noWishes))).toEqual([]);
  });
});
