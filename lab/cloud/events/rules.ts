import { ACCOUNT, REGION, type Assembly, type Resource } from '../template';
import { readPattern, type Matcher } from './pattern';

/** A function that a rule calls. */
export interface Target {
  readonly id: string;
  /** Of the function. */
  readonly arn: string;
  /** ARN of the queue that gets what could not be handed to it, if one is declared. */
  readonly deadLetters?: string;
}
/** A rule of the default bus that is enabled: it matches events, or is due at a rate, or both. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly matches?: Matcher;
  /** Milliseconds from tick to tick. */
  readonly every?: number;
  readonly targets: readonly Target[];
}

type Json = Record<string, unknown>;

/**
 * The enabled rules of a deployment.
 * @throws Error naming the rule, for what the lab does not implement
 */
export function readRules(assembly: Assembly): readonly Rule[] {
  return assembly.resources('AWS::Events::Rule').flatMap((resource) => {
    try {
      return read(resource);
    } catch (error) {
      throw new Error(`Rule ${resource.name}: ${(error as Error).message}.`, { cause: error });
    }
  });
}

function read(resource: Resource): Rule[] {
  const { EventBusName: bus = 'default', State: state = 'ENABLED' } = named(resource, ['EventBusName', 'State']);
  if (bus !== 'default') throw new Error(`it is of the bus ${bus}; the lab has the default one only`);
  if (state === 'DISABLED') return [];
  if (state !== 'ENABLED') throw new Error(`the lab does not implement the state ${state}`);
  const pattern = resource.get('EventPattern');
  const schedule = resource.get('ScheduleExpression') as string | undefined;
  const targets = (resource.get('Targets') ?? []) as readonly Json[];
  return [
    {
      name: resource.name,
      arn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/${resource.name}`,
      ...(pattern === undefined ? {} : { matches: readPattern(pattern) }),
      ...(schedule === undefined ? {} : { every: rate(schedule) }),
      targets: targets.map(readTarget),
    },
  ];
}

/** Properties that are text. */
const named = (resource: Resource, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, resource.get(name)])) as Record<string, string | undefined>;

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of `rate(5 minutes)`. */
function rate(expression: string): number {
  const [, value, unit] = /^rate\(([1-9][0-9]*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (value === undefined)
    throw new Error(`the lab does not implement the schedule ${expression}: only rates, such as rate(5 minutes)`);
  return Number(value) * UNITS[unit!]!;
}

/**
 * RetryPolicy is about handing an event over. The lab does that at its first try or, where there is no such function, never; what a function
 * then makes of it is a matter of its own retries.
 */
const TARGET = ['Arn', 'Id', 'RetryPolicy', 'DeadLetterConfig'];

function readTarget(target: Json): Target {
  const other = Object.keys(target).find((key) => !TARGET.includes(key));
  if (other) throw new Error(`target ${String(target['Id'])} has ${other}, which the lab does not implement`);
  const arn = String(target['Arn']);
  if (!/^arn:[^:]+:lambda:/.test(arn)) throw new Error(`target ${arn} is no function, and the lab calls only those`);
  const { Arn: queue } = (target['DeadLetterConfig'] ?? {}) as { readonly Arn?: string };
  return { id: String(target['Id']), arn, ...(queue === undefined ? {} : { deadLetters: queue }) };
}

/** How a function is called again when it fails for an event: `AWS::Lambda::EventInvokeConfig`. */
export interface Retries {
  /** Tries after the first one. */
  readonly attempts: number;
  /** Seconds after which an event is too old for another one. */
  readonly age: number;
  /** ARN of what gets the event when none succeeded, if that is declared. */
  readonly deadLetters?: string;
}
const SIX_HOURS = 21_600;

/** Of a function by its name, as declared or Lambda's defaults. */
export function retriesOf(assembly: Assembly, name: string): Retries {
  const declared = assembly
    .resources('AWS::Lambda::EventInvokeConfig')
    .find((each) => String(each.get('FunctionName')).split(':').at(-1) === name);
  const destination = declared?.get('DestinationConfig') as { OnFailure?: { Destination?: string } } | undefined;
  const resource = assembly.resources('AWS::Lambda::Function').find((each) => each.name === name);
  const queue = resource?.get('DeadLetterConfig') as { TargetArn?: string } | undefined;
  const deadLetters = destination?.OnFailure?.Destination ?? queue?.TargetArn;
  return {
    attempts: Number(declared?.get('MaximumRetryAttempts') ?? 2),
    age: Number(declared?.get('MaximumEventAgeInSeconds') ?? SIX_HOURS),
    ...(deadLetters === undefined ? {} : { deadLetters }),
  };
}
