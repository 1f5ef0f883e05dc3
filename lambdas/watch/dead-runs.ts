import { reactionTo, endedJustNow, mayWork, repairHeldBack } from '../../lib/tunnel/run/automation';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { type Discovery, startPause, startRepair } from '../runs/dead-runs';
import type { Runs } from '../runs/port';

/**
 * Repairs a dead run, by the tunnel's item: a lease whose owner no longer runs, or a `before` that no run cleared. It does nothing while a run
 * may still work, or while automation is held back.
 * @returns what it did, or why nothing, in words; null: nothing is left, and the watch may look
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
  if (endedJustNow(run, now)) return `left alone: ${owner} has just ended, and its event may still come`;
  if (run && reactionTo(run)?.to === 'pause' && (await startPause(spec.name, run, found, runs)))
    return `started a pause: the repair ${owner} was stopped`;
  return startRepair(spec.name, owner, found, runs);
}

/** The run that left `before` is unknown. An apply begins with that record, and clears it. */
async function applyAgain({ name }: Declared, { id, trigger, asked }: Discovery, runs: Runs): Promise<string> {
  await runs.start(`${name}-${id}`, { tunnel: name, trigger, ...(asked ? { asked } : {}) });
  return 'started a run: an unknown run left the record before';
}
