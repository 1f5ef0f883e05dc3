import type { Tunnel } from '../declaration/tunnel';
import type { Goal } from '../device/operation';
import { NotUnderstood, Refused } from '../errors/errors';
import type { GroupSync } from './facts';
import { title } from './own';
import {
  refuseAddresses,
  refuseDifferences,
  refuseFolder,
  refuseInner,
  refuseSecondary,
  refuseSwitches,
  refuseTrafficGroups,
  type Unit,
  type UnitLook,
} from './pair-objects';

/** What a run knows beside what it saw. */
export interface PairCase {
  readonly goal: Goal;
  /** Whether it is an earlier run of this tunnel that left a change to be synchronised. */
  readonly pendingIsOurs: boolean;
}

/**
 * Refuses a pair whose units are not fit for a change, by what both say, before anything is planned. A restore goes on with less: it works on the
 * unit that was changed, whatever its role now, and a failover since, or an F5_IP that went, is no reason to leave a tunnel half made. A teardown
 * needs a pair that can be synchronised, but not one that could carry the tunnel.
 * @param looks of those units that answered; of two, or of one
 * @throws Refused, NotUnderstood
 */
export function refusePair(spec: Tunnel, looks: readonly UnitLook[], run: PairCase): void {
  const { goal } = run;
  const units = looks.map(withPair);
  const [silent] = silentOf(spec, units);
  refuseGroups(spec, units, goal);
  for (const unit of units) refuseConflict(spec, unit);
  if (goal === 'recorded') return;
  for (const unit of units) refuseUnknown(unit);
  if (silent === undefined) refuseRoles(units);
  else for (const unit of units) refuseHalfKnown(spec, unit, silent, goal);
  refuseVersions(units);
  for (const unit of units) refuseUnsynced(spec, unit, units, run);
  refuseSwitches(units);
  for (const unit of units) refuseFolder(spec, unit);
  if (goal === 'absent') return;
  for (const unit of units) {
    refuseAddresses(spec, unit);
    refuseInner(spec, unit);
    refuseTrafficGroups(spec, unit);
    refuseSecondary(unit);
  }
  refuseDifferences(spec, units);
}

/** What is tolerated, and worth knowing. */
export function pairRemarks(spec: Tunnel, looks: readonly UnitLook[]): readonly string[] {
  const units = looks.map(withPair);
  const others = units
    .filter(({ pair }) => pair.othersPending.length > 0)
    .map(
      (unit) =>
        `${title(unit)}: other device groups are not in sync (${unit.pair.othersPending.join(', ')}); they are left alone`,
    );
  const away = silentOf(spec, units).flatMap((name) =>
    units.map(
      (unit) =>
        `${title(unit)} is changed alone: when ${title({ name })} is back, the group must be synchronised from ${unit.pair.device}, never from ${peerOf(unit, name) ?? 'the other'}, which would undo it`,
    ),
  );
  return [...others, ...away];
}

function withPair(look: UnitLook): Unit {
  return { ...look, pair: look.facts.pair! };
}

/** Management addresses of the units that did not answer, or are forgotten. */
function silentOf(spec: Tunnel, units: readonly Unit[]): readonly string[] {
  return spec.bigip.map(({ management }) => management).filter((each) => units.every(({ name }) => name !== each));
}

function groupOf(spec: Tunnel): string {
  return spec.bigipPair!.deviceGroup;
}

