import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionResult } from '../../../lab';
import { rampName, type Declared } from '../../../lib/tunnel/declaration/tunnel';
import type { Site } from './site';

const nodesOf = (spec: Declared): readonly string[] => (spec.kind === 'ramp' ? spec.ramp.nodes.map(rampName) : []);

/** All that a node's keeper sees: what the node has, its goal, and what allows the keeper to act. Undefined: a file went away while it was read. */
async function seenOn({ lab, state }: Site, node: string): Promise<string | undefined> {
  const own = join(state, 'hosts', node, 'root/var/lib/edge-ramp');
  try {
    const told = readdirSync(own)
      .filter((name) => /\.(fence|pause)$/.test(name))
      .map((name) => readFileSync(join(own, name), 'utf8'));
    return [await lab.hosts.dump(node), ...told].join('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/**
 * Looks of these nodes' keepers: one at first, and one more whenever something is not as it was when the last one began, during the run and behind it. A
 * look at what has not changed would find the same. How far a script has come by then is another place in each run.
 */
function look(nodes: readonly string[], open: Site, mayBegin: () => boolean) {
  const found = new Map<string, string | undefined>();
  async function lookWhereChanged(): Promise<void> {
    for (const node of nodes) {
      const seen = await seenOn(open, node);
      if (seen !== undefined && found.get(node) === seen) continue;
      found.set(node, seen);
      await open.lab.hosts.act(node, 'keep');
    }
  }
  const over = new AbortController();
  const looks = (async () => {
    for (let told = -1; !over.signal.aborted; await pause(100)) {
      const commands = open.lab.hosts.journal().length;
      if (commands === told || !mayBegin()) continue;
      told = commands;
      await lookWhereChanged();
    }
    if (mayBegin()) await lookWhereChanged();
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
