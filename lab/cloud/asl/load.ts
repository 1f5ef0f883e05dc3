import { NotImplemented, STATES_ERRORS } from './error';
import { inspect, type StatesField } from './expression';

/** What a Task can call: `arguments` are the members it understands, `run` does it and throws StatesError. */
export interface Integration {
  readonly arguments: readonly string[];
  run(args: Record<string, unknown>): Promise<unknown>;
}
/** By the end of the resource's ARN, such as `lambda:invoke` or `aws-sdk:sfn:describeExecution`. */
export type Integrations = Readonly<Record<string, Integration>>;

/** Where to go on, with what to assign and to hand on. Without Next it ends its branch. */
export interface Way {
  readonly Next?: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
export interface State extends Way {
  readonly Type: keyof typeof FIELDS;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly (Way & { readonly ErrorEquals: readonly string[] })[];
  readonly Arguments?: unknown;
  readonly Resource?: string;
  readonly TimeoutSeconds?: unknown;
  readonly Branches?: readonly Machine[];
  readonly Choices?: readonly (Way & { readonly Condition: unknown })[];
  readonly Default?: string;
  readonly Seconds?: unknown;
  readonly Error?: unknown;
  readonly Cause?: unknown;
}
/** A definition, or a branch of a Parallel, that has been checked. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

const MACHINE = ['Comment', 'Version', 'QueryLanguage', 'TimeoutSeconds', 'StartAt', 'States'];
const WAY = ['Comment', 'Assign', 'Output', 'Next'];
const RETRIER = ['Comment', 'ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds'];
const WORK = ['Retry', 'Catch', 'Assign', 'Output', 'Next', 'End'];
const FIELDS = {
  Task: ['Resource', 'Arguments', 'TimeoutSeconds', ...WORK],
  Parallel: ['Branches', ...WORK],
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Pass: ['Assign', 'Output', 'Next', 'End'],
  Wait: ['Seconds', 'Assign', 'Output', 'Next', 'End'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
};

/** The end of a Task's resource ARN, by which the integrations go. */
export const resourceOf = (state: State) => String(state.Resource).replace(/^arn:aws[a-z-]*:states:::/, '');

/**
 * Reads a definition and checks all of it.
 * @throws NotImplemented naming the state and the field, resource, function or error name that is not implemented here, and for
 * a definition that is not well formed (a Next to nowhere, a variable that no state assigns).
 */
export function load(definition: string, integrations: Integrations): Machine {
  const machine = JSON.parse(definition) as Machine & { QueryLanguage?: string };
  const where = 'state machine';
  only(machine, MACHINE, where);
  if (machine.QueryLanguage !== 'JSONata') refuse(where, `QueryLanguage ${machine.QueryLanguage ?? 'JSONPath'}`);
  number(machine, 'TimeoutSeconds', where);
  new Check(integrations).definition(machine, where);
  return machine;
}

class Check {
  private readonly assigned = new Set<string>();
  private readonly used = new Map<string, string>();

  constructor(private readonly integrations: Integrations) {}

  definition(machine: Machine, where: string): void {
    this.machine(machine, where);
    // a misspelt variable would silently be undefined
    for (const [name, place] of this.used)
      if (!this.assigned.has(name)) refuse(place, `$${name}, neither a function nor assigned by any state,`);
  }

  private machine(machine: Machine, where: string): void {
    const target = (name: string | undefined, from: string) => {
      if (!Object.hasOwn(machine.States, name!)) throw new NotImplemented(from, `there is no state "${name}" to go to`);
    };
    target(machine.StartAt, where);
    for (const [name, state] of Object.entries(machine.States)) {
      const place = `state "${name}"`;
      this.state(state, place);
      const { Next: next = state.Default } = state;
      if (next !== undefined) target(next, place);
      for (const way of [...(state.Catch ?? []), ...(state.Choices ?? [])]) target(way.Next, place);
    }
  }

