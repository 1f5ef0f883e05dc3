import { ramp } from '../../../../lib/tunnel/ramp/device';
import { bigipPair } from '../pair-units';
import { printed, type Replies } from '../scripts';
import { withoutKeeper } from '../world';
import {
  ABOUT,
  LINK,
  MP0,
  NODE,
  NODES,
  SPEC,
  THEIRS,
  address,
  plan,
  read,
  refusal,
  widened,
  type Release,
} from './ovn-node';

/*
 * Nodes of OVN-Kubernetes, whole and spoiled: what a ramp node there is taken for, refused and given.
 */

describe.each(Object.keys(NODES) as Release[])('a node of OpenShift %s', (release) => {
  test('is the same one with more blanks in all that it says', () =>
    expect(read(release, widened(NODES[release]))).toEqual(read(release)));

  test('that has the whole tunnel lacks nothing', () => {
    const { state, facts, probes } = read(release);
    expect(facts).toMatchObject({
      ovn: { device: 'ovn-k8s-mp0', address: '10.129.0.2' },
      sdn: null,
      wayProblem: null,
      holders: ['br-ex'],
    });
    expect(plan(release)).toHaveProperty('keeper edge-a');
    expect(state).toEqual(withoutKeeper(plan(release)));
    expect(state['nat 10.3.91.216']).toBe('to 10.129.0.2 dev ovn-k8s-mp0');
    expect(state['forwarding tun1']).toBe(release === '4.12' ? undefined : 'on');
    expect(probes.map(({ to, ok }) => [to, ok])).toEqual([
      ['10.3.91.216', true],
      ['10.130.0.7', true],
    ]);
  });

  test('whose tunnel device does not forward lacks that, or has it switched off', () => {
    const changes: Replies = { 'sysctl -n net/ipv4/conf/tun1/forwarding': [['0'], 0] };
    const { state } = read(release, changes);
    expect(state['forwarding tun1']).toBe(release === '4.12' ? 'off' : undefined);
    expect(plan(release, changes)['forwarding tun1']).toBe(release === '4.12' ? undefined : 'on');
  });

  test('whose rule is gone lacks it, although OVN-Kubernetes has its own', () => {
    const changes: Replies = { 'iptables -w -t nat -S POSTROUTING': [['-P POSTROUTING ACCEPT', THEIRS], 0] };
    expect(read(release, changes).state['nat 10.3.91.216']).toBeUndefined();
  });
});

const without = (...lines: readonly string[]): Replies => ({ 'ip -o -4 addr show': [lines, 0] });
const OWN = address(5, 'br-ex', '10.3.89.89/24');
const IPV6_ONLY: Replies = { ...without(OWN), 'ip -o link show': [[LINK], 0] };

test.each<[string, Release, Replies, string, string]>([
  ['a port without IPv4', '4.12', IPV6_ONLY, 'ovn-ipv6-only', 'ovn-k8s-mp0 has no IPv4 address'],
  [
    'a port that is down',
    '4.14',
    { 'ip -o link show dev ovn-k8s-mp0': [[LINK.replace(',UP,LOWER_UP', '')], 0] },
    'ovn-down',
    'ovn-k8s-mp0 is down',
  ],
  [
    'a cluster network that goes elsewhere',
    '4.16',
    { 'ip -4 route show 10.128.0.0/14': [['10.128.0.0/14 via 10.3.89.1 dev br-ex '], 0] },
    'cluster-networks-differ',
    '10.128.0.0/14, which is not routed by ovn-k8s-mp0 (10.128.0.0/14 via 10.3.89.1 dev br-ex)',
  ],
  [
    'a cluster network that the node does not route',
    '4.18',
    { 'ip -4 route show 10.128.0.0/14': [[], 0] },
    'cluster-networks-differ',
    'oc get network.config cluster',
  ],
  [
    'a DPU',
    '4.16',
    { ...without(OWN), 'ip -o link show': [[LINK.replace('ovn-k8s-mp0', 'ovn-k8s-mp0_0')], 0] },
    'ovn-dpu',
    'ovn-k8s-mp0_0',
  ],
  [
    'a DPU, whose tools print more blanks',
    '4.16',
    widened({ ...without(OWN), 'ip -o link show': [[LINK.replace('ovn-k8s-mp0', 'ovn-k8s-mp0_0')], 0] }),
    'ovn-dpu',
    'ovn-k8s-mp0_0',
  ],
  [
    'both plugins',
    '4.14',
    { 'ip -o -4 addr show dev tun0': [[], 0], 'ip -o link show dev tun0': [[LINK.replace('ovn-k8s-mp0', 'tun0')], 0] },
    'two-plugins',
    'both tun0 and ovn-k8s-mp0',
  ],
  ['neither', '4.16', { ...without(OWN), 'ip -o link show': [[], 0] }, 'sdn-absent', 'neither tun0 nor ovn-k8s-mp0'],
  [
    'its address on another interface',
    '4.16',
    without(address(3, 'ens5', '10.3.89.89/24'), MP0),
    'interface-differs',
    '10.3.89.89 is on ens5, not on br-ex',
  ],
  ['its address nowhere', '4.16', without(MP0), 'interface-differs', 'on none of its interfaces'],
])('a node with %s (%s) is refused by name; a teardown does not mind', (_what, release, changes, code, words) => {
  expect(refusal(release, changes)).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(refusal(release, changes).message).toContain(NODE);
  expect(ramp.absent({ ...ABOUT, original: {} }, read(release, changes))).toEqual({});
});

