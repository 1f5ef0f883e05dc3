import { alarm, type Clock } from '../clock';
import { matches, queryError, StatesError, withinLimit } from './error';
import { evaluate, type Scope } from './expression';
import type { History } from './history';
import { resourceOf, type Integrations, type Machine, type Retrier, type State, type Way } from './load';
import { Strand } from './strand';

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
  /** Gets what happens between the execution's first and last event. */
  readonly history: History;
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
    machine.TimeoutSeconds === undefined ? undefined : alarm(machine.TimeoutSeconds, () => ended.abort('TIMED_OUT'));
  const execution = new Execution(around, input);
  try {
    const output = await execution.machine(machine, withinLimit(input, 'The input'), {
      outer: {},
      signal: ended.signal,
      strand: new Strand(around.history, ended.signal),
    });
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
/** Where a machine or branch runs, with the variables it sees and must not assign. */
interface Place {
  readonly outer: Variables;
  readonly signal: AbortSignal;
  readonly strand: Strand;
}
interface Visit {
  readonly name: string;
  readonly state: State;
  readonly scope: Scope;
  readonly outer: Variables;
  readonly signal: AbortSignal;
  readonly strand: Strand;
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

  /** One run through a machine or branch. Gives its output. */
  async machine(machine: Machine, input: unknown, { outer, signal, strand }: Place): Promise<unknown> {
    let exit: Exit = { next: machine.StartAt, output: input, variables: {} };
    while (exit.next !== undefined) {
      const name: string = exit.next;
      const state = machine.States[name]!;
      const scope = {
        variables: { ...outer, ...exit.variables },
        states: { input: exit.output, context: {} },
        now: () => this.around.clock.now(),
      };
      const left = await this.visit({ name, state, scope, outer, signal, strand });
      exit = { ...left, variables: { ...exit.variables, ...left.variables } };
    }
    return exit.output;
  }

  private async visit(visit: Visit): Promise<Exit> {
    const { name, state, strand } = visit;
    const entered = this.around.clock.text();
    const tries = new Map<Retrier, number>();
    stopIf(visit.signal);
    strand.entered(state, name, visit.scope.states.input);
    for (let retries = 0; ; retries++) {
      this.transitions++;
      const context = {
        Execution: { ...this.around.execution, Input: this.input },
        State: { Name: name, EnteredTime: entered, RetryCount: retries },
        StateMachine: this.around.stateMachine,
      };
      const now = { ...visit, scope: { ...visit.scope, states: { ...visit.scope.states, context } } };
      try {
        const exit = await this.work(now);
        strand.exited(state, name, exit.output, exit.variables);
        return exit;
      } catch (error) {
        if (!(error instanceof StatesError)) throw error;
        strand.failed(name, error);
        const delay = pause(state, error, tries);
        if (delay !== undefined) {
          await this.around.clock.sleep(delay, visit.signal);
          stopIf(visit.signal);
          continue;
        }
        const failed = (why: unknown): never => {
          stopIf(visit.signal);
          if (why instanceof StatesError && why !== error) strand.failed(name, why); // of the Catch itself
          throw why;
        };
        const catcher = state.Catch?.find((each) => matches(each.ErrorEquals, error.error));
        if (!catcher) return failed(error);
        const errorOutput = { Error: error.error, Cause: error.reason ?? '' };
        const scope = { ...now.scope, states: { ...now.scope.states, errorOutput } };
        const exit = await this.leave({ ...now, scope }, catcher, errorOutput).catch(failed);
        strand.exited(state, name, exit.output, exit.variables);
        return exit;
      }
    }
  }

  /** What the state does, once. */
  private async work(visit: Visit): Promise<Exit> {
    const { name, state, scope, signal } = visit;
    switch (state.Type) {
      case 'Task':
      case 'Parallel': {
        const result = await (state.Type === 'Task' ? this.task(visit) : this.parallel(visit));
        withinLimit(result, `The result of the state '${name}'`);
        return this.leave({ ...visit, scope: { ...scope, states: { ...scope.states, result } } }, state, result);
      }
      case 'Choice':
        return this.choose(visit);
      case 'Wait': {
        const seconds = await field(visit, 'Seconds');
        if (!(Number.isInteger(seconds) && (seconds as number) >= 0))
          throw queryError(`Seconds of the state '${name}' must be a whole number, not ${JSON.stringify(seconds)}.`);
        await this.around.clock.sleep(seconds as number, signal);
        return this.leave(visit, state, scope.states.input);
      }
      case 'Fail':
        throw new StatesError(await textField(visit, 'Error'), await textField(visit, 'Cause'));
      case 'Pass':
      case 'Succeed':
        return this.leave(visit, state, scope.states.input);
    }
  }

  private async task(visit: Visit): Promise<unknown> {
    const { name, state, signal, strand } = visit;
    const args = withinLimit(await field(visit, 'Arguments'), `Arguments of the state '${name}'`) ?? {};
    const seconds = await field(visit, 'TimeoutSeconds');
    if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0))
      throw queryError(
        `TimeoutSeconds of the state '${name}' must be a number above 0, not ${JSON.stringify(seconds)}.`,
      );
    stopIf(signal);
    const told = strand.task(state, this.around.stateMachine.Id.split(':')[3] ?? '', args, seconds);
    let free = () => {};
    const over = new Promise<never>((_, reject) => {
      const stop = () => reject(STOPPED);
      const cause = `The state '${name}' took longer than ${String(seconds)} seconds.`;
      const takeBack = seconds && alarm(seconds, () => reject(new StatesError('States.Timeout', cause)));
      signal.addEventListener('abort', stop);
      free = () => {
        if (takeBack) takeBack();
        signal.removeEventListener('abort', stop);
      };
    });
    try {
      const work = this.around.integrations[resourceOf(state)]!.run(args as Record<string, unknown>);
      const result = await Promise.race([work, over]);
      told.succeeded(result);
      return result;
    } catch (error) {
      if (error instanceof StatesError) told.failed(error);
      throw error;
    } finally {
      free();
    }
  }

  /** All branches side by side; the first to fail ends the others. */
  private async parallel({ state, scope, signal, strand }: Visit): Promise<unknown[]> {
    const branches = new AbortController();
    const abort = () => branches.abort();
    signal.addEventListener('abort', abort);
    const told = strand.parallel(state.Branches!.length, branches.signal);
    const place = { outer: scope.variables, signal: branches.signal };
    try {
      const outputs = await Promise.all(
        state.Branches!.map((branch, i) =>
          this.machine(branch, scope.states.input, { ...place, strand: told.branches[i]! }),
        ),
      );
      told.succeeded();
      return outputs;
    } catch (error) {
      if (error instanceof StatesError) told.failed();
      throw error;
    } finally {
      branches.abort();
      signal.removeEventListener('abort', abort);
    }
  }

  private async choose(visit: Visit): Promise<Exit> {
    const { name, state, scope } = visit;
    for (const [i, rule] of state.Choices!.entries()) {
      const holds = await evaluate(rule.Condition, scope, name, `Choices[${i}]/Condition`);
      if (typeof holds !== 'boolean')
        throw queryError(`Condition ${i} of the state '${name}' gave ${JSON.stringify(holds)}, which is no boolean.`);
      if (holds) return this.leave(visit, rule, scope.states.input);
    }
    if (!state.Default) throw new StatesError('States.NoChoiceMatched', `No rule of the state '${name}' matched.`);
    return this.leave(visit, { ...state, Next: state.Default }, scope.states.input);
  }

  /** Evaluates Output and Assign of the way taken, both with the variables as they were. */
  private async leave({ name, scope, outer, signal }: Visit, way: Way, otherwise: unknown): Promise<Exit> {
    const output = way.Output === undefined ? otherwise : await evaluate(way.Output, scope, name, 'Output');
    const variables = (await evaluate(way.Assign ?? {}, scope, name, 'Assign')) as Variables;
    withinLimit(output, `The output of the state '${name}'`);
    withinLimit(variables, `What the state '${name}' assigns`);
    const taken = Object.keys(variables).find((variable) => Object.hasOwn(outer, variable));
    if (taken)
      throw new StatesError('States.Runtime', `The state '${name}' assigns $${taken}, a variable of an outer scope.`);
    stopIf(signal);
    return { ...(way.Next === undefined ? {} : { next: way.Next }), output, variables };
  }
}

