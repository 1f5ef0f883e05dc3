import { setTimeout as pause } from 'node:timers/promises';
import { rampName, type Declared } from '../../../lib/tunnel/declaration/tunnel';
import type { Site } from './site';

const nodesOf = (spec: Declared): readonly string[] => (spec.kind === 'ramp' ? spec.ramp.nodes.map(rampName) : []);

/** The keepers of the ramp nodes of all these look, one after another, a quarter of a second apart: at other moments of each run. */
export const keepersOf = (...specs: readonly Declared[]) => {
  const nodes = [...new Set(specs.flatMap(nodesOf))];
  return (open: Site) => {
    const over = new AbortController();
    const looks = (async () => {
      for (; !over.signal.aborted; await pause(250)) for (const node of nodes) await open.lab.hosts.act(node, 'keep');
    })();
    return {
      end: () => {
        over.abort();
        return looks;
      },
    };
  };
};
