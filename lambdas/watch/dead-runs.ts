import { reactionTo, endedJustNow, mayWork, repairHeldBack } from '../../lib/tunnel/run/automation';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { type Discovery, startPause, startRepair } from '../runs/dead-runs';
import type { Runs } from '../runs/port';

/**
 * Answers what a run left in the tunnel's item: a lease whose owner no longer runs, or a `before` that nobody cleared. While a run may still
 * work, and where automation keeps its hands off, it does nothing.
 * @returns what was done, or why nothing, in words; null: nothing is left, and the devices may be looked at
 */
export async function repairDeadRuns(
  spec: Declared,
  memory: Memory,
  found: Discovery,
  runs: Runs,
  now: Date,
): Promise<string | null> {
  const { owner, before, closedBy } = memory;
  if (owner === null && before === null) return null;
  const heldBack = repairHeldBack(memory, spec, now);
  if (heldBack !== null) return `left alone: ${heldBack}`;
  if (owner === null)
    return closedBy === null ? applyAgain(spec, found, runs) : startRepair(spec.name, closedBy, found, runs);
  const run = await runs.describe(owner);
  if (mayWork(run, memory.fence, now)) return `left alone: ${owner} works on it`;
  if (endedJustNow(run, now)) return `left alone: ${owner} has just ended, and its event is on the way`;
  if (run && reactionTo(run)?.to === 'pause' && (await startPause(spec.name, run, found, runs)))
    return `started a pause: the repair ${owner} was stopped`;
  return startRepair(spec.name, owner, found, runs);
}

/** Nobody knows which run left it. An apply begins with what stands in `before`, and clears it. */
async function applyAgain({ name }: Declared, { id, trigger, asked }: Discovery, runs: Runs): Promise<string> {
  await runs.start(`${name}-${id}`, { tunnel: name, trigger, ...(asked ? { asked } : {}) });
  return 'started a run: something is left of one that is not known';
}
