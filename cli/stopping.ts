import { repairHeldBack } from '../lib/tunnel/run/automation';
import { pastRuns, type PastRun } from './aws/runs';
import { everyTunnel, type Known } from './aws/tunnels';
import type { Place } from './place';
import { minute } from './report/time';
import { again, changes, type Where } from './where';

/** Those of a tunnel's runs that may change devices, and are under way. */
export function stoppable(runs: readonly PastRun[]): readonly PastRun[] {
  return runs.filter(({ action, outcome }) => changes(action) && outcome === 'Running');
}

/** The same, asked for anew. */
export async function working(tunnel: string, { aws, deployment }: Place) {
  const tunnels = await everyTunnel(aws, deployment);
  const { runs } = await pastRuns(aws, deployment, tunnel, tunnels, 10, 'RUNNING');
  return { runs: stoppable(runs), known: tunnels.find(({ name }) => name === tunnel) };
}

/** What works, a sentence for each run. */
export function whatWorks(tunnel: string, runs: readonly PastRun[]): readonly string[] {
  return runs.map(
    ({ execution, action, by, began }) =>
      `${execution} (${action} by ${by}, began ${minute(began, '?')}) works on ${tunnel}.`,
  );
}

/** What it means to stop it. */
export const STOPPED_IS = 'What it has begun stays half done until a repair puts it back.';

/** Who repairs what the stopped run leaves. */
export function whatFollows(tunnel: string, runs: readonly PastRun[], known: Known | undefined, where: Where): string {
  const byHand = again('repair', tunnel, where);
  if (runs.some(({ by }) => by === 'repair'))
    return `It is a repair itself, so that automation begins no other and pauses the tunnel: ${byHand}`;
  // One that is not declared any more is repaired as the table has it.
  const held = known && repairHeldBack(known.memory, known.declared ?? { example: false }, new Date());
  return held ? `Automation begins no repair (${held}): ${byHand}` : 'Automation begins that repair within seconds.';
}

/** Ends a run where it stands. @param from what it was asked by, for the execution's cause */
export async function stopRun({ aws }: Place, arn: string, from: string): Promise<void> {
  await aws.sfn.stopExecution({ executionArn: arn, error: 'Stopped', cause: `by a person: edge-ramp ${from}` });
}
