import { once } from 'node:events';
import type { Fault } from '../lab/hosts/host';
import { execute, LostSight, whereIs, type Ended, type Input, type StartedRun } from './execution';
import type { Place } from './place';
import { Progress } from './report/progress';
import type { Output, Surroundings } from './surroundings';
import { again, changes } from './where';

/** How a run is shown while it works. */
export interface Showing {
  /** Its steps; undefined: nowhere. */
  readonly steps: Output | undefined;
  /** Where it is and what it is called; undefined: nowhere. */
  readonly beginning: Output | undefined;
  /** What else a person should know. */
  readonly notes: Output;
}

/**
 * One execution, shown from its start to its end.
 * @param faults that the lab was opened with
 * @throws LostSight when it goes on unseen; Error of one sentence when it was not started
 */
export async function showRun(
  place: Place,
  input: Input,
  { steps, beginning, notes }: Showing,
  sleep: Surroundings['sleep'],
  interruption: AbortSignal,
  faults: readonly Fault[] = [],
): Promise<Ended> {
  const progress = steps && new Progress(steps);
  if (interruption.aborted && !place.lab) throw new Error('Interrupted before anything was started.');
  const execution = await execute(place, input, sleep, (event) => progress?.onEvent(event), faults);
  try {
    beginning?.write(`${place.words}: execution ${execution.name}.\n`);
    const ended = await Promise.race([execution.ended, interrupted(place, input, execution, interruption)]);
    progress?.end();
    for (const note of ended.notes) notes.write(`Note: ${note}.\n`);
    return ended;
  } finally {
    progress?.end();
    execution.leave();
  }
}

/**
 * Waits for an interruption. It stops a run on this machine, which then ends; of one on AWS, it only leaves the sight.
 * @throws LostSight that says how to find and stop the run that goes on
 */
async function interrupted({ lab, aws }: Place, { tunnel, action }: Input, run: StartedRun, interruption: AbortSignal) {
  if (!interruption.aborted) await once(interruption, 'abort');
  if (!lab)
    throw new LostSight(
      `The run goes on on AWS (${whereIs(aws, run.arn)}); ${
        changes(action)
          ? `to stop it, which leaves its work half done until it is repaired: ${again('stop', tunnel, aws.reach)}`
          : 'it changes no device.'
      }`,
    );
  await aws.sfn.stopExecution({ executionArn: run.arn });
  return run.ended;
}
