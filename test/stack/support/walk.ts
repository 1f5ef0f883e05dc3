import { StatesError } from '../../../lab/cloud/asl/error';
import { evaluate as evaluateIn } from '../../../lab/cloud/asl/expression';
import { History } from '../../../lab/cloud/asl/history';
import type { Machine as Loaded } from '../../../lab/cloud/asl/load';
import { run } from '../../../lab/cloud/asl/run';
import { Clock } from '../../../lab/cloud/clock';
import { everyState, type Machine, type State } from './definition';

/*
 * Walks a definition with scripted answers instead of services, to see which states a run passes and what it says: the local mode's interpreter, but
 * waits pass at once and nothing is tried again.
 */

/** What a task answers, from its arguments; a thrown Mishap is what a Catch sees. */
export type Answers = Record<string, (args: any, visit: number) => unknown>;

export { StatesError as Mishap };

export interface Walk {
  /** The states in the order in which they were entered; those of a Parallel's branches are entered by turns. */
  readonly path: readonly string[];
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
}

export const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:me';
const BEGAN = '2026-11-23T08:00:00.000Z';

class NoWaits extends Clock {
  override sleep(): Promise<void> {
    return Promise.resolve();
  }
}

/** Evaluates every expression below a value. */
export const evaluate = (value: unknown, variables: Record<string, unknown>, states: object): Promise<any> =>
  evaluateIn(value, { variables, states: states as never, now: Date.now }, 'of a test', 'Output');

/** The machine with tasks that are called by the names of their states, once each. */
function scripted(machine: Machine): Machine {
  const tasks = ([name, state]: [string, State]): [string, State] => {
    const { Retry: _, ...once } = state;
    if (state.Branches) return [name, { ...once, Branches: state.Branches.map(scripted) }];
    return [name, state.Resource ? { ...once, Resource: name } : once];
  };
  return { ...machine, States: Object.fromEntries(Object.entries(machine.States).map(tasks)) };
}

/** Walks a machine from its start. Stops with an error after 200 states. */
export async function walk(machine: Machine, answers: Answers, input: unknown, execution = EXECUTION): Promise<Walk> {
  const path: string[] = [];
  const visits: Record<string, number> = {};
  const answering = ([name, { Resource: resource = '' }]: [string, State]) => ({
    arguments: [],
    async run(args: Record<string, unknown>) {
      const answer = answers[name];
      if (!answer) throw new Error(`no answer for ${name}`);
      visits[name] = (visits[name] ?? 0) + 1;
      const result = await answer(args, visits[name]);
      return resource.includes('lambda:invoke') ? { Payload: result } : result;
    },
  });
  const ended = await run(scripted(machine) as unknown as Loaded, input, {
    integrations: Object.fromEntries(everyState(machine).map((each) => [each[0], answering(each)])),
    clock: new NoWaits(),
    history: new History(({ stateEnteredEventDetails: entered }) => {
      if (entered) path.push(String(entered['name']));
      if (path.length > 200) throw new Error(`does not end: ${path.slice(-20).join(' > ')}`);
    }, Date.now),
    signal: new AbortController().signal,
    execution: { Id: execution, Name: 'me', StartTime: BEGAN },
    stateMachine: { Id: 'arn:aws:states:eu-central-1:111122223333:stateMachine:edge-ramp', Name: 'edge-ramp' },
  });
  const { output, error, cause } = ended;
  if (error === 'States.Runtime') throw new Error(cause);
  return { path, output, ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}
