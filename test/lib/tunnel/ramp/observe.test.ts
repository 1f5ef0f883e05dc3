import { ramp } from '../../../../lib/tunnel/ramp/device';
import { PIPELINES, bridgeFlows, tables } from '../pipelines';
import { observed, type Replies } from '../scripts';
import { subject, ALIVE, BRIDGE, EXAMPLE, Site, dumpOurs, freshWorld, publishedOnRamp, set, tunnel } from '../site';

const SOURCE = '10.3.91.216';
const RULE = '-p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';

/** A node with the whole tunnel, in the words of its commands. A busy one: hundreds of Pods and nodes have flows that nobody asked for. */
function replies(flows: readonly string[], changes: Replies = {}): Replies {
  const busy = Array.from({ length: 400 }, (_, i) => [
    ` cookie=0x0, duration=1s, table=70, n_packets=0, n_bytes=0, priority=100,ip,nw_dst=10.129.1.${i % 200} actions=load:0x64->NXM_NX_REG1[],goto_table:80`,
    ` cookie=0xabc, duration=1s, table=10, n_packets=0, n_bytes=0, priority=100,tun_src=10.3.${i % 200}.1 actions=goto_table:30`,
    ` cookie=0x0, duration=1s, table=${[9, 27, 80, 100][i % 4]}, n_packets=0, n_bytes=0, priority=${i},ip,reg0=0x${i},nw_dst=10.${i % 200}.0.0/16 actions=drop`,
  ]).flat();
  const address = (name: string, ...all: string[]): readonly string[] =>
    all.map(
      (each) => `9: ${name}    inet ${each} scope global ${name}\\       valid_lft forever preferred_lft forever`,
    );
  return {
    'sysctl -n net.ipv4.ip_forward': [['1'], 0],
    'ip -o -4 addr show dev tun0': [address('tun0', '10.129.0.1/23', '10.129.1.254/32'), 0],
    'ip -o link show dev tun0': [['7: tun0: <UP> mtu 1450\\    link/ether 4e:1f:a2:00:00:01 brd ff:ff:ff:ff:ff:ff'], 0],
    'ovs-vsctl get Interface tun0 ofport': [['2'], 0],
    'ip -o tunnel show tun1': [['tun1: ip/ip remote 10.3.89.66 local any dev eth0 ttl inherit'], 0],
    'ip -o link show dev tun1': [['9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480'], 0],
    'ip -o -4 addr show dev tun1': [address('tun1', '10.3.91.217/32'), 0],
    [`ip -4 route show ${SOURCE}`]: [[`${SOURCE} dev tun1 scope link `], 0],
    [`iptables -w -C INPUT ${RULE}`]: [[], 0],
    'iptables -w -S INPUT': [
      [
        '-P INPUT ACCEPT',
        '-A INPUT -s 10.3.89.66/32 -p ipencap -m comment --comment "edge-ramp:edge-a" -j ACCEPT',
        '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
        '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
      ],
      0,
    ],
    'iptables -w -t nat -S POSTROUTING': [['-P POSTROUTING ACCEPT', '-A POSTROUTING -j OPENSHIFT-MASQUERADE'], 0],
    'ovs-ofctl -O OpenFlow13 dump-flows br0': [[...flows, ...busy], 0],
    [`ping -c 3 -i 0.2 -W 1 ${SOURCE}`]: [ALIVE, 0],
    ...changes,
  };
}

const site = new Site(EXAMPLE);
site.apply();
const read = (
  given: Replies,
  claims: Record<string, string> = { '10.129.1.254': 'edge-ramp:edge-a', '10.129.0.5': 'c0ffee' },
) => {
  const text = observed('edge-a', ramp.questions(subject('ramp', EXAMPLE)), given, claims);
  expect(text.length).toBeLessThan(24_000);
  return ramp.read(text, subject('ramp', EXAMPLE));
};

