import { cluster } from '../../../lib/tunnel/cluster/device';
import { difference } from '../../../lib/tunnel/device/difference';
import type { State } from '../../../lib/tunnel/device/operation';
import { NotUnderstood, NotVerified } from '../../../lib/tunnel/errors/errors';
import { balancer } from '../../../lib/tunnel/balancer/device';
import type { Member } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, MEMBER, NODE, NO_TUN0, WHOLE, about, looked, member, told } from './member-site';
import { refused } from './plans';
import { ALIVE, DEAD, answerText, type Said, type Told } from './answer-text';
import { EXAMPLE, tunnel } from './site';
import { DEVICE, CLUSTER, OURS, clusterLooked } from './member-cluster';

describe('a balancer', () => {
  const desired = (changes: typeof WHOLE, spec = MEMBER): State =>
    balancer.desired({ ...about(spec), original: {} }, looked(changes, spec));

  test('with tun0 in br0 and the cluster network routed there is a member of the SDN; nothing is changed on it', () => {
    expect(desired({})).toEqual({});
    expect(looked()).toEqual({
      facts: { problem: null, unrestorable: {} },
      state: {},
      probes: [
        {
          from: DEVICE,
          to: '10.130.0.7',
          what: 'ping of a Pod through the SDN',
          ok: true,
          detail: '3 of 3 packets came back',
        },
      ],
    });
  });

  test.each([
    ['with the blanks of old tools', '10.128.0.0/14 dev tun0  scope link '],
    ['with a protocol and a metric', '10.128.0.0/14 dev tun0 proto static scope link metric 100 '],
  ])('is a member %s in its answers', (_how, line) =>
    expect(desired({ 'route 10.128.0.0/14': [[line], 0] })).toEqual({}),
  );

  const NO_MEMBER = 'it is no member of the SDN: is the node service running?';
  const route = (...lines: readonly string[]): typeof WHOLE => ({ 'route 10.128.0.0/14': [lines, 0] });
  const OUTSIDE: readonly (readonly [what: string, changes: typeof WHOLE, ...words: string[]])[] = [
    ['no tun0', NO_TUN0, `${DEVICE} has no tun0`, NO_MEMBER],
    [
      'a tun0 without an address',
      { 'addresses tun0': [[], 0] },
      `${DEVICE}: tun0 is down or has no address`,
      NO_MEMBER,
    ],
    [
      'a tun0 that is down',
      { 'link tun0': [['7: tun0: <BROADCAST,MULTICAST> mtu 1450 qdisc noop state DOWN'], 0] },
      'tun0 is down or has no address',
      NO_MEMBER,
    ],
    [
      'a tun0 of something else than Open vSwitch',
      { 'port tun0': [[], 1, 'ovs-vsctl: no row "tun0" in table Interface'] },
      `${DEVICE}: tun0 is no port of br0 (ovs-vsctl: no row "tun0" in table Interface)`,
      NO_MEMBER,
    ],
    [
      'no Open vSwitch',
      { 'port tun0': [[], 127, 'nsenter: failed to execute ovs-vsctl'] },
      'nsenter: failed',
      NO_MEMBER,
    ],
    ['a port that failed', { 'port tun0': [['-1'], 0] }, 'tun0 is no port of br0 (-1)', NO_MEMBER],
    ['no port yet', { 'port tun0': [['[]'], 0] }, 'tun0 is no port of br0 ([])', NO_MEMBER],
    [
      'no route to the cluster network',
      route(),
      `${DEVICE} has no route to the cluster network 10.128.0.0/14`,
      'declared as "oc get clusternetwork" shows it',
    ],
    [
      'a route elsewhere',
      route('10.128.0.0/14 via 10.3.89.1 dev eth0 '),
      `${DEVICE} routes the cluster network 10.128.0.0/14 elsewhere than by tun0 (10.128.0.0/14 via 10.3.89.1 dev eth0)`,
    ],
    [
      'a better route elsewhere',
      route('10.128.0.0/14 dev eth1 scope link ', '10.128.0.0/14 dev tun0 scope link metric 100 '),
      'elsewhere than by tun0',
    ],
    [
      'a route by a device whose name begins so',
      route('10.128.0.0/14 dev tun01 scope link '),
      'elsewhere than by tun0',
    ],
  ];
  test.each(OUTSIDE.map(([what, changes, ...words]) => ({ what, changes, words })))(
    'with $what is refused',
    ({ changes, words }) => {
      refused(() => desired(changes), 'sdn-absent', ...words);
      expect(looked(changes).probes).toEqual([]);
    },
  );

  test('with two cluster networks needs the route to both', () => {
    const spec = member({ clusterNetworks: ['10.128.0.0/14', '10.136.0.0/14'] });
    const second = (lines: readonly string[]): typeof WHOLE => ({ 'route 10.136.0.0/14': [lines, 0] });
    expect(desired(second(['10.136.0.0/14 dev tun0 scope link ']), spec)).toEqual({});
    refused(() => desired(second([]), spec), 'sdn-absent', 'no route to the cluster network 10.136.0.0/14');
  });

  test.each(['proto kernel scope link src 10.129.0.1 ', 'metric 0 ', ''])(
    'a route "dev tun0 %s" is one by tun0',
    (rest) => expect(looked(route(`10.128.0.0/14 dev tun0 ${rest}`)).facts.problem).toBeNull(),
  );

  test('is torn down whatever has become of its place in the SDN', () =>
    expect(balancer.absent({ ...about(MEMBER), original: {} }, looked(NO_TUN0))).toEqual({}));

  test.each<readonly [string, typeof WHOLE]>([
    ['addresses', { 'addresses tun0': [[], 1, 'Object "addr" is unknown'] }],
    ['the link', { 'link tun0': [[], 1, 'Dump terminated'] }],
    ['a route', { 'route 10.128.0.0/14': [[], 2, 'RTNETLINK answers: Operation not permitted'] }],
  ])('that would not show %s is not understood, neither as a yes nor as a no', (_what, changes) =>
    expect(() => looked(changes)).toThrow(NotUnderstood),
  );

  test('that leaves a question out, or is cut, is not understood', () => {
    const { 'port tun0': _port, ...others } = WHOLE;
    const cut = answerText(Object.entries(others).map(([question, said]): Said => [question, ...said]));
    expect(() => balancer.read(cut, about(MEMBER))).toThrow('no answer to "port tun0"');
    expect(() => balancer.read(told().slice(0, -20), about(MEMBER))).toThrow(NotUnderstood);
  });
});

