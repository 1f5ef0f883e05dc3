import { Fakes } from '../fakes';
import type { Replies } from '../scripts';

export const MARK = '127.112.0.11';
export const PUT = `ip addr replace ${MARK}/32 dev lo valid_lft 10 preferred_lft 10`;
const TAKE = `ip addr del ${MARK}/32 dev lo`;

export const LINK = 'ip -o link show dev tun1';
export const TUNNEL = 'ip -o tunnel show tun1';
export const ROUTE = 'ip -4 route show 10.3.91.216';
const ADDRESSES = 'ip -o -4 addr show';
export const COUNT = 'ovs-ofctl -O OpenFlow13 dump-aggregate br0 cookie=0x999/-1';
export const DIFF = 'ovs-ofctl -O OpenFlow13 diff-flows br0 /dev/stdin';
export const BUNDLE = 'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -';
export const PORT = 'ovs-vsctl get Interface tun0 ofport';
export const TUN0 = 'ip -o link show dev tun0';
export const POD_FLOWS = 'ovs-ofctl -O OpenFlow13 dump-flows br0 ip,nw_dst=10.129.1.254';
const RULE = '-p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';
export const INPUT = `iptables -w -C INPUT ${RULE}`;
const NAT_RULE = '-s 10.3.91.216 -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1';
export const NAT = `iptables -w -t nat -C POSTROUTING ${NAT_RULE}`;
export const NAT_RULES = 'iptables -w -t nat -S POSTROUTING';
export const FORWARDING = 'sysctl -n net/ipv4/conf/tun1/forwarding';

export const CLAIM = 'var/lib/cni/networks/openshift-sdn/10.129.1.254';
export const FENCE = 'var/lib/edge-ramp/edge-a.node.fence';
export const HEALS = 'var/lib/edge-ramp/edge-a.heals';
export const KEPT = '1764403200000 0123456789abcdef kept\n';

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
export const BY_FLOWS = [
  `mark ${MARK}`,
  ...COMMON,
  'keep claim 10.129.1.254%edge-ramp:edge-a',
  'keep address tun0 10.129.1.254%/32',
  `keep flow ${TO_PODS}`,
  `keep flow ${BACK}`,
  'landmark cookie=0x0,table=253,priority=32768,actions=note:01.07.00.00.00.00',
  'landmark cookie=0x0,table=30,priority=300,ip,nw_dst=10.129.0.1,actions=output:[port]',
];
export const BY_NAT = [`mark ${MARK}`, ...COMMON, 'keep nat 10.3.91.216%to [address]'];

export const addresses = (...lines: readonly string[]): Replies => ({ [ADDRESSES]: [lines, 0] });
export const ON_TUN1 =
  '9: tun1    inet 10.3.91.217/32 scope global tun1\\       valid_lft forever preferred_lft forever';
export const GATEWAY = '7: tun0    inet 10.129.0.1/23 brd 10.129.1.255 scope global tun0\\       valid_lft forever';
export const ON_TUN0 =
  '7: tun0    inet 10.129.1.254/32 scope global tun0\\       valid_lft forever preferred_lft forever';
export const counted = (n: number): Replies => ({
  [COUNT]: [[`OFPST_AGGREGATE reply (OF1.3) (xid=0x6): packet_count=612 byte_count=59332 flow_count=${n}`], 0],
});
const done = (...lines: readonly string[]): Replies => Object.fromEntries(lines.map((line) => [line, [[], 0]]));

/** What a whole ramp node answers. */
export const WHOLE: Replies = {
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
  ...done(INPUT, NAT, NAT_RULES, PUT, TAKE),
};

/** What a node answers that was started anew, and whose SDN has made its bridge. */
export const BARE: Replies = {
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
export const MADE = [
  `iptables -w -I INPUT 1 ${RULE}`,
  'ip tunnel add tun1 mode ipip remote 10.3.89.66 local 10.3.89.100 dev eth0',
  'ip link set tun1 up',
  'sysctl -w net/ipv4/conf/tun1/forwarding=1',
  'ip addr add 10.3.91.217/32 dev tun1',
  'ip route add 10.3.91.216/32 dev tun1',
];
export const MADE_BY_FLOWS = ['ip addr add 10.129.1.254/32 dev tun0', BUNDLE];
export const MADE_BY_NAT = [`iptables -w -t nat -I POSTROUTING 1 ${NAT_RULE}`];

/** What one look does and says. */
interface Seen {
  readonly word: string;
  readonly what: string;
  /** Its changes, the mark aside. */
  readonly made: readonly string[];
  readonly mark: 'put' | 'taken' | 'left';
}

const CHANGES = [...MADE, ...MADE_BY_FLOWS, ...MADE_BY_NAT];

/** A ramp node on which a run has left a keeper, with leave to act; its commands answer as they are told to. */
export class KeptNode extends Fakes {
  constructor() {
    super();
    this.write(FENCE, KEPT);
    this.write(CLAIM, 'edge-ramp:edge-a\n');
  }

  /** One look, and then a line of bash in the keeper itself. */
  once(then = '') {
    const files = ['prelude', 'ramp-objects', 'ramp-make', 'keeper-listens', 'keeper-looks', 'keeper'];
    return this.script(files, then, { SSM_Tunnel: 'edge-a' }, ['--once']);
  }

  /** One look at a node that answers like a whole one, but for these. @throws Error when it fails or reports nothing */
  look(goal: readonly string[], differently: Replies = {}): Seen {
    this.write('var/lib/edge-ramp/edge-a.goal', `${goal.join('\n')}\n`);
    this.reply({ ...WHOLE, ...done(...CHANGES), ...differently });
    this.calls();
    const { code, stderr } = this.once();
    if (code !== 0 || stderr !== '') throw new Error(`the keeper ended with ${code}: ${stderr}`);
    const [word = '', epoch, ...what] = this.file('run/edge-ramp/edge-a.report')!.trimEnd().split(' ');
    if (!(Math.abs(Number(epoch) - Date.now() / 1000) < 60)) throw new Error(`its report is of ${epoch}`);
    const calls = this.calls();
    return {
      word,
      what: what.join(' '),
      made: calls.filter((line) => CHANGES.includes(line)),
      mark: calls.includes(PUT) ? 'put' : calls.includes(TAKE) ? 'taken' : 'left',
    };
  }
}
