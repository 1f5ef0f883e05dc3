import type { Replies } from '../scripts';
import {
  BARE,
  BUNDLE,
  BY_FLOWS,
  BY_NAT,
  CLAIM,
  COUNT,
  DIFF,
  INPUT,
  KeptNode,
  LINK,
  PORT,
  PUT,
  ROUTE,
  TUN0,
  TUNNEL,
  WHOLE,
  counted,
} from './keeper-node';

/*
 * How a keeper hears of a change: `ip monitor` and `ovs-ofctl monitor` in the words of iproute2 6.1 and Open vSwitch 3.1. Whoever waits in vain here waits
 * until the test ends it.
 */

let node: KeptNode;
beforeEach(() => (node = new KeptNode()));
afterEach(() => node.remove());

const FOREVER = 1000;

/** A keeper that has looked once, and then does this. `told` is what its node tells of itself: by commands that print and then wait, or end. */
function keeper(then: string, told: { readonly ip?: string; readonly ovs?: string } = {}, goal = BY_FLOWS) {
  node.write('var/lib/edge-ramp/edge-a.goal', `${goal.join('\n')}\n`);
  const pids = `${node.root}/pids`;
  const monitor = (lines = 'exec sleep 60'): string =>
    `case " $* " in *' monitor '*) echo "$$" >>'${pids}'; ${lines} ;; esac`;
  node.reply(WHOLE, { ip: monitor(told.ip), 'ovs-ofctl': monitor(told.ovs) });
  const { stdout } = node.once(`echo; ${then}\n[ ! -e '${pids}' ] || kill $(cat '${pids}') 2>/dev/null`);
  const monitors = node.calls().filter((line) => line.includes(' monitor '));
  return { said: stdout.replace('ok\n\n', ''), monitors: [...monitors].sort() };
}

describe('a keeper hears', () => {
  test.each([
    ['its device go', 'Deleted 9: tun1@NONE: <POINTOPOINT,NOARP> mtu 1480 qdisc noop state DOWN group default'],
    ['its device go down', '9: tun1@eth0: <POINTOPOINT,NOARP> mtu 1480 qdisc noqueue state DOWN group default'],
    ['its route go', 'Deleted 10.3.91.216 dev tun1 scope link '],
    ['tun0 made anew', '12: tun0: <BROADCAST,MULTICAST> mtu 1450 qdisc noop state DOWN group default'],
    ['RAMP_SDN_IP go', 'Deleted 7: tun0    inet 10.129.1.254/32 scope global tun0'],
  ])('%s', (_, line) => expect(keeper(`concerns '${line}' && echo "$told"`).said).toBe('all\n'));

  const DELETED = ' event=DELETED reason=delete table=30 cookie=0x999 ip,nw_dst=10.129.1.254';
  test('flows of its cookie deleted, and whether it was flows alone', () => {
    const device = '9: tun1@eth0: <POINTOPOINT,NOARP> mtu 1480 qdisc noqueue state DOWN group default';
    const hear = (...lines: readonly string[]): string =>
      `told=''; ${lines.map((line) => `concerns '${line}'`).join('; ')}; echo "$told"`;
    expect(keeper([hear(DELETED, DELETED), hear(DELETED, device), hear(device, DELETED)].join('; ')).said).toBe(
      'flows\nall\nall\n',
    );
  });

  test.each([
    ['a Pod come', '24: veth3d1f@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master ovs-system'],
    ['a flow of the SDN deleted', ' event=DELETED reason=delete table=80 cookie=0x9991 priority=100,reg0=0x1'],
    ['its own mark', '1: lo    inet 127.112.0.11/32 scope host dynamic lo'],
    ['the frame of a message', 'ONFST_FLOW_MONITOR reply (OF1.3) (xid=0x0):'],
  ])('not %s', (_, line) => expect(keeper(`concerns '${line}' || echo no`).said).toBe('no\n'));
});

