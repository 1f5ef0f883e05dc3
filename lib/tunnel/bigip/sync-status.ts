import { excerpt, type Answer } from '../device/answer';
import type { GroupSync, PairFacts } from './facts';
import { relative } from './tmsh';

/** What one unit says of synchronisation: of the declared device group, of the others, and of its peers. */
export type SyncStatus = Pick<PairFacts, 'sync' | 'othersPending' | 'disconnected'>;

/** `edge-dg (Changes Pending): ...`, with the lines below it that belong to it. */
interface GroupLine {
  readonly group: string;
  readonly status: string;
  text: string;
}

/** The statuses that BIG-IP documents (K13946), in small letters. */
const STATUSES: Readonly<Record<string, GroupSync['is']>> = {
  'in sync': 'in sync',
  'changes pending': 'pending',
  'awaiting initial sync': 'awaiting initial',
  'not all devices synced': 'syncing',
  syncing: 'syncing',
  'sync failure': 'failed',
  'sync failed': 'failed',
  disconnected: 'disconnected',
};

/**
 * Reads `show cm sync-status` by the lines of its `Details`. The Status above them is that of the worst group, hidden ones too, and decides nothing;
 * colours vary between releases. The exit code does not count: a failed sync quotes an error of the peer's, by which the script takes the whole answer
 * for a refusal. Whatever has not this layout says nothing of the group.
 */
export function readSyncStatus(answer: Answer, deviceGroup: string): SyncStatus {
  const { peers, groups } = detailsOf(answer);
  const ours = groups.filter(({ group }) => group === deviceGroup);
  return {
    sync: ours.length === 1 ? syncOf(ours[0]!) : { is: 'unknown', said: answer.printed },
    othersPending: groups
      .filter(({ group, status }) => group !== deviceGroup && status.toLowerCase() !== 'in sync')
      .map(({ group, status }) => `${group} (${status})`),
    disconnected: peers.filter(({ state }) => state === 'disconnected').map(({ device }) => device),
  };
}

/** Two lines with a Status are two answers, or parts of them: nothing is taken from those. */
function detailsOf({ lines, complaint }: Answer) {
  const peers: { device: string; state: string }[] = [];
  const groups: GroupLine[] = [];
  const start = lines.findIndex((line) => /^\s*Details\b/i.test(line));
  if (complaint !== '' || start < 0 || lines.filter((line) => /^\s*Status\s/i.test(line)).length !== 1)
    return { peers, groups };
  let above: GroupLine | undefined;
  for (const line of lines.slice(start).map((each) => each.replace(/^\s*Details\b/i, '').trim())) {
    const [, device, state] = /^(\S+): (connected|disconnected)\b/i.exec(line) ?? [];
    const [, group, status] = /^(\S+) \(([^()]+)\):/.exec(line) ?? [];
    if (group !== undefined) groups.push((above = { group: relative(group), status: status!, text: line }));
    else if (device !== undefined) peers.push({ device: relative(device), state: state!.toLowerCase() });
    else if (above !== undefined) above.text += `\n${line}`;
    if (device !== undefined) above = undefined;
  }
  return { peers, groups };
}

/** A conflict has the status of pending changes, and only its words tell them apart. */
function syncOf({ group, status, text }: GroupLine): GroupSync {
  const is = STATUSES[status.toLowerCase()] ?? 'unknown';
  const sources = [...text.matchAll(/Recommended action: Synchronize (\S+) to group (\S+)/gi)]
    .filter(([, , to]) => relative(to!) === group)
    .map(([, device]) => relative(device!));
  const [source, ...others] = new Set(sources);
  const one = source !== undefined && others.length === 0 ? { source } : {};
  const said = excerpt(text);
  if (/\bconflict\b/i.test(text)) return { is: 'conflict', said, ...one };
  if (/\bSync error on\b/i.test(text)) return { is: 'failed', said, ...one };
  return { is, said, ...one };
}
