import { join } from 'node:path';
import { Fakes } from '../fakes';
import type { Replies } from '../scripts';

const MARK = '127.112.0.11';
const PUT = `ip addr replace ${MARK}/32 dev lo valid_lft 10 preferred_lft 10`;
const TAKE = `ip addr del ${MARK}/32 dev lo`;
const LINK = 'ip -o link show dev tun1';
const ROUTE = 'ip -o -4 route get 10.3.91.216';
const TUN0 = 'ip -o -4 addr show dev tun0';
const FLOWS = 'ovs-ofctl -O OpenFlow13 dump-aggregate br0 cookie=0x999/-1';
const NAT =
  'iptables -w -t nat -C POSTROUTING -s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1';

/** What a whole ramp node answers. */
const WHOLE: Replies = {
  [LINK]: [
    ['9: tun1@eth0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT group default'],
    0,
  ],
  [ROUTE]: [['10.3.91.216 dev tun1 src 10.3.91.217 uid 0 \\    cache '], 0],
  [TUN0]: [
    [
      '7: tun0    inet 10.129.0.1/23 brd 10.129.1.255 scope global tun0\\       valid_lft forever preferred_lft forever',
      '7: tun0    inet 10.129.1.254/32 scope global tun0\\       valid_lft forever preferred_lft forever',
    ],
    0,
  ],
  [FLOWS]: [['OFPST_AGGREGATE reply (OF1.3) (xid=0x6): packet_count=612 byte_count=59332 flow_count=4'], 0],
  [NAT]: [[], 0],
  'ip -o -4 addr show dev lo': [['1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever'], 0],
  [PUT]: [[], 0],
  [TAKE]: [[], 0],
};
/** COOKIE and ADDRESS: with flows, and with `snat: gateway`. */
type How = readonly [cookie: string, address: string];
const BY_FLOWS: How = ['0x999', '10.129.1.254'];
const BY_NAT: How = ['-', '10.129.0.1'];

const fakes = new Fakes();
afterAll(() => fakes.remove());
const reporter = fakes.script(['vip-report'], 'report_text').stdout;
fakes.write('vip-report', reporter);