  private state(state: State, where: string): void {
    if (!Object.hasOwn(FIELDS, state.Type)) refuse(where, `Type ${state.Type}`);
    const fields = FIELDS[state.Type];
    only(state, ['Type', 'Comment', 'QueryLanguage', ...fields], where);
    const { QueryLanguage: language = 'JSONata', End: end } = state as { QueryLanguage?: string; End?: boolean };
    if (language !== 'JSONata') refuse(where, `QueryLanguage ${language}`);
    if (fields.includes('End') && (state.Next === undefined) !== (end === true))
      throw new NotImplemented(where, 'needs either Next or "End": true');
    if (state.Type === 'Task') this.task(state, where);
    for (const field of ['Arguments', 'TimeoutSeconds', 'Seconds', 'Error', 'Cause'] as const)
      this.expressions(state[field], `${where}, ${field}`);
    this.way(state, where, state.Type === 'Task' || state.Type === 'Parallel' ? ['result'] : []);
    for (const branch of list(state.Branches, where)) {
      only(
        branch,
        MACHINE.filter((field) => field !== 'TimeoutSeconds'),
        `${where}, Branches`,
      );
      this.machine(branch, `${where}, Branches`);
    }
    for (const rule of list(state.Choices, where)) {
      only(rule, [...WAY, 'Condition'], `${where}, Choices`);
      this.expressions(rule.Condition, `${where}, Condition`);
      this.way(rule, `${where}, Choices`);
    }
    for (const catcher of list(state.Catch, where)) {
      only(catcher, [...WAY, 'ErrorEquals'], `${where}, Catch`);
      this.way(catcher, `${where}, Catch`, ['errorOutput']);
    }
    for (const retrier of list(state.Retry, where)) {
      only(retrier, [...RETRIER, 'JitterStrategy'], `${where}, Retry`);
      for (const field of RETRIER.slice(2)) number(retrier, field, `${where}, Retry`);
      if (!['FULL', 'NONE', undefined].includes(retrier.JitterStrategy))
        refuse(where, `JitterStrategy ${retrier.JitterStrategy}`);
    }
    errorNames(list(state.Catch, where), where);
    errorNames(list(state.Retry, where), where);
  }

  private task(state: State, where: string): void {
    const resource = resourceOf(state);
    if (!Object.hasOwn(this.integrations, resource)) refuse(where, `Resource ${state.Resource}`);
    const known = this.integrations[resource]!.arguments;
    if (typeof state.Arguments === 'object') only(state.Arguments!, known, `${where}, Arguments of ${resource}`);
  }

  private way(way: Way, where: string, more: readonly StatesField[] = []): void {
    Object.keys(way.Assign ?? {}).forEach((name) => this.assigned.add(name));
    this.expressions(way.Assign, `${where}, Assign`, more);
    this.expressions(way.Output, `${where}, Output`, more);
  }

  private expressions(value: unknown, where: string, more: readonly StatesField[] = []): void {
    for (const name of inspect(value, where, ['input', 'context', ...more])) this.used.set(name, where);
  }
}

function refuse(where: string, what: string): never {
  throw new NotImplemented(where, `${what} is not implemented`);
}

function only(json: object, fields: readonly string[], where: string): void {
  const unknown = Object.keys(json).find((key) => !fields.includes(key));
  if (unknown !== undefined) refuse(where, `the field ${unknown}`);
}

function number(json: object, field: string, where: string): void {
  const value = (json as Record<string, unknown>)[field];
  if (value !== undefined && typeof value !== 'number') refuse(where, `${field} that is no number`);
}

function list<T>(value: readonly T[] | undefined, where: string): readonly T[] {
  if (value !== undefined && !(Array.isArray(value) && value.length > 0)) refuse(where, 'a list that is empty or none');
  return value ?? [];
}

function errorNames(handlers: readonly { readonly ErrorEquals: readonly string[] }[], where: string): void {
  handlers.forEach(({ ErrorEquals: names }, i) => {
    const unknown = list(names, where).find((name) => name.startsWith('States.') && !STATES_ERRORS.includes(name));
    if (unknown) refuse(where, `the error name ${unknown}`);
    if (names.includes('States.ALL') && (names.length > 1 || i < handlers.length - 1))
      throw new NotImplemented(where, 'States.ALL must stand alone and come last');
  });
}
