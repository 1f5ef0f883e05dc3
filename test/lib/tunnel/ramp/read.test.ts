import * as fc from 'fast-check';
import { NotUnderstood, NotVerified } from '../../../../lib/tunnel/errors/errors';
import { ramp } from '../../../../lib/tunnel/ramp/device';
import { specs, sites } from '../generators';
import { bridgeFlows } from '../pipelines';
import { ALIVE, DEAD, answerText, type Said, type Told } from '../answer-text';
import { rampAnswer } from '../ramp-answer';
import { subject, tunnel } from '../site';
import { BRIDGE } from '../world';

const NODE = 'ramp node i-0a4e90de0a4e90de0';
const SPEC = tunnel({ clusterNetworks: ['10.128.0.0/14'] });
const bridge = { ...BRIDGE, gateway: '10.131.0.1', subnet: '10.131.0.0/23', pods: [] };
type Given = Readonly<Record<string, Told>>;

const TUN0 = '7: tun0    inet 10.131.0.1/23 scope global tun0\\       valid_lft forever preferred_lft forever';
const RAMP_SDN_IP = '7: tun0    inet 10.131.0.254/32 scope global tun0\\       valid_lft forever preferred_lft forever';
const ABSENT = (name: string): string => `Device "${name}" does not exist.`;

/** What a node of the SDN says that nobody has prepared, in the words of iproute2 6.1, Open vSwitch 3.1 and iptables 1.8. */
const FRESH: Given = {
  forwarding: [['1'], 0],
  boot: [[], 0],
  'holder 10.3.89.89': [['eth0'], 0],
  ovn: [[], 0],
  'way 10.128.0.0/14': [[], '-'],
  'forwarding tun1': [[], 1, 'sysctl: cannot stat /proc/sys/net/ipv4/conf/tun1/forwarding: No such file or directory'],
  'addresses tun0': [[TUN0], 0],
  'link tun0': [
    [
      '7: tun0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ether 4e:1f:a2:00:00:01 brd ff:ff:ff:ff:ff:ff',
    ],
    0,
  ],
  'port tun0': [['2'], 0],
  'tunnel tun1': [[], 0],
  'link tun1': [[], 1, ABSENT('tun1')],
  'addresses tun1': [[], 1, ABSENT('tun1')],
  'route 10.3.91.216': [[], 0],
  'input 10.3.89.66 eth0': [['reject 4'], 0],
  'check input 10.3.89.66': [[], '-'],
  'chain INPUT': [[], '-'],
  'nat 10.3.91.216': [[], 0],
  'check nat 10.3.91.216': [[], '-'],
  'chain mgmtport-snat': [[], '-'],
  claims: [['', ''], 0],
  keeper: [['goal -', 'text other', 'unit inactive -', 'last -', 'heals 0'], 0],
  pods: [[''], 0],
  'flows 0x999 10.3.91.216': [bridgeFlows(bridge), 0],
  'ping 10.3.91.216': [[], '-'],
  'ping-mp0 10.130.0.7': [[], '-'],
};

function read(given: Given = {}) {
  const said = ramp
    .questions(subject('ramp', SPEC))
    .map((question): Said => [question, ...(given[question] ?? FRESH[question]!)]);
  return ramp.read(answerText(said), subject('ramp', SPEC));
}

test('a fresh node has an empty state; its SDN is read off it', () => {
  const { state, facts, probes } = read();
  expect(state).toEqual({});
  expect(probes).toEqual([]);
  expect(facts).toMatchObject({
    sdn: { gateway: '10.131.0.1', subnet: '10.131.0.0/23', port: '2', mac: '4e:1f:a2:00:00:01' },
    pipeline: { release: '3.10, 3.11 or 4.2 to 4.5', entry: 30, routing: 30 },
    forwarding: true,
    sdnAddress: '10.131.1.254',
    strangeFlows: [],
    unrestorable: {},
  });
});

