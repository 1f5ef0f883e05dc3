import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from '../lab/cloud/deployment';
import { simulatedHosts } from '../lab/hosts/simulated';
import { openLab } from '../lab/index';

/** Seconds that a call of tmsh takes here. On a real BIG-IP each is a process; about a second is what people tell. */
const CALL = 1;
const TUNNEL = 'edge-a';

/** What edge-ramp took with a BIG-IP that answers slowly. */
export interface Slow {
  readonly what: string;
  readonly seconds: number;
  /** More would be too slow; absent: it has no bound. */
  readonly most?: number;
}

/** Seconds that a fresh apply may take, and a look. */
export const MOST = { apply: 45, look: 20 };

/**
 * Runs of edge-ramp with a BIG-IP whose tmsh takes a second a call, on simulated hosts, in real time.
 * @param assembly the folder that `cdk synth` wrote
 * @throws Error of one sentence when a run fails, or takes longer than it may
 */
export async function withSlowTmsh(assembly: string): Promise<readonly Slow[]> {
  const spec = new Deployment(assembly).specs().find((each) => (each as { name: string }).name === TUNNEL);
  const many = { ...(spec as object), virtualServers: Array.from({ length: 40 }, (_, i) => `vserver-${i + 1}`) };
  const [apply, again, teardown] = await runs(assembly, spec, ['apply', 'apply', 'teardown']);
  const [look] = await runs(assembly, many, ['plan']);
  return withinBounds([
    { what: 'fresh apply', seconds: apply!, most: MOST.apply },
    { what: 'unchanged re-apply', seconds: again! },
    { what: 'teardown', seconds: teardown! },
    { what: 'plan with 40 virtual servers: one look', seconds: look!, most: MOST.look },
  ]);
}

/** @throws Error that says which took longer than it may */
export function withinBounds(slow: readonly Slow[]): readonly Slow[] {
  const beyond = slow.filter(({ seconds, most }) => most !== undefined && seconds > most);
  if (beyond.length === 0) return slow;
  const each = beyond.map(({ what, seconds, most }) => `${what}: ${seconds.toFixed(1)} s, at most ${most} s`);
  throw new Error(`beyond its bound where each call of tmsh takes ${CALL} s: ${each.join('; ')}`);
}

/** The seconds of each of these runs, one after the other on hosts that nobody has touched. */
async function runs(assembly: string, spec: unknown, actions: readonly string[]): Promise<readonly number[]> {
  const state = mkdtempSync(join(tmpdir(), 'edge-ramp-slow-'));
  const lab = await openLab({
    assembly,
    state,
    specs: [spec],
    hosts: (options) => simulatedHosts({ ...options, world: { [TUNNEL]: { tmshSeconds: CALL } } }),
  });
  try {
    const seconds: number[] = [];
    for (const action of actions) {
      const begun = performance.now();
      const { status, error, cause } = await lab.start({ tunnel: TUNNEL, action }).done;
      if (status !== 'SUCCEEDED') throw new Error(`${action} ended as ${status}: ${cause ?? error ?? ''}`);
      seconds.push((performance.now() - begun) / 1000);
    }
    return seconds;
  } finally {
    await lab.close();
    rmSync(state, { recursive: true, force: true });
  }
}
