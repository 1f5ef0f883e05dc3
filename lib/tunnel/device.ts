import { Refused } from './errors';
import type { Declared, Tunnel } from './tunnel';
import { readable } from './words';

/** What of a device edge-ramp may change: object name (`kind name`, e.g. `tunnel SDN`) to its value in canonical text. No key: absent. */
export type State = Readonly<Record<string, string>>;

/**
 * Traffic leaves; what nothing depends on yet is built; everything else; (the tunnel is proven;) traffic arrives; what is needed no more goes.
 * A device knows detach, shape and attach; which of its work may come earlier or later is decided for all devices together (stages.ts).
 */
export const STAGES = ['detach', 'prepare', 'shape', 'attach', 'clean'] as const;
export type Stage = (typeof STAGES)[number];
export type Verb = 'create' | 'modify' | 'delete';

/** One idempotent statement about one object. `from` is the value that the script must find, `to` the one it makes; absent: no such object. */
export interface Operation {
  readonly stage: Stage;
  readonly verb: Verb;
  readonly object: string;
  readonly from?: string;
  readonly to?: string;
  /** Why this cuts existing traffic; absent: safe. */
  readonly interrupts?: string;
}

/** One packet's way through the tunnel that was tried: `ok` says whether it came back, `detail` with what evidence. */
export interface Probe {
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Of a pair only: whether the device has the virtual IP. */
  readonly holds?: boolean;
}

/** What one device said of itself, understood. */
export interface Observation<Facts> {
  readonly facts: Facts;
  readonly state: State;
  /** Pings through the tunnel; empty when the device has no tunnel yet. */
  readonly probes: readonly Probe[];
}

/** One device of a tunnel: everything that is asked of it, read from it and planned for it is about this. */
export interface Subject<Spec extends Declared = Tunnel> {
  /** A BIG-IP's management address, the instance id of a ramp node or of the host that runs oc. */
  readonly name: string;
  /** The declared tunnel; for a device that left the declaration, the last one that had it. */
  readonly spec: Spec;
  /** The tunnel last applied. */
  readonly applied: Spec | null;
}

/** A device with the values that its shared objects had before edge-ramp first touched them. */
export interface Wanted<Spec extends Declared = Tunnel> extends Subject<Spec> {
  readonly original: State;
}