/** The device group has these two units and no other; at a teardown without one that is gone, this one alone. @throws Refused */
function refuseGroups(spec: Tunnel, units: readonly Unit[], goal: Goal): void {
  const name = groupOf(spec);
  const refuse = (unit: Unit, what: string, remedy: string): never => {
    throw new Refused('pair-device-group', `${title(unit)}: ${what}: ${remedy}`);
  };
  for (const unit of units) {
    const { deviceGroup, device } = unit.pair;
    if (deviceGroup === undefined)
      return refuse(
        unit,
        `there is no device group ${name}`,
        'declare the one that both units are in (bigipPair.deviceGroup)',
      );
    const { type, members } = deviceGroup;
    if (type !== 'sync-failover')
      refuse(unit, `device group ${name} is of type ${type}`, 'declare the sync-failover group of both units');
    const others = members.filter((member) => member !== device);
    const known = units.filter((each) => each !== unit).map(({ pair }) => pair.device);
    const isAlone = goal === 'absent' && known.length === 0 && others.length === 0;
    if (!members.includes(device) || (others.length !== 1 && !isAlone) || known.some((each) => each !== others[0]))
      refuse(
        unit,
        `device group ${name} has the members ${members.join(', ') || 'none'}, and this unit is ${device}${known.length > 0 ? `, the other ${known.join(', ')}` : ''}`,
        'declare the two units of one device group that has no other member (bigip)',
      );
  }
}

/** @throws Refused */
function refuseConflict(spec: Tunnel, unit: Unit): void {
  const { sync } = unit.pair;
  if (sync.is === 'conflict')
    throw new Refused(
      'sync-conflict',
      `${title(unit)} reports a conflict in device group ${groupOf(spec)}: both units have changes since the last synchronisation (${sync.said}). Decide which unit's configuration counts and synchronise from it, "run cm config-sync to-group ${groupOf(spec)}" there, which overwrites the other's changes and may cut traffic that needs them`,
    );
}

/** Nothing follows from words that are not known. @throws NotUnderstood */
function refuseUnknown(unit: Unit): void {
  const { role, sync, tunnelsShared, common } = unit.pair;
  const unknown = [
    role.is === 'unknown' ? (['its failover state', 'show cm failover-status', role.said] as const) : undefined,
    sync.is === 'unknown' ? (['the sync status of its group', 'show cm sync-status', sync.said] as const) : undefined,
    tunnelsShared === undefined
      ? (['whether tunnels are synchronised', 'list sys db iptunnel.configsync', 'neither enable nor disable'] as const)
      : undefined,
    common.trafficGroup === undefined
      ? (['the traffic group of its folder', 'list sys folder /Common all-properties', 'none'] as const)
      : undefined,
  ].find((each) => each !== undefined);
  if (unknown)
    throw new NotUnderstood(
      'pair-unknown',
      `${title(unit)} does not say ${unknown[0]} in words that are known ("${unknown[1]}"): ${unknown[2]}`,
    );
}

/** One carries and one waits. @throws Refused */
function refuseRoles(units: readonly Unit[]): void {
  const roles = units.map(({ pair }) => pair.role.is);
  if (roles.filter((is) => is === 'ACTIVE').length === 1 && roles.includes('STANDBY')) return;
  const said = units.map((unit) => `${title(unit)} is ${unit.pair.role.said}`).join(', ');
  const remedy = roles.every((is) => is === 'ACTIVE')
    ? 'this is split brain, or each is active for a traffic group of its own. Repair the failover connections first; if both stay active, "run sys failover standby" on one of them, and on one only, which cuts its connections'
    : 'exactly one has to be ACTIVE and the other STANDBY. Bring back the one that is not ("run sys failover online" where it was forced offline), which cuts connections where it takes over at once (auto-failback)';
  throw new Refused('pair-roles', `${said}: ${remedy}`);
}

/** A unit that does not answer may be changed around only where the other one is active and does not reach it either. @throws Refused */
function refuseHalfKnown(spec: Tunnel, unit: Unit, silent: string, goal: Goal): void {
  const { role, disconnected, deviceGroup } = unit.pair;
  const peer = peerOf(unit, silent);
  const away = `${title({ name: silent })} cannot be reached, and ${title(unit)}`;
  const refuse = (what: string): never => {
    throw new Refused(
      'pair-half-known',
      `${away} ${what}: the other may be active, or have changes of its own. Make ${silent} reachable from its bastion, and start again`,
    );
  };
  const isAlone = goal === 'absent' && deviceGroup!.members.length === 1;
  if (peer === undefined && !isAlone) refuse(`has no member of ${groupOf(spec)} with that management address`);
  if (role.is !== 'ACTIVE') refuse(`is ${role.said}`);
  if (peer !== undefined && !disconnected.includes(peer)) refuse(`does not call ${peer} disconnected`);
}

