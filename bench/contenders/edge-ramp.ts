import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/index';
import { timed, type Alone, type Contender, type ContenderOptions, type Effort } from './contender';
import { siteOf } from './site';

/** What of a run's output is read here. */
interface Told {
  readonly endState: string;
}

export interface EdgeRampOptions extends Pick<ContenderOptions, 'spec' | 'signal'> {
  /** Gives the lab that is open when a run starts. What its agents take to pick a command up is the delay of a trip. */
  readonly lab: () => Lab;
}

/** Seconds after which a run that looked at a node is over or dead for its keeper (documents/keeper.sh). */
const HOLD = 301;

/** The node's keeper. It is asked nothing: that its bundle was taken is seen on the node. */
function keeperOf({ lab, spec, signal }: EdgeRampOptions): Alone {
  const { tunnel, node } = siteOf(spec);
  return {
    name: 'its keeper alone',
    ready: () => {
      const then = Date.now() / 1000 - HOLD;
      const root = lab().hosts.host(node)!.environment['EDGE_RAMP_ROOT']!;
      utimesSync(join(root, `var/lib/edge-ramp/${tunnel}.node.fence`), then, then);
      return Promise.resolve();
    },
    repair: () =>
      timed(signal, async () => {
        const lines = lab().hosts.journal().length;
        const isBack = (): boolean =>
          lab()
            .hosts.journal()
            .slice(lines)
            .some(({ host, line, writes }) => host === node && writes && line.includes(' --bundle '));
        while (!isBack()) await sleep(50, undefined, signal && { signal });
        return { trips: 0, changed: 1, transitions: 0 };
      }),
  };
}

/**
 * The product: its state machine, functions and documents, run by the lab. A trip is a command of Run Command on one instance; trips to several
 * devices go side by side. To re-apply and to repair is to apply.
 */
export function edgeRamp(options: EdgeRampOptions): Contender {
  const { lab, spec, signal } = options;
  const { tunnel } = siteOf(spec);

  const run = (action: 'apply' | 'teardown', expected: RegExp): Promise<Effort> =>
    timed(signal, async () => {
      const now = lab();
      const [trips, lines] = [now.trips().length, now.hosts.journal().length];
      const { arn, done } = now.start({ tunnel, action });
      const stop = (): unknown => now.stop(arn);
      signal?.addEventListener('abort', stop);
      const { status, output, error, cause, transitions } = await done;
      signal?.removeEventListener('abort', stop);
      const end = (output as Told | undefined)?.endState ?? '';
      if (!expected.test(end))
        throw new Error(`edge-ramp's ${action} ended as ${end || status}: ${cause ?? error ?? ''}`);
      const changed = now.hosts
        .journal()
        .slice(lines)
        .filter(({ writes }) => writes).length;
      return { trips: now.trips().length - trips, changed, transitions };
    });

  return {
    name: 'edge-ramp',
    notes: [
      'state machine, functions and Run Command are run by the lab in one process: no cold start, no AWS in between; an agent picks a command up after 0.3 s',
      'trips to several devices go side by side, so that fewer wait for one another than are counted: in a fresh apply 4',
      'what a bastion asks BIG-IP in one session is one trip, as it is for Ansible; pasting has a trip for each line',
      'it does more than the others: it claims the address of the SNAT, finds the pipeline of br0, locks, fences, records what was before, proves by pings both ways, and reads back',
      'its repair is a run that is started at once; the keeper on the node stands back behind it. With the keeper alone no run is started',
    ],
    apply: () => run('apply', /^Applied/),
    reapply: () => run('apply', /^Unchanged/),
    repair: () => run('apply', /^Applied/),
    teardown: () => run('teardown', /^TornDown/),
    alone: keeperOf(options),
  };
}