/** All that reconcile knows of a kind of device, which declarations of some kind have. */
export interface Device<Facts, Spec extends Declared = Tunnel> {
  readonly kind: 'bigip' | 'ramp' | 'cluster';
  /** How an operator calls it: `BIG-IP`, `ramp node`, `balancer`, `cluster of`. */
  readonly title: string;
  /** What observing asks for, each question a line that the observe script knows. */
  questions(subject: Subject<Spec>): readonly string[];
  /** What proving asks for: the probes, and what a probe cannot show. None: there is nothing on such a device that could prove a tunnel. */
  proofs(subject: Subject<Spec>): readonly string[];
  /** @throws NotUnderstood on an answer without end mark or with foreign text */
  read(answer: string, subject: Subject<Spec>): Observation<Facts>;
  /** @throws NotUnderstood, NotVerified */
  prove(answer: string, subject: Subject<Spec>): readonly Probe[];
  /** The state with the tunnel. @throws Refused: unknown pipeline, no free address, another's object */
  desired(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** The state without it; shared objects as in `original`. @throws Refused: another's object */
  absent(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** The first value of each shared object that teardown puts back: what `original` must hold before the first change. */
  originals(wanted: Wanted<Spec>, observed: Observation<Facts>): State;
  /** Objects of which the device has settings that edge-ramp could not put back: object to those settings. */
  unrestorable(facts: Facts): State;
  /** What is to be waited for after `detach`, before the operations that follow, in wire form: no change, so no operation. */
  drains(spec: Spec, state: State, operations: readonly Operation[]): readonly string[];
  /** What must still be as planned when traffic arrives, in wire form: looked at again together with what switches. Absent: nothing. */
  keeps?(spec: Spec, aim: State, operations: readonly Operation[]): readonly string[];
  readonly order: Order;
  /** One line for the diff that a person reads. */
  describe(operation: Operation): string;
  /** Remarks on the plan that are no changes: routes that bypass the tunnel, unsaved changes of others that are saved along. */
  remarks(wanted: Wanted<Spec>, observed: Observation<Facts>, operations: readonly Operation[]): readonly string[];
}

/** How the objects of a device depend on one another. */
export interface Order {
  /** Lower runs earlier, within a stage. */
  rank(operation: Operation, all: readonly Operation[]): number;
  stage(operation: Operation, all: readonly Operation[]): Stage;
  /** True when the device cannot change `from` into `to` and the object has to be deleted and created. */
  immutable(object: string, from: string, to: string): boolean;
  /** Objects of `state` that cannot stand without `object` and are deleted and created with it. */
  dependents(object: string, state: State): readonly string[];
  /** What else may stand there after an operation: a script was cut off within it, or found that another tunnel has come or gone. null: no such object. */
  halfway?(operation: Operation): readonly (string | null)[];
  /** What a restore goes back to where a value itself could not be put back; absent: the value. */
  recorded?(object: string, value: string): string;
  /** Why an operation towards a tunnel cuts existing traffic; undefined: it does not. */
  interrupts(operation: Operation): string | undefined;
}

/**
 * What leads from one state to another, in order; empty iff they are equal. `difference(a, b).reduce(effect, a)` equals `b`.
 * An object that has to be replaced takes its dependents with it, even those that are equal in both states.
 */
export function difference(order: Order, from: State, to: State): readonly Operation[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  const stays = ([object]: readonly [string, string]): boolean => to[object] !== undefined;
  /** What is or will be there beside an object that goes: what stands on it may stand on its successor as well. */
  const beside: State = { ...to, ...Object.fromEntries(Object.entries(from).filter(stays)) };
  const standing = (object: string): readonly string[] =>
    order
      .dependents(object, { ...beside, [object]: from[object]! })
      .filter((dependent) => from[dependent] !== undefined && to[dependent] !== undefined);
  const replaced = new Set<string>();
  const replace = (object: string): void => {
    if (replaced.has(object)) return;
    replaced.add(object);
    standing(object).forEach(replace);
  };
  for (const object of names) {
    const [old, next] = [from[object], to[object]];
    if (old !== undefined && next !== undefined && old !== next && order.immutable(object, old, next)) replace(object);
    if (old !== undefined && next === undefined) standing(object).forEach(replace);
  }
  const plain = names.flatMap((object): Omit<Operation, 'stage'>[] => {
    const [old, next] = [from[object], to[object]];
    if (replaced.has(object))
      return [
        { verb: 'delete', object, from: old! },
        { verb: 'create', object, to: next! },
      ];
    if (old === next) return [];
    if (old === undefined) return [{ verb: 'create', object, to: next! }];
    if (next === undefined) return [{ verb: 'delete', object, from: old }];
    return [{ verb: 'modify', object, from: old, to: next }];
  });
  const unstaged = plain.map((operation): Operation => ({ ...operation, stage: 'shape' }));
  const rank = (operation: Operation): number => order.rank(operation, unstaged);
  return unstaged
    .map((operation): Operation => ({ ...operation, stage: order.stage(operation, unstaged) }))
    .sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) || rank(a) - rank(b));
}

/** The state after an operation. */
export function effect(state: State, operation: Operation): State {
  const { [operation.object]: _old, ...rest } = state;
  return operation.to === undefined ? rest : { ...rest, [operation.object]: operation.to };
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

/**
 * An object that would stay as it is although what it stands on goes: a route of somebody else's through a tunnel that is removed.
 * @returns pairs of that object and what it stands on
 */
export function stranded(order: Order, from: State, to: State): readonly (readonly [object: string, on: string])[] {
  return Object.keys(from)
    .filter((object) => to[object] === undefined)
    .flatMap((object) => order.dependents(object, from).map((dependent) => [dependent, object] as const))
    .filter(([dependent, object]) => {
      const kind = object.split(' ')[0]!;
      const successor = Object.keys(to).some(
        (other) => other.startsWith(`${kind} `) && order.dependents(other, to).includes(dependent),
      );
      return to[dependent] !== undefined && to[dependent] === from[dependent] && !successor;
    });
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

/** The wire form of one operation, fields by `~`: `create~tunnel SDN~-~profile ipip ...`; the scripts split it and never evaluate it. */
export function wire(operation: Operation): string {
  return [operation.verb, operation.object, operation.from ?? '-', operation.to ?? '-'].join('~');
}