/** Seconds to wait before the next attempt; undefined when no Retry applies (any more). Counts the attempt. */
function pause(state: State, error: StatesError, tries: Map<Retrier, number>): number | undefined {
  const retrier = state.Retry?.find((each) => matches(each.ErrorEquals, error.error));
  if (!retrier) return undefined;
  const {
    IntervalSeconds: interval = 1,
    MaxAttempts: attempts = 3,
    BackoffRate: rate = 2,
    MaxDelaySeconds: ceiling = Infinity,
  } = retrier;
  const done = tries.get(retrier) ?? 0;
  if (done >= attempts) return undefined;
  tries.set(retrier, done + 1);
  const delay = Math.min(interval * rate ** done, ceiling);
  return retrier.JitterStrategy === 'FULL' ? Math.random() * delay : delay;
}

const field = async (
  { name, state, scope }: Visit,
  key: 'Arguments' | 'TimeoutSeconds' | 'Seconds' | 'Error' | 'Cause',
) => (state[key] === undefined ? undefined : evaluate(state[key], scope, name, key));

async function textField(visit: Visit, key: 'Error' | 'Cause'): Promise<string | undefined> {
  const value = await field(visit, key);
  if (value === undefined || typeof value === 'string') return value;
  throw queryError(`${key} of the state '${visit.name}' must be text, not ${JSON.stringify(value)}.`);
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw STOPPED;
}

const named = ({ error, reason }: StatesError) => ({
  ...(error === undefined ? {} : { error }),
  ...(reason === undefined ? {} : { cause: reason }),
});
