import type { EnabledSettings } from '../config/types.ts';
import type { LinkFile } from './types.ts';

/**
 * What `nginx.sites` and their like come to in the tree: links, as Debian's own tools make them (a2ensite(8)). Each must
 * lead somewhere, but for the settings of a module, which not every module has: that is known on the node alone.
 */
export function enabledLinks({ nginx, apache2 }: EnabledSettings): readonly LinkFile[] {
  const apache = (names: readonly string[], what: string, ending: string, lead: LinkFile['lead'] = 'must') =>
    names.map((name) => linkTo(`apache2/${what}`, `${name}${ending}`, lead));
  return [
    ...nginx.sites.map((name) => linkTo('nginx/sites', name, 'must')),
    ...apache(apache2.sites, 'sites', '.conf'),
    ...apache(apache2.confs, 'conf', '.conf'),
    ...apache(apache2.modules, 'mods', '.load'),
    ...apache(apache2.modules, 'mods', '.conf', 'may'),
  ];
}

function linkTo(kind: string, file: string, lead: LinkFile['lead'] & {}): LinkFile {
  const [folder, what] = kind.split('/');
  return { path: `${folder}/${what}-enabled/${file}`, kind: 'link', target: `../${what}-available/${file}`, lead };
}