/** The name that the unit with this management address has as a device, as the other one knows it. */
function peerOf({ pair }: Unit, management: string): string | undefined {
  return pair.deviceGroup?.members.find(
    (member) => member !== pair.device && pair.devices[member]?.management === management,
  );
}

/** BIG-IP synchronises between devices of one major.minor.maintenance version (K13946). @throws Refused */
function refuseVersions(units: readonly Unit[]): void {
  const [first, other] = units.map((unit) => ({ unit, version: unit.pair.devices[unit.pair.device]!.version }));
  if (first && other && first.version !== other.version)
    throw new Refused(
      'pair-versions',
      `${title(first.unit)} has version ${first.version}, ${title(other.unit)} ${other.version}: units synchronise only with one version. Finish the upgrade, then start again`,
    );
}

type Unsynced = readonly [code: 'sync-pending' | 'sync-failed' | 'pair-disconnected', what: string, remedy: string];

const BY_HAND =
  'with "run cm config-sync to-group" on the unit that has them, which puts them into force on both and cuts what they take away';
const RECONNECT = 'repair the connection between the units (their config sync addresses), and start again';

/** What is wrong with each state but `in sync`; the others are refused before. */
const UNSYNCED: Readonly<Partial<Record<GroupSync['is'], Unsynced>>> = {
  pending: [
    'sync-pending',
    "has changes pending that are not edge-ramp's",
    `look at them, and undo them, or synchronise them ${BY_HAND}`,
  ],
  syncing: ['sync-pending', 'is not synchronised yet', 'wait until it is, and start again'],
  'awaiting initial': [
    'sync-pending',
    'awaits its first synchronisation',
    "decide which unit's configuration counts, and synchronise from it, which overwrites the other's and may cut its traffic",
  ],
  failed: [
    'sync-failed',
    'could not be synchronised',
    'correct what is named there, on the unit where it was changed, and synchronise from that one, which cuts what its changes take away',
  ],
  disconnected: ['pair-disconnected', 'is disconnected', RECONNECT],
};

/** What a synchronisation carries must be edge-ramp's alone, and it must be able to arrive. @throws Refused */
function refuseUnsynced(spec: Tunnel, unit: Unit, units: readonly Unit[], { pendingIsOurs }: PairCase): void {
  const { sync, disconnected } = unit.pair;
  const refuse = ([code, what, remedy]: Unsynced): never => {
    throw new Refused(code, `${title(unit)} says that device group ${groupOf(spec)} ${what} (${sync.said}): ${remedy}`);
  };
  const { device: active, pendingOf } = units.find(({ pair }) => pair.role.is === 'ACTIVE')!.pair;
  const isAlone = units.length === 1;
  // A sync of ours that failed is repeated, with what this run changes, from the unit that was changed: that must be the active one.
  const isOurs =
    pendingIsOurs &&
    (['pending', 'syncing'].includes(sync.is) || (sync.is === 'failed' && pendingOf.includes(spec.name)));
  if (isOurs && sync.is === 'pending' && sync.source !== active && !(isAlone && sync.source === undefined))
    refuse([
      'sync-pending',
      `has changes of an earlier run pending on ${sync.source ?? 'no device that it names'}, and ${active} is ACTIVE`,
      `the next synchronisation would undo them; synchronise them ${BY_HAND}`,
    ]);
  const wrong = UNSYNCED[sync.is];
  if (wrong && !isOurs && !(isAlone && sync.is === 'disconnected')) refuse(wrong);
  const peer = units.find((each) => each !== unit)?.pair.device;
  if (peer !== undefined && disconnected.includes(peer))
    refuse(['pair-disconnected', `does not reach ${peer}`, RECONNECT]);
}
