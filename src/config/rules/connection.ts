import { defaultOf } from '../keys.ts';
import type { Problem } from '../types.ts';
import { linesOf } from '../values.ts';
import { valueProblems } from './attribute.ts';
import type { NodeView } from './view.ts';

/** What conc always says to ssh itself. */
const FIXED_OPTIONS = new Set(['stricthostkeychecking', 'forwardagent']);

/** Where the node is, how it is reached, and where on it the application lives. */
export function connectionProblems(view: NodeView): Problem[] {
  return [...rootProblems(view, bySsh(view)), ...reachProblems(view)];
}

/** How a node or a builder is reached. */
export const reachProblems = (view: NodeView): Problem[] => [
  ...(bySsh(view) ? [...hostProblems(view), ...optionProblems(view)] : []),
  ...linkProblems(view),
];

const bySsh = ({ attributes }: NodeView): boolean =>
  (attributes.get('gateway')?.value ?? defaultOf('gateway')) === 'ssh';

function rootProblems({ attributes, has, problem }: NodeView, ssh: boolean): Problem[] {
  const root = attributes.get('root');
  if (!root) {
    if (has('root')) return [];
    return [
      problem(
        'config.missing-key',
        undefined,
        'root is missing',
        'Write root = /srv/NAME: the folder on the node that holds everything',
      ),
    ];
  }
  const { value } = root;
  const said = `root = ${JSON.stringify(value)}`;
  if (value === '') return [];
  if (ssh && !/^(\/|~\/)/.test(value)) {
    return [
      problem('config.relative-root', root, `${said}: with ssh it must be absolute`, 'Write /srv/NAME, or ~/NAME'),
    ];
  }
  if (value.split('/').includes('..') && (ssh || /^[/~]/.test(value))) {
    return [problem('config.bad-root', root, `${said}: it must not have ..`, 'Write the path without it')];
  }
  if (/^~?\/*$|^\.?\/*$/.test(value)) {
    return [problem('config.bad-root', root, `${said}: it must be a folder of its own`, 'Write /srv/NAME, or ~/NAME')];
  }
  return [];
}

function hostProblems({ attributes, has, problem }: NodeView): Problem[] {
  const [ip, host] = [attributes.get('sshd.ip'), attributes.get('sshd.host')];
  if (ip && host) {
    const what = `sshd.ip and sshd.host are both given (sshd.host at line ${host.source.line})`;
    return [problem('config.ip-and-host', ip, what, 'Keep one of the two')];
  }
  if (has('sshd.ip') || has('sshd.host')) return [];
  const hint = 'Write sshd.host = NAME or sshd.ip = ADDRESS; or gateway = popen for a node on this machine';
  return [problem('config.missing-key', undefined, 'sshd.host is missing', hint)];
}

function optionProblems({ attributes, problem }: NodeView): Problem[] {
  const options = attributes.get('sshd.options');
  return linesOf(options?.value ?? '').flatMap((line) => {
    const name = line.split('=', 1)[0] ?? '';
    if (!FIXED_OPTIONS.has(name.toLowerCase())) return [];
    const hint = 'Remove it: host keys are always checked strictly, and no agent is forwarded';
    return [problem('config.fixed-option', options, `sshd.options: ${name} can't be set`, hint)];
  });
}

/** A far side that is asked must have the time to answer. */
function linkProblems({ attributes, problem }: NodeView): Problem[] {
  const [ping, lost] = [attributes.get('link.ping'), attributes.get('link.lost')];
  const given = [ping, lost].flatMap((each) => (each === undefined ? [] : [each]));
  if (given.some(({ key, value, source }) => valueProblems(key, value, source).length > 0)) return [];
  const [asked, over] = [ping?.value ?? defaultOf('link.ping'), lost?.value ?? defaultOf('link.lost')].map(Number);
  if (asked === undefined || over === undefined || over >= 2 * asked) return [];
  const what = `link.lost = ${over} leaves no time for an answer: a silent node is asked after ${asked} s (link.ping)`;
  return [problem('config.link-limits', lost ?? ping, what, `Write link.lost = ${2 * asked} or more`)];
}
