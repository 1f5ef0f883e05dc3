import { ramp } from '../../../../lib/tunnel/ramp/device';
import { bigipPair } from '../pair-units';
import { observed, printed, type Replies } from '../scripts';
import { ALIVE } from '../answer-text';
import { subject, tunnel } from '../site';
import { withoutKeeper } from '../world';

/*
 * Nodes of OVN-Kubernetes as they answer the observe script, with the whole tunnel, from OpenShift 4.12 to 4.18; each with a twin that is spoiled.
 * The words are those of iproute2 6.1 and iptables 1.8.9; what differs by release is from the sources (field-truth, OVN-2 to OVN-5).
 */
const SPEC = tunnel({ ramp: { nodes: [{ ...tunnel().ramp.nodes[0]!, interface: 'br-ex' }] } });
const ABOUT = subject('ramp', SPEC);
const NODE = `ramp node ${ABOUT.name}`;

const address = (index: number, name: string, cidr: string): string =>
  `${index}: ${name}    inet ${cidr} brd 10.255.255.255 scope global ${name}\\       valid_lft forever preferred_lft forever`;
const MP0 = address(7, 'ovn-k8s-mp0', '10.129.0.2/23');
const LINK =
  '7: ovn-k8s-mp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ether 0a:58:0a:81:00:02 brd ff:ff:ff:ff:ff:ff';
const absent = (name: string) => [[], 1, `Device "${name}" does not exist.`] as const;
const OURS =
  '-A POSTROUTING -s 10.3.91.216/32 -o ovn-k8s-mp0 -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source 10.129.0.2';
const THEIRS = '-A POSTROUTING -o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT';

/** What a node of a release says: the address that OVN-Kubernetes has on br-ex beside the node's, `ip_forward`, and rules of POSTROUTING. */
function node(second: string, everywhere: '0' | '1', rules: readonly string[]): Replies {
  return {
    'sysctl -n net.ipv4.ip_forward': [[everywhere], 0],
    'sysctl -n net/ipv4/conf/tun1/forwarding': [['1'], 0],
    'ip -o -4 addr show': [
      [
        address(1, 'lo', '127.0.0.1/8'),
        address(5, 'br-ex', '10.3.89.89/24'),
        address(5, 'br-ex', second),
        MP0,
        address(9, 'tun1', '10.3.91.217/32'),
      ],
      0,
    ],
    'ip -o -4 addr show dev tun0': absent('tun0'),
    'ip -o link show dev tun0': absent('tun0'),
    'ip -o link show dev ovn-k8s-mp0': [[LINK], 0],
    'ip -4 route show 10.128.0.0/14': [['10.128.0.0/14 via 10.129.0.1 dev ovn-k8s-mp0 '], 0],
    'ip -o tunnel show tun1': [['tun1: ip/ip remote 10.3.89.66 local any dev br-ex ttl inherit'], 0],
    'ip -o link show dev tun1': [['9: tun1@br-ex: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480'], 0],
    'ip -o -4 addr show dev tun1': [[address(9, 'tun1', '10.3.91.217/32')], 0],
    'ip -4 route show 10.3.91.216': [['10.3.91.216 dev tun1 scope link '], 0],
    'iptables -w -S INPUT': [
      [
        '-P INPUT ACCEPT',
        '-A INPUT -s 10.3.89.66/32 -p ipencap -m comment --comment "edge-ramp:edge-a" -j ACCEPT',
        '-A INPUT -j KUBE-FIREWALL',
      ],
      0,
    ],
    'iptables -w -t nat -S POSTROUTING': [['-P POSTROUTING ACCEPT', OURS, ...rules], 0],
    'ping -c 3 -i 0.2 -W 1 10.3.91.216': [ALIVE, 0],
    'ping -c 3 -i 0.2 -W 1 -I ovn-k8s-mp0 10.130.0.7': [ALIVE, 0],
  };
}

const NODES = {
  '4.12': node('169.254.169.2/29', '1', [THEIRS, '-A POSTROUTING -j OVN-KUBE-EGRESS-SVC']),
  '4.14': node('169.254.169.2/29', '0', [THEIRS, '-A POSTROUTING -j OVN-KUBE-EGRESS-SVC']),
  '4.16': node('169.254.169.2/29', '0', [THEIRS]),
  '4.18': node('169.254.0.2/17', '0', []),
} as const;
type Release = keyof typeof NODES;

const read = (release: Release, changes: Replies = {}): ReturnType<typeof ramp.read> =>
  ramp.read(observed('edge-a', ramp.questions(ABOUT), { ...NODES[release], ...changes }, {}), ABOUT);
