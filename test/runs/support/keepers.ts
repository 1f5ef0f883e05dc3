import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionResult } from '../../../lab';
import { rampName, type Declared } from '../../../lib/tunnel/declaration/tunnel';
import type { Site } from './site';

const nodesOf = (spec: Declared): readonly string[] => (spec.kind === 'ramp' ? spec.ramp.nodes.map(rampName) : []);

/** Looks of these nodes' keepers, one after another, a quarter of a second apart: at other moments of each run. */
function look(nodes: readonly string[], open: Site, mayBegin: () => boolean) {
  const over = new AbortController();
  const looks = (async () => {
    for (; !over.signal.aborted; await pause(250))
      if (mayBegin()) for (const node of nodes) await open.lab.hosts.act(node, 'keep');
  })();
  return {
    end: () => {
      over.abort();
      return looks;
    },
  };
}

/** The keepers of the ramp nodes of all these look on. */
export const keepersOf = (...specs: readonly Declared[]) => {
  const nodes = [...new Set(specs.flatMap(nodesOf))];
  return (open: Site) => look(nodes, open, () => true);
};

/** The same from the moment on at which the run has looked at each of the nodes: what was lost before is the run's to put back. */
export const keepersBehindTheLook = (...specs: readonly Declared[]) => {
  const nodes = [...new Set(specs.flatMap(nodesOf))];
  return (open: Site) =>
    look(nodes, open, () => nodes.every((node) => open.lab.hosts.journal().some(({ host }) => host === node)));
};

/** A run, while the keepers of its tunnel's ramp nodes look on. They have ended when it returns. */
export async function keptRun(open: Site, spec: Declared, input: object): Promise<ExecutionResult> {
  const keepers = keepersOf(spec)(open);
  try {
    return await open.run(input);
  } finally {
    await keepers.end();
  }
}
