import { BIGIP as OF_BIGIP } from '../../kit/bigip';
import { check } from '../../kit/check';
import { CLUSTER as OF_CLUSTER } from '../../kit/cluster';
import type { Said, Transcript } from '../../kit/transcript';
import { NODE } from '../../kit/node';
import { PAIR } from '../../kit/pair';
import { closeAll } from '../lab/hosts/bench';
import { bothTranscripts } from './asked';
import { nodeTranscript } from './answering-node';
import { unitTranscript } from './published-unit';

let real: Record<Transcript['part'], Transcript>;
beforeAll(async () => {
  real = { ...(await bothTranscripts()), pair: unitTranscript(), node: nodeTranscript() };
});
afterAll(closeAll);

type Spoil = readonly [key: string, spoilt: (said: Said) => Partial<Said>];
const instead =
  (code: number, ...lines: string[]) =>
  (): Partial<Said> => ({ lines, code });
const replaced =
  (from: string | RegExp, to: string) =>
  ({ lines }: Said): Partial<Said> => ({ lines: lines.join('\n').replace(from, to).split('\n') });

/** For each assumption, answers against which it falls. */
const SPOILT: Readonly<Record<string, readonly Spoil[]>> = {
  'BIP-1': [
    ['absent', instead(1, 'The requested tunnel does not exist.')],
    ['absent', instead(0)],
  ],
  'BIP-3': [
    ['login', instead(127, 'bash: tmsh: command not found')],
    ['login', instead(1, 'Syntax Error: tmsh')],
  ],
  'BIP-5': [
    ['tunnel', replaced('"two words"', 'two words')],
    ['tunnel', replaced('"two words"', "'two words'")],
    ['tunnel', replaced('profile ipip', 'profile /Common/ipip4')],
  ],
  'BIP-6': [
    ['tunnel', replaced('    profile', '    auto-lasthop default\n    profile')],
    ['self', replaced('traffic-group-local-only', 'traffic-group-1')],
  ],
  'BIP-8': [
    ['create-route', instead(1, '01070088:3: The requested object name (/Common/203.0.113.0/24) is invalid.')],
    ['undo-route', instead(1, '01020036:3: The requested static route (/Common/203.0.113.0) was not found.')],
    ['routes', replaced('net route 203.0.113.0/24', 'net route net-203')],
  ],
  'BIP-10': [
    ['create-tunnel', instead(1, 'Syntax Error: unexpected argument "profile"')],
    ['create-self', instead(1, '01070712:3: Values (/Common/edge-ramp-kit) specified for self IP')],
    ['undo-self', instead(1, '01070265:3: The self IP cannot be deleted because it is in use by a static route.')],
    ['undo-tunnel', instead(0, '01070265:3: The tunnel cannot be deleted because it is in use by a self IP.')],
    ['undo-virtual', instead(1, 'no words that are known')],
  ],
  'BIP-13': [
    ['virtual', instead(0, 'ltm virtual edge-ramp-kit { }')],
    ['virtual', instead(1, 'Syntax Error: "source-address-translation" unknown property')],
  ],
  'BIP-14': [
    ['attach', instead(1, 'Syntax Error: unexpected argument ";"')],
    ['attach', instead(0, 'Syntax Error: unexpected argument ";"')],
  ],
  'BIP-15': [
    ['undo-snatpool', instead(1, '01070320:3: Snatpool edge-ramp-kit is still referenced by a virtual server.')],
    ['detach', instead(1, '01070320:3: refused')],
  ],
  'BIP-20': [
    ['ping', instead(1, "ping: invalid option -- 'W'")],
    ['ping', replaced('3 received', '0 received')],
  ],
  'BIP-23': [
    ['modify-self', instead(1, 'Syntax Error: "none" invalid services')],
    ['self', replaced('    vlan', '    description none-at-all\n    vlan')],
    ['create-snatpool', instead(1, 'Syntax Error: "none" invalid')],
  ],
  'BIP-24': [
    ['routes', replaced(/ network 203\S+/, '')],
    ['routes', replaced(' { ', ' {\n    ')],
    ['routes', instead(0)],
  ],
  'BIP-27': [['group', replaced(/^Status/m, 'State')]],
  'BIP-28': [
    ['connections', instead(1, '01020036:3: The requested SNAT Translation Address was not found.')],
    ['connections', replaced('serverside.cur-conns 0', 'cur-conns 0')],
  ],
  'BIP-33': [
    ['switch', replaced('enable', 'disabled')],
    ['switch', instead(0, 'sys db iptunnel.configsync { }')],
    ['switch', instead(1, '01020036:3: The requested database variable (iptunnel.configsync) was not found.')],
  ],
  'BIP-35': [
    ['folder', replaced(/ +device-group .*\n/, '')],
    ['folder', replaced(/ +traffic-group .*\n/, '')],
    ['folder', instead(1, 'Syntax Error: unexpected argument "/Common"')],
  ],
  'BIP-36': [
    ['selfs', replaced('10.20.30.11/24', '10.20.31.11/24')],
    ['selfs', replaced('traffic-group-local-only', 'traffic-group-1')],
  ],
  'BIP-37': [
    ['tunnels', replaced(/ +secondary-address .*\n/, '')],
    ['tunnels', instead(1, 'Syntax Error: unexpected argument "all-properties"')],
  ],
  'BIP-38': [
    ['sync-status', replaced('edge-dg (In Sync)', 'edge-dg: In Sync')],
    ['sync-status', replaced('edge-dg (', 'another-dg (')],
    ['sync-status', replaced('Details', 'Status')],
  ],
  'BIP-39': [
    ['failover', replaced('ACTIVE', 'active for 3d')],
    ['failover', replaced('Status ', 'State  ')],
    ['failover', replaced('Summary ', 'Status  STANDBY\nSummary ')],
  ],
  'BIP-40': [
    ['devices', replaced('self-device true ', '')],
    ['devices', replaced('version 17.1.1.3 }', '}')],
    ['devices', replaced('10.3.88.68', '10.3.88.68 self-device true')],
    ['device-group', replaced(/ +auto-sync .*\n/, '')],
    ['device-group', instead(1, '01020036:3: The requested device group (/Common/edge-dg) was not found.')],
  ],
  'BIP-45': [
    ['translations', replaced(/ +traffic-group .*\n/, '')],
    ['virtual-addresses', replaced(/ traffic-group \S+/, '')],
  ],
  'OVN-1': [
    ['port', replaced(',UP,LOWER_UP', '')],
    ['addresses', replaced(/^.*ovn-k8s-mp0 .*$/m, '')],
  ],
  'OVN-2': [
    ['way', replaced('dev ovn-k8s-mp0', 'dev br-ex')],
    ['way', instead(0)],
    ['addresses', replaced('10.129.0.2/23', '10.129.0.3/23')],
    ['addresses', replaced(/^(.*br-ex .*)\n(.*br-ex .*)$/m, '$2\n$1')],
  ],
  'OVN-3': [
    ['own-forwarding', instead(0, '1', '0')],
    ['everywhere', instead(1, 'sysctl: permission denied on key "net.ipv4.ip_forward"')],
  ],
  'OVN-4': [
    ['translation', replaced('\t\tip saddr 10.129.0.2', '\t\tfib saddr type != local return\n\t\tip saddr 10.129.0.2')],
    ['translation', instead(1, 'Error: No such file or directory')],
  ],
  'OVN-5': [
    ['forward', replaced(/^-A FORWARD -d 10.128.*$/m, '')],
    ['forward', replaced('-A FORWARD -s 172', '-A FORWARD -j REJECT\n-A FORWARD -s 172')],
  ],
  'OVN-10': [
    ['check-input', instead(3, 'iptables: a word that nobody knows')],
    ['check-input', instead(0)],
  ],
  'OVN-11': [['module', instead(1, 'modinfo: ERROR: Module ipip not found.')]],
  'OVN-12': [['flows', instead(1, '0')]],
  'OS-30': [
    ['undo-ipfailover', instead(1, 'Error from server (NotFound): deploymentconfigs "edge-ramp-kit" not found')],
  ],
  'OS-32': [
    ['ipfailovers', replaced('env OPENSHIFT_HA_USE_UNICAST=false', 'env OPENSHIFT_HA_USE_UNICAST=true')],
    ['ipfailovers', replaced('env OPENSHIFT_HA_VRRP_ID_OFFSET=90', 'env OPENSHIFT_HA_ID_OFFSET=90')],
  ],
  'OS-34': [
    ['ipfailovers', instead(0)],
    ['ipfailovers', instead(1, 'error: the server does not allow access')],
  ],
  'OS-35': [
    ['node', replaced(/kit labels map\[(.*)\]/, 'kit labels <$1>')],
    ['users', replaced(/ /g, ';')],
    ['node', instead(0, 'kit unschedulable <no value>')],
  ],
  'OS-36': [
    ['annotate', instead(1, 'error: invalid annotation update')],
    ['undo-label', instead(1, 'error: label not found')],
    ['scc', instead(1, 'Error from server (Forbidden)')],
  ],
};

