import { ramp } from '../../../../lib/tunnel/ramp/device';
import { bridgeFlows } from '../pipelines';
import { observed, type Replies } from '../scripts';
import { dumpOurs } from '../ramp-answer';
import { EXAMPLE, Site, subject, tunnel } from '../site';
import { BRIDGE, freshWorld, publishedOnRamp, set, withoutKeeper } from '../world';
import { read, replies, RULE, SOURCE } from './observed-node';

const site = new Site(EXAMPLE);
site.apply();

describe('what the observe script says of a node, understood', () => {
  test('is the tunnel as it was built, on a busy bridge', () => {
    const { state, facts } = read(replies([...bridgeFlows(BRIDGE), ...dumpOurs(site.world.ramp)]));
    expect(state).toEqual(withoutKeeper(site.world.ramp));
    expect(facts).toMatchObject({ pipelineProblem: null, sdnAddress: '10.129.1.254', strangeFlows: [] });
  });

  test('is the same when every command warns on stderr', () => {
    const warning =
      '2019-05-14T09:21:33Z|00001|ovsdb_idl|WARN|Interface table lacks a column (database needs upgrade?)';
    const given = replies([...bridgeFlows(BRIDGE), ...dumpOurs(site.world.ramp)]);
    const warned = Object.entries(given).map(([line, [lines, code]]) => [line, [lines, code, warning]] as const);
    expect(read(Object.fromEntries(warned))).toEqual(read(given));
    const port = 'ovs-vsctl get Interface tun0 ofport'; // where its log goes to stdout
    expect(read({ ...given, [port]: [[warning, '2'], 0] })).toEqual(read(given));
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
    expect(facts.pipelineProblem).toBeNull();
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
      [`iptables -w -C INPUT ${RULE}`]: [[], 1, 'iptables: Bad rule (does a matching rule exist in that chain?).'],
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
    expect(state).toEqual({
      ...set(withoutKeeper(site.world.ramp), 'claim 10.129.1.254', undefined),
      'input 10.3.89.66': 'behind',
    });
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
      [`iptables -w -C INPUT ${RULE}`]: [[], 1, 'iptables: Bad rule (does a matching rule exist in that chain?).'],
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
        [[], 1, 'Device "tun1" does not exist.'] as const,
      ]),
    );
    const given = replies(bridgeFlows(BRIDGE), {
      ...absent,
      'ip -o tunnel show tun1': [[], 0],
      'ip -o -4 addr show dev tun0': [['7: tun0    inet 10.129.0.1/23 scope global tun0'], 0],
      [`ip -4 route show ${SOURCE}`]: [[], 0],
      [`iptables -w -C INPUT ${RULE}`]: [[], 1, 'iptables: Bad rule'],
      'iptables -w -S INPUT': [['-P INPUT ACCEPT'], 0],
      [`ping -c 3 -i 0.2 -W 1 ${SOURCE}`]: [[], 1, 'this must not be asked'],
    });
    expect(read(given, {})).toMatchObject({ state: freshWorld(EXAMPLE).ramp, probes: [] });
  });
});
