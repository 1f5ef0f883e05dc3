import { endedJustNow, mayWork, reactionTo, repairHeldBack, type Execution } from '../../lib/tunnel/run/automation';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { RunInput, Runs } from './sfn';

/** The event or tick that found the dead run. */
export type Discovery = Pick<RunInput, 'trigger' | 'asked'> & {
  /** The event's id. It names the run that is started, so a second copy of the event starts nothing. */
  readonly id: string;
};

/** Starts a repair of a dead run. @returns what it did, for the log */
export async function startRepair(
  tunnel: string,
  arn: string,
  { id, ...found }: Discovery,
  runs: Runs,
): Promise<string> {
  const started = await runs.start(`${tunnel}-${id}`, { tunnel, ...found, repair: arn });
  return started ? `started a repair of ${arn}` : `a repair of ${arn} was started by this event before`;
}

/**
 * Pauses a tunnel whose repair somebody stopped. It does so once for each stopped repair, so a tunnel that is resumed stays resumed.
 * @returns false when the pause was started before
 */
export async function startPause(
  tunnel: string,
  stopped: Execution,
  { trigger }: Discovery,
  runs: Runs,
): Promise<boolean> {
  const answer = reactionTo(stopped);
  if (answer?.to !== 'pause') return false;
  const name = `${tunnel}-pause-${digestOf(stopped.arn)}`;
  return runs.start(name, { tunnel, action: 'pause', trigger, reason: answer.reason });
}

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
