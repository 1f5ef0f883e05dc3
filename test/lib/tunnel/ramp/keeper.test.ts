import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Replies } from '../scripts';
import {
  MARK,
  LINK,
  TUNNEL,
  ROUTE,
  COUNT,
  DIFF,
  BUNDLE,
  PORT,
  POD_FLOWS,
  INPUT,
  NAT,
  NAT_RULES,
  FORWARDING,
  CLAIM,
  HEALS,
  BY_FLOWS,
  BY_NAT,
  addresses,
  ON_TUN1,
  GATEWAY,
  ON_TUN0,
  counted,
  WHOLE,
  BARE,
  MADE,
  MADE_BY_FLOWS,
  MADE_BY_NAT,
  KeptNode,
} from './keeper-node';

let fakes: KeptNode;
beforeEach(() => (fakes = new KeptNode()));
afterEach(() => fakes.remove());

const look = (...asked: Parameters<KeptNode['look']>): ReturnType<KeptNode['look']> => fakes.look(...asked);

describe('a whole node', () => {
  test.each([
    ['flows', BY_FLOWS],
    ['a rule of nat', BY_NAT],
  ])('with %s is ok, and nothing is done', (_, goal) =>
    expect(look(goal)).toEqual({ word: 'ok', what: '', made: [], mark: 'left' }),
  );

  test('is ok though its tools warn on stderr', () => {
    const warning = `ovsdb_idl|WARN|: flow_count=0 tun0 does not exist, ${MARK}/32 unreachable`;
    const warned = Object.entries(WHOLE).map(([line, [lines, code]]) => [line, [lines, code, warning]] as const);
    expect(look(BY_FLOWS, Object.fromEntries(warned))).toMatchObject({ word: 'ok', made: [], mark: 'left' });
  });

  test('loses a mark that stands', () =>
    expect(
      look(BY_FLOWS, {
        ...addresses(
          `1: lo    inet ${MARK}/32 scope host dynamic lo\\       valid_lft 7sec`,
          GATEWAY,
          ON_TUN0,
          ON_TUN1,
        ),
      }),
    ).toMatchObject({ word: 'ok', mark: 'taken' }));

  test('without a virtual IP has no mark', () =>
    expect(look(['mark -', ...BY_NAT.slice(1)], { [NAT]: BARE[NAT]! })).toMatchObject({
      word: 'healed',
      made: MADE_BY_NAT,
      mark: 'left',
    }));
});

describe('what is missing is put back', () => {
  test('all of it in the order of a run, by flows', () => {
    fakes.write(CLAIM, 'edge-ramp:edge-a\n');
    const seen = look(BY_FLOWS, BARE);
    expect(seen).toMatchObject({ word: 'healed', made: [...MADE, ...MADE_BY_FLOWS], mark: 'put' });
    expect(fakes.file(HEALS)).toMatch(
      /^[0-9]+ tun1 is not there, .*2 of 2 flows are not in br0; no rule of INPUT for 10\.3\.89\.66\n$/,
    );
  });

  test('all of it in the order of a run, by a rule of nat', () =>
    expect(look(BY_NAT, BARE)).toMatchObject({ word: 'healed', made: [...MADE, ...MADE_BY_NAT], mark: 'put' }));

  test.each<[string, Replies, string, readonly string[]]>([
    [
      'a device that is down',
      { [LINK]: [['9: tun1@eth0: <POINTOPOINT,NOARP> mtu 1480'], 0] },
      'tun1 is down',
      [MADE[2]!],
    ],
    ['a route', { [ROUTE]: [[], 0] }, 'no route to 10.3.91.216', [MADE[5]!]],
    ['an address of the device', addresses(GATEWAY, ON_TUN0), 'no 10.3.91.217 on tun1', [MADE[4]!]],
    ['RAMP_SDN_IP', addresses(GATEWAY, ON_TUN1), 'no 10.129.1.254 on tun0', [MADE_BY_FLOWS[0]!]],
    ['forwarding', { [FORWARDING]: [['0'], 0] }, 'tun1 does not forward as it should', [MADE[3]!]],
    [
      'one of the flows',
      { ...counted(1), [DIFF]: [[BARE[DIFF]![0][0]!, '-priority=0 actions=NORMAL'], 2] },
      '1 of 2 flows are not in br0',
      [BUNDLE],
    ],
  ])('%s alone, and its mark stands meanwhile', (_, differently, what, made) =>
    expect(look(BY_FLOWS, differently)).toEqual({ word: 'healed', what, made, mark: 'put' }),
  );

  test('the firewall rule alone needs no mark, since traffic that flows goes on', () =>
    expect(look(BY_FLOWS, { [INPUT]: BARE[INPUT]! })).toEqual({
      word: 'healed',
      what: 'no rule of INPUT for 10.3.89.66',
      made: [MADE[0]],
      mark: 'left',
    }));

  test('a reservation that the CNI lost is made again, unless a Pod has the address', () => {
    fakes.bash(['-c', `rm ${join(fakes.root, CLAIM)}`]);
    expect(look(BY_FLOWS)).toMatchObject({ word: 'healed', what: '10.129.1.254 is not reserved', made: [] });
    expect(fakes.file(CLAIM)).toBe('edge-ramp:edge-a\n');
    fakes.bash(['-c', `rm ${join(fakes.root, CLAIM)}`]);
    const pod = [' cookie=0x0, table=70, priority=100,ip,nw_dst=10.129.1.254 actions=load:0->NXM_NX_REG1[],output:5'];
    expect(look(BY_FLOWS, { [POD_FLOWS]: [pod, 0] }).what).toMatch(/not put back: .*a Pod has address 10\.129\.1\.254/);
    expect(fakes.file(CLAIM)).toBeUndefined();
  });

  test('the flows get the port and the MAC address that tun0 has now', () => {
    fakes.write('bin/ovs-ofctl-input', '');
    look(BY_FLOWS, BARE); // writes the fakes
    fakes.program(
      'ovs-ofctl',
      `case "$*" in *dump-aggregate*) echo flow_count=0 ;; *--bundle*) cat >'${fakes.root}/bundle' ;; *diff-flows*) cat >'${fakes.root}/asked'; exit 2 ;; esac`,
    );
    fakes.once();
    expect(fakes.file('bundle')).toBe(
      'add cookie=0x999,table=0,priority=2000,ip,in_port=3,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],set_field:10.129.1.254->ip_src,goto_table:30\n' +
        'add cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.1.254,actions=set_field:0a:58:0a:81:00:01->eth_dst,set_field:10.3.91.216->ip_dst,output:3\n',
    );
    expect(fakes.file('asked')).toContain('\ncookie=0x0,table=30,priority=300,ip,nw_dst=10.129.0.1,actions=output:3\n');
  });
});

