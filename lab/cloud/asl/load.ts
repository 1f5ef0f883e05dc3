import { NotImplemented, STATES_ERRORS } from './error';
import { compile, type Evaluate, type StatesField, type Usage } from './expression';

/** What a Task can call: `arguments` are the members it understands, `run` does it and throws StatesError. */
export interface Integration {
  readonly arguments: readonly string[];
  run(args: Record<string, unknown>): Promise<unknown>;
}
/** By the end of the resource's ARN, such as `lambda:invoke` or `aws-sdk:sfn:describeExecution`. */
export type Integrations = Readonly<Record<string, Integration>>;

export interface Retrier {
  readonly errors: readonly string[];
  readonly interval: number;
  readonly attempts: number;
  readonly rate: number;
  readonly ceiling: number;
  readonly jitter: boolean;
}
/** Where to go on, with what to assign and to hand on. */
export interface Way {
  readonly next?: string; // absent: the state ends its branch
  readonly assign?: Evaluate;
  readonly output?: Evaluate;
}
export interface Catcher extends Way {
  readonly errors: readonly string[];
}
export interface Rule extends Way {
  readonly condition: Evaluate;
}
export interface State extends Way {
  readonly name: string;
  readonly type: keyof typeof FIELDS;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
  readonly arguments?: Evaluate; // Task
  readonly resource?: string;
  readonly timeout?: Evaluate;
  readonly branches?: readonly Machine[]; // Parallel
  readonly rules?: readonly Rule[]; // Choice; the state itself is the way of its Default
  readonly seconds?: Evaluate; // Wait
  readonly error?: Evaluate; // Fail
  readonly cause?: Evaluate;
}
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly timeoutSeconds?: number;
}

type Json = Record<string, unknown>;

