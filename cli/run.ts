import { InvalidRequest } from '../lib/tunnel/errors/errors';
import type { Declared } from '../lib/tunnel/declaration/tunnel';
import type { Fault } from '../lab/hosts/host';
import { declaredTunnel } from './aws/tunnels';
import { commandsOfPlan } from './local/commands-of-plan';
import { execute, LostSight, whereIs, type Ended, type StartedRun, type Input } from './execution';
import { atPlace, type Place } from './place';
import { json, notRun, stepsOf, type Unfinished } from './report/json';
import { Progress } from './report/progress';
import { styleFor } from './report/style';
import { endSentence, type Run } from './report/summary';
import { runText } from './report/text';
import { resultOf } from './result';
import type { Surroundings } from './surroundings';
import { CLEAR_LINE } from './terminal';
import { again, type Action, type Where } from './where';

/** One run of the state machine. */
export interface RunRequest {
  readonly input: Input;
  readonly where: Where;
  readonly json: boolean;
  /** On this machine: hosts and table are forgotten first. */
  readonly fresh: boolean;
  /** On this machine: a file of faults, as typed. */
  readonly fault: string | undefined;
  /** Show the commands that the plan would run. */
  readonly commands?: boolean | undefined;
}

/**
 * Runs the state machine, here or on AWS, and tells how it went.
 * @returns the exit code
 */
export async function run(command: RunRequest, surroundings: Surroundings): Promise<number> {
  const { out, err, environment } = surroundings;
  const refuse = (status: Unfinished, message: string): number => {
    if (command.json) out.write(json(notRun(command.input, status, message)));
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
async function carryOut(command: RunRequest, surroundings: Surroundings): Promise<number> {
  const { err } = surroundings;
  const { fault, fresh, where } = command;
  const interruption = new AbortController();
  const ignore = surroundings.onInterrupt(() => {
    if (where.local && !interruption.signal.aborted) err.write(`${err.live ? CLEAR_LINE : ''}Stopping the run ...\n`);
    interruption.abort();
  });
  try {
    const faults = fault === undefined ? [] : faultsIn().readFaults(fault, surroundings.folder);
    return await atPlace(where, surroundings, { fresh, faults }, async (place) => {
      if (fault !== undefined) faultsIn().refuseUnknownHosts(fault, faults, place.lab!.hosts.names());
      if (interruption.signal.aborted && !place.lab) throw new Error('Interrupted before anything was started.');
      return await atThatPlace(command, surroundings, place, faults, interruption.signal);
    });
  } finally {
    ignore();
  }
}

/** What reads fault files takes longer to load than all other code. */
const faultsIn = () => require('./local/faults') as typeof import('./local/faults');

async function atThatPlace(
  command: RunRequest,
  surroundings: Surroundings,
  place: Place,
  faults: readonly Fault[],
  interruption: AbortSignal,
): Promise<number> {
  const { err, out, sleep } = surroundings;
  const progress = command.json && !err.live ? undefined : new Progress(command.json ? err : out);
  const execution = await execute(place, command.input, sleep, (event) => progress?.onEvent(event), faults);
  try {
    if (!command.json) out.write(`${place.words}: execution ${execution.name}.\n`);
    const ended = await untilEnded(place, execution, interruption);
    progress?.end();
    for (const note of ended.notes) err.write(`Note: ${note}.\n`);
    return await tell(command, surroundings, place, ended);
  } finally {
    progress?.end();
    execution.leave();
  }
}

/**
 * Waits for the end. An interruption stops a run on this machine; of one on AWS, it only leaves the sight.
 * @throws LostSight
 */
async function untilEnded(place: Place, { ended, stop, arn }: StartedRun, interruption: AbortSignal): Promise<Ended> {
  const left = new Promise<never>((_, leave) => {
    const answer = (): void => {
      if (place.lab) stop().catch(leave);
      else leave(new LostSight(goesOn(place, arn)));
    };
    if (interruption.aborted) answer();
    else interruption.addEventListener('abort', answer);
  });
  return Promise.race([ended, left]);
}

/** How to find and stop a run that goes on when this process ends. */
function goesOn(place: Place, arn: string): string {
  return `The run goes on on AWS (${whereIs(place, arn)}); to stop it, which leaves its work half done until it is repaired: aws stepfunctions stop-execution --region ${place.deployment.region} --execution-arn ${arn}`;
}

/** Prints what a run came to. */
async function tell(command: RunRequest, { out, project }: Surroundings, place: Place, ended: Ended): Promise<number> {
  const { where } = command;
  const { tunnel, action, teardown = false } = command.input;
  const result = resultOf(ended.execution, ended.item);
  const { status, exitCode, changes, digest, verification, work, drained, remaining } = result;
  const commands =
    command.commands === true && status === 'Planned' && work !== null
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
    out.write(runText(result, ended, commands, sentence, styleFor(out)));
    return exitCode;
  }
  out.write(
    json({
      tunnel,
      action,
      ...(teardown ? { teardown } : {}),
      status,
      changes,
      steps: stepsOf(ended.events),
      ...ended.figures,
      verification,
      ...(result.degraded.length === 0 ? {} : { degraded: result.degraded }),
      ...(digest === null ? {} : { digest }),
      ...(command.commands === true ? { commands } : {}),
      ...(drained.length === 0 ? {} : { drained }),
      ...(remaining === null || remaining.length === 0 ? {} : { remaining }),
      ...(exitCode === 0 ? {} : { error: endSentence(result, sentence) }),
    }),
  );
  return exitCode;
}

/** What of this run counts for the next one: a plan is made again of the same, and nodes that are gone for good stay so. */
function carriedOver({ input: { teardown = false, forget = [] } }: RunRequest, next: Action): readonly string[] {
  if (!['plan', 'apply', 'teardown'].includes(next)) return [];
  return [...(teardown && next === 'plan' ? ['--teardown'] : []), ...forget.map((instance) => `--forget ${instance}`)];
}

/** The tunnel that a plan is about. What is torn down may be declared no more: then it is as it was last applied. */
async function declaredOrApplied(
  { aws, deployment }: Place,
  { input: { tunnel, teardown = false } }: RunRequest,
  item: Ended['item'],
): Promise<Declared> {
  const found = (await declaredTunnel(aws, tunnel)) ?? (teardown ? appliedIn(item) : null);
  if (found === null) throw new Error(`${tunnel} is not declared in ${deployment.region}: deploy its declaration.`);
  return found;
}

/** The tunnel as it was last applied, by the table. */
function appliedIn(item: Ended['item']): Declared | null {
  return typeof item?.['applied'] === 'string' ? (JSON.parse(item['applied']) as Declared) : null;
}