describe('it waits', () => {
  const wait = `pause=${FOREVER}; listen; wait_for_look; echo "waited, listens: \${listening:-no}"`;

  test('no longer than until it hears of what it keeps, whatever else it hears', () => {
    const ovs = `echo ' event=DELETED reason=delete table=80 cookie=0x1 priority=1'; echo ' event=DELETED reason=delete table=30 cookie=0x999 ip' >&2; exec sleep 60`;
    expect(keeper(wait, { ovs })).toMatchObject({
      said: 'waited, listens: yes\n',
      monitors: [
        'ip -o monitor link address route',
        'ovs-ofctl -O OpenFlow13 monitor br0 watch:!initial,!add,!modify,!actions',
      ],
    });
  });

  test('once for what is told in one go', () => {
    const ip = `env printf 'Deleted %s: tun1@NONE: <POINTOPOINT>\\n' 1 2 3; exec sleep 60`;
    expect(keeper(`${wait}; IFS= read -r -t 0.1 -u 8 line || echo 'nothing is left'`, { ip }).said).toBe(
      'waited, listens: yes\nnothing is left\n',
    );
  });

  test('for flows alone, where these are all that was told in one go', () => {
    const flow = `echo ' event=DELETED reason=delete table=30 cookie=0x999 ip' >&2`;
    const device = `env printf 'Deleted 9: tun1@NONE: <POINTOPOINT>\n%s\n' ' cookie=0x999 '`;
    const told = `${wait}; echo "$told"`;
    expect(keeper(told, { ovs: `${flow}; exec sleep 60` }).said).toContain('yes\nflows\n');
    expect(keeper(told, { ip: `${device}; exec sleep 60` }).said).toContain('yes\nall\n');
  });

  test('not at all for an Open vSwitch that tells nothing, and listens again only a minute later', () => {
    const again = 'listen || echo "not yet"; SECONDS=100; listen && echo "again"';
    expect(keeper(`${wait}; ${again}`, { ovs: 'exit 1' }).said).toBe('waited, listens: no\nnot yet\nagain\n');
  });

  test('no longer for an Open vSwitch that ends, and listens again at once', () => {
    const later = `pause=${FOREVER}; listen; since=-20; wait_for_look; echo "listens: \${listening:-no}"; listen && echo "again"`;
    expect(keeper(later, { ovs: 'exit 1' }).said).toBe('listens: no\nagain\n');
  });

  test('until the next look is due where nothing happens', () => {
    expect(keeper('listen; wait_for_look; echo "waited $pause"').said).toBe('waited 2\n');
  });

  test('for what the kernel tells alone where the node has no flows', () => {
    const ip = `echo 'Deleted 10.3.91.216 dev tun1 scope link '; exec sleep 60`;
    expect(keeper(wait, { ip }, BY_NAT)).toMatchObject({
      said: 'waited, listens: yes\n',
      monitors: ['ip -o monitor link address route'],
    });
  });
});

describe('flows that are told to be gone, where the look before has found all right,', () => {
  const lost = (then: string, differently: Replies = {}): readonly string[] => {
    node.write('var/lib/edge-ramp/edge-a.goal', `${BY_FLOWS.join('\n')}\n`);
    const none = counted(0)[COUNT]![0][0]!;
    const gone = `case "$*" in *dump-aggregate*) [ ! -e '${node.root}/lost' ] || { echo '${none}' && exit; } ;; esac`;
    node.reply({ ...WHOLE, [DIFF]: BARE[DIFF]!, [BUNDLE]: [[], 0], ...differently }, { 'ovs-ofctl': gone });
    const { stdout } = node.once(`: >'${node.root}/lost' >'${node.root}/calls'; ${then}`);
    return [...node.calls(), ...stdout.trimEnd().split('\n').slice(1)];
  };

  test('are put back by a look at them and the claim on their source address alone, which does not count them first', () => {
    const healed = 'healed: 2 of 2 flows are not in br0';
    expect(lost('told=flows; look')).toEqual([PORT, TUN0, DIFF, PUT, BUNDLE, healed]);
  });

  test('are told to be in br0 where they are, and nothing is sent', () => {
    const others = { [DIFF]: [['-priority=0 actions=NORMAL'], 2] } satisfies Replies;
    expect(lost('told=flows; look; echo "$last, again after $pause s"', others)).toEqual([
      PORT,
      TUN0,
      DIFF,
      'ok , again after 2 s',
    ]);
  });

  test.each([
    ['tun0 has no port', { [PORT]: [['[]'], 0] }],
    ['br0 does not answer', { [DIFF]: [[], 1, 'ovs-ofctl: br0 is not a bridge or a socket'] }],
  ] satisfies [string, Replies][])('are looked for again soon where %s', (_, differently) => {
    const calls = lost('told=flows; look; echo "again after $pause s"', differently);
    expect(calls).not.toContain(BUNDLE);
    expect(calls.slice(-2)).toEqual([expect.stringMatching(/^unknown: ovs-/), 'again after 0.5 s']);
  });

  test('and the next look is at everything, whatever is told', () => {
    const next = lost(`rm '${node.root}/lost'; told=flows; look; : >'${node.root}/calls'; told=flows; look`);
    expect(next).toEqual(expect.arrayContaining([LINK, TUNNEL, ROUTE, INPUT]));
  });

  test('are no reason to look at them alone where more was told, or where the look before has found something else', () => {
    expect(lost('told=all; look')).toContain(LINK);
    expect(lost('told=flows; look', { [ROUTE]: [['10.3.91.216 via 10.3.89.1 dev eth0'], 0] })).toContain(LINK);
  });

  test('stay where their source address is claimed by another', () => {
    const calls = lost(`echo a-pod >'${node.root}/${CLAIM}'; told=flows; look`);
    expect(calls).not.toContain(BUNDLE);
    expect(calls.at(-1)).toMatch(/^broken: 2 of 2 flows are not in br0; 10\.129\.1\.254 is reserved by another$/);
  });
});