const FIELDS = {
  Task: ['Resource', 'Arguments', 'Assign', 'Output', 'TimeoutSeconds', 'Retry', 'Catch', 'Next', 'End'],
  Parallel: ['Branches', 'Assign', 'Output', 'Retry', 'Catch', 'Next', 'End'],
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Pass: ['Assign', 'Output', 'Next', 'End'],
  Wait: ['Seconds', 'Assign', 'Output', 'Next', 'End'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
} as const;

/**
 * Reads a definition and compiles its expressions.
 * @throws NotImplemented naming the state and the field, resource, function or error name that is not implemented here, and for
 * a definition that is not well formed (a Next to nowhere, a variable that no state assigns).
 */
export function load(definition: string, integrations: Integrations): Machine {
  const json = JSON.parse(definition) as Json;
  const reader = new Reader(integrations);
  only(json, ['Comment', 'Version', 'QueryLanguage', 'TimeoutSeconds', 'StartAt', 'States'], 'state machine');
  if (json.QueryLanguage !== 'JSONata')
    throw new NotImplemented(
      'state machine',
      `QueryLanguage ${String(json.QueryLanguage ?? 'JSONPath')}; only JSONata is implemented`,
    );
  const machine = reader.machine(json, 'state machine');
  reader.checkVariables();
  const { TimeoutSeconds: seconds } = json;
  if (seconds === undefined) return machine;
  if (typeof seconds !== 'number') throw new NotImplemented('state machine', 'TimeoutSeconds that is no number');
  return { ...machine, timeoutSeconds: seconds };
}

class Reader {
  private readonly usage: Usage = { variables: new Map() };
  private readonly assigned = new Set<string>();

  constructor(private readonly integrations: Integrations) {}

  machine(json: Json, where: string): Machine {
    const raw = Object.entries((json.States ?? {}) as Record<string, Json>);
    const states = new Map(raw.map(([name, state]) => [name, this.state(name, state)] as const));
    const known = (name: unknown, from: string) => {
      if (!states.has(name as string)) throw new NotImplemented(from, `there is no state "${String(name)}" to go to`);
    };
    known(json.StartAt, where);
    for (const state of states.values()) {
      if (state.next !== undefined) known(state.next, `state "${state.name}"`);
      for (const way of [...state.catch, ...(state.rules ?? [])]) known(way.next, `state "${state.name}"`);
    }
    return { startAt: json.StartAt as string, states };
  }

  /** Every variable that an expression reads must be assigned by some state: a misspelt one would silently be undefined. */
  checkVariables(): void {
    for (const [name, where] of this.usage.variables)
      if (!this.assigned.has(name))
        throw new NotImplemented(where, `$${name} is neither a function nor assigned by any state`);
  }

  private state(name: string, json: Json): State {
    const where = `state "${name}"`;
    const type = json.Type as State['type'];
    if (!Object.hasOwn(FIELDS, type)) throw new NotImplemented(where, `Type ${String(json.Type)} is not implemented`);
    only(json, ['Type', 'Comment', 'QueryLanguage', ...FIELDS[type]], where);
    if (json.QueryLanguage !== undefined && json.QueryLanguage !== 'JSONata')
      throw new NotImplemented(where, `QueryLanguage ${String(json.QueryLanguage)} is not implemented`);
    const goesOn = !['Choice', 'Succeed', 'Fail'].includes(type);
    if (goesOn && (json.Next === undefined) !== (json.End === true))
      throw new NotImplemented(where, 'needs either Next or "End": true');
    const worked = type === 'Task' || type === 'Parallel';
    const way = this.way(
      name,
      json,
      worked ? ['input', 'context', 'result'] : ['input', 'context'],
      '',
      json.Next ?? json.Default,
    );
    const field = (key: string) =>
      json[key] === undefined ? undefined : this.compile(json[key], name, key, ['input', 'context']);
    return defined({
      name,
      type,
      ...way,
      retry: list(json.Retry, where, 'Retry').map((retrier) => this.retrier(retrier, where)),
      catch: list(json.Catch, where, 'Catch').map((catcher, i) => {
        only(catcher, ['ErrorEquals', 'Assign', 'Output', 'Next', 'Comment'], `${where}, Catch`);
        const rest = this.way(name, catcher, ['input', 'context', 'errorOutput'], `Catch[${i}]/`, catcher.Next);
        return { ...rest, errors: errorNames(catcher.ErrorEquals, where) };
      }),
      ...(type === 'Task' ? this.task(json, where) : {}),
      arguments:
        type === 'Task' ? this.compile(json.Arguments ?? {}, name, 'Arguments', ['input', 'context']) : undefined,
      timeout: field('TimeoutSeconds'),
      branches:
        json.Branches &&
        list(json.Branches, where, 'Branches').map((branch) => {
          only(branch, ['Comment', 'StartAt', 'States', 'QueryLanguage'], `${where}, Branches`);
          return this.machine(branch, `${where}, Branches`);
        }),
      rules:
        json.Choices &&
        list(json.Choices, where, 'Choices').map((rule, i) => {
          only(rule, ['Condition', 'Assign', 'Output', 'Next', 'Comment'], `${where}, Choices`);
          const rest = this.way(name, rule, ['input', 'context'], `Choices[${i}]/`, rule.Next);
          return {
            ...rest,
            condition: this.compile(rule.Condition, name, `Choices[${i}]/Condition`, ['input', 'context']),
          };
        }),
      seconds: field('Seconds'),
      error: field('Error'),
      cause: field('Cause'),
    }) as unknown as State;
  }

  private task(json: Json, where: string): Json {
    const resource = /^arn:aws[a-z-]*:states:::(.+)$/.exec(String(json.Resource))?.[1];
    const integration =
      resource !== undefined && Object.hasOwn(this.integrations, resource) ? this.integrations[resource] : undefined;
    if (!integration) throw new NotImplemented(where, `Resource ${String(json.Resource)} is not implemented`);
    if (typeof json.Arguments === 'object')
      only(json.Arguments as Json, integration.arguments, `${where}, Arguments of ${resource}`);
    return { resource };
  }

  private way(state: string, json: Json, fields: readonly StatesField[], prefix: string, next: unknown): Way {
    Object.keys((json.Assign ?? {}) as Json).forEach((name) => this.assigned.add(name));
    const part = (key: string) =>
      json[key] === undefined ? undefined : this.compile(json[key], state, prefix + key, fields);
    return defined({ next, assign: part('Assign'), output: part('Output') }) as Way;
  }

  private retrier(json: Json, where: string): Retrier {
    only(
      json,
      ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy', 'Comment'],
      `${where}, Retry`,
    );
    const number = (key: string, otherwise: number) => {
      const value = json[key] ?? otherwise;
      if (typeof value !== 'number') throw new NotImplemented(`${where}, Retry`, `${key} that is no number`);
      return value;
    };
    const jitter = json.JitterStrategy ?? 'NONE';
    if (jitter !== 'FULL' && jitter !== 'NONE')
      throw new NotImplemented(`${where}, Retry`, `JitterStrategy ${String(jitter)}`);
    return {
      errors: errorNames(json.ErrorEquals, where),
      interval: number('IntervalSeconds', 1),
      attempts: number('MaxAttempts', 3),
      rate: number('BackoffRate', 2),
      ceiling: number('MaxDelaySeconds', Infinity),
      jitter: jitter === 'FULL',
    };
  }

  private compile(value: unknown, state: string, field: string, fields: readonly StatesField[]): Evaluate {
    return compile(value, state, field, fields, this.usage);
  }
}

function only(json: Json, fields: readonly string[], where: string): void {
  const unknown = Object.keys(json).find((key) => !fields.includes(key));
  if (unknown !== undefined) throw new NotImplemented(where, `the field ${unknown} is not implemented`);
}

function list(value: unknown, where: string, field: string): Json[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0)
    throw new NotImplemented(where, `${field} must be a list that is not empty`);
  const names = field === 'Retry' || field === 'Catch' ? value.map((entry: Json) => entry.ErrorEquals as unknown) : [];
  if (names.slice(0, -1).some((each) => Array.isArray(each) && each.includes('States.ALL')))
    throw new NotImplemented(where, `States.ALL must come last in ${field}`);
  return value as Json[];
}

function errorNames(value: unknown, where: string): string[] {
  const names = value as string[] | undefined;
  if (!Array.isArray(names) || names.length === 0)
    throw new NotImplemented(where, 'ErrorEquals must be a list that is not empty');
  const unknown = names.find((name) => name.startsWith('States.') && !STATES_ERRORS.includes(name));
  if (unknown) throw new NotImplemented(where, `the error name ${unknown} is not implemented`);
  if (names.includes('States.ALL') && names.length > 1) throw new NotImplemented(where, 'States.ALL must stand alone');
  return names;
}

const defined = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
