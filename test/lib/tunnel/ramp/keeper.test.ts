import { chmodSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Fakes } from '../fakes';
import type { Replies } from '../scripts';

const MARK = '127.112.0.11';
const PUT = `ip addr replace ${MARK}/32 dev lo valid_lft 10 preferred_lft 10`;
const TAKE = `ip addr del ${MARK}/32 dev lo`;

const LINK = 'ip -o link show dev tun1';
const TUNNEL = 'ip -o tunnel show tun1';
const ROUTE = 'ip -4 route show 10.3.91.216';
const ADDRESSES = 'ip -o -4 addr show';
const COUNT = 'ovs-ofctl -O OpenFlow13 dump-aggregate br0 cookie=0x999/-1';
const DIFF = 'ovs-ofctl -O OpenFlow13 diff-flows br0 /dev/stdin';
const BUNDLE = 'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -';
const PORT = 'ovs-vsctl get Interface tun0 ofport';
const TUN0 = 'ip -o link show dev tun0';
const POD_FLOWS = 'ovs-ofctl -O OpenFlow13 dump-flows br0 ip,nw_dst=10.129.1.254';
const RULE = '-p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';
const INPUT = `iptables -w -C INPUT ${RULE}`;
const NAT_RULE = '-s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1';
const NAT = `iptables -w -t nat -C POSTROUTING ${NAT_RULE}`;
const FORWARDING = 'sysctl -n net/ipv4/conf/tun1/forwarding';

const CLAIM = 'var/lib/cni/networks/openshift-sdn/10.129.1.254';
const FENCE = 'var/lib/edge-ramp/edge-a.node.fence';
const HEALS = 'var/lib/edge-ramp/edge-a.heals';
const KEPT = '1764403200000 0123456789abcdef kept\n';

const TO_PODS =
  'table=0,priority=2000,ip,in_port=[port],nw_src=10.3.91.216,nw_dst=10.128.0.0/14%cookie=0x999 actions=load:0->NXM_NX_REG0[],set_field:10.129.1.254->ip_src,goto_table:30';
const BACK =
  'table=30,priority=2000,ip,nw_dst=10.129.1.254%cookie=0x999 actions=set_field:[mac]->eth_dst,set_field:10.3.91.216->ip_dst,output:[port]';
const COMMON = [
  'keep input 10.3.89.66%ahead',
  'keep tunnel tun1%remote 10.3.89.66 local 10.3.89.100 dev eth0',
  'keep link tun1%up',
  'keep forwarding tun1%on',
  'keep address tun1 10.3.91.217%/32',
  'keep route 10.3.91.216%dev tun1',
];
const BY_FLOWS = [
  `mark ${MARK}`,
  ...COMMON,
  'keep claim 10.129.1.254%edge-ramp:edge-a',
  'keep address tun0 10.129.1.254%/32',
  `keep flow ${TO_PODS}`,
  `keep flow ${BACK}`,
  'landmark cookie=0x0,table=253,priority=32768,actions=note:01.07.00.00.00.00',
  'landmark cookie=0x0,table=30,priority=300,ip,nw_dst=10.129.0.1,actions=output:[port]',
];
const BY_NAT = [`mark ${MARK}`, ...COMMON, 'keep nat 10.3.91.216%to 10.129.0.1'];

const addresses = (...lines: readonly string[]): Replies => ({ [ADDRESSES]: [lines, 0] });
const ON_TUN1 = '9: tun1    inet 10.3.91.217/32 scope global tun1\\       valid_lft forever preferred_lft forever';
const GATEWAY = '7: tun0    inet 10.129.0.1/23 brd 10.129.1.255 scope global tun0\\       valid_lft forever';
const ON_TUN0 = '7: tun0    inet 10.129.1.254/32 scope global tun0\\       valid_lft forever preferred_lft forever';
const counted = (n: number): Replies => ({
  [COUNT]: [[`OFPST_AGGREGATE reply (OF1.3) (xid=0x6): packet_count=612 byte_count=59332 flow_count=${n}`], 0],
});
const done = (...lines: readonly string[]): Replies => Object.fromEntries(lines.map((line) => [line, [[], 0]]));

