import { once } from 'node:events';
import { InvalidRequest } from '../lib/tunnel/errors/errors';
import { readMemory } from '../lib/tunnel/run/memory';
import type { Declared } from '../lib/tunnel/declaration/tunnel';
import { declaredTunnel } from './aws/tunnels';
import { commandsOfPlan } from './local/commands-of-plan';
import { execute, LostSight, whereIs, type Ended, type StartedRun, type Input } from './execution';
import { atPlace, type Place } from './place';
import type { RunDocument } from './report/documents';
import { json, notRun, type Unfinished } from './report/json';
import { Progress } from './report/progress';
import { stepsOf } from './report/steps';
import { styleFor } from './report/style';
import { endSentence, type Run } from './report/summary';
import { changesText, commandsText, endText } from './report/text';
import { resultOf } from './result';
import { debugs, interruptible, messageOf, type Surroundings } from './surroundings';
import { CLEAR_LINE } from './terminal';
import { again, type Action, type Where } from './where';

/** Where a run is, what it is asked beside its action and tunnel, and what is told of it. */
export interface RunOptions extends Where, Omit<Input, 'tunnel' | 'action'> {
  readonly json?: boolean;
  /** On this machine: hosts and table are forgotten first. */
  readonly fresh?: boolean;
  /** On this machine: a file of faults, as typed. */
  readonly fault?: string;
  /** Show the commands that the plan would run. */
  readonly commands?: boolean;
}

/** What belongs to one run from its beginning to its end. */
interface Running {
  readonly input: Input;
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
}

/**
 * Runs the state machine, here or on AWS, and tells how it went.
 * @returns the exit code
 */
export async function run(
  action: Action,
  tunnel: string,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { out, err } = surroundings;
  const { teardown, allowInterruption, expect, forget, until, reason } = options;
  const input = { tunnel, action, teardown, allowInterruption, expect, forget, until, reason };
  const refuse = (status: Unfinished, message: string): number => {
    if (options.json === true) out.write(json(notRun(input, status, message)), 'exact');
    else err.write(`${message}\n`);
    return EXIT_CODES[status];
  };
  try {
    return await interruptible(surroundings, (signal) => carryOut({ input, options, surroundings }, signal));
  } catch (error) {
    if (error instanceof InvalidRequest) return refuse('InvalidRequest', error.message);
    if (error instanceof LostSight) return refuse('GoesOn', error.message);
    if (debugs(surroundings)) throw error;
    return refuse('NotStarted', messageOf(error));
  }
}

const EXIT_CODES: Readonly<Record<Unfinished, number>> = { InvalidRequest: 2, NotStarted: 1, GoesOn: 3 };

/**
 * One execution, from finding the place to leaving it.
 * @throws InvalidRequest for mistakes in the fault file; LostSight when it goes on unseen; Error of one sentence when nothing was started
 */
async function carryOut(running: Running, interruption: AbortSignal): Promise<number> {
  const { input, options, surroundings } = running;
  const { out, err, folder, sleep } = surroundings;
  const { fault, fresh = false, local = false, json: asJson = false } = options;
  const progress = asJson && !err.live ? undefined : new Progress(asJson ? err : out);
  const stopping = (): void => err.write(`${err.live ? CLEAR_LINE : ''}Stopping the run ...\n`);
  if (local) interruption.addEventListener('abort', stopping);
  const faults = fault === undefined ? [] : faultsIn().readFaults(fault, folder);
  return atPlace(options, surroundings, { fresh, faults }, async (place) => {
    if (fault !== undefined) faultsIn().refuseUnknownHosts(fault, faults, place.lab!.hosts.names());
    if (interruption.aborted && !local) throw new Error('Interrupted before anything was started.');
    const execution = await execute(place, input, sleep, (event) => progress?.onEvent(event), faults);
    try {
      if (!asJson) out.write(`${place.words}: execution ${execution.name}.\n`);
      const ended = await Promise.race([execution.ended, interrupted(place, execution, interruption)]);
      progress?.end();
      for (const note of ended.notes) err.write(`Note: ${note}.\n`);
      return await tell(running, place, ended);
    } finally {
      progress?.end();
      execution.leave();
    }
  });
}