test('the whole tunnel, in the words of a real kernel and a real Open vSwitch', () => {
  const flows = [
    ' cookie=0x999, duration=556.164s, table=0, n_packets=302, n_bytes=29532, priority=2000,ip,in_port=2,nw_src=10.3.91.216,nw_dst=10.128.0.0/14 actions=load:0->NXM_NX_REG0[],set_field:10.131.0.254->ip_src,goto_table:30',
    ' cookie=0x999, duration=556.140s, table=30, n_packets=302, n_bytes=29464, priority=2000,ip,nw_dst=10.131.0.254 actions=set_field:4e:1f:a2:00:00:01->eth_dst,set_field:10.3.91.216->ip_dst,output:2',
    ' cookie=0x999, duration=556.149s, table=30, n_packets=4, n_bytes=168, priority=2000,arp,arp_tpa=10.131.0.254 actions=output:2',
    ' cookie=0x999, duration=556.159s, table=0, n_packets=4, n_bytes=168, priority=2000,arp,in_port=2,arp_spa=10.131.0.254,arp_tpa=10.128.0.0/14 actions=goto_table:30',
  ];
  const { state, facts, probes } = read({
    'addresses tun0': [[TUN0, RAMP_SDN_IP], 0],
    'tunnel tun1': [['tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit'], 0],
    'link tun1': [
      [
        '9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ipip 0.0.0.0 peer 10.3.89.66',
      ],
      0,
    ],
    'forwarding tun1': [['1'], 0],
    'addresses tun1': [
      ['9: tun1    inet 10.3.91.217/32 scope global tun1\\       valid_lft forever preferred_lft forever'],
      0,
    ],
    'route 10.3.91.216': [['10.3.91.216 dev tun1 scope link '], 0],
    'input 10.3.89.66 eth0': [['ours 1', 'reject 5'], 0],
    claims: [['10.131.0.5 10.131.0.254 ', '10.131.0.254 '], 0],
    'flows 0x999 10.3.91.216': [[...bridgeFlows(bridge), ...flows], 0],
    'ping 10.3.91.216': [ALIVE, 0],
  });
  expect(facts.sdnAddress).toBe('10.131.0.254');
  const { 'keeper edge-a': keeper, ...desired } = ramp.desired(
    { ...subject('ramp', SPEC, SPEC), original: {} },
    { state, facts, probes },
  );
  expect(keeper).toBeDefined();
  expect(state).toEqual(desired);
  expect(probes).toEqual([
    { from: NODE, to: '10.3.91.216', what: 'ping through the tunnel', ok: true, detail: '3 of 3 packets came back' },
  ]);
});

test.each([
  [['ours 1', 'reject 5'], 'ahead'],
  [['ours 3'], 'ahead'],
  [['ours 6', 'reject 5'], 'behind'],
  [['ours 2', 'ours 9', 'reject 5'], 'ahead'],
  [['reject 5'], undefined],
])('the INPUT rule, by its presence and its place: %j', (lines, expected) =>
  expect(read({ 'input 10.3.89.66 eth0': [lines, 0] }).state['input 10.3.89.66']).toBe(expected),
);

test('a device that is there and not up has no link', () =>
  expect(
    read({
      'tunnel tun1': [['tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit'], 0],
      'link tun1': [['9: tun1@eth0: <POINTOPOINT,NOARP> mtu 1480 qdisc noop state DOWN\\    link/ipip'], 0],
      'forwarding tun1': [['1'], 0],
    }).state,
  ).toEqual({ 'tunnel tun1': 'remote 10.3.89.66 local any dev eth0' }));

test.each([
  [['10.3.91.216 dev tun1 scope link '], 'dev tun1'],
  [['10.3.91.216 dev tun1 scope link linkdown '], 'dev tun1'],
  [['10.3.91.216 dev tun1 scope link src 10.3.91.217 '], 'dev tun1 src 10.3.91.217'],
  [['10.3.91.216 dev tun1 proto static scope link metric 425 '], 'dev tun1 proto static metric 425'],
  [['10.3.91.216 dev tun1 scope link ', '10.3.91.216 via 10.3.89.1 dev eth0 metric 9 '], 'dev tun1'],
  [['10.3.91.216 via 10.3.89.1 dev eth0 '], 'via 10.3.89.1 dev eth0'],
  [['10.3.91.216 dev tun1 scope link mtu 1400 '], 'dev tun1 scope link mtu 1400'],
])('the way to BIG-IP: %j', (lines, expected) =>
  expect(read({ 'route 10.3.91.216': [lines, 0] }).state['route 10.3.91.216']).toBe(expected),
);

test('the gateway rule, in the words of iptables', () =>
  expect(
    read({
      'nat 10.3.91.216': [
        [
          '-A POSTROUTING -s 10.3.91.216/32 -o tun0 -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source 10.131.0.1',
        ],
        0,
      ],
    }).state,
  ).toEqual({ 'nat 10.3.91.216': 'to 10.131.0.1' }));

test('a node without tun0 has no SDN, which is a fact and no failure', () => {
  const { facts } = read({
    'addresses tun0': [[], 1, ABSENT('tun0')],
    'link tun0': [[], 1, ABSENT('tun0')],
    'port tun0': [[], 1, 'ovs-vsctl: no row "tun0" in table Interface'],
    'flows 0x999 10.3.91.216': [[], 1, 'ovs-ofctl: br0 is not a bridge or a socket'],
  });
  expect(facts).toMatchObject({ sdn: null, pipeline: null, sdnAddress: null });
  expect(facts.pipelineProblem?.code).toBe('sdn-absent');
});

test('a bridge that is not recognised is a fact too, with the reason', () =>
  expect(read({ 'flows 0x999 10.3.91.216': [['OFPST_FLOW reply (OF1.3) (xid=0x6):'], 0] }).facts).toMatchObject({
    pipeline: null,
    pipelineProblem: { code: 'sdn-unknown', message: expect.stringContaining('no version note') },
  }));

