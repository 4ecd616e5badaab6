import { deflateSync } from 'node:zlib';
import { digestOf } from './agent-digest.ts';
import type { AgentSources } from './agent-sources.ts';
import { remembered } from './remembered.ts';
import type { Json } from './types.ts';

/** What every session needs: boot, hello with facts, frames, channels. The rest follows when it is called. */
const INITIAL_MODULES = [
  'modules',
  'kept',
  'frames',
  'outgoing',
  'channel',
  'keepalive',
  'logs',
  'facts',
  'serve',
] as const;

/** Compressed bytes that the loader and the payload may come to, together. */
export const PAYLOAD_BUDGET = 12_000;

interface Payload {
  readonly bytes: Buffer;
  readonly modules: readonly string[];
}

/**
 * `LENGTH "\n" PAYLOAD`, as the loader reads it, and the names of the modules in it. `keptIn`: the root that may have kept
 * the agent's code; `soon`: what the first call will need of it.
 */
export const assemblePayload = (sources: AgentSources, keptIn?: string, soon: readonly string[] = []): Payload =>
  keptIn === undefined ? assembled(sources, []) : assembled(sources, [keptIn, ...soon]);

const assembled = remembered((sources: AgentSources, [keptIn, ...soon]): Payload => {
  const names = ['conc_agent', ...INITIAL_MODULES.map((name) => `conc_agent.${name}`)];
  const source = (name: string): string => {
    const known = sources.get(name);
    if (known === undefined) throw new Error(`the agent lacks its module ${name}`);
    return known.source;
  };
  const content = {
    boot: source('conc_agent.boot'),
    modules: Object.fromEntries(names.map((name) => [name, source(name)])),
    ...(keptIn === undefined ? {} : { keep: [keptIn, digestOf(sources)], soon }),
  };
  const payload = deflateSync(JSON.stringify(content), { level: 9 });
  return { bytes: Buffer.concat([Buffer.from(`${payload.length}\n`), payload]), modules: names };
});

/** Characters of JSON; shorter requests are sent as they are. */
const LONG = 4096;

/** The request of a call. A long one names the same wheels over and over: it is deflated, quickly. */
export function packRequest(request: Json): { readonly request: Json } | { readonly deflated: string } {
  const text = JSON.stringify(request);
  return text.length < LONG ? { request } : { deflated: deflateSync(text, { level: 1 }).toString('base64') };
}

/** Modules sent ahead, together: `zlib` of JSON `{NAME: [SOURCE, is it a package?]}`. */
export const packModules = remembered((sources: AgentSources, names): Buffer => {
  const entries = names.map((name) => {
    const known = sources.get(name);
    return [name, [known?.source ?? '', known?.package ?? false]];
  });
  return deflateSync(JSON.stringify(Object.fromEntries(entries)));
});
