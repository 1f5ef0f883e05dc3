import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { MOST_FAILURES } from '../../lib/tunnel/run/automation';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { UnfinishedRun } from '../../lib/tunnel/run/metrics';
import { END_STATES, type EndStateName } from '../../lib/tunnel/run/outcome';

/** How a run ended: in one of the end states, or outside of them. */
export type Outcome = EndStateName | UnfinishedRun;

/** An ended run, with its measured values. Times are milliseconds since the epoch. */
export interface EndedRun {
  readonly execution: string;
  /** undefined: the input has no valid tunnel name. */
  readonly tunnel: string | undefined;
  readonly action: string;
  /** What started the run; null: a person. */
  readonly trigger: string | null;
  readonly outcome: Outcome;
  /** The time of the event or tick that started the run; without one, the run's beginning. */
  readonly asked: number;
  readonly began: number;
  readonly ended: number;
  /** How many changes it made, or planned. */
  readonly changes: number;
  readonly repeatedDrift: boolean;
  /** True when a failure counts against automation (ADR 0016): no person asked for the run, and it awaited no instance. */
  readonly counts: boolean;
}

/**
 * Reads a run from Step Functions' description of its execution. Anybody may start an execution with any input, so only
 * fields in the form of a request count.
 */
export function endedRun(execution: DescribeExecutionOutput): EndedRun {
  const input = fields(execution.input);
  const output = fields(execution.output);
  const began = execution.startDate?.getTime() ?? 0;
  const trigger = matching(input['trigger'], /^(?:event|schedule)$/) ?? null;
  return {
    execution: execution.executionArn ?? '',
    tunnel: matching(input['tunnel'], /^[a-z][a-z0-9-]{0,31}$/),
    action: matching(input['action'], /^[a-z]{1,16}$/) ?? 'apply',
    trigger,
    outcome: outcomeOf(execution, output),
    asked: time(input['asked']) ?? began,
    began,
    ended: execution.stopDate?.getTime() ?? began,
    changes: Array.isArray(output['changes']) ? output['changes'].length : 0,
    repeatedDrift: output['repeatedDrift'] === true,
    counts: trigger !== null && input['awaits'] === undefined,
  };
}

/** True when automation stopped with this run: it wrote to the item last, and the failures there stop automation. */
export function stoppedAutomation(run: EndedRun, { closedBy, failures }: Memory): boolean {
  return run.counts && closedBy === run.execution && failures >= MOST_FAILURES;
}

/** `Died`: the error is no end state, but comes from an expression, a state's time-out or a service. */
function outcomeOf({ status, error }: DescribeExecutionOutput, output: Readonly<Record<string, unknown>>): Outcome {
  if (status === 'ABORTED') return 'Aborted';
  if (status === 'TIMED_OUT') return 'TimedOut';
  const name = status === 'SUCCEEDED' ? output['endState'] : error;
  return END_STATES.find((end) => end.name === name)?.name ?? 'Died';
}

/** The fields of a JSON object; none for any other value. */
function fields(json: string | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json ?? 'null');
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function time(value: unknown): number | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