test('a node of OpenShift SDN whose iptables answers nothing is not understood', () =>
  expect(() =>
    read('4.18', {
      ...without(OWN),
      'ip -o link show': [[], 0],
      'iptables -w -S INPUT': [[], 4, 'iptables: Could not fetch rule set generation id'],
    }),
  ).toThrow(expect.objectContaining({ code: 'look-refused' })));

test('flows, and two nodes with a virtual IP, are refused by name', () => {
  const look = read('4.16');
  const desired = (spec: typeof SPEC) => () => ramp.desired({ ...ABOUT, spec, original: {} }, look);
  expect(desired({ ...SPEC, snat: 'flows' })).toThrow(expect.objectContaining({ code: 'flows-on-ovn' }));
  expect(withoutKeeper(desired({ ...SPEC, snat: 'gateway' })())).toEqual(look.state);
  expect(desired({ ...SPEC, ramp: { ...SPEC.ramp, vip: '10.3.89.99' } })).toThrow(
    expect.objectContaining({ code: 'ramp-pair-on-ovn' }),
  );
});

test('each address of a pair of BIG-IPs inside the tunnel has a rule', () => {
  const spec = bigipPair({ ramp: SPEC.ramp });
  const nat = Object.entries(ramp.desired({ ...ABOUT, spec, original: {} }, { ...read('4.16'), state: {} })).filter(
    ([object]) => object.startsWith('nat '),
  );
  expect(nat).toEqual(
    ['10.3.91.216', '10.3.91.221', '10.3.91.222'].map((inner) => [`nat ${inner}`, 'to 10.129.0.2 dev ovn-k8s-mp0']),
  );
});

test('a rule of before, on tun0, is replaced by its successor; forwarding becomes what it shall be, or what ip_forward has', () => {
  const rule = (verb: string, device: string, to: string): string =>
    `iptables -w -t nat -${verb} -s 10.3.91.216 -o ${device} -m comment --comment edge-ramp:edge-a -j SNAT --to-source ${to}`;
  const forwarding = (bit: number): string => `sysctl -w net/ipv4/conf/tun1.5/forwarding=${bit}`;
  expect(
    printed('ramp', 'edge-a', [
      'modify~nat 10.3.91.216~to 10.129.0.1~to 10.129.0.2 dev ovn-k8s-mp0',
      'create~forwarding tun1.5~-~on',
      'delete~forwarding tun1.5~on~-',
      'delete~forwarding tun1.5~off~-',
      'create~forwarding tun1.5~-~off',
    ]).commands,
  ).toEqual([
    rule('I POSTROUTING 1', 'ovn-k8s-mp0', '10.129.0.2'),
    rule('D POSTROUTING', 'tun0', '10.129.0.1'),
    forwarding(1),
    forwarding(0),
    forwarding(1),
    forwarding(0),
  ]);
});
