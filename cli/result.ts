import type { Drained } from '../lib/tunnel/bigip/drained';
import type { Probe } from '../lib/tunnel/device/observation';
import { END_STATES } from '../lib/tunnel/outcome';
import type { Change } from '../lib/tunnel/plan';
import type { ExecutionResult } from './execution';
import type { PlannedWork } from './local/commands-of-plan';
import { probesOf } from './report/verification';

/** What failed: the state as the console shows it, the error's name, one sentence. */
export interface Failure {
  readonly state: string;
  readonly error: string;
  readonly cause: string;
}

/** How a run ended, whichever way it told. */
export interface Result {
  /** The end state; or `Interrupted`, or `Failed` where the run came to none of its ends. */
  readonly status: string;
  readonly exitCode: number;
  readonly changes: readonly Change[];
  readonly verification: readonly Probe[];
  readonly remarks: readonly string[];
  /** Devices of a pair that could not be reached. */
  readonly degraded: readonly string[];
  readonly interrupts: readonly string[];
  readonly digest: string | null;
  readonly work: PlannedWork | null;
  readonly failure: Failure | null;
  /** What stood in the way of putting everything back; null: nothing. */
  readonly restoreFailure: Failure | null;
  /** What was not put back; null where nobody knows. */
  readonly remaining: readonly Change[] | null;
  /** What became of the connections that were waited for, a device each. */
  readonly drained: readonly Drained[];
  /** What was left alone, since another has changed it. */
  readonly left: readonly string[];
  /** The execution's own words. */
  readonly words: string;
}

/** What nobody can call as it was before. */
const UNKNOWN = 3;

/**
 * Reads how a run ended: a success from its output, a failure from what it wrote down in the table before it failed, where it came so far: a
 * verify as the last look, any other run as the last result.
 * @param item the tunnel's item, undefined when there is none
 */
export function resultOf(execution: ExecutionResult, item: Readonly<Record<string, unknown>> | undefined): Result {
  const told = execution.status === 'SUCCEEDED' ? record(execution.output) : writtenDown(execution.arn, item);
  const name = execution.status === 'SUCCEEDED' ? told['endState'] : execution.error;
  const end = END_STATES.find((each) => each.name === name && each.succeeds === (execution.status === 'SUCCEEDED'));
  return {
    status: execution.status === 'ABORTED' ? 'Interrupted' : (end?.name ?? 'Failed'),
    exitCode: end && execution.status !== 'ABORTED' ? end.exitCode : UNKNOWN,
    changes: list<Change>(told['changes']),
    verification: probesOf(told['verification']),
    remarks: list<string>(told['remarks']),
    degraded: list<string>(told['degraded']),
    interrupts: list<string>(told['interrupts']),
    digest: text(told['digest'], null),
    work: (told['work'] ?? null) as PlannedWork | null,
    failure: (told['failure'] ?? null) as Failure | null,
    restoreFailure: (told['restoreFailure'] ?? null) as Failure | null,
    remaining: Array.isArray(told['remaining']) ? (told['remaining'] as readonly Change[]) : null,
    drained: drainedIn(told['outcomes']),
    left: list<string>(told['left']),
    words:
      execution.status === 'SUCCEEDED'
        ? text(told['sentence'], '')
        : // An end state names the error itself; what is no end state is named here.
          end
          ? (execution.cause ?? 'no cause was given')
          : `${execution.status}: ${[execution.error, execution.cause].filter((text) => text !== undefined).join(': ')}`,
  };
}

/** Out of the outcomes of all steps those of devices that waited for connections to end. */
function drainedIn(outcomes: unknown): readonly Drained[] {
  return list<unknown>(outcomes)
    .flatMap((outcome) => list<unknown>(record(outcome)['devices']))
    .map((device) => record(device) as Partial<Drained>)
    .flatMap(({ drained, cut, seconds }) =>
      drained === undefined || cut === undefined || seconds === undefined ? [] : [{ drained, cut, seconds }],
    );
}

/** The full result that this very execution wrote down; empty when it did not come so far. */
function writtenDown(arn: string, item: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const results = [parsed(item?.['lastResult']), parsed(item?.['lastLook'])];
  return results.find(({ execution }) => execution === arn) ?? {};
}

function parsed(json: unknown): Record<string, unknown> {
  try {
    return typeof json === 'string' ? record(JSON.parse(json)) : {};
  } catch {
    return {};
  }
}

function text<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}
