import { reactionTo, type Execution } from '../../lib/tunnel/automation';
import { digestOf } from '../../lib/tunnel/digest';
import type { RunInput, Runs } from './port';

/** Who found the dead run, and why it is looked for now. */
export type Discovery = Pick<RunInput, 'trigger' | 'asked'> & {
  /** The event's id, by which a second copy of it starts nothing. */
  readonly id: string;
};

/** Puts back what a run left that died. @returns what was done, in words */
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
 * Takes a tunnel out of automation's hands, since somebody stopped its repair: once for each stopped repair, whoever finds it, so that a tunnel
 * that is resumed stays so.
 * @returns false when that was done before
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
