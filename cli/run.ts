import { InvalidRequest } from '../lib/tunnel/errors';
import type { Declared } from '../lib/tunnel/tunnel';
import { again } from './again';
import type { Action, RunCommand } from './command';
import { commandsOfPlan } from './commands-of-plan';
import { LostSight, type Ended, type Execution, type Input, type Place } from './place';
import { json, notRun, type Unfinished } from './report/json';
import { Progress } from './report/progress';
import { stepsOf } from './report/steps';
import { styleFor } from './report/style';
import { endSentence, type Run } from './report/summary';
import { textOf } from './report/text';
import { resultOf } from './result';
import type { Surroundings } from './surroundings';
import { CLEAR_LINE } from './terminal';

/**
 * Runs the state machine, here or on AWS, and tells how it went.
 * @returns the exit code
 * @public loaded when it is asked for
 */
export async function run(command: RunCommand, surroundings: Surroundings): Promise<number> {
  const { out, err, environment } = surroundings;
  const refuse = (status: Unfinished, message: string): number => {
    if (command.json) out.write(json(notRun(command.tunnel, command.action, status, message)));
    else err.write(`${message}\n`);
    return EXIT_CODES[status];
  };
  try {
    return await carryOut(command, surroundings);
  } catch (error) {
    if (error instanceof InvalidRequest) return refuse('InvalidRequest', error.message);
    if (error instanceof LostSight) return refuse('GoesOn', error.message);
    if ((environment['EDGE_RAMP_DEBUG'] ?? '') !== '') throw error;
    return refuse('NotStarted', error instanceof Error ? error.message : String(error));
  }
}

const EXIT_CODES: Readonly<Record<Unfinished, number>> = { InvalidRequest: 2, NotStarted: 1, GoesOn: 3 };

/**
 * One execution, from finding the place to leaving it.
 * @throws InvalidRequest for mistakes in the fault file; LostSight when it goes on unseen; Error of one sentence when nothing was started
 */
async function carryOut(command: RunCommand, surroundings: Surroundings): Promise<number> {
  const { err, out } = surroundings;
  const interruption = new Interruption();
  const ignore = surroundings.onInterrupt(() => {
    if (command.where.local && !interruption.asked) err.write(`${err.live ? CLEAR_LINE : ''}Stopping the run ...\n`);
    interruption.ask();
  });
  let place: Place | undefined;
  let progress: Progress | undefined;
  try {
    place = await openPlace(command, surroundings);
    if (interruption.asked && place.goesOn) throw new Error('Interrupted before anything was started.');
    if (!command.json) out.write(`${place.words}\n`);
    progress = command.json && !err.live ? undefined : new Progress(command.json ? err : out, place.shown);
    const execution = await place.start(inputOf(command), (event) => progress?.onEvent(event));
    const ended = await untilEnded(place, execution, interruption);
    progress?.end();
    for (const note of ended.notes) err.write(`Note: ${note}.\n`);
    return await tell(command, surroundings, place, ended);
  } finally {
    progress?.end();
    await place?.close();
    ignore();
  }
}

/** The place is loaded with it: who stays on this machine loads no AWS client, and who does not loads no lab. */
function openPlace(command: RunCommand, surroundings: Surroundings): Promise<Place> {
  const { where } = command;
  if (where.local)
    return (require('./local-place') as typeof import('./local-place')).localPlace(where, command, surroundings);
  const { awsPlace } = require('./aws/place') as typeof import('./aws/place');
  return awsPlace(surroundings.aws(where), command, surroundings.sleep);
}

function inputOf({ tunnel, action, teardown, allowInterruption, expect, forget, until, reason }: RunCommand): Input {
  return {
    tunnel,
    action,
    ...(teardown ? { teardown } : {}),
    ...(allowInterruption ? { allowInterruption } : {}),
    ...(expect === undefined ? {} : { expect }),
    ...(forget.length === 0 ? {} : { forget }),
    ...(until === undefined ? {} : { until }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** That a person wants to stop, perhaps before there is anything to stop. */
class Interruption {
  asked = false;
  private answer = (): void => undefined;

  ask(): void {
    this.asked = true;
    this.answer();
  }

  /** What an interruption does from now on; at once when it was asked for already. */
  means(answer: () => void): void {
    this.answer = answer;
    if (this.asked) answer();
  }
}

/**
 * Waits for the end. An interruption stops a run that ends with this process; of one that goes on, it only leaves the sight.
 * @throws LostSight
 */
async function untilEnded(place: Place, execution: Execution, interruption: Interruption): Promise<Ended> {
  const { goesOn } = place;
  const left = new Promise<never>((_, leave) =>
    interruption.means(() => {
      if (goesOn) leave(new LostSight(goesOn(execution.arn)));
      else void execution.stop?.();
    }),
  );
  return Promise.race([execution.ended, left]);
}

/** Prints what a run came to. */
async function tell(command: RunCommand, { out, project }: Surroundings, place: Place, ended: Ended): Promise<number> {
  const { tunnel, action, teardown, where } = command;
  const result = resultOf(ended.execution, ended.item);
  const { status, exitCode, changes, digest, verification, work, drained, remaining } = result;
  const commands =
    command.commands && status === 'Planned' && work !== null
      ? commandsOfPlan(
          project,
          await declaredOrApplied(place, command, ended.item),
          appliedIn(ended.item),
          digest ?? '',
          work,
        )
      : [];
  const sentence: Run = {
    tunnel,
    action,
    teardown,
    begun: typeof ended.item?.['before'] === 'string',
    again: (next, ...options) =>
      again(next, tunnel, where, [...options, ...carriedOver(command, next)].filter((each) => each !== '').join(' ')),
  };
  if (!command.json) {
    out.write(textOf(result, ended, commands, sentence, styleFor(out)));
    return exitCode;
  }
  out.write(
    json({
      tunnel,
      action,
      ...(teardown ? { teardown } : {}),
      status,
      changes,
      steps: stepsOf(ended.execution.events),
      ...ended.figures,
      verification,
      ...(result.degraded.length === 0 ? {} : { degraded: result.degraded }),
      ...(digest === null ? {} : { digest }),
      ...(command.commands ? { commands } : {}),
      ...(drained.length === 0 ? {} : { drained }),
      ...(remaining === null || remaining.length === 0 ? {} : { remaining }),
      ...(exitCode === 0 ? {} : { error: endSentence(result, sentence) }),
    }),
  );
  return exitCode;
}

/** What of this run counts for the next one: a plan is made again of the same, and nodes that are gone for good stay so. */
function carriedOver({ teardown, forget }: RunCommand, next: Action): readonly string[] {
  if (!['plan', 'apply', 'teardown'].includes(next)) return [];
  return [...(teardown && next === 'plan' ? ['--teardown'] : []), ...forget.map((instance) => `--forget ${instance}`)];
}

/** What is torn down may be declared no more: then it is as it was last applied. */
async function declaredOrApplied(
  place: Place,
  { tunnel, teardown }: RunCommand,
  item: Ended['item'],
): Promise<Declared> {
  const applied = appliedIn(item);
  if (!teardown || applied === null) return place.declaration(tunnel);
  return place.declaration(tunnel).catch(() => applied);
}

/** The tunnel as it was last applied, by the table. */
function appliedIn(item: Ended['item']): Declared | null {
  return typeof item?.['applied'] === 'string' ? (JSON.parse(item['applied']) as Declared) : null;
}
