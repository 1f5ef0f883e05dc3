import { StatesError } from '../../../lab/cloud/asl/error';
import { History, type HistoryEvent } from '../../../lab/cloud/asl/history';
import { load, type Integrations } from '../../../lab/cloud/asl/load';
import { run, type Outcome } from '../../../lab/cloud/asl/run';
import { Clock } from '../../../lab/cloud/clock';

export type Json = Record<string, unknown>;

const LAMBDA = 'arn:aws:states:::lambda:invoke';

/** Functions that a test's machine can invoke. */
const functions: Record<string, (payload: never, call: number) => unknown> = {
  echo: (payload) => payload,
  fails: () => Promise.reject(new StatesError('Refused', '{"errorType":"Refused","errorMessage":"no"}')),
  failsTwice: (_, call) => (call < 2 ? Promise.reject(new StatesError('Throttled', 'later')) : 'third'),
  never: () => new Promise(() => {}),
  large: () => 'x'.repeat(262_144),
  runtime: () => Promise.reject(new StatesError('States.Runtime', 'broken')),
};

/** What a test's machine can call; `calls` collects the payloads. */
export function services(calls: unknown[] = []): Integrations {
  const counts: Record<string, number> = {};
  return {
    'lambda:invoke': {
      arguments: ['FunctionName', 'Payload'],
      run: async ({ FunctionName: name, Payload: payload }) => {
        calls.push(payload);
        const call = (counts[String(name)] ??= 0);
        counts[String(name)]!++;
        return { Payload: await functions[String(name)]!(payload as never, call) };
      },
    },
  };
}

/** A state that invokes one of the functions. */
export const task = (name: string, rest: Json = {}): Json => ({
  Type: 'Task',
  Resource: LAMBDA,
  Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...(rest.Next ? {} : { End: true }),
  ...rest,
});

/** A definition of these states, the first one first. */
export const machine = (States: Record<string, Json>, rest: Json = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...rest });

/** An execution that has ended, and what it told on its way. */
export interface Ran extends Outcome {
  readonly history: HistoryEvent[];
  /** What it told of its states, such as `T exited`. */
  readonly told: string[];
}

/** Runs a machine of these states; `stopAt` names a state at whose entry it is stopped. */
export async function execute(
  states: Record<string, Json>,
  input: unknown = {},
  options: { rest?: Json; stopAt?: string; speed?: number } = {},
): Promise<Ran> {
  const history: HistoryEvent[] = [];
  const abort = new AbortController();
  const integrations = services();
  const outcome = await run(load(machine(states, options.rest), integrations), input, {
    integrations,
    clock: new Clock(options.speed ?? 100),
    signal: abort.signal,
    history: new History((event) => {
      history.push(event);
      if (options.stopAt && event.stateEnteredEventDetails?.['name'] === options.stopAt) abort.abort();
    }, Date.now),
    execution: { Id: 'arn:run', Name: 'run', StartTime: '2026-01-01T00:00:00Z' },
    stateMachine: { Id: 'arn:machine', Name: 'machine' },
  });
  const told = history.flatMap(({ stateEnteredEventDetails: entered, stateExitedEventDetails: exited }) =>
    entered || exited ? `${String((entered ?? exited)!['name'])} ${entered ? 'entered' : 'exited'}` : [],
  );
  return { ...outcome, history, told };
}

/** Evaluates one expression as the Output of a Pass. */
export const output = async (value: unknown, input: unknown = {}) =>
  execute({ P: { Type: 'Pass', Output: value, End: true } }, input);
