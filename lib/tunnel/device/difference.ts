import type { ObjectRules, Turn } from './kind';
import { STAGES, type Operation, type State } from './operation';

/** The rules of an object's kind; undefined: no kind has it. */
export function rulesOf(kinds: readonly ObjectRules[], object: string): ObjectRules | undefined {
  return kinds.filter(({ kind }) => object.startsWith(`${kind} `)).sort((a, b) => b.kind.length - a.kind.length)[0];
}

/** Objects of a state that cannot exist without one, and are deleted and created with it. */
export function dependentsOf(kinds: readonly ObjectRules[], object: string, state: State): readonly string[] {
  return Object.keys(state).filter((other) => rulesOf(kinds, other)?.needs?.(other, state).includes(object));
}

/** What objects of a state need there, and what that needs in turn. */
export function supportsOf(kinds: readonly ObjectRules[], objects: readonly string[], state: State): readonly string[] {
  const found = new Set<string>();
  const add = (object: string): void => {
    for (const needed of rulesOf(kinds, object)?.needs?.(object, state) ?? []) {
      if (state[needed] === undefined || found.has(needed)) continue;
      found.add(needed);
      add(needed);
    }
  };
  objects.forEach(add);
  return [...found];
}

/**
 * The position of an operation within its stage: lower runs earlier.
 * @param all the operations of its device
 */
export function rankOf(kinds: readonly ObjectRules[], operation: Operation, all: readonly Operation[]): number {
  const rules = rulesOf(kinds, operation.object)!;
  const place = kinds.indexOf(rules) + 1;
  const ranks: Readonly<Record<Turn, number>> = {
    first: -place,
    ahead: place - 0.5,
    'in place': place,
    late: 2 * kinds.length + 1 - place,
    last: 2 * kinds.length + place,
  };
  return ranks[rules.turn?.(operation, all) ?? (operation.verb === 'delete' ? 'first' : 'in place')];
}

/**
 * What leads from one state to another, in order; empty iff they are equal. `difference(a, b).reduce(effect, a)` equals `b`.
 * An object that has to be replaced takes its dependents with it, even those that are equal in both states.
 */
export function difference(kinds: readonly ObjectRules[], from: State, to: State): readonly Operation[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  const stays = ([object]: readonly [string, string]): boolean => to[object] !== undefined;
  /** What exists beside a deleted object, before or after: its dependents may depend on its successor as well. */
  const beside: State = { ...to, ...Object.fromEntries(Object.entries(from).filter(stays)) };
  const standing = (object: string): readonly string[] =>
    dependentsOf(kinds, object, { ...beside, [object]: from[object]! }).filter(
      (dependent) => from[dependent] !== undefined && to[dependent] !== undefined,
    );
  const replaced = new Set<string>();
  const replace = (object: string): void => {
    if (replaced.has(object)) return;
    replaced.add(object);
    standing(object).forEach(replace);
  };
  for (const object of names) {
    const [old, next] = [from[object], to[object]];
    if (old !== undefined && next !== undefined && old !== next && rulesOf(kinds, object)?.replaces?.(old, next))
      replace(object);
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
  const rank = (operation: Operation): number => rankOf(kinds, operation, unstaged);
  return unstaged
    .map((operation): Operation => ({
      ...operation,
      stage: rulesOf(kinds, operation.object)?.stage?.(operation, unstaged) ?? 'shape',
    }))
    .sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) || rank(a) - rank(b));
}

/** Any change makes the notes doubtful, so they are written again. */
export function withoutNotes(kinds: readonly ObjectRules[], from: State, to: State): State {
  const note = (object: string): boolean => rulesOf(kinds, object)?.note ?? false;
  const objects = Object.entries(from).filter(([object]) => !note(object));
  const changes = Object.keys({ ...from, ...to }).some((object) => !note(object) && from[object] !== to[object]);
  return changes ? Object.fromEntries(objects) : from;
}

/**
 * Objects that stay although an object that they depend on is removed: somebody else's route through a removed tunnel.
 * @returns pairs of the object and what it depends on
 */
export function stranded(
  kinds: readonly ObjectRules[],
  from: State,
  to: State,
): readonly (readonly [object: string, on: string])[] {
  return Object.keys(from)
    .filter((object) => to[object] === undefined)
    .flatMap((object) => dependentsOf(kinds, object, from).map((dependent) => [dependent, object] as const))
    .filter(([dependent, object]) => {
      const kind = object.split(' ')[0]!;
      const successor = Object.keys(to).some(
        (other) => other.startsWith(`${kind} `) && dependentsOf(kinds, other, to).includes(dependent),
      );
      return to[dependent] !== undefined && to[dependent] === from[dependent] && !successor;
    });
}
