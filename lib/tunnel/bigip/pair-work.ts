import { isBigIpPair, marker, type Tunnel } from '../declaration/tunnel';
import { rankOf } from '../device/difference';
import type { ObjectKind } from '../device/kind';
import { STAGES, wire, type Goal, type Operation, type State } from '../device/operation';
import type { Drafted, Together } from '../device/together';
import { property } from '../device/words';
import { Refused } from '../errors/errors';
import type { BigIpFacts, PairFacts } from './facts';
import { title } from './own';
import { syncOf } from './synced';

type Unit = Pick<Drafted<BigIpFacts>, 'wanted' | 'observation'>;
/** With those of its operations that are carried out on it. */
type Kept = Drafted<BigIpFacts> & { readonly kept: readonly Operation[] };

/**
 * How the two units of a pair work together. What they share is changed on the active unit, which gives it to the other by a sync; what is a unit's own
 * is changed on that unit. A restore undoes everything where it was done: that unit has the newest configuration, whatever its role is by then.
 * @param objects the kinds of object, in the order in which they are made
 */
export function workingInPair(
  objects: readonly ObjectKind<BigIpFacts>[],
): Omit<Together<BigIpFacts>, 'refuse' | 'remarks'> {
  return {
    applies: isBigIpPair,
    isShared: ({ facts }, object) => isShared(facts.pair!, object),
    isConnected: ({ facts }) => !isAlone(facts.pair!),

    share(goal, units) {
      if (goal === 'declared') units.forEach(refuseHalfBuilding);
      const newest = goal === 'recorded' ? undoneOnTheNewest(units) : undefined;
      const waits = units.some(({ awaited }) => awaited.length > 0) && units.some((unit) => isAlone(pairOf(unit)));
      const alone = goal === 'recorded' && units.length === 1;
      const own = units.map((unit, i) => ({
        ...unit,
        kept: [
          ...(changesShared(goal, unit, newest) ? madeWayFor(goal, units[1 - i], unit) : []),
          ...(unit === newest ? unit.awaited.filter(({ object }) => isShared(pairOf(unit), object)) : []),
          ...unit.operations.filter(
            (operation) =>
              (!isShared(pairOf(unit), operation.object) || changesShared(goal, unit, newest)) &&
              !(waits && carriesOthers(operation.object)) &&
              !(alone && strandsTheOther(unit, operation)),
          ),
        ],
      }));
      const [first] = inOrder(own);
      const drafts = own.map((unit, i) =>
        first?.at === unit.wanted.name ? unit : { ...unit, kept: withPendingSync(unit, units[1 - i]) },
      );
      const kept = drafts.map((unit) => unit.kept);
      const rounds = roundsOf(drafts);
      return kept.map((operations) => operations.map((operation) => ({ ...operation, round: rounds.get(operation)! })));
    },

    statements(goal, unit, round, units) {
      const pair = pairOf(unit);
      const shared = round.filter(({ object }) => isShared(pair, object));
      if (shared.length === 0)
        return [...(goal === 'recorded' ? [] : stillStands(unit, round, units)), ...round.map(wire)];
      const { deviceGroup } = unit.wanted.spec.bigipPair!;
      const onlySync = shared.every(({ object }) => isGroup(object));
      const forward = onlySync ? '-' : 'ACTIVE';
      const onTheNewest = goal === 'recorded' && undoneOnTheNewest(units) === unit;
      const role = onTheNewest ? 'undo' : goal === 'recorded' ? '-' : forward;
      const waits = changesMore(unit, round) && (onTheNewest || hasFloatingSelf(unit)) && units.some(lacksItsOwnSelf);
      const how = isAlone(pair) ? 'alone' : pair.deviceGroup?.autoSync === true ? 'auto' : 'manual';
      return [
        `check~group ${deviceGroup}~${role}~${how}`,
        ...round.map(wire),
        ...(isAlone(pair) || onlySync || waits ? [] : [`sync~group ${deviceGroup}~-~-`]),
      ];
    },
  };

  /** Before a unit saves: one object, the last that was changed here or came by the sync. A restart since has taken away all of them. */
  function stillStands(
    unit: Drafted<BigIpFacts>,
    round: readonly Operation[],
    units: readonly Drafted<BigIpFacts>[],
  ): readonly string[] {
    if (!round.some(({ object }) => object === 'config saved')) return [];
    const changed = inOrder(units.map((each) => ({ ...each, kept: each.operations })))
      .filter(({ at, operation }) => (at === 'both' ? unit.operations.includes(operation) : !isGroup(operation.object)))
      .filter(({ operation }) => operation.object !== 'config saved')
      .at(-1)?.operation;
    return changed === undefined ? [] : [['stands', changed.object, '-', changed.to ?? '-'].join('~')];
  }

  /** One unit alone would carry out these operations in a fixed order. Those of both are put into that order. */
  function inOrder(units: readonly Kept[]) {
    const all = units.flatMap((unit) =>
      unit.kept.map((operation) => ({
        operation,
        stage: STAGES.indexOf(operation.stage),
        rank: rankOf(objects, operation, unit.operations),
        at: isShared(pairOf(unit), operation.object) ? unit.wanted.name : 'both',
      })),
    );
    return all.sort((a, b) => a.stage - b.stage || a.rank - b.rank);
  }

  /** A round ends where shared objects follow own ones or the other way: a floating self IP needs each unit's own one, and that needs the tunnel. */
  function roundsOf(units: readonly Kept[]): ReadonlyMap<Operation, number> {
    const all = inOrder(units);
    const rounds = new Map<Operation, number>();
    let round = 0;
    for (const [i, each] of all.entries()) {
      const last = all[i - 1];
      if (each.stage !== last?.stage || each.at !== last.at) round += 1;
      rounds.set(each.operation, round);
    }
    return rounds;
  }
}

