import type { Goal, Operation, State } from '../device/operation';
import type { Together } from '../device/together';
import type { Wanted } from '../device/observation';
import type { Declared } from '../declaration/tunnel';
import { devicesOf, kindOf, type Listed } from './devices';
import type { Answered } from './reach';
import type { Before, Original } from './records';

/*
 * Devices that have objects in common: they are judged, planned and restored together.
 */

/** Refuses devices that have objects in common and do not fit together. @returns remarks on those that do @throws Refused, NotUnderstood */
export function judgeTogether(goal: Goal, answered: readonly Answered[]): readonly string[] {
  return inCommon(answered).flatMap(([together, members]) => {
    const looks = members.map(({ listed, observation }) => ({ name: listed.name, ...observation }));
    const { spec } = members[0]!.listed;
    together.refuse(goal, spec, looks);
    return goal === 'recorded' ? [] : together.remarks(spec, looks);
  });
}

/** A device, with the values that its shared objects had first. What several devices have in common may have been changed on another one. */
export function wantedOf(listed: Listed, original: Original): Wanted<Declared> {
  const { together } = kindOf(listed).record;
  const others = together?.applies(listed.spec) === true ? devicesOf(listed.spec, null) : [];
  const known = others.filter(({ kind }) => kind === listed.kind).map(({ name }) => original[name]);
  return { ...listed, original: Object.assign({}, ...known, original[listed.name]) as State };
}

/** What a device is planned with before it is planned together with others. */
interface Draft extends Answered {
  readonly wanted: Wanted<Declared>;
  readonly operations: readonly Operation[];
  readonly awaited: readonly Operation[];
}

/** Leaves out what comes to a device from another one. @throws Refused */
export function sharedOut<Each extends Draft>(goal: Goal, drafts: readonly Each[]): readonly Each[] {
  const operations = new Map<Each, readonly Operation[]>();
  for (const [together, members] of inCommon(drafts))
    together.share(goal, members).forEach((shared, i) => operations.set(members[i]!, shared));
  return drafts.map((draft) => {
    const left = operations.get(draft) ?? draft.operations;
    const all = goal === 'recorded' ? [...draft.awaited, ...draft.operations] : [];
    return {
      ...draft,
      operations: left,
      awaited: all.filter(({ object }) => left.every((each) => each.object !== object)),
    };
  });
}

/** The devices that are planned together, by what they have in common. One that left the declaration is on its own. */
function inCommon<Each extends Answered>(
  all: readonly Each[],
): readonly (readonly [Together<unknown, Declared>, readonly Each[]])[] {
  const found = new Map<Together<unknown, Declared>, Each[]>();
  for (const each of all) {
    const { together } = kindOf(each.listed).record;
    if (together?.applies(each.listed.spec) !== true || each.listed.former) continue;
    found.set(together, [...(found.get(together) ?? []), each]);
  }
  return [...found];
}

/** Those that a device is planned together with, itself among them; of one that has nothing in common with others it alone. */
export function membersWith<Each extends Answered>(each: Each, all: readonly Each[]): readonly Each[] {
  return inCommon(all).find(([, members]) => members.includes(each))?.[1] ?? [each];
}

/** What other devices recorded of objects that they have in common with this one, and whether it can come from them now. */
export function recordedInCommon(
  each: Answered,
  all: readonly Answered[],
  before: Before,
): { readonly others: Before[string]; readonly connected: boolean } {
  const found = inCommon(all).find(([, members]) => members.includes(each));
  if (found === undefined) return { others: {}, connected: true };
  const [together, members] = found;
  const recorded = members
    .filter((other) => other !== each)
    .flatMap(({ listed }) => Object.entries(before[listed.name] ?? {}))
    .filter(([object]) => together.isShared(each.observation, object));
  return { others: Object.fromEntries(recorded), connected: together.isConnected(each.observation) };
}