/** What a whole ramp node answers. */
const WHOLE: Replies = {
  [LINK]: [['9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN'], 0],
  [TUNNEL]: [['tun1: ip/ip  remote 10.3.89.66  local 10.3.89.100  dev eth0  ttl inherit '], 0],
  [ROUTE]: [['10.3.91.216 dev tun1 scope link '], 0],
  ...addresses(GATEWAY, ON_TUN0, ON_TUN1),
  ...counted(2),
  [FORWARDING]: [['1'], 0],
  [PORT]: [['3'], 0],
  [TUN0]: [
    ['7: tun0: <BROADCAST,UP> mtu 1450 qdisc noqueue\\    link/ether 0a:58:0a:81:00:01 brd ff:ff:ff:ff:ff:ff'],
    0,
  ],
  [POD_FLOWS]: [['OFPST_FLOW reply (OF1.3) (xid=0x2):'], 0],
  'ip -o -4 addr show dev lo': [['1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever'], 0],
  ...done(INPUT, NAT, PUT, TAKE),
};

/** What a node answers that was started anew, and whose SDN has made its bridge. */
const BARE: Replies = {
  [LINK]: [[], 1, 'Device "tun1" does not exist.'],
  [FORWARDING]: [[], 255, 'sysctl: cannot stat /proc/sys/net/ipv4/conf/tun1/forwarding'],
  [ROUTE]: [[], 0],
  ...addresses(GATEWAY),
  ...counted(0),
  [DIFF]: [
    [
      '+priority=2000,ip,in_port=3,nw_src=10.3.91.216,nw_dst=10.128.0.0/14 cookie=0x999 actions=load:0->NXM_NX_REG0[],goto_table:30',
      '-priority=0 actions=NORMAL',
      '+table=30 priority=2000,ip,nw_dst=10.129.1.254 cookie=0x999 actions=output:3',
    ],
    2,
  ],
  [INPUT]: [[], 1, 'iptables: Bad rule (does a matching rule exist in that chain?).'],
  [NAT]: [[], 1, 'iptables: No chain/target/match by that name.'],
};
/** In the order of a run. */
const MADE = [
  `iptables -w -I INPUT 1 ${RULE}`,
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 local 10.3.89.100 dev eth0',
  'ip link set tun1 up',
  'sysctl -w net/ipv4/conf/tun1/forwarding=1',
  'ip addr add 10.3.91.217/32 dev tun1',
  'ip route add 10.3.91.216/32 dev tun1',
];
const MADE_BY_FLOWS = ['ip addr add 10.129.1.254/32 dev tun0', BUNDLE];
const MADE_BY_NAT = [`iptables -w -t nat -I POSTROUTING 1 ${NAT_RULE}`];

let fakes: Fakes;
beforeEach(() => {
  fakes = new Fakes();
  fakes.write(FENCE, KEPT);
  fakes.write(CLAIM, 'edge-ramp:edge-a\n');
});
afterEach(() => {
  chmodSync(join(fakes.root, 'var/lib/edge-ramp'), 0o700);
  fakes.remove();
});

interface Seen {
  readonly word: string;
  readonly what: string;
  /** Its changes, the mark aside. */
  readonly made: readonly string[];
  readonly mark: 'put' | 'taken' | 'left';
}

const CHANGES = [...MADE, ...MADE_BY_FLOWS, ...MADE_BY_NAT];

const once = () =>
  fakes.script(['prelude', 'ramp-objects', 'ramp-make', 'keeper'], '', { SSM_Tunnel: 'edge-a' }, ['--once']);

/** One look at a node that answers like a whole one, but for these. */
function look(goal: readonly string[], differently: Replies = {}): Seen {
  fakes.write('var/lib/edge-ramp/edge-a.goal', `${goal.join('\n')}\n`);
  fakes.reply({ ...WHOLE, ...done(...CHANGES), ...differently });
  fakes.calls();
  const { code, stderr } = once();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [word = '', epoch, ...what] = fakes.file('run/edge-ramp/edge-a.report')!.trimEnd().split(' ');
  expect(Math.abs(Number(epoch) - Date.now() / 1000)).toBeLessThan(60);
  const calls = fakes.calls();
  return {
    word,
    what: what.join(' '),
    made: calls.filter((line) => CHANGES.includes(line)),
    mark: calls.includes(PUT) ? 'put' : calls.includes(TAKE) ? 'taken' : 'left',
  };
}

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
        'ip -o -4 addr show dev lo': [[`1: lo    inet ${MARK}/32 scope host dynamic lo\\       valid_lft 7sec`], 0],
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
    once();
    expect(fakes.file('bundle')).toBe(
      'add cookie=0x999,table=0,priority=2000,ip,in_port=3,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],set_field:10.129.1.254->ip_src,goto_table:30\n' +
        'add cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.1.254,actions=set_field:0a:58:0a:81:00:01->eth_dst,set_field:10.3.91.216->ip_dst,output:3\n',
    );
    expect(fakes.file('asked')).toContain('\ncookie=0x0,table=30,priority=300,ip,nw_dst=10.129.0.1,actions=output:3\n');
  });
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
    once();
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(fakes.file('run/edge-ramp/edge-a.report')).toMatch(
      /^unknown [0-9]+ ovs-ofctl dump-aggregate br0 answered \(exit code 124\)/,
    );
  });
});