/**
 * A unit that restarted before it had saved has its older configuration again, and the other one what both had: BIG-IP recommends that one as the source.
 * What is shared is undone there, whoever made it. undefined: no unit lacks what the run changed, so what is pending may be another's.
 */
function undoneOnTheNewest(units: readonly Drafted<BigIpFacts>[]): Drafted<BigIpFacts> | undefined {
  const newest = units.find((unit) => {
    const { sync, device } = pairOf(unit);
    return sync.is === 'pending' && sync.source === device;
  });
  const other = units.find((unit) => unit !== newest);
  if (newest === undefined || other === undefined) return undefined;
  const undone = ({ operations, awaited }: Drafted<BigIpFacts>): readonly string[] =>
    [...operations, ...awaited].map(({ object }) => object).filter((object) => isShared(pairOf(newest), object));
  return undone(newest).some((object) => !undone(other).includes(object)) ? newest : undefined;
}

/** So it takes no floating one by a sync: that comes when all is undone on the other unit, or the floating one removed there. Names may change with the declaration. */
function lacksItsOwnSelf({ observation }: Unit): boolean {
  return Object.keys(observation.state).every((object) => !object.startsWith('unit-self '));
}

function hasFloatingSelf({ observation }: Unit): boolean {
  return Object.keys(observation.state).some((object) => isFloatingSelf(observation.state, object));
}

function isFloatingSelf(state: State, object: string): boolean {
  return object.startsWith('self ') && property(state[object], 'traffic-group') !== undefined;
}

function changesMore({ operations, observation }: Drafted<BigIpFacts>, round: readonly Operation[]): boolean {
  const last = round[0]!.round!;
  return operations.some((each) => each.round! > last && isShared(observation.facts.pair!, each.object));
}

/** How the other unit gets what is changed on this one, which no change of the plan says. */
export function syncRemarks(
  wanted: Unit['wanted'],
  pair: PairFacts,
  operations: readonly Operation[],
): readonly string[] {
  const { deviceGroup } = wanted.spec.bigipPair!;
  const shares = operations.some(({ object }) => isShared(pair, object));
  // One that has left the declaration may be in no group any more.
  if (!shares || isAlone(pair) || pair.deviceGroup === undefined) return [];
  const how = pair.deviceGroup.autoSync
    ? 'by itself (auto-sync)'
    : `by "run cm config-sync to-group ${deviceGroup}", which takes along whatever somebody else changes there meanwhile`;
  const renewed = operations.filter(
    ({ verb, object }, i) =>
      verb === 'modify' && operations.slice(0, i).some((each) => each.verb === verb && each.object === object),
  );
  return [
    `${title(wanted)} is ${pair.role.said}: what both units share is changed there, and goes to the other one ${how}`,
    ...renewed.map(
      ({ object }) =>
        `${title(wanted)}: the last synchronisation failed, and the next may fail again until something has changed: the description of ${object} is changed and changed back`,
    ),
  ];
}

/** Its own inner self IP and what it saved are a unit's own, and its tunnels where it does not synchronise them (BIP-33). */
export function isShared({ tunnelsShared }: PairFacts, object: string): boolean {
  if (object.startsWith('tunnel ')) return tunnelsShared !== false;
  return !object.startsWith('unit-self ') && !object.startsWith('config ');
}

function changesShared(goal: Goal, unit: Unit, newest: Unit | undefined): boolean {
  return goal === 'recorded' ? newest === undefined || newest === unit : pairOf(unit).role.is === 'ACTIVE';
}

/**
 * A unit that is away lacks its own part of a new tunnel when it is back, and would refuse the rest: it takes no floating self IP without its own one,
 * whose tunnel comes by the same sync. @throws Refused
 */
