import { dirname } from 'node:path';
import type { Cache } from '../bundle/fetch/cache.ts';
import { useEnvironmentsNetwork } from '../bundle/fetch/network.ts';
import { findConfig } from '../config/find.ts';
import type { NodeSettings } from '../config/types.ts';
import { connect } from '../gateway/connect.ts';
import type { Facts } from '../gateway/types.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { selectSettings } from './select.ts';

/** What `conc lock` and `conc build` work with: every node, this machine's interpreters, the cache, the network. */
export interface Workshop {
  readonly nodes: readonly NodeSettings[];
  readonly factsOf: (python: string) => Promise<Facts>;
  readonly cache: Cache;
  readonly progress: (line: string) => void;
}

export function openWorkshop(options: CommonOptions, context: CliContext): Workshop {
  const { env } = process;
  useEnvironmentsNetwork(env);
  const progress = (line: string): void => (options.quiet === true ? undefined : context.err(line));
  return {
    nodes: selectSettings(['@all'], options, context),
    factsOf: localFacts,
    cache: {
      folder: dirname(findConfig(context.cwd, options.config)),
      env,
      transport: globalThis.fetch,
      onFetch: ({ file }) => progress(`fetching ${file}`),
    },
    progress,
  };
}

/** Asks an interpreter of this machine what it is, as a node would be asked. */
async function localFacts(python: string): Promise<Facts> {
  const session = await connect({ kind: 'popen', node: 'this machine', python });
  await session.close();
  return session.facts;
}
