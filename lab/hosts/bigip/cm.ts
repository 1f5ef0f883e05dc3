import { hostOf } from '../address';
import { Refusal, done, say, type Answer } from '../answer';
import { text } from '../texts';
import { printed, wordOf, type Properties, type Value } from './objects';
import type { Member } from './pair';
import { syncStatus } from './status';
import { passQuestion, startSync } from './sync';
import type { BigIp } from './unit';

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

/** What a unit lists of the system, and of what BIG-IP makes by itself; undefined: that is none of these. */
export function listSystem(bigip: BigIp, member: Member | undefined, words: readonly string[]): Answer | undefined {
  const oneLine = words.at(-1) === 'one-line';
  const what = (oneLine ? words.slice(0, -1) : words).join(' ');
  const told = (...blocks: readonly (readonly [string, Properties])[]): Answer =>
    say(...blocks.map(([head, properties]) => printed(head, properties, oneLine)));
  if (what === 'sys db iptunnel.configsync value' || what === 'sys db iptunnel.configsync')
    return told(['sys db iptunnel.configsync', { value: `"${bigip.device?.tunnels ?? 'enable'}"` }]);
  if (what === 'ltm virtual-address') return told(...virtualAddresses(bigip));
  if (what === 'ltm snat-translation') return told(...translations(bigip));
  if (!member) return undefined;
  const { pair } = member;
  if (what === 'cm device') return told(...devices(member));
  if (what === 'cm device-group') return told([`cm device-group ${pair.group}`, deviceGroup(member)]);
  if (what === 'cm traffic-group')
    return told(
      ['cm traffic-group traffic-group-1', { 'unit-id': '1' }],
      ['cm traffic-group traffic-group-local-only', {}],
    );
  if (what === 'sys folder /Common') return told(['sys folder Common', folder(member)]);
  return undefined;
}

function devices({ pair, self, peer }: Member): (readonly [string, Properties])[] {
  const known = [self, peer].map(({ management, device }): readonly [string, Properties] => [
    device.name,
    {
      'configsync-ip': management,
      hostname: device.name,
      'management-ip': management,
      ...(device === self.device ? { 'self-device': 'true' } : {}),
      'unicast-address': [
        '{',
        `    effective-ip ${management}`,
        '    effective-port 1026',
        `    ip ${management}`,
        '}',
      ],
      version: device.version,
    },
  ]);
  const others = pair.members.filter((name) => !known.some(([each]) => each === name));
  const strange = others.map((name): readonly [string, Properties] => [name, { hostname: name }]);
  return [...known, ...strange]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, properties]) => [`cm device ${name}`, properties]);
}

const deviceGroup = ({ pair }: Member): Properties => ({
  ...(pair.autoSync ? { 'auto-sync': 'enabled' } : {}),
  devices: pair.members.map((name) => `/Common/${name} { }`),
  ...(pair.saveOnAutoSync ? { 'save-on-auto-sync': 'true' } : {}),
  type: 'sync-failover',
});

const folder = ({ pair: { group, common } }: Member): Properties => ({
  'device-group': `/Common/${common.deviceGroup}`,
  hidden: 'false',
  'inherited-devicegroup': String(common.deviceGroup === group),
  'inherited-traffic-group': 'true',
  'traffic-group': `/Common/${common.trafficGroup}`,
});

/** Addresses of virtual servers and of SNAT pools are born in the traffic group of their folder. */
const born = ({ trafficGroups }: BigIp, address: string, more: Record<string, Value> = {}): Properties => ({
  address,
  ...more,
  'inherited-traffic-group': String(trafficGroups?.[address] === undefined),
  'traffic-group': trafficGroups?.[address] ?? 'traffic-group-1',
});

function virtualAddresses(bigip: BigIp): (readonly [string, Properties])[] {
  const destinations = Object.values(bigip.running['ltm virtual']).map((virtual) => wordOf(virtual, 'destination'));
  const addresses = [...new Set(destinations.map((each) => each.split(':')[0]!))].sort();
  return addresses.map((address) => [
    `ltm virtual-address ${address}`,
    born(bigip, address, { arp: 'enabled', mask: '255.255.255.255' }),
  ]);
}

function translations(bigip: BigIp): (readonly [string, Properties])[] {
  const members = Object.values(bigip.running['ltm snatpool']).flatMap((pool) => pool['members'] as readonly string[]);
  return [...new Set(members.map(hostOf))]
    .sort()
    .map((address) => [`ltm snat-translation ${address}`, born(bigip, address)]);
}
