import type { StatesError } from './error';
import type { History } from './history';
import { resourceOf, type State } from './load';

/**
 * The part of a history that an execution, or one branch of a Parallel, writes: events that follow each other. It says nothing more
 * once `signal` has ended what it tells of.
 */
export class Strand {
  constructor(
    private readonly history: History,
    private readonly signal: AbortSignal,
    private last = 0,
  ) {}

  entered({ Type: type }: State, name: string, input: unknown): void {
    this.add(`${type}StateEntered`, { name, ...whole('input', JSON.stringify(input)) });
  }

  exited({ Type: type }: State, name: string, output: unknown, assigned: Readonly<Record<string, unknown>>): void {
    const variables = Object.entries(assigned).map(([variable, value]) => [variable, JSON.stringify(value)] as const);
    this.add(`${type}StateExited`, {
      name,
      ...whole('output', JSON.stringify(output)),
      ...whole('assignedVariables', variables.length === 0 ? undefined : Object.fromEntries(variables)),
    });
  }

  /** An expression of a state failed. Other errors have told of themselves. */
  failed(name: string, error: StatesError): void {
    if (error.error === 'States.QueryEvaluationError') this.add('EvaluationFailed', { ...named(error), state: name });
  }

  /** A Task's call goes out. @returns how to tell what came of it */
  task(state: State, region: string, args: unknown, seconds: unknown) {
    const integration = resourceOf(state);
    const called = { resourceType: integration.replace(/:\w+$/, ''), resource: integration.split(':').at(-1) };
    this.add('TaskScheduled', { ...called, region, parameters: JSON.stringify(args), timeoutInSeconds: seconds });
    this.add('TaskStarted', called);
    return {
      succeeded: (result: unknown) =>
        this.add('TaskSucceeded', { ...called, ...whole('output', JSON.stringify(result)) }),
      failed: (error: StatesError) =>
        this.add(error.error === 'States.Timeout' ? 'TaskTimedOut' : 'TaskFailed', { ...called, ...named(error) }),
    };
  }

  /** A Parallel starts `count` branches. @returns a strand for each, and how to go on after them */
  parallel(count: number, signal: AbortSignal) {
    this.add('ParallelStateStarted');
    const branches = Array.from({ length: count }, () => new Strand(this.history, signal, this.last));
    const ended = (type: string) => {
      this.last = Math.max(this.last, ...branches.map(({ last }) => last));
      this.add(type);
    };
    return {
      branches,
      succeeded: () => ended('ParallelStateSucceeded'),
      failed: () => ended('ParallelStateFailed'),
    };
  }

  private add(type: string, details?: Readonly<Record<string, unknown>>): void {
    if (!this.signal.aborted) this.last = this.history.add(type, this.last, details);
  }
}

/** Data of a state beside the word that nothing of it was cut off: nothing ever is, here. */
export function whole(member: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [member]: value, [`${member}Details`]: { truncated: false } };
}

const named = ({ error, reason }: StatesError) => ({ error, cause: reason });
