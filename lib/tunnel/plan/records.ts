import type { Operation, State } from '../device/operation';
import { rulesOf } from '../device/difference';
import type { ObjectRules } from '../device/kind';
import type { Declared } from '../declaration/tunnel';

/** What a run changed of one object: the value to go back to, and every value that edge-ramp may have left there. null: no such object. */
export interface Touched {
  readonly from: string | null;
  readonly wrote: readonly (string | null)[];
}

/** The record `before`: device (a BIG-IP's management address, a node's instance id) to object to what was touched. */
export type Before = Readonly<Record<string, Readonly<Record<string, Touched>>>>;

/** `before` as it lies in the table, with every declaration that a run began with since it was first written: their names are what it tells of. */
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
 * Adds a plan to a record. The value to go back to is never overwritten while the record stands; what edge-ramp may have written is added.
 * @param before the standing record, empty for a fresh run
 * @param observed the device's state when the plan was made
 * @param kinds by their rules: what an operation may leave beside its value, and what stands for a value that could not be put back
 */
export function remember(
  before: Before,
  device: string,
  observed: State,
  operations: readonly Operation[],
  kinds: readonly ObjectRules[] = [],
): Before {
  const touched: Record<string, Touched> = { ...before[device] };
  for (const operation of operations) {
    const { object, to } = operation;
    const rules = rulesOf(kinds, object);
    const found = observed[object];
    const first = found === undefined ? null : (rules?.recorded?.(found) ?? found);
    const known = touched[object] ?? { from: first, wrote: [] };
    touched[object] = {
      from: known.from,
      wrote: [...new Set([...known.wrote, to ?? null, ...(rules?.partial?.(operation) ?? [])])],
    };
  }
  return operations.length === 0 ? before : { ...before, [device]: touched };
}

/**
 * Where restoring leads: the observed state, with each touched object as it was, where it still is what edge-ramp may have made of it.
 * @param kinds which of them are edge-ramp's own notes
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
    // When a note says otherwise, another tunnel's run has noted along what is taken back here.
    if (!wrote.includes(now) && !rulesOf(kinds, object)?.note) left.push(object);
    else if (from === null) delete goal[object];
    else goal[object] = from;
  }
  return { goal, left };
}
