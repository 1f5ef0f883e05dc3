import { text } from '../texts';
import { isSame } from './commits';
import type { Member } from './pair';
import { changedUnits, phaseOf } from './sync';
import type { Unit } from './unit';

/** What is said of one device group. */
interface GroupStatus {
  readonly group: string;
  readonly status: string;
  readonly color: string;
  readonly summary: string;
  /** Details below the group's own line. */
  readonly notes: readonly string[];
}

/** From bad to good: the unit's own status is that of its worst group. */
const WORST = ['Disconnected', 'Sync Failure', 'Awaiting Initial Sync', 'Changes Pending', 'Not All Devices Synced'];
const IN_SYNC = { status: 'In Sync', color: 'green', summary: text('allInSync'), notes: [] };

/** How a pair's own device group stands, computed from the commits of its units. */
function ownGroup({ pair, self, peer, linked }: Member): GroupStatus {
  const { group, syncing, failure, synced } = pair;
  const told = (status: string, color: string, summary: string, ...notes: string[]): GroupStatus => ({
    group,
    status,
    color,
    summary,
    notes,
  });
  if (!linked) return told('Disconnected', 'blue', text('disconnected'));
  if (syncing && phaseOf(pair, syncing) === 'working') {
    const target = syncing.source === self.management ? peer : self;
    return told('Not All Devices Synced', 'yellow', text('notAllSynced', target.device.name));
  }
  if (failure && [self, peer].some(({ device }) => isSame(device.commit, failure.commit)))
    return told('Sync Failure', 'red', text('syncFailure'), ...failure.lines);
  if (!synced) return told('Awaiting Initial Sync', 'blue', text('awaitingSync', self.device.name, peer.device.name));
  if (isSame(self.device.commit, peer.device.commit)) return { group, ...IN_SYNC };
  const recommended = text('recommendedSync', newest(self, peer).device.name, group);
  return changedUnits(pair, self, peer).length === 2
    ? told('Changes Pending', 'red', text('changeConflict', peer.device.name, self.device.name), recommended)
    : told('Changes Pending', 'yellow', text('changesPending'), recommended);
}

function newest(...units: readonly Unit[]): Unit {
  const age = ({ device: { commit } }: Unit): number[] => [commit.time, commit.id];
  return [...units].sort((a, b) => age(b)[0]! - age(a)[0]! || age(b)[1]! - age(a)[1]!)[0]!;
}

/** The groups that a unit tells of: its pair's, a hidden one with changes pending, and where all is well the one of the trust domain. */
function groupsOf(member: Member): readonly GroupStatus[] {
  const own = ownGroup(member);
  if (member.pair.housekeeping) {
    const [group, peer] = ['datasync-global-dg', member.peer.device.name];
    const recommended = text('recommendedSync', peer, group);
    const color = 'yellow';
    return [{ group, status: 'Changes Pending', color, summary: text('changesPending'), notes: [recommended] }, own];
  }
  return own.status === 'In Sync' ? [own, { group: 'device_trust_group', ...IN_SYNC }] : [own];
}

/** All that `show cm sync-status` says. */
export function syncStatus(member: Member): Omit<GroupStatus, 'group' | 'notes'> & { readonly details: string[] } {
  const groups = groupsOf(member);
  const { status, color, summary } =
    WORST.flatMap((worst) => groups.find((group) => group.status === worst) ?? [])[0] ?? groups[0]!;
  const details = groups.flatMap(({ group, notes, ...each }) => [
    `${group} (${each.status}): ${each.summary}`,
    ...notes,
  ]);
  const { name } = member.peer.device;
  return { status, color, summary, details: [`${name}: ${member.linked ? 'connected' : 'disconnected'}`, ...details] };
}
