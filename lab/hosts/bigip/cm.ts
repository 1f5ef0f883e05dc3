import { Refusal, done, say, type Answer } from '../answer';
import { text } from '../texts';
import type { Member } from './pair';
import { syncStatus } from './status';
import { passQuestion, startSync } from './sync';

/** What a unit of a pair says of the pair; undefined: that is no question of this kind. */
export function showPair(member: Member, what: string, now: number): Answer | undefined {
  if (what === 'cm failover-status') return say(failoverStatus(member));
  if (what !== 'cm sync-status' && what !== 'cm sync-status field-fmt') return undefined;
  passQuestion(member, now);
  const { status, color, summary, details } = syncStatus(member);
  const { syncing } = member.pair;
  if (syncing) syncing.asked++;
  const mode = 'high-availability';
  if (what === 'cm sync-status')
    return say(text('syncStatus', color, status, mode, summary), ...details.map((line) => `         ${line}`));
  const fields = details.map((line, i) => `    details.${i}.details ${line}`);
  return say(
    'cm cmi-sync-status {',
    `    color ${color}`,
    ...fields,
    `    mode ${mode}`,
    `    status ${status}`,
    `    summary ${summary}`,
    '}',
  );
}

function failoverStatus({ self, peer, linked }: Member): string {
  const { failover } = self.device;
  if (failover === 'ACTIVE')
    return `${text('failoverStatus', 'green', failover, '1/1 active')}active for /Common/traffic-group-1`;
  const summary = failover === 'STANDBY' ? '1/1 standby' : failover.toLowerCase();
  const connection = text('failoverConnections', self.management, peer.device.name, linked ? 'Ok' : 'Error');
  return `${text('failoverStatus', 'gray', failover, summary)}\n${connection}`;
}

/** `run cm config-sync DIRECTION GROUP`: only asks for the sync. */
export function configSync(member: Member | undefined, words: readonly string[], now: number): Answer {
  const [direction = '', named = '', ...more] = words;
  if (more.length || !['to-group', 'from-group'].includes(direction))
    throw new Refusal('notModelled', 'tmsh', `run cm config-sync ${words.join(' ')}`);
  const group = named.replace(/^\/Common\//, '');
  if (member?.pair.group !== group) throw new Refusal('unknownGroup', named);
  const { pair, self, peer } = member;
  if (direction === 'to-group') startSync(member, self, peer, now);
  else if (!pair.synced) throw new Refusal('pushFirst');
  else startSync(member, peer, self, now);
  return done();
}
