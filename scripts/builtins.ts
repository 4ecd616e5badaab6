import type { Plugin } from 'rolldown';

const IMPORT = /^import (?:(\w[\w$]*)|\* as (\w[\w$]*))?(?:, )?(?:\{ ([^}]*) \})? from "(node:[\w/]+)";$/gm;

/**
 * Takes what Node.js brings without import: that makes a namespace of every export, and so loads what stands behind each, some
 * milliseconds for `node:fs` alone. `process.getBuiltinModule` gives the same object as it is.
 */
export const builtinsAsTheyAre: Plugin = {
  name: 'builtins-as-they-are',
  renderChunk: (code) => {
    const rest = code.replace(IMPORT, (_, whole: string | undefined, all: string | undefined, some, from) => {
      const taken = `process.getBuiltinModule("${from}");`;
      const wholes = [whole, all].flatMap((name) => (name === undefined ? [] : [`const ${name} = ${taken}`]));
      const parts = some === undefined ? [] : [`const { ${some.replaceAll(' as ', ': ')} } = ${taken}`];
      return [...wholes, ...parts].join(' ');
    });
    if (/^import .*"node:/m.test(rest)) throw new Error('an import of node: has a form that is not known here');
    return rest;
  },
};
