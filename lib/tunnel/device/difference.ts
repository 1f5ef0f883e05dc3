import { STAGES, type Operation, type Stage, type State } from './operation';

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
  /** Whether it is what edge-ramp remembers there, and no object of the device. */
  readonly note?: (object: string) => boolean;
  /** Why an operation towards a tunnel cuts existing traffic; undefined: it does not. */
  readonly interrupts: (operation: Operation) => string | undefined;
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

/** When anything has to be changed, nobody knows any more whether what was noted of it is true: it is noted again. */
export function withoutNotes({ note = () => false }: Order, from: State, to: State): State {
  const objects = Object.entries(from).filter(([object]) => !note(object));
  const changes = Object.keys({ ...from, ...to }).some((object) => !note(object) && from[object] !== to[object]);
  return changes ? Object.fromEntries(objects) : from;
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
