import type { Operation, State } from '../device/operation';
import { rulesOf, supportsOf } from '../device/difference';
import type { ObjectKind, ObjectRules } from '../device/kind';
import { digestOf } from '../declaration/digest';
import type { Declared } from '../declaration/tunnel';

/** One changed object: the value to restore, and every value that edge-ramp may have written, as `written` has it. null: no such object. */
export interface Touched {
  readonly from: string | null;
  readonly wrote: readonly (string | null)[];
}

/** Characters. The goal of a keeper has up to 6,000, and three forms of it may be found: a plan has to fit what a state may hand on. */
const LONG = 200;

/** A value that edge-ramp may have written, in a record: it is only compared, so a long one is there by its digest. */
export function written(value: string | null): string | null {
  return value === null || value.length <= LONG ? value : `digest ${digestOf(value)}`;
}

/** The record `before`: device (a BIG-IP's management address, a node's instance id) to object to its values. */
export type Before = Readonly<Record<string, Readonly<Record<string, Touched>>>>;

/** `before` as the table has it, with the declaration of each run since it was first written: the objects have the names of these. */
export interface Begun {
  readonly declared: readonly Declared[];
  readonly touched: Before;
}

/** Adds the declaration and the plan of a run that begins. A declaration is kept once. */
export function addRun({ declared }: Begun, spec: Declared, touched: Before): Begun {
  const known = declared.some((each) => JSON.stringify(each) === JSON.stringify(spec));
  return { declared: known ? declared : [...declared, spec], touched };
}

/** The record `original`: device to shared object to the value it had before edge-ramp first touched it. */
export type Original = Readonly<Record<string, State>>;

/**
 * Adds a plan's operations to a record, and what the changed objects stand on. The value to restore is never overwritten; the values that edge-ramp may
 * write are added.
 * @param before the record so far, empty for a fresh run
 * @param observed the device's state when the plan was made
 * @param kinds their rules say which other values an operation may leave, and what is recorded for a value that could not be restored
 */
export function recordOperations(
  before: Before,
  device: string,
  observed: State,
  operations: readonly Operation[],
  kinds: readonly ObjectRules[] = [],
): Before {
  const touched: Record<string, Touched> = { ...before[device] };
  const value = (object: string, found: string): string => rulesOf(kinds, object)?.recorded?.(found) ?? found;
  for (const operation of operations) {
    const { object, to } = operation;
    const rules = rulesOf(kinds, object);
    const found = observed[object];
    const first = found === undefined ? null : value(object, found);
    const known = touched[object] ?? { from: first, wrote: [] };
    touched[object] = {
      from: known.from,
      wrote: [...new Set([...known.wrote, to ?? null, ...(rules?.partial?.(operation) ?? [])].map(written))],
    };
  }
  // What they stand on may go meanwhile, and nothing could be put back on it: then it comes back as well.
  const standing = operations.map(({ object }) => object).filter((object) => observed[object] !== undefined);
  for (const object of supportsOf(kinds, standing, observed)) {
    const { from, wrote } = touched[object] ?? { from: value(object, observed[object]!), wrote: [] };
    touched[object] = { from, wrote: [...new Set([...wrote, null])] };
  }
  return operations.length === 0 ? before : { ...before, [device]: touched };
}

/**
 * The goal of a restore: the observed state, with the recorded value of each object that still has a value of edge-ramp's.
 * @param kinds their rules say which objects are notes
 * @returns `left`: objects that somebody else has changed since, left as they are
 */
export function recordedState(
  before: Before,
  device: string,
  observed: State,
  kinds: readonly ObjectRules[] = [],
): { readonly goal: State; readonly left: readonly string[] } {
  const goal: Record<string, string> = { ...observed };
  const left: string[] = [];
  for (const [object, { from, wrote }] of Object.entries(before[device] ?? {})) {
    const now = observed[object] ?? null;
    if (now === from) continue;
    // A record of an earlier version has long values, too. A note with another value was written by another tunnel's run, along with what is restored here.
    if (!wrote.includes(now) && !wrote.includes(written(now)) && !rulesOf(kinds, object)?.note) left.push(object);
    else if (from === null) delete goal[object];
    else goal[object] = from;
  }
  return { goal, left };
}

/**
 * A device's record in the words of now, where something there was made anew since (`asNow`): what was on the former one has gone with it, and what the
 * run wrote in its words goes.
 */
export function recordAsNow<Facts>(
  touched: Before[string],
  kinds: readonly ObjectKind<Facts>[],
  facts: Facts,
): Before[string] {
  const all: Record<string, Touched> = { ...touched };
  for (const kind of kinds) {
    const own = Object.entries(touched).filter(([object]) => rulesOf(kinds, object) === kind);
    const [wrote, found] = [own.flatMap(([, each]) => each.wrote), own.map(([, { from }]) => from)].map((values) =>
      values.filter((value) => value !== null),
    ) as [string[], string[]];
    const now = kind.asNow?.(wrote, found, facts);
    if (now === undefined) continue;
    for (const [object] of own) delete all[object];
    for (const [object, each] of own) {
      if (now(object) !== object) all[object] = { from: null, wrote: each.wrote };
      const { from, wrote: further } = all[now(object)] ?? { from: null, wrote: [] };
      const written = each.wrote.flatMap((value) => (value === null ? [] : [value, now(value)]));
      all[now(object)] = {
        from: each.from === null ? from : now(each.from),
        wrote: [...new Set([...further, ...written, null])],
      };
    }
  }
  return all;
}
