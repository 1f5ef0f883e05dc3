import type { Twin } from './alike';
import { BIGIP, FIRST, single } from './site';

/** Something that people, the product or chance do to a tunnel's hosts. */
export interface Step {
  readonly what: string;
  readonly does: (twin: Twin) => Promise<unknown>;
}

const [T1, T2, SDN_IP] = ['10.3.92.216', '10.3.92.217', '10.129.1.254'];
const RULE = '-p 4 -s 10.20.30.1 -m comment --comment edge-ramp:edge-b -j ACCEPT';

const ON_NODE: readonly string[] = [
  'ip link set tun1 down',
  'ip link set tun1 up',
  'ip link del tun1',
  'ip tunnel add tun1 mode ipip remote 10.20.30.1 dev eth0',
  'ip tunnel change tun1 mode ipip remote 10.20.30.9',
  'ip tunnel change tun1 mode ipip remote 10.20.30.1 local any dev eth0',
  'ip tunnel change tun1 mode ipip remote 10.20.30.1 local 10.20.30.2',
  'ip tunnel add tun7 mode ipip remote 10.20.30.1 local 10.20.30.2 dev eth0',
  'ip link set tun7 up',
  'ip tunnel del tun7',
  `ip addr del ${T2}/32 dev tun1`,
  `ip addr add ${T2}/32 dev tun1`,
  `ip addr add ${T2}/24 dev tun1`,
  `ip addr del ${T2}/24 dev tun1`,
  `ip route del ${T1}/32`,
  `ip route add ${T1}/32 dev tun1`,
  `ip route replace ${T1}/32 via 10.20.30.1 dev eth0`,
  `ip addr del ${SDN_IP}/32 dev tun0`,
  `ip addr add ${SDN_IP}/32 dev tun0`,
  `iptables -w -D INPUT ${RULE}`,
  `iptables -w -A INPUT ${RULE}`,
  `iptables -w -I INPUT 1 ${RULE}`,
  'iptables -w -I INPUT 1 -p 4 -j DROP',
  'iptables -w -D INPUT -p 4 -j DROP',
  `iptables -w -t nat -I POSTROUTING 1 -s ${T1} -o tun0 -m comment --comment edge-ramp:edge-b -j SNAT --to-source 10.129.0.1`,
  `iptables -w -t nat -D POSTROUTING -s ${T1} -o tun0 -m comment --comment edge-ramp:edge-b -j SNAT --to-source 10.129.0.1`,
  'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1',
  `ovs-ofctl -O OpenFlow13 --strict del-flows br0 table=30,priority=2000,arp,arp_tpa=${SDN_IP}`,
  `ovs-ofctl -O OpenFlow13 --strict del-flows br0 table=30,priority=2000,ip,nw_dst=${SDN_IP}`,
  `ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x999,table=30,priority=2000,arp,arp_tpa=${SDN_IP},actions=drop`,
];
const ON_BIGIP: readonly string[] = [
  'modify net tunnels tunnel SDN remote-address 10.20.30.9',
  'modify net tunnels tunnel SDN remote-address 10.20.30.2',
  'modify net self SDN allow-service none',
  'modify net self SDN allow-service all',
  'delete net route SDN_10.128.0.0_14',
  'create net route SDN_10.128.0.0_14 { network 10.128.0.0/14 interface SDN }',
  'delete net self SDN',
  'delete net tunnels tunnel SDN',
  'delete ltm snatpool SDN_snatpool',
  'modify ltm virtual ose-vserver source-address-translation { type automap }',
  'save sys config',
  'load sys config',
];

/** A step for each line that is typed on a host. */
export const lines = (host: string, all: readonly string[]): readonly Step[] =>
  all.map((line) => ({ what: `${host}: ${line}`, does: (twin) => twin.type(host, line) }));

/** A run of the product without its state machine: BIG-IP and the node are looked at, and led to what is declared, or to nothing. */
const run = (goal: 'desired' | 'absent', snat: 'flows' | 'gateway'): Step => ({
  what: `${goal} with snat ${snat}`,
  does: async (twin) => [
    await twin.lead(FIRST, goal, { ...single, snat }),
    await twin.lead(BIGIP, goal, { ...single, snat }),
  ],
});
const RUNS = [run('desired', 'flows'), run('desired', 'gateway'), run('absent', 'flows')];

const HAPPENINGS: readonly Step[] = [
  { what: 'the keeper looks, and puts back what it may', does: ({ hosts }) => hosts.act(FIRST, 'keep') },
  { what: "flows that are not the SDN's are wiped", does: ({ hosts }) => hosts.act(FIRST, 'wipe-flows') },
  { what: 'Open vSwitch is started anew', does: (twin) => twin.rebuild(FIRST) },
];

/** As many of them as begin within so many seconds. */
export function* within(seconds: number, steps: Iterable<Step>): Generator<Step> {
  const until = Date.now() + seconds * 1000;
  for (const step of steps) {
    if (Date.now() >= until) return;
    yield step;
  }
}

/** Mulberry32: numbers from 0 to below 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps without end: half of them disturb a node, and runs put right what they meet often enough that there is something to disturb. */
export function* steps(seed: number): Generator<Step, never> {
  const next = random(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!;
  yield RUNS[0]!;
  for (;;) {
    const kind = next();
    if (kind < 0.25) yield one(RUNS);
    else if (kind < 0.7) yield one(lines(FIRST, ON_NODE));
    else if (kind < 0.92) yield one(lines(BIGIP, ON_BIGIP));
    else yield one(HAPPENINGS);
  }
}
