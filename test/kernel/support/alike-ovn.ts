import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { declared } from '../../examples';
import { lines, random, type Step } from './alike-steps';

/** A ramp node on OVN-Kubernetes. */
export const onOvn = declared('edge-f') as Tunnel;
export const NODE = onOvn.ramp.nodes[0]!.instance!;
const BIGIP = onOvn.bigip[0]!.management;

const [T1, T2, MP0] = ['10.3.96.216', '10.3.96.217', '10.129.0.2'];
const RULE = '-p 4 -s 10.20.50.1 -m comment --comment edge-ramp:edge-f -j ACCEPT';
const OURS = `-s ${T1} -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-f -j SNAT --to-source ${MP0}`;
const THEIRS = '-o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT';
/** ovnkube sees to its own devices when it starts. */
const OWN_DEVICES = 'sysctl -w net/ipv4/conf/ovn-k8s-mp0/forwarding=1; sysctl -w net/ipv4/conf/br-ex/forwarding=1';

/** What only a node of OVN-Kubernetes has, as people type it; nothing is left behind. */
export const LINES: readonly string[] = [
  'ip -o -4 addr show dev ovn-k8s-mp0',
  'ip -o -4 addr show dev br-ex',
  'ip -4 route show 10.128.0.0/14',
  'ip -4 route show 172.30.0.0/16',
  'iptables -w -S FORWARD',
  'iptables -w -S INPUT',
  'iptables -w -t nat -S POSTROUTING',
  `iptables -w -C INPUT ${RULE}`,
  `iptables -w -t nat -C POSTROUTING ${OURS}`,
  'sysctl -n net.ipv4.ip_forward',
  'sysctl -n net/ipv4/conf/ovn-k8s-mp0/forwarding',
  'sysctl -n net/ipv4/conf/tun1/forwarding',
  'sysctl -w net/ipv4/conf/tun1/forwarding=1',
  'ip tunnel add tun1 mode ipip remote 10.20.50.1 dev br-ex',
  'sysctl -n net/ipv4/conf/tun1/forwarding',
  'sysctl -w net/ipv4/conf/tun1/forwarding=1',
  'sysctl -n net/ipv4/conf/tun1/forwarding',
  'sysctl -w net.ipv4.ip_forward=0',
  'sysctl -n net/ipv4/conf/tun1/forwarding',
  'sysctl -w net.ipv4.ip_forward=1',
  'sysctl -w net.ipv4.ip_forward=0',
  'sysctl -n net/ipv4/conf/tun1/forwarding',
  OWN_DEVICES,
  'ip tunnel del tun1',
  'ping -c 1 -W 1 -q -I ovn-k8s-mp0 10.129.0.5',
  'ping -c 1 -W 1 -q -I ovn-k8s-mp0 10.130.0.7',
  'ovs-ofctl -O OpenFlow13 dump-flows br0',
];

const ON_NODE: readonly string[] = [
  'ip link set tun1 down',
  'ip link set tun1 up',
  'ip link del tun1',
  'ip tunnel add tun1 mode ipip remote 10.20.50.1 dev br-ex',
  'ip tunnel change tun1 mode ipip remote 10.20.50.9',
  `ip addr del ${T2}/32 dev tun1`,
  `ip addr add ${T2}/32 dev tun1`,
  `ip route del ${T1}/32`,
  `ip route add ${T1}/32 dev tun1`,
  'sysctl -w net/ipv4/conf/tun1/forwarding=0',
  'sysctl -w net/ipv4/conf/tun1/forwarding=1',
  `sysctl -w net.ipv4.ip_forward=1; ${OWN_DEVICES}`,
  `sysctl -w net.ipv4.ip_forward=0; ${OWN_DEVICES}`,
  `iptables -w -D INPUT ${RULE}`,
  `iptables -w -A INPUT ${RULE}`,
  'iptables -w -I INPUT 1 -p 4 -j DROP',
  'iptables -w -D INPUT -p 4 -j DROP',
  `iptables -w -t nat -D POSTROUTING ${OURS}`,
  `iptables -w -t nat -I POSTROUTING 1 ${OURS}`,
  `iptables -w -t nat -D POSTROUTING ${THEIRS}`,
  `iptables -w -t nat -I POSTROUTING 1 ${THEIRS}`,
];
const ON_BIGIP: readonly string[] = [
  'modify net tunnels tunnel SDN remote-address 10.20.50.9',
  'modify net tunnels tunnel SDN remote-address 10.20.50.2',
  'delete net route SDN_10.128.0.0_14',
  'delete net self SDN',
];

/** A run of the product without its state machine. */
const run = (goal: 'desired' | 'absent'): Step => ({
  what: goal,
  does: async (twin) => [await twin.lead(NODE, goal, onOvn), await twin.lead(BIGIP, goal, onOvn)],
});
const RUNS = [run('desired'), run('desired'), run('absent')];
const HAPPENINGS: readonly Step[] = [
  { what: 'Open vSwitch is started anew', does: ({ hosts }) => hosts.act(NODE, 'restart-ovs') },
];

/** So many steps; as on a node of OpenShift SDN, half of them disturb it. */
export function* steps(seed: number, count: number): Generator<Step> {
  const next = random(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!;
  yield RUNS[0]!;
  for (let i = 1; i < count; i++) {
    const kind = next();
    if (kind < 0.3) yield one(RUNS);
    else if (kind < 0.8) yield one(lines(NODE, ON_NODE));
    else if (kind < 0.95) yield one(lines(BIGIP, ON_BIGIP));
    else yield one(HAPPENINGS);
  }
}
