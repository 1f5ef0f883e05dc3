import type { Ended, Input } from './execution';
import type { Place } from './place';
import { notRun } from './report/json';
import { question, wouldInterrupt } from './report/question';
import { styleFor } from './report/style';
import { changesText } from './report/text';
import { resultOf } from './result';
import type { Surroundings } from './surroundings';
import { nextCommand, tellOutcome, type ToldOutcome, type Running } from './tell-outcome';
import { changes, type Action } from './where';

/** Whether a person has to agree to what a run would change: not on this machine, and not to what was agreed beforehand. */
export function needsAgreement(
  action: Action,
  { local, yes, expect }: { readonly local?: boolean; readonly yes?: boolean; readonly expect?: string | undefined },
): boolean {
  return changes(action) && local !== true && yes !== true && expect === undefined;
}

/** Whether the person at the terminal agrees to what was shown. @throws NobodyAnswered */
export async function saysYes({ ask }: Pick<Surroundings, 'ask'>): Promise<boolean> {
  return /^y(?:es)?$/i.test((await ask?.('Type yes to go on: ')) ?? '');
}

/**
 * Shows the plan of a change and asks.
 * @param plan makes one
 * @returns what then may run: that plan and no other; or a report, where nothing is to be run
 * @throws NobodyAnswered, and what making the plan throws
 */
export async function agreed(
  running: Running,
  place: Place,
  plan: (input: Input) => Promise<Ended>,
): Promise<{ readonly input: Input } | ToldOutcome> {
  const { input, options, surroundings } = running;
  const { err } = surroundings;
  const { tunnel, action, forget, allowInterruption = false } = input;
  const teardown = action === 'teardown';
  const ended = await plan({ tunnel, action: 'plan', ...(teardown ? { teardown } : {}), forget });
  const result = resultOf(ended.execution, ended.item);
  if (result.status !== 'Planned' || result.digest === null) return tellOutcome(running, place, ended, result);
  if (result.interrupts.length > 0 && !allowInterruption)
    return tellOutcome(running, place, ended, wouldInterrupt(result));
  const exactly = { input: { ...input, expect: result.digest } };
  err.write(changesText(result, { teardown }, styleFor(err)));
  if (result.changes.length === 0) {
    // The run proves the tunnel all the same, and writes down that it is wanted, or is no more.
    err.write(`No device has to change, so that nothing is asked.\n\n`);
    return exactly;
  }
  err.write(`\n${question(tunnel, action, result)}\n`);
  if (await saysYes(surroundings)) return exactly;
  const exact = `--expect ${result.digest}${allowInterruption ? ' --allow-interruption' : ''}`;
  const later = nextCommand(input, options)(action, exact);
  const sentence = `NotStarted: it was not agreed to, and nothing was changed; to make exactly these: ${later}`;
  err.write(`${sentence}\n`);
  return { exitCode: 1, document: notRun(input, 'NotStarted', sentence) };
}
