import type { Configuration } from './objects';
import type { BigIp, Commit, Unit } from './unit';

/** A config sync on its way: what the source had when it was asked for. */
export interface Sync {
  /** Management address of the unit that it comes from. */
  readonly source: string;
  readonly automatic: boolean;
  readonly commit: Commit;
  readonly carried: Configuration;
  /** How often somebody has asked for the status since. */
  asked: number;
}

/** A load that failed. It fails again in the same words until the source has another commit. */
export interface SyncFailure {
  readonly commit: Commit;
  /** What the sync status says of it. */
  readonly lines: readonly string[];
}

/** Two units in one sync-failover group; plain data, saved as JSON. Tests change what is not readonly to make trouble. */
export interface Pair {
  /** The name of the device group. */
  readonly group: string;
  /** Management addresses. */
  readonly units: readonly [string, string];
  /** Device names of the group's members. */
  members: string[];
  /** Whether the units reach each other for config sync (CMI). */
  linked: boolean;
  autoSync: boolean;
  saveOnAutoSync: boolean;
  /** Whether the hidden group datasync-global-dg has changes pending. */
  housekeeping: boolean;
  /** What a sync does with a tunnel's `secondary-address` on the receiving unit: nowhere documented (BIP-34). */
  secondary: 'kept' | 'overwritten';
  /** How many questions about the sync status still get the old answer after a sync was asked for, and how many then find it at work. */
  pace: { before: number; during: number };
  /** What becomes of a sync: it is loaded, never ends, or the load fails. */
  loading: 'works' | 'never' | 'fails';
  /** Where /Common belongs. */
  common: { deviceGroup: string; trafficGroup: string };
  /** Which self IP a ping through the tunnel leaves from, where the unit has both: not known of a real one (BIP-37). */
  pingsFrom: 'own' | 'floating';
  /** The commit that both units had at the last sync; undefined: there was none yet. */
  synced?: Commit | undefined;
  /** The sync that was asked for and is not loaded yet. */
  syncing?: Sync | undefined;
  failure?: SyncFailure | undefined;
}

/** A pair as one of its units sees it. */
export interface Member {
  readonly pair: Pair;
  readonly self: Unit;
  readonly peer: Unit;
  /** Whether the peer is there and reached. */
  readonly linked: boolean;
}

interface Units {
  readonly bigips: Readonly<Record<string, BigIp>>;
  readonly pairs: readonly Pair[];
  readonly absent: readonly string[];
}

/** Joins two units, the first one active; that they share the same is the caller's affair. */
export function newPair(group: string, first: BigIp, second: BigIp): Pair {
  const units = [first, second] as const;
  const names = units.map((_, i) => `bigip${i + 1}.example.com`);
  const commit = { id: 1, origin: names[0]!, time: 0 };
  for (const [i, unit] of units.entries())
    unit.device = {
      name: names[i]!,
      version: '17.1.1.3',
      failover: i === 0 ? 'ACTIVE' : 'STANDBY',
      tunnels: 'enable',
      commit,
      saved: commit,
    };
  return {
    group,
    units: [first.management, second.management],
    members: names,
    linked: true,
    autoSync: false,
    saveOnAutoSync: false,
    housekeeping: false,
    secondary: 'kept',
    pace: { before: 1, during: 2 },
    loading: 'works',
    common: { deviceGroup: group, trafficGroup: 'traffic-group-1' },
    pingsFrom: 'own',
    synced: commit,
  };
}

export function memberOf({ bigips, pairs, absent }: Units, management: string): Member | undefined {
  const pair = pairs.find(({ units }) => units.includes(management));
  if (!pair) return undefined;
  const other = pair.units.find((unit) => unit !== management)!;
  const [self, peer] = [bigips[management], bigips[other]] as [Unit, Unit];
  return { pair, self, peer, linked: pair.linked && !pair.units.some((unit) => absent.includes(unit)) };
}

/** The unit that was active is standby, and the other way round. */
export function failOver({ self, peer }: Member): void {
  [self.device.failover, peer.device.failover] = [peer.device.failover, self.device.failover];
}

/** A unit goes off: its peer takes over, if it can. */
export function leaveTo({ self, peer }: Member): void {
  if (self.device.failover === 'ACTIVE' && peer.device.failover === 'STANDBY') failOver({ self, peer } as Member);
}

/** The failover network is cut, and neither hears the other. */
export function splitBrain({ self, peer }: Member): void {
  self.device.failover = peer.device.failover = 'ACTIVE';
}

/** A person takes a unit out, as `run sys failover offline` does: it stays so until it stands by again. */
export function forceOffline(member: Member): void {
  leaveTo(member);
  member.self.device.failover = 'FORCED OFFLINE';
}

/** What `run sys failover standby` on an active unit and `run sys failover online` on one that is offline come to. */
export function standBy(member: Member): void {
  leaveTo(member);
  member.self.device.failover = 'STANDBY';
}