describe('a rule of nat names the address that the node has on its device now', () => {
  const OTHER = '7: tun0    inet 10.131.2.1/23 brd 10.131.3.255 scope global tun0\\       valid_lft forever';
  const rule = (to: string, device = 'tun0'): string =>
    `-s 10.3.91.216 -o ${device} -m comment --comment edge-ramp:edge-a -j SNAT --to-source ${to}`;
  const shown = (to: string, comment = '"edge-ramp:edge-a"'): string =>
    `-A POSTROUTING -s 10.3.91.216/32 -o tun0 -m comment --comment ${comment} -j SNAT --to-source ${to}`;
  const lacks = (to: string, device?: string): Replies => ({
    [`iptables -w -t nat -C POSTROUTING ${rule(to, device)}`]: BARE[NAT]!,
    [`iptables -w -t nat -I POSTROUTING 1 ${rule(to, device)}`]: [[], 0],
  });
  const inserted = (): readonly string[] => fakes.calls().filter((line) => line.includes(' -I POSTROUTING '));
  /** A look at such a node, and the rules that it has put at the head. */
  const put = (goal: readonly string[], differently: Replies) => {
    fakes.write('var/lib/edge-ramp/edge-a.goal', `${goal.join('\n')}\n`);
    fakes.reply({ ...WHOLE, ...differently });
    fakes.calls();
    expect(fakes.once()).toMatchObject({ code: 0, stderr: '' });
    const [word, , ...what] = fakes.file('run/edge-ramp/edge-a.report')!.trimEnd().split(' ');
    return { rules: inserted(), word, what: what.join(' ') };
  };

  test.each<[string, readonly string[], string]>([
    ['of another subnet', [OTHER], '10.131.2.1'],
    [
      "beside another tunnel's, which has no subnet",
      ['7: tun0    inet 10.131.2.250/32 scope global tun0\\  x', OTHER],
      '10.131.2.1',
    ],
    ['which is the first of its subnet', [OTHER.replace('2.1/', '3.9/'), OTHER], '10.131.2.1'],
    [
      'or, where none is, that which comes first',
      [OTHER.replace('2.1/', '3.9/'), OTHER.replace('2.1/', '3.8/')],
      '10.131.3.9',
    ],
  ])('%s', (_, onTun0, to) =>
    expect(put(BY_NAT, { ...addresses(...onTun0, ON_TUN1), ...lacks(to) })).toMatchObject({
      rules: [`iptables -w -t nat -I POSTROUTING 1 ${rule(to)}`],
      word: 'healed',
      what: 'no rule of nat for 10.3.91.216',
    }),
  );

  test('also on another device than tun0', () => {
    const goal = [...BY_NAT.slice(0, -1), 'keep nat 10.3.91.216%to [address] dev ovn-k8s-mp0'];
    const port =
      '5: ovn-k8s-mp0    inet 10.129.0.2/23 brd 10.129.1.255 scope global ovn-k8s-mp0\\       valid_lft forever';
    expect(put(goal, { ...addresses(port, ON_TUN1), ...lacks('10.129.0.2', 'ovn-k8s-mp0') }).rules).toEqual([
      `iptables -w -t nat -I POSTROUTING 1 ${rule('10.129.0.2', 'ovn-k8s-mp0')}`,
    ]);
  });

  test.each<[string, Replies, string]>([
    ['its device has none', addresses(ON_TUN1), 'unknown tun0 has no address of a subnet'],
    [
      'its device has only such without a subnet',
      addresses(ON_TUN0, ON_TUN1),
      'unknown tun0 has no address of a subnet',
    ],
    [
      'a rule of ours stands that names another one',
      {
        ...addresses(OTHER, ON_TUN1),
        ...lacks('10.131.2.1'),
        [NAT_RULES]: [['-P POSTROUTING ACCEPT', shown('10.129.0.1')], 0],
      },
      'changed the rule of nat for 10.3.91.216 names another address or device',
    ],
    [
      'the same by an iptables that shows no quotes',
      { ...lacks('10.129.0.1'), [NAT_RULES]: [[shown('10.129.0.9', 'edge-ramp:edge-a')], 0] },
      'changed the rule of nat for 10.3.91.216 names another address or device',
    ],
    [
      'the rules cannot be listed',
      { ...lacks('10.129.0.1'), [NAT_RULES]: [[], 4, 'Another app is currently holding the xtables lock.'] },
      'unknown iptables -t nat -S POSTROUTING answered (exit code 4): Another app is currently holding the xtables lock.',
    ],
  ])('and nothing is put back where %s', (_, differently, said) => {
    const { rules, word, what } = put(BY_NAT, { ...differently });
    expect([rules, `${word} ${what}`]).toEqual([[], said]);
  });

  test.each([
    ["another tunnel's rule for the same source", [shown('10.129.0.9', '"edge-ramp:edge-ab"')]],
    [
      "somebody's rule for the same source, and ours for another",
      [shown('10.129.0.9', '"mine"'), shown('10.129.0.9').replace('216/32', '215/32')],
    ],
  ])('%s does not stand in its place', (_, rules) =>
    expect(put(BY_NAT, { ...lacks('10.129.0.1'), [NAT_RULES]: [rules, 0] }).rules).toEqual([
      `iptables -w -t nat -I POSTROUTING 1 ${rule('10.129.0.1')}`,
    ]),
  );
});

