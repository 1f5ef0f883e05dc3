import jsonata from 'jsonata';
import type { Machine, State } from './definition';

/*
 * Walks a definition with scripted answers instead of services, to see which states a run passes and what it says.
 * It is no engine: no retries, no waiting, one branch after the other. The local mode has the engine.
 */

/** What a task answers, from its arguments; a thrown Mishap is what a Catch sees. */
export type Answers = Record<string, (args: any, visit: number) => unknown>;

export class Mishap extends Error {
  constructor(
    readonly error: string,
    override readonly cause: string,
  ) {
    super(`${error}: ${cause}`);
  }
}

export interface Walk {
  readonly path: readonly string[];
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
}

export const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:me';

const compiled = new Map<string, jsonata.Expression>();

/** Compiling takes most of the time of these tests: once for each text. */
function compile(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  const expression = jsonata(text);
  expression.registerFunction('parse', (json: string) => JSON.parse(json), '<s:x>');
  compiled.set(text, expression);
  return expression;
}

/** Evaluates every expression below a value. An expression without a value is an error, as in Step Functions. */
export async function evaluate(value: unknown, variables: Record<string, unknown>, states: object): Promise<any> {
  if (typeof value === 'string' && value.startsWith('{%')) {
    const result = await compile(value.slice(2, -2)).evaluate({}, { ...variables, states });
    if (result === undefined) throw new Error(`no value: ${value}`);
    return JSON.parse(JSON.stringify(result));
  }
  if (Array.isArray(value)) return Promise.all(value.map((each) => evaluate(each, variables, states)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(async ([key, each]) => [key, await evaluate(each, variables, states)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Walks a machine from its start. Stops with an error after 200 states. */
export async function walk(machine: Machine, answers: Answers, input: unknown, execution = EXECUTION): Promise<Walk> {
  const path: string[] = [];
  const visits: Record<string, number> = {};
  const context = { Execution: { Id: execution, StartTime: '2026-11-23T08:00:00.000Z' }, State: { RetryCount: 0 } };

  async function through(part: Machine, variables: Record<string, unknown>, start: unknown): Promise<any> {
    let name: string | undefined = part.StartAt;
    let data = start;
    while (name !== undefined) {
      const state: State = part.States[name]!;
      path.push(name);
      if (path.length > 200) throw new Error(`does not end: ${path.slice(-20).join(' > ')}`);
      const assign = async (assignments: unknown, states: object) =>
        Object.assign(variables, await evaluate(assignments ?? {}, variables, states));
      const base = { input: data, context };
      if (state.Type === 'Succeed' || state.Type === 'Fail') {
        if (state.Type === 'Succeed') return evaluate(state.Output ?? data, variables, base);
        throw new Mishap(state.Error!, await evaluate(state.Cause, variables, base));
      }
      if (state.Type === 'Choice') {
        name = state.Default;
        for (const rule of state.Choices!) {
          if ((await evaluate(rule.Condition, variables, base)) !== true) continue;
          await assign(rule.Assign, base);
          name = rule.Next;
          break;
        }
        continue;
      }
      try {
        const result: unknown = await act(name, state, variables, base);
        const states = { ...base, result };
        data = state.Output === undefined ? (result ?? data) : await evaluate(state.Output, variables, states);
        await assign(state.Assign, states);
        name = state.Next;
      } catch (error) {
        if (!(error instanceof Mishap)) throw error;
        const states = { ...base, errorOutput: { Error: error.error, Cause: error.cause } };
        const caught = state.Catch?.find(
          ({ ErrorEquals: names }) => names.includes(error.error) || names.includes('States.ALL'),
        );
        if (!caught) throw error;
        data = caught.Output === undefined ? states.errorOutput : await evaluate(caught.Output, variables, states);
        await assign(caught.Assign, states);
        name = caught.Next;
      }
    }
    return data;
  }

  async function act(name: string, state: State, variables: Record<string, unknown>, base: object): Promise<unknown> {
    if (state.Type === 'Parallel') {
      const results = [];
      for (const branch of state.Branches!) results.push(await through(branch, { ...variables }, {}));
      return results;
    }
    if (state.Type !== 'Task') return undefined;
    const args = await evaluate(state.Arguments, variables, base);
    visits[name] = (visits[name] ?? 0) + 1;
    const answer = answers[name];
    if (!answer) throw new Error(`no answer for ${name}`);
    const result = await answer(args, visits[name]);
    return state.Resource!.includes('lambda:invoke') ? { Payload: result } : result;
  }

  try {
    return { path, output: await through(machine, {}, input) };
  } catch (error) {
    if (!(error instanceof Mishap)) throw error;
    return { path, error: error.error, cause: error.cause };
  }
}