describe('never against a run', () => {
  const broken = (fence: string, ageSeconds = 0): Seen => {
    fakes.write(FENCE, fence);
    const then = Date.now() / 1000 - ageSeconds;
    utimesSync(join(fakes.root, FENCE), then, then);
    return look(BY_NAT, { [ROUTE]: [[], 0] });
  };

  test.each([
    ['that has looked', '1764403200001 -\n'],
    ['that is changing it', '1764403200001 fedcba9876543210\n'],
  ])('a node of a run %s is left alone for ten minutes', (_, fence) => {
    expect(broken(fence, 540)).toMatchObject({
      word: 'broken',
      made: [],
      mark: 'put',
      what: expect.stringMatching(/not put back: a run looked at this node 5[4-9][0-9] s ago/),
    });
    expect(fakes.file(FENCE)).toBe(fence);
  });

  test('after that the run is over or dead: the keeper takes a later fence, so that a live one is refused', () => {
    expect(broken('1764403200001 fedcba9876543210\n', 601)).toMatchObject({ word: 'healed', made: [MADE[5]] });
    expect(fakes.file(FENCE)).toBe('1764403200002 - kept\n');
    const late = { SSM_Tunnel: 'edge-a', SSM_Fence: '1764403200001' };
    expect(fakes.script(['prelude'], 'enter node "$SSM_Fence" fedcba9876543210', late)).toMatchObject({
      code: 11,
      stderr: expect.stringContaining('from an overtaken run'),
    });
  });

  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is no fence', 'x[$(reboot)]\n'],
  ])('a fence that %s keeps it silent', (_, fence) => {
    if (fence === undefined) fakes.bash(['-c', `rm ${join(fakes.root, FENCE)}`]);
    const seen = fence === undefined ? look(BY_NAT, { [ROUTE]: [[], 0] }) : broken(fence, 3600);
    expect(seen).toMatchObject({ made: [], what: expect.stringContaining('the fence in') });
  });

  test('a clock that is behind the last run keeps it silent', () =>
    expect(broken('1764403200001 -\n', -3600)).toMatchObject({
      made: [],
      what: expect.stringContaining('the clock is behind the last run'),
    }));

  test('a command that holds the lock keeps it silent', () => {
    fakes.write('var/lib/edge-ramp/node.lock', '');
    fakes.program('flock', 'exit 1');
    expect(look(BY_NAT, { [ROUTE]: [[], 0] })).toMatchObject({
      made: [],
      what: expect.stringContaining('a command of a run holds this node'),
    });
  });

  test('a command of the run that allowed it to act takes nothing of that back', () => {
    const again = { SSM_Tunnel: 'edge-a', SSM_Fence: '1764403200000' };
    for (const digest of ['-', '0123456789abcdef'])
      expect(fakes.script(['prelude'], `enter node "$SSM_Fence" ${digest}`, again)).toMatchObject({ code: 0 });
    expect(fakes.file(FENCE)).toBe(KEPT);
    const next = { ...again, SSM_Fence: '1764403200009' };
    expect(fakes.script(['prelude'], 'enter node "$SSM_Fence" -', next)).toMatchObject({ code: 0 });
    expect(fakes.file(FENCE)).toBe('1764403200009 -\n');
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
    const { code } = once();
    expect(code).toBe(1);
    expect(fakes.file('run/edge-ramp/edge-a.report')).toMatch(
      /^unknown [0-9]+ its goal .*edge-a\.goal cannot be read\n$/,
    );
    expect(fakes.calls()).toEqual([]);
  });

  test('what cannot be written down is not done', () => {
    fakes.program('dd', 'exit 1');
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