describe('nothing is touched where something is not simply missing', () => {
  test.each<[string, Replies, string, string]>([
    [
      'a tunnel of that name to somebody else',
      { [TUNNEL]: [['tun1: ip/ip remote 192.0.2.1 local any ttl inherit'], 0] },
      'changed',
      'tun1 is another tunnel',
    ],
    ['a device of that name that is no tunnel', { [TUNNEL]: [[], 0] }, 'changed', 'tun1 is another device'],
    [
      'a route elsewhere',
      { [ROUTE]: [['10.3.91.216 via 10.3.89.1 dev eth0 '], 0] },
      'changed',
      'the route to 10.3.91.216 leads elsewhere',
    ],
    [
      'an address in another form',
      addresses(GATEWAY, ON_TUN0, ON_TUN1.replace('/32', '/24')),
      'changed',
      '10.3.91.217 is on tun1 in another form',
    ],
    [
      'words of ip that say nothing',
      { [ROUTE]: [[], 255] },
      'unknown',
      'ip route show 10.3.91.216 answered (exit code 255)',
    ],
    [
      'a busy lock of iptables',
      { [INPUT]: [[], 4, 'Another app is currently holding the xtables lock.'] },
      'unknown',
      'iptables -C INPUT answered (exit code 4)',
    ],
  ])('%s', (_, differently, word, what) => {
    const seen = look(BY_FLOWS, { ...differently, [FORWARDING]: [['0'], 0] });
    expect(seen).toMatchObject({ word: 'broken', made: [] });
    expect(seen.what).toContain(what);
    const alone = look(BY_FLOWS, differently);
    expect(alone).toMatchObject({ word, made: [], mark: 'left' });
    expect(fakes.file(HEALS)).toBeUndefined();
  });

  test.each<[string, Replies, string]>([
    [
      'Open vSwitch that does not answer',
      { [COUNT]: [[], 1, 'ovs-ofctl: br0 is not a bridge or a socket'] },
      'ovs-ofctl dump-aggregate br0 answered (exit code 1)',
    ],
    [
      'a bridge that the SDN has not made yet',
      { ...counted(0), [DIFF]: [[...BARE[DIFF]![0], '+table=253 actions=note:01.07.00.00.00.00'], 2] },
      'br0 has no table=253 as it was: the SDN makes it, or is of another release',
    ],
    [
      'a flow in the place of ours that does something else',
      {
        ...counted(1),
        [DIFF]: [[...BARE[DIFF]![0], '-table=30 priority=2000,ip,nw_dst=10.129.1.254 cookie=0x5 actions=drop'], 2],
      },
      'the flow table=30 priority=2000,ip,nw_dst=10.129.1.254 of br0 does something else',
    ],
    ['a tun0 without a port', { ...counted(0), [PORT]: [['[]'], 0] }, 'ovs-vsctl get Interface tun0 ofport'],
    [
      'a comparison that fails',
      { ...counted(0), [DIFF]: [[], 1, 'ovs-ofctl: br0 is not a bridge'] },
      'ovs-ofctl diff-flows br0',
    ],
  ])('%s', (_, differently, what) => {
    const seen = look(BY_FLOWS, differently);
    expect(seen).toMatchObject({ made: [] });
    expect(seen.what).toContain(what);
  });

  test("a Pod's reservation of the address", () => {
    fakes.write(CLAIM, '3f8a02\n');
    expect(look(BY_FLOWS, BARE)).toMatchObject({
      word: 'broken',
      made: [],
      what: expect.stringContaining('10.129.1.254 is reserved by another'),
    });
  });

  test('a question that hangs is not broken, and is over within 2 s', () => {
    const started = Date.now();
    fakes.reply({ ...WHOLE });
    fakes.write('var/lib/edge-ramp/edge-a.goal', `${BY_FLOWS.join('\n')}\n`);
    fakes.program('ovs-ofctl', 'exec sleep 60');
    fakes.once();
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(fakes.file('run/edge-ramp/edge-a.report')).toMatch(
      /^unknown [0-9]+ ovs-ofctl dump-aggregate br0 answered \(exit code 124\)/,
    );
  });
});