describe('the proof', () => {
  const prove = (lines: readonly string[], code: number) =>
    balancer.prove(answerText([['ping 10.130.0.7', lines, code]]), about(MEMBER));

  test('is a Pod that answers', () => {
    expect(balancer.proofs(about(MEMBER))).toEqual(['ping 10.130.0.7']);
    expect(prove(ALIVE, 0)).toMatchObject([{ from: DEVICE, to: '10.130.0.7', ok: true }]);
  });

  test.each<readonly [string, readonly string[], number, string]>([
    ['no answer', DEAD, 1, 'ping of the Pod 10.130.0.7 failed: 0 of 3 packets came back'],
    [
      'no way',
      ['connect: Network is unreachable'],
      2,
      'ping of the Pod 10.130.0.7 failed: connect: Network is unreachable',
    ],
    ['no words', [], 2, 'ping of the Pod 10.130.0.7 failed: (nothing)'],
  ])('fails with %s', (_what, lines, code, words) => {
    expect(() => prove(lines, code)).toThrow(NotVerified);
    expect(() => prove(lines, code)).toThrow(`${DEVICE}: ${words}`);
  });
});

function inCluster(
  goal: 'desired' | 'absent',
  changes: typeof WHOLE = {},
  spec = MEMBER,
  applied: Member | null = null,
) {
  const observed = clusterLooked(changes, spec, applied);
  const wanted = { name: ADMIN, spec, applied, original: {} };
  const operations = difference(cluster.record.objects, observed.state, cluster[goal](wanted, observed));
  return {
    changes: operations.map((operation) => cluster.describe(operation)),
    remarks: cluster.remarks(wanted, observed, operations),
  };
}