/** One look at a node that answers like a whole one, but for these. */
function look([cookie, address]: How, differently: Replies = {}) {
  fakes.reply({ ...WHOLE, ...differently });
  fakes.calls();
  const args = [join(fakes.root, 'vip-report'), '--once', MARK, 'tun1', '10.3.91.216', cookie, address, 'edge-a'];
  const { code, stdout, stderr } = fakes.bash(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = fakes.file('run/edge-ramp/edge-a.report')!;
  const [word, epoch, ...what] = report.trimEnd().split(' ');
  expect(Math.abs(Number(epoch) - Date.now() / 1000)).toBeLessThan(60);
  const calls = fakes.calls();
  return { word, what: what.join(' '), stdout, put: calls.includes(PUT), took: calls.includes(TAKE) };
}

test.each<[string, How]>([
  ['flows', BY_FLOWS],
  ['a rule of nat', BY_NAT],
])('a whole node with %s is ok, and gets no mark', (_, how) =>
  expect(look(how)).toEqual({ word: 'ok', what: '', stdout: 'ok\n', put: false, took: false }),
);

test('a whole node whose tools warn on stderr is ok', () => {
  const warning = `ovsdb_idl|WARN|: flow_count=0 tun0 does not exist, ${MARK}/32 unreachable`;
  const warned = Object.entries(WHOLE).map(([line, [lines, code]]) => [line, [lines, code, warning]] as const);
  expect(look(BY_FLOWS, Object.fromEntries(warned))).toMatchObject({ word: 'ok', what: '', put: false, took: false });
});

test('a mark that stands on a whole node is taken away', () =>
  expect(
    look(BY_FLOWS, {
      'ip -o -4 addr show dev lo': [[`1: lo    inet ${MARK}/32 scope host dynamic lo\\       valid_lft 7sec`], 0],
    }),
  ).toMatchObject({ word: 'ok', put: false, took: true }));

test.each<[string, How, Replies, string]>([
  ['no tunnel device', BY_FLOWS, { [LINK]: [[], 1, 'Device "tun1" does not exist.'] }, 'tun1 is not there'],
  [
    'a tunnel device that is down',
    BY_FLOWS,
    { [LINK]: [['9: tun1@eth0: <POINTOPOINT,NOARP> mtu 1480 qdisc noop'], 0] },
    'tun1 is down',
  ],
  [
    'no route',
    BY_FLOWS,
    { [ROUTE]: [[], 2, 'RTNETLINK answers: Network is unreachable'] },
    'no route to 10.3.91.216 by tun1',
  ],
  [
    'a route elsewhere',
    BY_FLOWS,
    { [ROUTE]: [['10.3.91.216 via 10.3.89.1 dev eth0 src 10.3.89.89 \\    cache '], 0] },
    'no route to 10.3.91.216 by tun1',
  ],
  ['no RAMP_SDN_IP', BY_FLOWS, { [TUN0]: [[WHOLE[TUN0]![0][0]!], 0] }, 'no 10.129.1.254 on tun0'],
  ['no tun0', BY_FLOWS, { [TUN0]: [[], 1, 'Device "tun0" does not exist.'] }, 'tun0 is not there'],
  [
    'no flow',
    BY_FLOWS,
    { [FLOWS]: [['OFPST_AGGREGATE reply (OF1.3) (xid=0x6): packet_count=0 byte_count=0 flow_count=0'], 0] },
    'no flow with cookie 0x999',
  ],
  [
    'no rule of nat',
    BY_NAT,
    { [NAT]: [[], 1, 'iptables: Bad rule (does a matching rule exist in that chain?).'] },
    'no rule of nat from 10.3.91.216 to 10.129.0.1',
  ],
])('%s is broken: the mark is put for 10 s', (_, how, differently, what) =>
  expect(look(how, differently)).toEqual({ word: 'broken', what, stdout: `broken: ${what}\n`, put: true, took: false }),
);

test('what is missing is named together, and what is not known beside it', () =>
  expect(
    look(BY_FLOWS, {
      [LINK]: [[], 1, 'Device "tun1" does not exist.'],
      [ROUTE]: [[], 2, 'RTNETLINK answers: Network is unreachable'],
      [FLOWS]: [[], 1, 'ovs-ofctl: br0 is not a bridge or a socket'],
    }),
  ).toMatchObject({
    word: 'broken',
    what: 'tun1 is not there, no route to 10.3.91.216 by tun1; not known: ovs-ofctl dump-aggregate br0 answered (exit code 1): ovs-ofctl: br0 is not a bridge or a socket',
  }));

test.each<[string, How, Replies, string]>([
  [
    'Open vSwitch that does not answer',
    BY_FLOWS,
    { [FLOWS]: [[], 1, 'ovs-ofctl: br0 is not a bridge or a socket'] },
    'ovs-ofctl dump-aggregate br0',
  ],
  [
    'words of ip that say nothing',
    BY_FLOWS,
    { [LINK]: [[], 1, 'Cannot open netlink socket: Too many open files'] },
    'ip link show dev tun1',
  ],
  ['no words of ip', BY_FLOWS, { [ROUTE]: [[], 255] }, 'ip route get 10.3.91.216'],
  [
    'a refusal on tun0',
    BY_FLOWS,
    { [TUN0]: [[], 1, 'Cannot send dump request: No buffer space available'] },
    'ip addr show dev tun0',
  ],
  [
    'a busy lock of iptables',
    BY_NAT,
    { [NAT]: [['Another app is currently holding the xtables lock.'], 4] },
    'iptables -C POSTROUTING',
  ],
])('%s is not broken: no mark is put, and one that stands runs out', (_, how, differently, asked) => {
  const seen = look(how, differently);
  expect(seen).toMatchObject({ word: 'unknown', put: false, took: false });
  expect(seen.what).toContain(`${asked} answered (exit code `);
});

test('a question that hangs is not broken, and is over within 2 s', () => {
  fakes.reply(WHOLE);
  fakes.write('bin/ovs-ofctl', '#!/bin/bash\nexec sleep 60\n');
  const started = Date.now();
  const args = [MARK, 'tun1', '10.3.91.216', '0x999', '10.129.1.254', 'edge-a'];
  const { code } = fakes.bash([join(fakes.root, 'vip-report'), '--once', ...args]);
  expect(code).toBe(0);
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(fakes.file('run/edge-ramp/edge-a.report')).toMatch(
    /^unknown [0-9]+ ovs-ofctl dump-aggregate br0 answered \(exit code 124\)/,
  );
});

test('without all its arguments it does nothing', () => {
  const { code, stderr } = fakes.bash([join(fakes.root, 'vip-report'), MARK, 'tun1']);
  expect(code).toBe(2);
  expect(stderr).toContain('usage: vip-report');
});