test('any tunnel that edge-ramp builds, or half of it, is read back as it is', () =>
  fc.assert(
    fc.property(
      specs.chain((spec) => sites(spec)),
      fc.nat(),
      (site, n) => {
        const plan = site.plan();
        site.carryOut(plan, n % (plan.operations + 1));
        const found = ramp.read(rampAnswer(site.world, site.spec, null), subject('ramp', site.spec));
        expect(found.state).toEqual(site.world.ramp);
        expect(found.facts.strangeFlows).toEqual([]);
      },
    ),
    { numRuns: 30 },
  ));

describe('nonsense is not understood, and the message names the device', () => {
  test.each([
    ['addresses tun0', ['RTNETLINK answers: Operation not permitted'], 2, 'would not show addresses'],
    ['link tun1', ['Object "link" is unknown, try "ip help".'], 1, 'would not show a link'],
    ['link tun0', ['7: tun0: <UP> mtu 1450'], 0, 'no MAC address'],
    ['port tun0', ['ovs-vsctl: unix:/run/openvswitch/db.sock: database connection failed'], 1, 'no OpenFlow port'],
    ['port tun0', ['[]'], 0, 'no OpenFlow port'],
    ['tunnel tun1', ['tun1: something else entirely'], 0, 'in a form that edge-ramp does not know'],
    ['tunnel tun1', ['get tunnel "tun1" failed: Operation not permitted'], 1, 'would not show tunnel tun1'],
    ['route 10.3.91.216', ['Error: inet prefix is expected'], 1, 'would not show the route'],
    [
      'input 10.3.89.66 eth0',
      ["iptables v1.8.9 (legacy): can't initialize iptables table `filter'"],
      3,
      'would not list its INPUT chain',
    ],
    [
      'nat 10.3.91.216',
      ['Another app is currently holding the xtables lock.'],
      4,
      'would not list its POSTROUTING chain',
    ],
    ['claims', ['permission denied'], 1, "would not list the CNI's claims"],
    [
      'flows 0x999 10.3.91.216',
      ['ovs-ofctl: br0: failed to connect to socket (Broken pipe)'],
      1,
      'would not dump the flows',
    ],
    ['flows 0x999 10.3.91.216', [' table=x, ip actions=drop'], 0, 'strange table'],
  ])('%s: %j', (question, words, code, what) => {
    const told: Told = code === 0 ? [words, 0] : [[], code, words[0]!];
    expect(() => read({ [question]: told })).toThrow(NotUnderstood);
    expect(() => read({ [question]: told })).toThrow(what);
    if (code !== 0) expect(() => read({ [question]: told })).toThrow(words[0]);
    if (what !== 'strange table') expect(() => read({ [question]: told })).toThrow(NODE);
  });
});

describe('proving the node', () => {
  const prove = (input: Said[1], heard: number, ping: Said[1]) =>
    ramp.prove(
      answerText([
        ['input 10.3.89.66 eth0', input, 0],
        ['check input 10.3.89.66', [], '-'],
        ['chain INPUT', [], '-'],
        ['heard tun1', [], heard],
        ['ping 10.3.91.216', ping, ping === ALIVE ? 0 : 1],
        ['ping-mp0 10.130.0.7', [], '-'],
      ]),
      subject('ramp', SPEC),
    );
  const AHEAD = ['ours 1', 'reject 5'];

  test('a rule ahead of every REJECT and a ping that came back', () =>
    expect(prove(AHEAD, 0, ALIVE)).toEqual([
      expect.objectContaining({
        ok: true,
        what: expect.stringContaining('judged by its presence'),
        detail: "BIG-IP's packets came out of the tunnel first",
      }),
      expect.objectContaining({ ok: true, to: '10.3.91.216' }),
    ]));

  test('says when no packet of BIG-IP was seen before the ping', () =>
    expect(prove(AHEAD, 1, ALIVE)[0]!.detail).toBe('no packet of BIG-IP was seen before the ping'));

  test.each([
    [['reject 5'], ALIVE, 'INPUT rule for protocol 4 from 10.3.89.66 is not ahead'],
    [['reject 5', 'ours 6'], ALIVE, 'conntrack remembers'],
    [AHEAD, DEAD, 'ping through the tunnel to 10.3.91.216 failed: 0 of 3 packets came back'],
    [AHEAD, ['ping: sendmsg: Operation not permitted'], 'Operation not permitted'],
  ])('is refused otherwise, even when the ping came back: %j %j', (input, ping, what) => {
    expect(() => prove(input, 0, ping)).toThrow(NotVerified);
    expect(() => prove(input, 0, ping)).toThrow(what);
    expect(() => prove(input, 0, ping)).toThrow(NODE);
  });
});