describe("the balancer's node in the cluster", () => {
  const words = (schedulable: string, was: string): string => `~ node ${NODE}: ${schedulable} (was ${was})`;

  test('is made unschedulable, and schedulable at a teardown', () => {
    expect(inCluster('desired').changes).toEqual([words('unschedulable', 'schedulable')]);
    expect(inCluster('desired', OURS, MEMBER, MEMBER).changes).toEqual([]);
    expect(inCluster('absent', OURS, MEMBER, MEMBER).changes).toEqual([words('schedulable', 'unschedulable')]);
  });

  test('stays unschedulable if it was so before us', () => {
    const before: typeof WHOLE = { ...OURS, [`scheduling ${NODE}`]: [['is off'], 0] };
    expect(inCluster('desired', before).changes).toEqual([`~ node ${NODE}: used by this tunnel`]);
    expect(inCluster('absent', before).changes).toEqual([]);
    const claimed: typeof WHOLE = { ...OURS, [`scheduling ${NODE}`]: [['is off first off'], 0] };
    expect(inCluster('absent', claimed, MEMBER, MEMBER).changes).toEqual([
      `~ node ${NODE}: no longer used by this tunnel, stays`,
    ]);
  });

  test('stays unschedulable while another tunnel claims it, and what was there first is passed on', () => {
    const others: typeof WHOLE = { ...OURS, [`scheduling ${NODE}`]: [['is off', 'claim edge-x on'], 0] };
    const observed = clusterLooked(others, MEMBER);
    const wanted = { name: ADMIN, spec: MEMBER, applied: null, original: {} };
    expect(cluster.desired(wanted, observed)).toEqual({ [`scheduling ${NODE}`]: 'is off first on' });
    const both: typeof WHOLE = { ...OURS, [`scheduling ${NODE}`]: [['is off first on', 'claim edge-x on'], 0] };
    expect(inCluster('absent', both, MEMBER, MEMBER)).toEqual({
      changes: [`~ node ${NODE}: no longer used by this tunnel, stays`],
      remarks: [`${CLUSTER}: scheduling ${NODE} stays: tunnel edge-x uses it too`],
    });
  });

  test('that somebody has made schedulable meanwhile is made unschedulable again, and left so by a teardown', () => {
    const undone: typeof WHOLE = { [`scheduling ${NODE}`]: [['is on first on'], 0] };
    expect(inCluster('desired', undone, MEMBER, MEMBER).changes).toEqual([words('unschedulable', 'schedulable')]);
    expect(inCluster('absent', undone, MEMBER, MEMBER).changes).toEqual([
      `~ node ${NODE}: no longer used by this tunnel, stays`,
    ]);
  });

  test('that is another one now: the new one is made unschedulable, the old one schedulable', () => {
    const moved = member({ balancer: { node: 'balancer-2.example.com' } });
    const found: typeof WHOLE = {
      ...OURS,
      'node balancer-2.example.com': [['on'], 0],
      'scheduling balancer-2.example.com': [['is on'], 0],
      'pods balancer-2.example.com': [['1', 'shop/a'], 0],
    };
    const { changes, remarks } = inCluster('desired', found, moved, MEMBER);
    expect([...changes].sort()).toEqual([
      '~ node balancer-2.example.com: unschedulable (was schedulable)',
      words('schedulable', 'unschedulable'),
    ]);
    expect(remarks).toEqual([expect.stringContaining('node balancer-2.example.com still has 1 ordinary Pod (shop/a)')]);
  });

  test('that the cluster does not have is refused; a teardown says that nothing is to be removed', () => {
    const gone: Told = [[], 1, 'Error from server (NotFound): nodes "balancer.example.com" not found'];
    const none: typeof WHOLE = { [`node ${NODE}`]: gone, [`scheduling ${NODE}`]: gone };
    refused(
      () => inCluster('desired', none),
      'node-missing',
      `${CLUSTER} has no node ${NODE}`,
      "the balancer's name (balancer.node)",
    );
    expect(inCluster('absent', none, MEMBER, MEMBER)).toEqual({
      changes: [],
      remarks: [`${CLUSTER}: node ${NODE} is not in the cluster any more; nothing is to be removed there`],
    });
  });

  test('cannot be cordoned by a client that knows no command for it', () => {
    const client: typeof WHOLE = { client: [[], 0] };
    refused(
      () => inCluster('desired', client),
      'cordon-missing',
      'has neither "oc adm cordon" nor "oc adm manage-node"',
    );
    expect(() => inCluster('desired', client)).not.toThrow('ramp.schedulable');
    expect(inCluster('desired', { ...client, ...OURS }, MEMBER, MEMBER).changes).toEqual([]);
  });
});

