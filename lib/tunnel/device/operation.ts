import { Refused } from '../errors/errors';
import { readable } from './words';

/** What of a device edge-ramp may change: object name (`kind name`, e.g. `tunnel SDN`) to its value in canonical text. No key: absent. */
export type State = Readonly<Record<string, string>>;

/**
 * Traffic leaves; what nothing depends on yet is built; everything else; (the tunnel is proven;) traffic arrives; what nobody needs is removed.
 * A device knows detach, shape and attach; which of its work may come earlier or later is decided for all devices together (stages.ts).
 */
export const STAGES = ['detach', 'prepare', 'shape', 'attach', 'clean'] as const;
export type Stage = (typeof STAGES)[number];
export type Verb = 'create' | 'modify' | 'delete';

/** Where a plan leads: the tunnel as declared; no tunnel; or the values that a run recorded. */
export type Goal = 'declared' | 'absent' | 'recorded';

/** One statement about one object. `from` is the value that the script must find, `to` the one it makes; absent: no such object. */
export interface Operation {
  readonly stage: Stage;
  readonly verb: Verb;
  readonly object: string;
  readonly from?: string;
  readonly to?: string;
  /** Within its stage: devices that share objects go round after round. Absent: all at once. */
  readonly round?: number;
}

/** The state after an operation. */
export function effect(state: State, operation: Operation): State {
  const { [operation.object]: _old, ...rest } = state;
  return operation.to === undefined ? rest : { ...rest, [operation.object]: operation.to };
}

/** The wire form of one operation, fields by `~`: `create~tunnel SDN~-~profile ipip ...`; the scripts split it and never evaluate it. */
export function wire(operation: Operation): string {
  return [operation.verb, operation.object, operation.from ?? '-', operation.to ?? '-'].join('~');
}

/**
 * Refuses, before the first change, operations that could not be undone.
 * @throws Refused naming the object and the settings
 */
export function refuseUnrestorable(title: string, unrestorable: State, operations: readonly Operation[]): void {
  for (const { verb, object } of operations) {
    const settings = unrestorable[object];
    if (verb === 'delete' && settings !== undefined)
      throw new Refused(
        'not-restorable',
        `${title}: ${object} has settings that edge-ramp could not put back after removing it (${readable(settings)}); remove them or the object by hand first, which cuts what uses it`,
      );
  }
}

/** What a field of an operation may consist of; the command documents admit nothing else (`|` and `~` separate operations and fields). */
const SENDABLE = /^[A-Za-z0-9 ./:,_=>%@[\]()+-]*$/;

/**
 * Refuses, before the first change, operations that could not be sent, or could not be sent back.
 * @throws Refused naming the object and its value
 */
export function refuseUnsendable(title: string, operations: readonly Operation[]): void {
  for (const { object, from, to } of operations)
    for (const text of [object, from ?? '', to ?? ''])
      if (!SENDABLE.test(text))
        throw new Refused(
          'not-sendable',
          `${title}: ${object} has a value that edge-ramp does not send (${readable(text)}), so it could not be put back; change or remove it by hand first, which may cut what uses it`,
        );
}
