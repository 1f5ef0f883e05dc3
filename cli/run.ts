import { InvalidRequest } from '../lib/tunnel/errors';
import type { Declared } from '../lib/tunnel/tunnel';
import type { Action, RunCommand } from './arguments';
import { assemblyOf, workingStates } from './assembly';
import { commandsOfPlan } from './commands-of-plan';
import { execute, type Ended } from './execution';
import { idleFaults, readFaults, refuseUnknownHosts } from './faults';
import { SPEED, stateFolder, withoutAssembly } from './on-this-machine';
import { json, notRun } from './report/json';
import { CLEAR_LINE, Progress } from './report/progress';
import { stepsOf } from './report/steps';
import { styleFor } from './report/style';
import { endSentence, type Run } from './report/summary';
import { textOf } from './report/text';
import { resultOf } from './result';
import type { Surroundings } from './surroundings';

/**
 * Runs the state machine of cdk.out on this machine and tells how it went.
 * @returns the exit code
 * @public loaded when it is asked for
 */
export async function run(command: RunCommand, surroundings: Surroundings): Promise<number> {
  const { out, err, environment } = surroundings;
  const refuse = (status: 'InvalidRequest' | 'NotStarted', message: string): number => {
    if (command.json) out.write(json(notRun(command.tunnel, command.action, status, message)));
    else err.write(`${message}\n`);
    return status === 'InvalidRequest' ? 2 : 1;
  };

  const obstacle = withoutAssembly(surroundings);
  if (obstacle !== undefined) return refuse('NotStarted', obstacle);
  try {
    return tell(command, surroundings, await carryOut(command, surroundings));
  } catch (error) {
    if (error instanceof InvalidRequest) return refuse('InvalidRequest', error.message);
    if ((environment['EDGE_RAMP_DEBUG'] ?? '') !== '') throw error;
    return refuse('NotStarted', error instanceof Error ? error.message : String(error));
  }
}

/**
 * One execution in a lab of its own, from opening it to closing it.
 * @throws InvalidRequest for mistakes in the fault file; Error of one sentence when the lab cannot be opened
 */
async function carryOut(command: RunCommand, surroundings: Surroundings): Promise<Ended> {
  const { tunnel, action, fault, fresh, allowInterruption, expect, forget, json: asJson } = command;
  const { out, err, project, folder } = surroundings;
  const faults = fault === undefined ? [] : readFaults(fault, folder);
  let interrupted = false;
  let stop = (): void => undefined;
  const ignore = surroundings.onInterrupt(() => {
    if (!interrupted) err.write(`${err.live ? CLEAR_LINE : ''}Stopping the run ...\n`);
    interrupted = true;
    stop();
  });
  const state = stateFolder(command.state, surroundings);
  const lab = await surroundings.openLab({
    assembly: assemblyOf(project),
    state,
    fresh,
    faults,
    speed: SPEED,
  });
  if (!asJson) out.write(`On SIMULATED hosts, kept in ${state}.\n`);
  const progress = asJson && !err.live ? undefined : new Progress(asJson ? err : out, workingStates(project));
  try {
    if (fault !== undefined) refuseUnknownHosts(fault, faults, lab.hosts.names());
    const input = {
      tunnel,
      action,
      allowInterruption,
      ...(expect === undefined ? {} : { expect }),
      ...(forget.length === 0 ? {} : { forget }),
    };
    const execution = execute(lab, input, (event) => progress?.onEvent(event));
    stop = () => void execution.stop();
    if (interrupted) stop();
    const ended = await execution.ended;
    progress?.end();
    for (const idle of idleFaults(faults, ended.journal, ended.sends)) err.write(`Note: ${idle}.\n`);
    return ended;
  } finally {
    progress?.end();
    await lab.close();
    ignore();
  }
}

/** Prints what a run came to. */
function tell(command: RunCommand, surroundings: Surroundings, ended: Ended): number {
  const { tunnel, action } = command;
  const { out, project } = surroundings;
  const result = resultOf(ended.execution, ended.item);
  const { status, exitCode, changes, digest, verification, work, drained, remaining } = result;
  const commands =
    command.commands && status === 'Planned' && work !== null
      ? commandsOfPlan(project, tunnel, appliedIn(ended.item), digest ?? '', work)
      : [];
  const sentence: Run = {
    tunnel,
    action,
    begun: typeof ended.item?.['before'] === 'string',
    again: (next, options) => again(command, next, options),
  };
  if (!command.json) {
    out.write(textOf(result, ended, commands, sentence, styleFor(out)));
    return exitCode;
  }
  out.write(
    json({
      tunnel,
      action,
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

/** The tunnel as it was last applied, by the table. */
function appliedIn(item: Ended['item']): Declared | null {
  return typeof item?.['applied'] === 'string' ? (JSON.parse(item['applied']) as Declared) : null;
}

/** The command line that goes on from here, on the same hosts. */
function again({ tunnel, state }: RunCommand, action: Action, options = ''): string {
  const where = state === undefined ? '' : ` --state ${/^[\w./-]+$/.test(state) ? state : `'${state}'`}`;
  return `npx edge-ramp ${action} ${tunnel} --local${where}${options === '' ? '' : ` ${options}`}`;
}
