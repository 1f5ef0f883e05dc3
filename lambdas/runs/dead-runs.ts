import { reactionTo, type Execution } from '../../lib/tunnel/run/automation';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import type { RunInput, Runs } from './port';

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