describe('ordinary Pods that are still there', () => {
  const pods = (...lines: readonly string[]): typeof WHOLE => ({ [`pods ${NODE}`]: [lines, 0] });

  test('are told of with the first names and how to move them, by an apply that changes nothing too', () => {
    const many = pods('250', 'a/a', 'a/b', 'a/c', 'b/a', 'b/b');
    const remark = `${CLUSTER}: node ${NODE} still has 250 ordinary Pods (a/a, a/b, a/c, b/a, b/b, ...): being unschedulable moves nobody; "oc adm drain ${NODE} --ignore-daemonsets" does, a balancer that itself runs as such a Pod included`;
    expect(inCluster('desired', many).remarks).toEqual([remark]);
    expect(inCluster('desired', { ...OURS, ...many }, MEMBER, MEMBER)).toEqual({ changes: [], remarks: [remark] });
  });

  test('are no matter of a teardown, and where there are none nothing is said', () => {
    expect(inCluster('absent', { ...OURS, ...pods('2', 'a/a', 'a/b') }, MEMBER, MEMBER).remarks).toEqual([]);
    expect(inCluster('absent', pods('2', 'a/a', 'a/b')).remarks).toEqual([]);
    expect(inCluster('desired').remarks).toEqual([]);
  });

  test('are moved by another command where the client is old', () =>
    expect(inCluster('desired', { ...pods('1', 'a/a'), client: [['manage-node'], 0] }).remarks).toEqual([
      expect.stringContaining(
        `1 ordinary Pod (a/a): being unschedulable moves nobody; "oc adm manage-node ${NODE} --evacuate"`,
      ),
    ]));

  test.each([
    'Error: unknown flag: --field-selector',
    'Error from server (Forbidden): pods is forbidden: User "edge" cannot list all pods in the cluster',
  ])('that cannot be listed (%s) hinder nobody: it is said', (said) => {
    const { changes, remarks } = inCluster('desired', { [`pods ${NODE}`]: [[], 1, said] });
    expect(changes).toHaveLength(1);
    expect(remarks).toEqual([
      `${CLUSTER} would not list the Pods of node ${NODE}, so see for ordinary ones by hand: ${said}`,
    ]);
  });

  test.each([[[]], [['many']], [['1', 'a/a', 'a/b']]])('in foreign words (%j) are not understood', (lines) =>
    expect(() => clusterLooked(pods(...lines), MEMBER)).toThrow(NotUnderstood),
  );

  test('are asked for on a balancer alone', () => {
    const ramp = tunnel({
      ramp: { schedulable: false, nodes: [{ ...EXAMPLE.ramp.nodes[0]!, node: NODE }] },
      cluster: MEMBER.cluster,
    });
    expect(cluster.questions({ name: ADMIN, spec: ramp, applied: null }).join()).not.toContain('pods');
  });
});