const plan = (release: Release, changes: Replies = {}) =>
  ramp.desired({ ...ABOUT, original: {} }, read(release, changes));

/** What an apply is refused with. */
function refusal(release: Release, changes: Replies): { readonly code: string; readonly message: string } {
  try {
    plan(release, changes);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('not refused');
}

/** More blanks wherever there is one already. */
const widened = (given: Replies): Replies =>
  Object.fromEntries(
    Object.entries(given).map(([line, [lines, ...more]]) => [
      line,
      [lines.map((each) => each.replaceAll(' ', '  ')), ...more],
    ]),
  );

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

/*
 * A node whose kernel lacks nft_compat, as RHCOS 10 may: iptables lists its chains, and takes no rule with an extension. The words are those of
 * iptables 1.8.9 (nf_tables) on Linux 6.1 without that module (field-truth, OVN-10).
 */
describe('a node whose iptables takes no rule', () => {
  const warning = (extension: string): string =>
    `Warning: Extension ${extension} revision 0 not supported, missing kernel module?`;
  const BAD = 'iptables: Bad rule (does a matching rule exist in that chain?).';
  const INPUT = 'iptables -w -S INPUT';
  const POSTROUTING = 'iptables -w -t nat -S POSTROUTING';
  const CHECK = 'iptables -w -C INPUT -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';
  const NAT_CHECK =
    'iptables -w -t nat -C POSTROUTING -s 10.3.91.216 -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.3.91.216';
  const THEIR_CHAIN = 'nft list chain inet ovn-kubernetes mgmtport-snat';
  const INPUT_CHAIN = 'nft list chain ip filter INPUT';
  const NO_CHAIN = [[], 1, `Error: No such file or directory\n${INPUT_CHAIN.replace('nft ', '')}\n   ^^^^^`] as const;

  /** Its chain, with the rules that stand before the last one. */
  const translating = (...exceptions: readonly string[]): Replies => ({
    [THEIR_CHAIN]: [
      [
        'table inet ovn-kubernetes {',
        '\tchain mgmtport-snat {',
        '\t\tcomment "OVN SNAT to Management Port"',
        '\t\ttype nat hook postrouting priority srcnat; policy accept;',
        ...[
          'oifname != "ovn-k8s-mp0" return',
          'meta l4proto . th dport @mgmtport-no-snat-nodeports counter packets 0 bytes 0 return',
          ...exceptions,
          'ip saddr 10.129.0.2 counter packets 3 bytes 252 return',
          'ip daddr . meta l4proto . th dport @mgmtport-no-snat-services-v4 counter packets 0 bytes 0 return',
          'ip saddr @mgmtport-no-snat-subnets-v4 counter packets 0 bytes 0 return',
          'counter packets 12 bytes 1008 snat ip to 10.129.0.2',
        ].map((rule) => `\t\t${rule}`),
        '\t}',
        '}',
      ],
      0,
    ],
  });
  const WITHOUT: Replies = {
    [INPUT]: [['-P INPUT ACCEPT'], 0],
    [POSTROUTING]: [['-P POSTROUTING ACCEPT'], 0],
    [CHECK]: [[], 1, `${warning('comment')}\n${BAD}`],
    [NAT_CHECK]: [[], 1, `${warning('comment')}\n${warning('SNAT')}\n${BAD}`],
    ...translating(),
  };
  const unlisted = (complaint: string, code: number): Replies => ({
    [INPUT]: [[], code, complaint],
    [POSTROUTING]: [[], code, complaint],
    [CHECK]: [[], code, complaint],
    [NAT_CHECK]: [[], code, complaint],
  });
  const GENERATION = 'iptables v1.8.11 (nf_tables): Could not fetch rule set generation id: Invalid argument';
  const NO_PROGRAM = "timeout: failed to run command 'iptables': No such file or directory";

  test('carries the tunnel without rules of ours, with a remark, where INPUT accepts and OVN-Kubernetes translates', () => {
    const seen = read('4.18', WITHOUT);
    const wanted = { ...ABOUT, original: {} };
    expect(withoutKeeper(ramp.desired(wanted, seen))).toEqual(seen.state);
    expect(Object.keys(seen.state).filter((object) => /^(input|nat) /.test(object))).toEqual([]);
    expect(ramp.remarks(wanted, seen, [])).toEqual([
      expect.stringMatching(/iptables takes no rule \(Warning: Extension comment revision 0.*none is needed now/),
    ]);
  });

  test('proves INPUT by what it lets in, and not where it may turn the tunnel away', () => {
    const answers: Replies = { ...NODES['4.18'], ...WITHOUT, 'ip -s link show dev tun1': [['RX:', '84 1'], 0] };
    const prove = (changes: Replies) => () =>
      ramp.prove(observed('edge-a', ramp.proofs(ABOUT), { ...answers, ...changes }, {}), ABOUT);
    expect(prove({})()[0]!.what).toContain('without a rule of ours');
    expect(prove({ [INPUT]: [['-P INPUT DROP'], 0] })).toThrow('not ahead of every REJECT and DROP');
    expect(prove({ [CHECK]: [[], 1, BAD] })).toThrow('not ahead of every REJECT and DROP');
  });

  test.each<[string, Replies]>([
    [
      'iptables cannot list its chains, and nft knows of no INPUT',
      { ...unlisted(GENERATION, 4), [INPUT_CHAIN]: NO_CHAIN },
    ],
    [
      'there is no iptables, and the INPUT that nft knows accepts',
      {
        ...unlisted(NO_PROGRAM, 127),
        [INPUT_CHAIN]: [
          [
            'table ip filter {',
            '\tchain INPUT {',
            '\t\ttype filter hook input priority filter; policy accept;',
            '\t}',
            '}',
          ],
          0,
        ],
      },
    ],
    ['an old iptables names neither', { [CHECK]: [[], 1, 'iptables: No chain/target/match by that name.'] }],
    ['only its extension for translation is missing', { [CHECK]: [[], 1, BAD] }],
    ['IPv6 is translated, too', translating('meta nfproto ipv6 ip6 saddr fd01::2 counter packets 0 bytes 0 return')],
  ])('is fit where %s', (_what, changes) => {
    const seen = read('4.18', { ...WITHOUT, ...changes });
    expect(seen.facts.withoutRules).toMatchObject({ accepts: true, translates: true });
    expect(withoutKeeper(ramp.desired({ ...ABOUT, original: {} }, seen))).toEqual(seen.state);
  });

  test.each<[string, Replies, string]>([
    ['INPUT rejects', { [INPUT]: [['-P INPUT ACCEPT', '-A INPUT -j REJECT'], 0] }, 'may turn the tunnel away'],
    ["INPUT's policy is to drop", { [INPUT]: [['-P INPUT DROP'], 0] }, 'may turn the tunnel away'],
    [
      'nft shows an INPUT that rejects',
      {
        ...unlisted(GENERATION, 4),
        [INPUT_CHAIN]: [['type filter hook input priority filter; policy accept;', 'tcp dport 1 reject'], 0],
      },
      'may turn the tunnel away',
    ],
    [
      'neither iptables nor nft can tell',
      {
        ...unlisted(GENERATION, 4),
        [INPUT_CHAIN]: [[], 127, "timeout: failed to run command 'nft': No such file or directory"],
      },
      'may turn the tunnel away',
    ],
    [
      'BGP advertises the Pod network',
      translating('meta nfproto ipv4 fib saddr type != local counter packets 0 bytes 0 return'),
      'does not translate',
    ],
    ['OVN-Kubernetes has a rule that nobody knows', translating('ip saddr 10.0.0.0/8 return'), 'does not translate'],
    [
      'OVN-Kubernetes has no such chain',
      { [THEIR_CHAIN]: [[], 1, 'Error: No such file or directory'] },
      'does not translate',
    ],
    [
      'OVN-Kubernetes has not filled its chain',
      { [THEIR_CHAIN]: [['type nat hook postrouting priority srcnat;', '}'], 0] },
      'does not translate',
    ],
  ])('is refused by name where %s; a teardown does not mind', (_what, changes, words) => {
    expect(refusal('4.18', { ...WITHOUT, ...changes })).toMatchObject({
      code: 'iptables-refused',
      message: expect.stringMatching(new RegExp(`${NODE}: iptables takes no rule .*${words}.*nft_compat`)),
    });
    expect(ramp.absent({ ...ABOUT, original: {} }, read('4.18', { ...WITHOUT, ...changes }))).toEqual({});
  });

  test.each<[string, Replies]>([
    ['another program holds its lock', unlisted('Another app is currently holding the xtables lock.', 4)],
    ['it says nothing', { [POSTROUTING]: [[], 4] }],
  ])('for another reason (%s) is not understood', (_what, changes) =>
    expect(() => read('4.18', changes)).toThrow(expect.objectContaining({ code: 'look-refused' })),
  );

  test('is asked nothing of it where the rules stand', () => {
    const said = observed('edge-a', ramp.questions(ABOUT), NODES['4.18'], {});
    expect(said.match(/^\?(?:check|chain) .*\n=.*$/gm)).toEqual([
      '?check input 10.3.89.66\n=-',
      '?chain INPUT\n=-',
      '?check nat 10.3.91.216\n=-',
      '?chain mgmtport-snat\n=-',
    ]);
  });
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