/** What reads fault files takes longer to load than all other code. */
const faultsIn = () => require('./local/faults') as typeof import('./local/faults');

/**
 * Waits for an interruption. It stops a run on this machine, which then ends; of one on AWS, it only leaves the sight.
 * @throws LostSight that says how to find and stop the run that goes on
 */
async function interrupted({ lab, aws, deployment }: Place, run: StartedRun, interruption: AbortSignal) {
  if (!interruption.aborted) await once(interruption, 'abort');
  if (!lab)
    throw new LostSight(
      `The run goes on on AWS (${whereIs(aws, run.arn)}); to stop it, which leaves its work half done until it is repaired: aws stepfunctions stop-execution --region ${deployment.region} --execution-arn ${run.arn}`,
    );
  await aws.sfn.stopExecution({ executionArn: run.arn });
  return run.ended;
}

/** Prints what a run came to. */
async function tell({ input, options, surroundings }: Running, place: Place, ended: Ended): Promise<number> {
  const { out, project } = surroundings;
  const { tunnel, action, teardown = false } = input;
  const { before, applied: lastApplied } = readMemory(ended.item);
  const result = resultOf(ended.execution, ended.item);
  const { status, exitCode, changes, digest, verification, work, degraded, drained, remaining } = result;
  const wanted = options.commands === true;
  const applied = lastApplied === null ? null : (JSON.parse(lastApplied) as Declared);
  const commands =
    wanted && status === 'Planned' && work !== null
      ? commandsOfPlan(project, await declaredOrApplied(place, input, applied), applied, digest ?? '', work)
      : [];
  const sentence: Run = {
    tunnel,
    action,
    teardown,
    begun: before !== null,
    again: (next, ...more) => again(next, tunnel, options, ...more, ...carriedOver(input, next)),
  };
  if (options.json !== true) {
    const style = styleFor(out);
    out.write(changesText(result, sentence, style));
    if (commands.length > 0) out.write(`\n${commandsText(commands, style)}`, 'exact');
    out.write(endText(result, ended, sentence, style));
    return exitCode;
  }
  const document: RunDocument = {
    tunnel,
    action,
    ...(teardown ? { teardown } : {}),
    status,
    changes,
    steps: stepsOf(ended.events),
    ...ended.figures,
    verification,
    ...(degraded.length === 0 ? {} : { degraded }),
    ...(digest === null ? {} : { digest }),
    ...(wanted ? { commands } : {}),
    ...(drained.length === 0 ? {} : { drained }),
    ...(remaining === null || remaining.length === 0 ? {} : { remaining }),
    ...(exitCode === 0 ? {} : { error: endSentence(result, sentence) }),
  };
  out.write(json(document), 'exact');
  return exitCode;
}

/** What of this run counts for the next one: a plan is made again of the same, and nodes that are gone for good stay so. */
function carriedOver({ teardown = false, forget = [] }: Input, next: Action): readonly string[] {
  if (!['plan', 'apply', 'teardown'].includes(next)) return [];
  return [...(teardown && next === 'plan' ? ['--teardown'] : []), ...forget.map((instance) => `--forget ${instance}`)];
}

/** The tunnel that a plan is about. What is torn down may be declared no more: then it is as it was last applied. */
async function declaredOrApplied(
  { aws, deployment }: Place,
  { tunnel, teardown = false }: Input,
  applied: Declared | null,
): Promise<Declared> {
  const found = (await declaredTunnel(aws, tunnel)) ?? (teardown ? applied : null);
  if (found === null) throw new Error(`${tunnel} is not declared in ${deployment.region}: deploy its declaration.`);
  return found;
}
