import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kinds of device as the recording calls them. */
export type Kind = 'bigip' | 'ramp' | 'cluster';

/** What a device's command may end with. */
export type Failure = 'DeviceRefused' | 'NotDelivered' | 'OutcomeUnknown' | 'Throttled';

/** What the product is told: nothing here is a type of the product's. */
export interface Situation {
  readonly way: 'forward' | 'restore';
  /** Of the request: what differs from a plain apply by a person. */
  readonly request: {
    readonly action?: 'apply' | 'teardown';
    readonly allowInterruption?: true;
    readonly expect?: string;
    readonly forget?: readonly string[];
  };
  /** The declaration with its defaults filled in, JSON text. */
  readonly declared: string;
  readonly records: Records;
}

/** A tunnel's records as they lie in the table, JSON text; null: there is none. */
export interface Records {
  readonly original: string | null;
  readonly before: string | null;
  readonly applied: string | null;
}

/** A command on its way to a device. Operations are split into their fields, questions are sorted except where their order counts (prove). */
export interface Command {
  readonly stage: 'observe' | 'detach' | 'prepare' | 'shape' | 'prove' | 'attach' | 'clean';
  /** `bigip 10.3.88.66`, `ramp i-0a4e90de0a4e90de0`. */
  readonly device: string;
  readonly instance: string;
  readonly document: 'observe' | 'apply';
  readonly parameters: Readonly<Record<string, string>>;
  readonly questions?: readonly string[];
  readonly operations?: readonly (readonly string[])[];
}

/**
 * What a device answered: its stdout without the end mark, which belongs to the order of the questions; its stdout as it is, where that is spoilt; or
 * the name of the error that its command ended with.
 */
export type Answer =
  { readonly lines: readonly string[] } | { readonly spoilt: readonly string[] } | { readonly error: Failure };

/** What the product made of it. */
export interface Outcome {
  readonly commands: readonly Command[];
  /** Where it stopped, and the name of the error: `plan: Refused`. null: nowhere. */
  readonly stopped: string | null;
  readonly plan: JudgedPlan | null;
}

/** What of a plan must not change, as flat lists that a reader can compare line by line. */
export interface JudgedPlan {
  readonly digest: string;
  readonly operations: number;
  /** Device as the operator reads it, stage, text, and whether it cuts traffic. */
  readonly changes: readonly (readonly [device: string, stage: string, text: string, cuts: boolean])[];
  readonly reachable: boolean;
  readonly degraded: readonly string[];
  readonly left: readonly string[];
  /** How many remarks there are: their wording may improve. */
  readonly remarks: number;
  readonly verification: readonly (readonly [from: string, to: string, ok: boolean, holds: boolean | null])[];
  readonly original: readonly (readonly string[])[];
  readonly before: {
    readonly declared: readonly string[];
    readonly touched: readonly (readonly (string | null)[])[];
  };
  readonly applied: string;
}

export interface Case extends Situation {
  readonly name: string;
  /** By `STAGE DEVICE`: what each device answered, in `observe` and `prove`. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly outcome: Outcome;
}

/** One whole run on the simulated hosts. */
export interface RecordedRun {
  readonly end: string;
  /** Per device, in the order in which it was sent there. */
  readonly commands: Readonly<Record<string, readonly Omit<Command, 'stage' | 'device'>[]>>;
  readonly output: unknown;
  readonly item: unknown;
  /** Whether it left each host as it found it. */
  readonly changed: Readonly<Record<string, boolean>>;
  /** States entered that far, for a reader: a rebuilt workflow may have others, in another number. */
  readonly note: { readonly transitions: number; readonly states: readonly string[] };
}

export interface RecordedStory {
  readonly name: string;
  readonly runs: readonly RecordedRun[];
}

/** What is at least so long as JSON and stands in more than one place is kept once. Characters. */
const SHORT = 14;

/** One case a line, behind what occurs more than once. `@1z` stands for one of those parts, by its number to the base of 36. */
export function save(name: 'plans' | 'runs', cases: readonly unknown[]): void {
  const counts = new Map<string, number>();
  const count = (value: unknown): void => {
    const text = JSON.stringify(value);
    if (text.startsWith('"@')) throw new Error(`this would be read as a reference: ${text}`);
    if (text.length < SHORT) return;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(count);
  };
  cases.forEach(count);
  const parts: string[] = [];
  const references = new Map<string, string>();
  /** A part of something that occurs as often as itself goes with that. */
  const packed = (value: unknown, within: number): unknown => {
    const text = JSON.stringify(value);
    const often = counts.get(text) ?? 1;
    if (often <= within) return children(value, within);
    if (!references.has(text)) {
      const part = JSON.stringify(children(value, often));
      references.set(text, `@${parts.length.toString(36)}`);
      parts.push(part);
    }
    return references.get(text)!;
  };
  const children = (value: unknown, within: number): unknown => mapped(value, (item) => packed(item, within));
  const lines = cases.map((each) => JSON.stringify(packed(each, 1)));
  writeFileSync(file(name), `{"parts":[\n${parts.join(',\n')}\n],\n"cases":[\n${lines.join(',\n')}\n]}\n`);
}

function load(name: 'plans' | 'runs'): readonly unknown[] {
  const { parts, cases } = JSON.parse(readFileSync(file(name), 'utf8')) as { parts: unknown[]; cases: unknown[] };
  const whole: unknown[] = [];
  const unpacked = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('@') ? whole[parseInt(value.slice(1), 36)] : mapped(value, unpacked);
  for (const part of parts) whole.push(unpacked(part));
  return cases.map(unpacked);
}

export const recordedPlans = () => load('plans') as readonly Case[];
export const recordedRuns = () => load('runs') as readonly RecordedStory[];

function file(name: string): string {
  return join(__dirname, `${name}.json`);
}

/** A list or record with each of its values replaced; anything else as it is. */
function mapped(value: unknown, by: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(by);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, by(item)]));
}