describe('what it puts back it writes down before,', () => {
  const healed = (before: number): readonly string[] => {
    fakes.write(HEALS, Array.from({ length: before }, (_, i) => `${i + 1} no route\n`).join(''));
    look(BY_NAT, { [ROUTE]: [[], 0] });
    return fakes.file(HEALS)!.trimEnd().split('\n');
  };

  test('a line more each time', () =>
    expect(healed(99)).toEqual([
      ...Array.from({ length: 99 }, (_, i) => `${i + 1} no route`),
      expect.stringMatching(/^\d{10} no route to 10\.3\.91\.216$/),
    ]));

  test('and of a hundred the last fifty stay', () => {
    const lines = healed(100);
    expect(lines).toHaveLength(50);
    expect(lines.slice(-2)).toEqual(['100 no route', expect.stringMatching(/no route to/)]);
  });
});

describe('a keeper that cannot do its work says why', () => {
  test.each([
    ['is missing', undefined],
    ['is of another version', 'keep input 10.3.89.66%ahead\nturn left\n'],
    ['is empty', ''],
  ])('its goal %s', (_, goal) => {
    if (goal !== undefined) fakes.write('var/lib/edge-ramp/edge-a.goal', goal);
    fakes.reply(WHOLE);
    const { code } = fakes.once();
    expect(code).toBe(1);
    expect(fakes.file('run/edge-ramp/edge-a.report')).toMatch(
      /^unknown [0-9]+ its goal .*edge-a\.goal cannot be read\n$/,
    );
    expect(fakes.calls()).toEqual([]);
  });

  test('what cannot be written down is not done', () => {
    symlinkSync('/dev/full', join(fakes.root, HEALS));
    expect(look(BY_NAT, { [ROUTE]: [[], 0] })).toMatchObject({
      made: [],
      what: expect.stringMatching(/not put back: cannot write to .*edge-a\.heals: is its file system full\?/),
    });
  });

  test('a command that the node refuses is named, with what was done before it', () =>
    expect(look(BY_NAT, { ...BARE, [MADE[2]!]: [[], 2, 'RTNETLINK answers: Operation not permitted'] })).toMatchObject({
      word: 'broken',
      made: MADE.slice(0, 3),
      what: expect.stringContaining(
        'ip link set tun1 up answered (exit code 2): RTNETLINK answers: Operation not permitted',
      ),
    }));
});