const spoil = ({ said, ...transcript }: Transcript, [key, spoilt]: Spoil): Transcript => ({
  ...transcript,
  said: said.map((each) => (each.key === key ? { ...each, ...spoilt(each) } : each)),
});

const spoils = Object.entries(SPOILT).flatMap(([id, each]) => each.map((one, i) => [id, i, one] as const));

test('there is a spoilt answer for every assumption', () =>
  expect(Object.keys(SPOILT).toSorted()).toEqual(
    [...OF_BIGIP, ...PAIR, ...OF_CLUSTER, ...NODE].map(({ id }) => id).toSorted(),
  ));

test.each(spoils)('%s falls, and it alone, when its answer is another (%i)', (id, _, one) => {
  const whole = Object.values(real).find((each) => check(each).some((verdict) => verdict.id === id))!;
  const spoilt = spoil(whole, one);
  expect(spoilt).not.toEqual(whole);
  const verdicts = check(spoilt);
  expect(verdicts.filter(({ is }) => is === 'fell').map((each) => each.id)).toEqual([id]);
});

test.each([
  ['bigip', OF_BIGIP.length],
  ['pair', PAIR.length],
  ['node', NODE.length],
] as const)('of a %s an answer that never came makes its assumptions "not asked", and fells nothing', (part, count) => {
  const whole = real[part];
  const verdicts = whole.said.flatMap(({ key }) =>
    check({ ...whole, said: whole.said.filter((each) => each.key !== key) }),
  );
  expect(verdicts.filter(({ is }) => is === 'fell')).toEqual([]);
  expect(new Set(verdicts.filter(({ is }) => is === 'not asked').map(({ id }) => id)).size).toBe(count);
});

test.each([
  ['BIP-36', 'selfs', 'there are no floating self IPs'],
  ['BIP-37', 'tunnels', 'there are no tunnels'],
  ['BIP-45', 'translations', 'there are no SNAT translations or no virtual addresses'],
])('%s is "not asked" of a unit that has nothing to judge it by', (id, key, why) => {
  const verdicts = check(spoil(real.pair, [key, instead(0)]));
  expect(verdicts.filter(({ is }) => is !== 'held')).toEqual([
    { id, is: 'not asked', sentence: expect.stringContaining(why) },
  ]);
});

test('a connection that broke is no answer', () => {
  const [verdict] = check(spoil(real.bigip, ['absent', instead(255, 'Connection to 10.3.88.66 closed.')]));
  expect(verdict).toMatchObject({ id: 'BIP-1', is: 'not asked' });
});
