import { deflateSync } from 'node:zlib';
import type { AgentSources } from './agent-sources.ts';
import { remembered } from './remembered.ts';

/** What every session needs: boot, hello with facts, frames, channels. The rest follows when it is called. */
const INITIAL_MODULES = ['modules', 'frames', 'outgoing', 'channel', 'keepalive', 'logs', 'facts', 'serve'] as const;

/** Compressed bytes that the loader and the payload may come to, together. */
export const PAYLOAD_BUDGET = 12_000;

interface Payload {
  readonly bytes: Buffer;
  readonly modules: readonly string[];
}

/** `LENGTH "\n" PAYLOAD`, as the loader reads it, and the names of the modules in it. */
export const assemblePayload = (sources: AgentSources): Payload =>
  assembled(sources, ['conc_agent', ...INITIAL_MODULES.map((name) => `conc_agent.${name}`)]);

const assembled = remembered((sources: AgentSources, names): Payload => {
  const source = (name: string): string => {
    const known = sources.get(name);
    if (known === undefined) throw new Error(`the agent lacks its module ${name}`);
    return known.source;
  };
  const content = {
    boot: source('conc_agent.boot'),
    modules: Object.fromEntries(names.map((name) => [name, source(name)])),
  };
  const payload = deflateSync(JSON.stringify(content), { level: 9 });
  return { bytes: Buffer.concat([Buffer.from(`${payload.length}\n`), payload]), modules: names };
});

/** Modules sent ahead, together: `zlib` of JSON `{NAME: [SOURCE, is it a package?]}`. */
export const packModules = remembered((sources: AgentSources, names): Buffer => {
  const entries = names.map((name) => {
    const known = sources.get(name);
    return [name, [known?.source ?? '', known?.package ?? false]];
  });
  return deflateSync(JSON.stringify(Object.fromEntries(entries)));
});
