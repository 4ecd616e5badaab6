import { dirname } from 'node:path';
import type { Cache } from '../bundle/fetch/cache.ts';
import { useEnvironmentsNetwork } from '../bundle/fetch/network.ts';
import { builderOf } from '../config/builders.ts';
import { findConfig } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';
import { builderNames } from '../config/nodes.ts';
import type { BuilderSettings, NodeSettings } from '../config/types.ts';
import type { Facts } from '../gateway/types.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { localFacts } from './local-facts.ts';
import { selectSettings } from './select.ts';

/** What `conc lock` and `conc build` work with: every node, this machine's interpreters, the cache, the network. */
export interface Workshop {
  readonly nodes: readonly NodeSettings[];
  readonly builders: readonly BuilderSettings[];
  readonly factsOf: (python: string) => Promise<Facts>;
  readonly cache: Cache;
  readonly progress: (line: string) => void;
}

export function openWorkshop(options: CommonOptions, context: CliContext): Workshop {
  const { env } = process;
  useEnvironmentsNetwork(env);
  const progress = (line: string): void => (options.quiet === true ? undefined : context.err(line));
  const file = findConfig(context.cwd, options.config);
  const config = loadConfig(file);
  return {
    builders: builderNames(config).map((name) => builderOf(config, name)),
    nodes: selectSettings(['@all'], options, context),
    factsOf: localFacts,
    cache: {
      folder: dirname(file),
      env,
      transport: globalThis.fetch,
      onFetch: ({ file }) => progress(`fetching ${file}`),
    },
    progress,
  };
}
