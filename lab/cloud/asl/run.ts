import type { Clock } from '../clock';
import { matches, StatesError, withinLimit } from './error';
import type { Evaluate, Scope } from './expression';
import type { Integrations, Machine, Retrier, State, Way } from './load';

/**
 * What happened to a state. A visit is `entered` and then ends in exactly one of `exited`, `caught` or `failed`; in between it may be
 * `retried`. The last three carry the error.
 */
export interface StateEvent {
  readonly kind: 'entered' | 'exited' | 'failed' | 'retried' | 'caught';
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The state within its Parallel states: `Configure/Configure BIG-IP`. */
  readonly path: string;
  readonly error?: string;
  readonly cause?: string;
  readonly output?: unknown;
}
export interface Outcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  /** States entered, every retry counted once more: what AWS bills. */
  readonly transitions: number;
}
export interface Surroundings {
  readonly integrations: Integrations;
  readonly clock: Clock;
  readonly emit: (event: StateEvent) => void;
  /** Aborts the execution; what a Task has begun runs on. */
  readonly signal: AbortSignal;
  readonly execution: { readonly Id: string; readonly Name: string; readonly StartTime: string };
  readonly stateMachine: { readonly Id: string; readonly Name: string };
}

/** Runs a machine to its end. Never throws for anything the machine does. */
export async function run(machine: Machine, input: unknown, around: Surroundings): Promise<Outcome> {
  const ended = new AbortController();
  const abort = () => ended.abort('ABORTED');
  if (around.signal.aborted) abort();
  around.signal.addEventListener('abort', abort);
  const takeBack =
    machine.timeoutSeconds === undefined
      ? undefined
      : around.clock.alarm(machine.timeoutSeconds, () => ended.abort('TIMED_OUT'));
  const execution = new Execution(around, input);
  try {
    const output = await execution.machine(machine, withinLimit(input, 'The input'), {}, '', ended.signal);
    return { status: 'SUCCEEDED', output, transitions: execution.transitions };
  } catch (error) {
    const { transitions } = execution;
    if (error === STOPPED) {
      const status = ended.signal.reason as 'ABORTED' | 'TIMED_OUT';
      return { status, ...(status === 'TIMED_OUT' ? { error: 'States.Timeout' } : {}), transitions };
    }
    const known =
      error instanceof StatesError ? error : new StatesError('States.Runtime', String((error as Error).stack));
    return { status: 'FAILED', ...named(known), transitions };
  } finally {
    ended.abort('ended');
    takeBack?.();
    around.signal.removeEventListener('abort', abort);
  }
}

type Variables = Readonly<Record<string, unknown>>;
interface Visit {
  readonly state: State;
  readonly path: string;
  readonly scope: Scope;
  readonly outer: Variables;
  readonly signal: AbortSignal;
}
interface Exit {
  readonly next?: string;
  readonly output: unknown;
  readonly variables: Variables;
}

/** Thrown through everything when the execution, or the Parallel around a branch, has ended. */
const STOPPED = Symbol('stopped');

