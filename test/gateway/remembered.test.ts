import { describe, expect, it } from 'vitest';
import { readAgentSources } from '../../src/gateway/agent-sources.ts';
import { assemblePayload, packModules } from '../../src/gateway/payload.ts';

describe('what every session is sent', () => {
  it('is read and packed once, for the same sources and modules', async () => {
    const sources = await readAgentSources();
    expect(await readAgentSources()).toBe(sources);
    expect(assemblePayload(sources)).toBe(assemblePayload(sources));
    const packed = packModules(sources, ['conc_agent.calls', 'conc_agent.calls.run']);
    expect(packModules(sources, ['conc_agent.calls', 'conc_agent.calls.run'])).toBe(packed);
    expect(packModules(sources, ['conc_agent.calls'])).not.toEqual(packed);
  });

  it('is of the sources that it is made of', () => {
    const one = new Map([['conc_agent.a', { source: 'A = 1', package: false }]]);
    const other = new Map([['conc_agent.a', { source: 'A = 2', package: false }]]);
    expect(packModules(one, ['conc_agent.a'])).not.toEqual(packModules(other, ['conc_agent.a']));
  });
});
