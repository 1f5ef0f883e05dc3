import { ramp } from '../../../../lib/tunnel/ramp/device';
import { observed, type Replies } from '../scripts';
import { ALIVE } from '../answer-text';
import { subject, tunnel } from '../site';

/*
 * Nodes of OVN-Kubernetes as they answer the observe script, with the whole tunnel, from OpenShift 4.12 to 4.18.
 * The words are those of iproute2 6.1 and iptables 1.8.9; what differs by release is from the sources (field-truth, OVN-2 to OVN-5).
 */
export const SPEC = tunnel({ ramp: { nodes: [{ ...tunnel().ramp.nodes[0]!, interface: 'br-ex' }] } });
export const ABOUT = subject('ramp', SPEC);
export const NODE = `ramp node ${ABOUT.name}`;

export const address = (index: number, name: string, cidr: string): string =>
  `${index}: ${name}    inet ${cidr} brd 10.255.255.255 scope global ${name}\\       valid_lft forever preferred_lft forever`;
export const MP0 = address(7, 'ovn-k8s-mp0', '10.129.0.2/23');
export const LINK =
  '7: ovn-k8s-mp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ether 0a:58:0a:81:00:02 brd ff:ff:ff:ff:ff:ff';
const absent = (name: string) => [[], 1, `Device "${name}" does not exist.`] as const;
const OURS =
  '-A POSTROUTING -s 10.3.91.216/32 -o ovn-k8s-mp0 -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source 10.129.0.2';
export const THEIRS = '-A POSTROUTING -o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT';

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

export const NODES = {
  '4.12': node('169.254.169.2/29', '1', [THEIRS, '-A POSTROUTING -j OVN-KUBE-EGRESS-SVC']),
  '4.14': node('169.254.169.2/29', '0', [THEIRS, '-A POSTROUTING -j OVN-KUBE-EGRESS-SVC']),
  '4.16': node('169.254.169.2/29', '0', [THEIRS]),
  '4.18': node('169.254.0.2/17', '0', []),
} as const;
export type Release = keyof typeof NODES;

export const read = (release: Release, changes: Replies = {}): ReturnType<typeof ramp.read> =>
  ramp.read(observed('edge-a', ramp.questions(ABOUT), { ...NODES[release], ...changes }, {}), ABOUT);
export const plan = (release: Release, changes: Replies = {}) =>
  ramp.desired({ ...ABOUT, original: {} }, read(release, changes));

/** What an apply is refused with. */
export function refusal(release: Release, changes: Replies): { readonly code: string; readonly message: string } {
  try {
    plan(release, changes);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('not refused');
}

/** More blanks wherever there is one already. */
export const widened = (given: Replies): Replies =>
  Object.fromEntries(
    Object.entries(given).map(([line, [lines, ...more]]) => [
      line,
      [lines.map((each) => each.replaceAll(' ', '  ')), ...more],
    ]),
  );
