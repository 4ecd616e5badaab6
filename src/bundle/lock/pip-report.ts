import { z } from 'zod';
import { withoutCredentials } from '../fetch/scrub.ts';
import { normalizeName } from '../standards/names.ts';
import type { Yanked } from './backend.ts';
import type { PylockDocument, PylockPackage } from './pylock-document.ts';

const reportSchema = z.object({
  install: z.array(
    z.object({
      is_yanked: z.boolean().default(false),
      download_info: z.object({
        url: z.string(),
        archive_info: z
          .object({ hash: z.string().optional(), hashes: z.object({ sha256: z.string().optional() }).optional() })
          .optional(),
        dir_info: z.object({ editable: z.boolean().default(false) }).optional(),
        vcs_info: z.object({ vcs: z.string(), commit_id: z.string() }).optional(),
      }),
      metadata: z.object({ name: z.string(), version: z.string(), requires_python: z.string().optional() }),
    }),
  ),
});
type Installed = z.infer<typeof reportSchema>['install'][number];

/** pip's installation report (its version 1) as a pylock document: one file for each package, the one that pip would install. */
export function readReport(text: string, requiresPython: string): { document: PylockDocument; yanked: Yanked[] } {
  const { install } = reportSchema.parse(JSON.parse(text));
  const yanked = install
    .filter(({ is_yanked: withdrawn }) => withdrawn)
    .map(({ metadata: { name, version } }) => ({ name: normalizeName(name), version, reason: '' }));
  const head = { 'lock-version': '1.0', 'created-by': 'conc', 'requires-python': requiresPython };
  return { document: { ...head, packages: install.map(pylockPackage) }, yanked };
}

function pylockPackage({ download_info: found, metadata }: Installed): PylockPackage {
  const { url, archive_info: archive, dir_info: folder, vcs_info: repository } = found;
  const name = normalizeName(metadata.name);
  const { version, requires_python: requiresPython } = metadata;
  const named = { name, version, ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }) };
  if (folder !== undefined) {
    return { name, version, directory: { path: decodeURIComponent(new URL(url).pathname), editable: folder.editable } };
  }
  if (repository !== undefined) {
    const { vcs: type, commit_id: commit } = repository;
    return { name, version, vcs: { type, url: withoutCredentials(url), 'commit-id': commit } };
  }
  const sha256 = archive?.hashes?.sha256 ?? archive?.hash?.replace(/^sha256=/, '') ?? '';
  const { protocol, pathname } = new URL(url);
  const from = protocol === 'file:' ? { path: decodeURIComponent(pathname) } : { url };
  const file = { ...from, hashes: { sha256 } };
  return pathname.endsWith('.whl') ? { ...named, wheels: [file] } : { ...named, sdist: file };
}
