import { bytesText } from '../plan/units.ts';
import type { OpenNode } from './open.ts';

/** One thing that was looked at on a node. `unfit`: a deploy would be BLOCKED. */
export interface Finding {
  readonly level: 'fit' | 'warning' | 'unfit';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Is the node fit to be deployed to? Looks at what the survey and the hello brought; changes nothing. */
export function fitness({ session: { facts }, survey, settings }: OpenNode): Finding[] {
  const { disk, root } = survey;
  const findings: (Finding | false)[] = [
    fit(
      'node.python',
      `Python ${facts.python.full} (${facts.python.executable}), ${facts.libc.kind} on ${facts.machine}`,
    ),
    !facts.python.hasVenv &&
      unfit('node.no-venv', 'its python3 lacks the module venv', 'install the full python3 of the distribution'),
    facts.uid === 0 &&
      warning(
        'node.root',
        'the deploying user is root',
        'deploy as an ordinary user that owns the root folder: admin = NAME',
      ),
    disk.readOnly &&
      unfit('node.read-only', `the file system of ${root} is mounted read-only`, 'remount it, or choose another root'),
    disk.noexec &&
      unfit(
        'node.noexec',
        `the file system of ${root} is mounted noexec: no venv can run there`,
        'choose another root',
      ),
    disk.network &&
      unfit(
        'node.network-fs',
        `${root} is on ${disk.fileSystem}, a network file system: locks can't be trusted there`,
        'choose a local root',
      ),
    !disk.writable &&
      unfit(
        'node.not-writable',
        `${facts.user} may not write ${survey.exists ? root : `where ${root} would be made`}`,
        `make it once: install -d -o ${facts.user} ${root}; or all that it needs: conc prepare ${settings.name}`,
      ),
    fit(
      'node.disk',
      `${bytesText(disk.freeBytes)} and ${disk.freeInodes ?? 'uncounted'} inodes free on ${disk.fileSystem}`,
    ),
    disk.freeBytes < 200e6 && warning('node.disk-low', `only ${bytesText(disk.freeBytes)} are free at ${root}`),
    clockFinding(facts.time),
    settings.service === 'none' &&
      settings.processes.length > 0 &&
      warning('node.no-service', 'it has processes, and service = none: conc starts nothing', 'service = supervisord'),
  ];
  return findings.filter((finding) => finding !== false);
}

/** Seconds by which a node's clock may differ before it is told. */
const skewLimit = 30;

function clockFinding(time: number): Finding {
  const skew = time - Date.now() / 1000;
  return Math.abs(skew) <= skewLimit
    ? fit('node.clock', 'its clock agrees with this one')
    : warning(
        'node.clock',
        `its clock is ${Math.abs(Math.round(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} this one`,
        'let it keep time: systemd-timesyncd or chrony',
      );
}

const fit = (code: string, message: string): Finding => ({ level: 'fit', code, message });
const warning = (code: string, message: string, hint?: string): Finding => ({
  level: 'warning',
  code,
  message,
  ...(hint === undefined ? {} : { hint }),
});
const unfit = (code: string, message: string, hint: string): Finding => ({ level: 'unfit', code, message, hint });
