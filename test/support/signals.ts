import type { RunOptions } from './conc.ts';

/**
 * For `conc … --json`: sends signals once this is told, each once conc has told that it heard the one before. Two of a kind that come
 * at once are one.
 */
export function signals(first: string, all: readonly NodeJS.Signals[]): Pick<RunOptions, 'started' | 'onOut'> {
  let kill: (signal: NodeJS.Signals) => boolean = () => false;
  const left = [...all];
  let heard = 0;
  return {
    started: (child) => {
      kill = (signal) => child.kill(signal);
    },
    onOut: (text) => {
      if (!text.includes(first)) return;
      const asked = text.split('"event":"asked"').length - 1;
      if (left.length === 0 || asked < heard) return;
      heard = asked + 1;
      const signal = left.shift();
      if (signal !== undefined) kill(signal);
    },
  };
}
