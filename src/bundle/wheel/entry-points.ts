import { scriptProblem } from './names.ts';

/** The `console_scripts` and `gui_scripts` of an entry_points.txt: by script name, `module:function`. */
export interface Scripts {
  readonly console: ReadonlyMap<string, string>;
  readonly gui: ReadonlyMap<string, string>;
}

const object = /^([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)\s*:\s*([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)\s*(?:\[[^\]]*\])?$/u;

/** Reads by lines, as importlib.metadata does. Throws Error with what is wrong, for a name or an object that can't be. */
export function parseScripts(text: string): Scripts {
  const console = new Map<string, string>();
  const gui = new Map<string, string>();
  const groups = new Map([
    ['console_scripts', console],
    ['gui_scripts', gui],
  ]);
  let group: Map<string, string> | undefined;
  for (const line of text.split(/\r\n|\r|\n/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[') && line.endsWith(']')) group = groups.get(line.replace(/^[[\]]+|[[\]]+$/g, ''));
    else if (group !== undefined) group.set(...entryPoint(line));
  }
  return { console, gui };
}

function entryPoint(line: string): [name: string, object: string] {
  const at = line.indexOf('=');
  const name = (at < 0 ? line : line.slice(0, at)).trim();
  const value = at < 0 ? '' : line.slice(at + 1).trim();
  const problem = scriptProblem(name);
  if (problem !== null) throw new Error(`its entry point '${name}' has ${problem}`);
  const [, module, called] = object.exec(value) ?? [];
  if (module === undefined || called === undefined)
    throw new Error(`its entry point ${name} = '${value}' does not name a function (module:function)`);
  return [name, `${module}:${called}`];
}