class Execution {
  transitions = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly input: unknown,
  ) {}

  /** One run through a machine or branch; `outer` are the variables it sees and must not assign. Gives its output. */
  async machine(
    machine: Machine,
    input: unknown,
    outer: Variables,
    prefix: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    let exit: Exit = { next: machine.startAt, output: input, variables: {} };
    while (exit.next !== undefined) {
      const state = machine.states.get(exit.next)!;
      const scope = { variables: { ...outer, ...exit.variables }, states: { input: exit.output, context: {} } };
      const left = await this.visit({ state, path: prefix + state.name, scope, outer, signal });
      exit = { ...left, variables: { ...exit.variables, ...left.variables } };
    }
    return exit.output;
  }

  private async visit(visit: Visit): Promise<Exit> {
    const entered = new Date().toISOString();
    const tries = new Map<Retrier, number>();
    this.emit(visit, 'entered', {});
    for (let retries = 0; ; retries++) {
      this.transitions++;
      const context = {
        Execution: { ...this.around.execution, Input: this.input },
        State: { Name: visit.state.name, EnteredTime: entered, RetryCount: retries },
        StateMachine: this.around.stateMachine,
      };
      const now = { ...visit, scope: { ...visit.scope, states: { ...visit.scope.states, context } } };
      try {
        const exit = await this.work(now);
        this.emit(visit, 'exited', { output: exit.output });
        return exit;
      } catch (error) {
        if (!(error instanceof StatesError)) throw error;
        const delay = pause(visit.state, error, tries);
        if (delay !== undefined) {
          this.emit(visit, 'retried', named(error));
          await this.around.clock.sleep(delay, visit.signal);
          stopIf(visit.signal);
          continue;
        }
        const failed = (why: unknown): never => {
          if (why instanceof StatesError) this.emit(visit, 'failed', named(why));
          throw why;
        };
        const catcher = visit.state.catch.find((each) => matches(each.errors, error.error));
        if (!catcher) return failed(error);
        const errorOutput = { Error: error.error, Cause: error.reason ?? '' };
        const scope = { ...now.scope, states: { ...now.scope.states, errorOutput } };
        const exit = await this.leave({ ...now, scope }, catcher, errorOutput).catch(failed);
        this.emit(visit, 'caught', named(error));
        return exit;
      }
    }
  }

  /** What the state does, once. */
  private async work(visit: Visit): Promise<Exit> {
    const { state, scope, signal } = visit;
    switch (state.type) {
      case 'Task':
      case 'Parallel': {
        const result = state.type === 'Task' ? await this.task(visit) : await this.parallel(visit);
        withinLimit(result, `The result of the state '${state.name}'`);
        return this.leave({ ...visit, scope: { ...scope, states: { ...scope.states, result } } }, state, result);
      }
      case 'Choice':
        return this.choose(visit);
      case 'Wait': {
        const seconds = await state.seconds!(scope);
        if (typeof seconds !== 'number' || seconds < 0 || !Number.isInteger(seconds))
          throw queryError(
            `Seconds of the state '${state.name}' must be a whole number from 0 on, not ${JSON.stringify(seconds)}.`,
          );
        await this.around.clock.sleep(seconds, signal);
        stopIf(signal);
        return this.leave(visit, state, scope.states.input);
      }
      case 'Fail':
        throw new StatesError(await text(state, 'error', scope), await text(state, 'cause', scope));
      case 'Pass':
      case 'Succeed':
        return this.leave(visit, state, scope.states.input);
    }
  }

  private async task({ state, scope, signal }: Visit): Promise<unknown> {
    const args = (await state.arguments!(scope)) as Record<string, unknown>;
    withinLimit(args, `Arguments of the state '${state.name}'`);
    const seconds = state.timeout && (await state.timeout(scope));
    if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0))
      throw queryError(
        `TimeoutSeconds of the state '${state.name}' must be a number above 0, not ${JSON.stringify(seconds)}.`,
      );
    stopIf(signal);
    let free = () => {};
    const over = new Promise<never>((_, reject) => {
      const stop = () => reject(STOPPED);
      const cause = `The state '${state.name}' took longer than ${String(seconds)} seconds.`;
      const takeBack =
        seconds && this.around.clock.alarm(seconds, () => reject(new StatesError('States.Timeout', cause)));
      signal.addEventListener('abort', stop);
      free = () => {
        if (takeBack) takeBack();
        signal.removeEventListener('abort', stop);
      };
    });
    return Promise.race([this.around.integrations[state.resource!]!.run(args), over]).finally(free);
  }

  /** All branches side by side; the first to fail ends the others. */
  private async parallel({ state, scope, path, signal }: Visit): Promise<unknown[]> {
    const branches = new AbortController();
    const abort = () => branches.abort();
    signal.addEventListener('abort', abort);
    try {
      return await Promise.all(
        state.branches!.map((branch) =>
          this.machine(branch, scope.states.input, scope.variables, `${path}/`, branches.signal),
        ),
      );
    } finally {
      branches.abort();
      signal.removeEventListener('abort', abort);
    }
  }

  private async choose(visit: Visit): Promise<Exit> {
    const { state, scope } = visit;
    for (const rule of state.rules!) {
      const holds = await rule.condition(scope);
      if (typeof holds !== 'boolean')
        throw queryError(
          `A Condition of the state '${state.name}' gave ${JSON.stringify(holds)}, which is no boolean.`,
        );
      if (holds) return this.leave(visit, rule, scope.states.input);
    }
    if (state.next === undefined)
      throw new StatesError(
        'States.NoChoiceMatched',
        `No rule of the state '${state.name}' matched and it has no Default.`,
      );
    return this.leave(visit, state, scope.states.input);
  }

  /** Evaluates Output and Assign of the way taken, both with the variables as they were. */
  private async leave({ state, scope, outer, signal }: Visit, way: Way, otherwise: unknown): Promise<Exit> {
    const output = way.output ? await way.output(scope) : otherwise;
    const variables = way.assign ? ((await way.assign(scope)) as Variables) : {};
    withinLimit(output, `The output of the state '${state.name}'`);
    withinLimit(variables, `What the state '${state.name}' assigns`);
    const taken = Object.keys(variables).find((name) => Object.hasOwn(outer, name));
    if (taken)
      throw new StatesError(
        'States.Runtime',
        `The state '${state.name}' assigns $${taken}, a variable of an outer scope.`,
      );
    stopIf(signal);
    return { ...(way.next === undefined ? {} : { next: way.next }), output, variables };
  }

  private emit({ state, path, signal }: Visit, kind: StateEvent['kind'], rest: Partial<StateEvent>): void {
    stopIf(signal);
    this.around.emit({ kind, state: state.name, at: Date.now(), path, ...rest });
  }
}

/** Seconds to wait before the next attempt; undefined when no Retry applies (any more). Counts the attempt. */
function pause(state: State, error: StatesError, tries: Map<Retrier, number>): number | undefined {
  const retrier = state.retry.find((each) => matches(each.errors, error.error));
  if (!retrier) return undefined;
  const done = tries.get(retrier) ?? 0;
  if (done >= retrier.attempts) return undefined;
  tries.set(retrier, done + 1);
  const delay = Math.min(retrier.interval * retrier.rate ** done, retrier.ceiling);
  return retrier.jitter ? Math.random() * delay : delay;
}

async function text(state: State, field: 'error' | 'cause', scope: Scope): Promise<string | undefined> {
  const evaluate: Evaluate | undefined = state[field];
  const value = evaluate && (await evaluate(scope));
  if (value === undefined || typeof value === 'string') return value;
  throw queryError(`The ${field} of the state '${state.name}' must be text, not ${JSON.stringify(value)}.`);
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw STOPPED;
}

const queryError = (cause: string) => new StatesError('States.QueryEvaluationError', cause);

const named = ({ error, reason }: StatesError) => ({
  ...(error === undefined ? {} : { error }),
  ...(reason === undefined ? {} : { cause: reason }),
});