function refuseHalfBuilding(unit: Unit & Pick<Drafted<BigIpFacts>, 'operations'>): void {
  const { spec, applied } = unit.wanted;
  const part = ({ bigip, tunnel, objects }: Tunnel): string =>
    JSON.stringify([bigip.map(({ management, inner }) => [management, inner]), tunnel.bigip, objects]);
  const both = unit.operations.find(({ object }) => carriesOthers(object) || object.startsWith('self '));
  if (both === undefined || !isAlone(pairOf(unit)) || (applied !== null && part(applied) === part(spec))) return;
  const other = { name: spec.bigip.find(({ management }) => management !== unit.wanted.name)!.management };
  throw new Refused(
    'pair-disconnected',
    `${title(unit.wanted)} does not reach ${title(other)}, and the tunnel has to be built on both (${both.object}): make ${other.name} reachable from its bastion and from ${unit.wanted.name}, and start again`,
  );
}

/** On the tunnel and its own self IP stands what a unit can only lose by a sync. */
function carriesOthers(object: string): boolean {
  return /^(?:tunnel|unit-self) /.test(object);
}

/**
 * The other unit may have to take away its own self IP, or tunnel, for a moment, which it cannot while a shared object stands on it: this one takes that
 * away, and makes it again.
 */
function madeWayFor(
  goal: Goal,
  other: Drafted<BigIpFacts> | undefined,
  unit: Drafted<BigIpFacts>,
): readonly Operation[] {
  const theirs = (goal === 'recorded' ? other?.awaited : other?.operations) ?? [];
  return theirs.filter(
    ({ object, verb, from, to }) =>
      isShared(pairOf(unit), object) &&
      unit.operations.every((mine) => mine.object !== object) &&
      theirs.filter((each) => each.object === object).length === 2 &&
      unit.observation.state[object] === (verb === 'delete' ? from : to),
  );
}

/**
 * A unit that does not answer keeps what it has: an own self IP, by which it refuses to lose the tunnel, or a floating one that is not synchronised yet,
 * for which this unit needs its own one.
 */
function strandsTheOther({ operations }: Pick<Kept, 'operations'>, { verb, object }: Operation): boolean {
  const isReplaced = operations.some((other) => other.object === object && other.verb === 'create');
  return verb === 'delete' && carriesOthers(object) && !isReplaced;
}

/**
 * What this tunnel left pending on a unit is synchronised first, if the first round does not do it anyway. Where the other unit lacks its own self IP and
 * this one has the floating one, the sync comes behind that self IP: it would be refused before.
 */
function withPendingSync(unit: Kept, other: Drafted<BigIpFacts> | undefined): readonly Operation[] {
  const pair = pairOf(unit);
  const { name, bigipPair } = unit.wanted.spec;
  // A unit that has restarted since has its older configuration again, and would overwrite the newer one.
  const isNewest = (pair.sync.source ?? pair.device) === pair.device;
  const isPending = pair.sync.is !== 'in sync' && isNewest && pair.pendingOf.includes(name);
  if (!isPending || isAlone(pair)) return unit.kept;
  const renewed = pair.sync.is === 'failed' ? changedAndChangedBack(unit) : [];
  const sync = renewed.length > 0 ? renewed : [syncOf(bigipPair!.deviceGroup)];
  if (other === undefined || !hasFloatingSelf(unit) || !lacksItsOwnSelf(other)) return [...sync, ...unit.kept];
  const own = other.operations.find(({ object }) => object.startsWith('unit-self '));
  return own === undefined ? unit.kept : [...unit.kept, ...sync.map((each) => ({ ...each, stage: own.stage }))];
}

/**
 * A sync that failed may fail again, whatever the other unit has become, until something has changed on this one (BIP-42): the description of a shared
 * object, which carries no traffic. Empty: none of them stands, or none is left as it is.
 */
function changedAndChangedBack({ wanted, observation, operations, awaited, kept }: Kept): readonly Operation[] {
  const { state, facts } = observation;
  const planned = new Set([...operations, ...awaited, ...kept].map(({ object }) => object));
  const [object, found] =
    Object.entries(state).find(
      ([each]) =>
        (isFloatingSelf(state, each) || each.startsWith('snatpool ')) &&
        facts.unrestorable[each] === undefined &&
        !planned.has(each),
    ) ?? [];
  if (object === undefined || found === undefined) return [];
  const description = property(found, 'description');
  const other = description === 'none' ? marker(wanted.spec) : 'none';
  const changed = found.replace(/ description \S+$/, ` description ${other}`);
  const modify = { stage: 'detach', verb: 'modify', object } as const;
  return [
    { ...modify, from: found, to: changed },
    { ...modify, from: changed, to: found },
  ];
}

/** The other unit is away: it takes the changes when it is back. */
function isAlone({ sync, disconnected }: PairFacts): boolean {
  return sync.is === 'disconnected' || disconnected.length > 0;
}

function isGroup(object: string): boolean {
  return object.startsWith('group ');
}

function pairOf({ observation }: Unit): PairFacts {
  return observation.facts.pair!;
}