describe('what the observe script says of a node, understood', () => {
  test.each(PIPELINES)('is the tunnel as it was built, on a busy bridge of OpenShift %s with %s', (release, plugin) => {
    const there = new Site(EXAMPLE);
    there.world.bridge = { ...there.world.bridge!, release, plugin };
    there.apply();
    const { state, facts } = read(
      replies([...bridgeFlows({ ...BRIDGE, release, plugin }), ...dumpOurs(there.world.ramp)]),
    );
    expect(state).toEqual(there.world.ramp);
    expect(facts).toMatchObject({
      pipelineProblem: '',
      pipeline: { plugin, ...tables(release) },
      sdnAddress: '10.129.1.254',
      strangeFlows: [],
    });
  });

  test.each(['3.2', '3.11', '4.16'] as const)('has the addresses of the Pods that the flows of %s name', (release) => {
    const given = replies(bridgeFlows({ ...BRIDGE, release, plugin: 'ovs-multitenant' }));
    const text = observed('edge-a', ['pods'], given, {});
    expect(text).toContain('|10.129.0.5,6 10.129.1.0,'); // two of the bridge, and the busy ones
  });

  test('tells a flow once, also where two declarations name it', () => {
    const before = tunnel({ cookie: '0xabd', tunnel: { bigip: '10.3.91.215/24', node: '10.3.91.214' } });
    const theirs =
      ' cookie=0xabd, duration=1s, table=0, n_packets=0, n_bytes=0, priority=2000,ip,nw_src=10.3.91.215 actions=drop';
    const given = replies([...bridgeFlows(BRIDGE), ...dumpOurs(site.world.ramp), theirs], {
      'ip -4 route show 10.3.91.215': [[], 0],
    });
    const about = subject('ramp', EXAMPLE, before);
    const text = observed('edge-a', ramp.questions(about), given, { '10.129.1.254': 'edge-ramp:edge-a' });
    expect(text.split('priority=200,ip,in_port=2 actions=goto_table:30')).toHaveLength(2);
    expect(text.split('nw_src=10.3.91.215 actions=drop')).toHaveLength(2);
    const { facts } = ramp.read(text, about);
    expect(facts.pipelineProblem).toBe('');
  });

  test('is refused in one sentence where it would be cut on its way', () => {
    const many = Array.from({ length: 400 }, (_, i) => `7: tun0    inet 10.129.0.${i}/32 scope global tun0 and so on`);
    expect(() => observed('edge-a', ['addresses tun0'], { 'ip -o -4 addr show dev tun0': [many, 0] }, {})).toThrow(
      /edge-ramp: what it says of all that was asked is \d{5} characters, more than the 24000 that Systems Manager hands on$/m,
    );
  });

  test('is all that the published procedure left in the bridge, also its flows without a cookie', () => {
    const published = Object.fromEntries(publishedOnRamp(EXAMPLE, BRIDGE));
    const given = replies([...bridgeFlows(BRIDGE), ...dumpOurs(published)], {
      'ip -o -4 addr show dev tun0': [
        ['10.129.0.1/23', '10.129.0.254/32'].map((each) => `7: tun0    inet ${each} scope global tun0`),
        0,
      ],
      [`iptables -w -C INPUT ${RULE}`]: [['iptables: Bad rule (does a matching rule exist in that chain?).'], 1],
      'iptables -w -S INPUT': [['-P INPUT ACCEPT'], 0],
    });
    expect(read(given, {}).state).toEqual(published);
  });

  test('knows that the rule stands behind a REJECT, and that RAMP_SDN_IP went to a Pod', () => {
    const rules = replies([])['iptables -w -S INPUT']![0];
    const given = replies([...bridgeFlows({ ...BRIDGE, pods: ['10.129.1.254'] }), ...dumpOurs(site.world.ramp)], {
      'iptables -w -S INPUT': [[rules[0]!, rules[3]!, rules[1]!], 0],
    });
    const { state, facts } = read(given, { '10.129.1.254': 'c0ffee' });
    expect(state).toEqual({ ...set(site.world.ramp, 'claim 10.129.1.254', undefined), 'input 10.3.89.66': 'behind' });
    expect(facts.sdnAddress).toBe('10.129.1.253');
    expect(facts.sdnAddressRemark).toContain('a Pod holds 10.129.1.254 now');
  });

  test("is nothing of another tunnel's: neither its rule with a longer name, nor the address that it has claimed", () => {
    const other = 'edge-ramp:edge-a2';
    const given = replies(bridgeFlows(BRIDGE), {
      'ip -o -4 addr show dev tun0': [
        ['10.129.0.1/23', '10.129.0.254/32'].map((each) => `7: tun0    inet ${each} scope global tun0`),
        0,
      ],
      [`iptables -w -C INPUT ${RULE}`]: [['iptables: Bad rule (does a matching rule exist in that chain?).'], 1],
      'iptables -w -S INPUT': [
        ['-P INPUT ACCEPT', `-A INPUT -s 10.3.89.66/32 -p ipencap -m comment --comment "${other}" -j ACCEPT`],
        0,
      ],
      'iptables -w -t nat -S POSTROUTING': [
        [`-A POSTROUTING -s ${SOURCE}/32 -o tun0 -m comment --comment ${other} -j SNAT --to-source 10.129.0.1`],
        0,
      ],
    });
    const names = (claims: Record<string, string>) =>
      Object.keys(read(given, claims).state).filter((object) => /^(input|nat|address tun0|claim)/.test(object));
    expect(names({ '10.129.0.254': other })).toEqual([]);
    expect(names({ '10.129.0.254': 'edge-ramp:edge-a' })).toEqual(['claim 10.129.0.254', 'address tun0 10.129.0.254']);
    expect(names({})).toEqual(['address tun0 10.129.0.254']);
  });

  test("is our own leftover, although the published procedure's address belongs to another tunnel", () => {
    const flow = (cookie: string, text: string): string =>
      ` cookie=${cookie}, duration=5s, table=0, n_packets=1, n_bytes=98, ${text}`;
    const ours = flow('0x999', `ip,nw_src=${SOURCE} actions=set_field:10.129.0.254->ip_src,resubmit(,0)`);
    const theirs = [
      flow('0x0', 'ip,nw_dst=10.129.0.254 actions=set_field:10.9.9.9->ip_dst,resubmit(,0)'),
      flow('0x0', 'arp,arp_tpa=10.129.0.254 actions=output:2'),
    ];
    const { state } = read(replies([...bridgeFlows(BRIDGE), ours, ...theirs]), {});
    expect(Object.keys(state).filter((object) => object.startsWith('flow'))).toEqual([
      `flow table=0,priority=32768,ip,nw_src=${SOURCE}`,
    ]);
  });

  test('of a node without a tunnel has no ping in it: it would leave by the default route', () => {
    const absent: Replies = Object.fromEntries(
      ['ip -o link show dev tun1', 'ip -o -4 addr show dev tun1'].map((line) => [
        line,
        [['Device "tun1" does not exist.'], 1] as const,
      ]),
    );
    const given = replies(bridgeFlows(BRIDGE), {
      ...absent,
      'ip -o tunnel show tun1': [[], 0],
      'ip -o -4 addr show dev tun0': [['7: tun0    inet 10.129.0.1/23 scope global tun0'], 0],
      [`ip -4 route show ${SOURCE}`]: [[], 0],
      [`iptables -w -C INPUT ${RULE}`]: [['iptables: Bad rule'], 1],
      'iptables -w -S INPUT': [['-P INPUT ACCEPT'], 0],
      [`ping -c 3 -i 0.2 -W 1 ${SOURCE}`]: [['this must not be asked'], 1],
    });
    expect(read(given, {})).toMatchObject({ state: freshWorld(EXAMPLE).ramp, probes: [] });
  });
});
