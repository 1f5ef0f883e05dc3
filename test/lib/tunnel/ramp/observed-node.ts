import { ramp } from '../../../../lib/tunnel/ramp/device';
import { observed, type Replies } from '../scripts';
import { ALIVE } from '../answer-text';
import { EXAMPLE, subject } from '../site';

export const SOURCE = '10.3.91.216';
export const RULE = '-p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT';

/** A node with the whole tunnel, in the words of its commands. A busy one: hundreds of Pods and nodes have flows that nobody asked for. */
export function replies(flows: readonly string[], changes: Replies = {}): Replies {
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
    'sysctl -n net/ipv4/conf/tun1/forwarding': [['1'], 0],
    'ip -o -4 addr show': [[...address('eth0', '10.3.89.89/24'), ...address('tun0', '10.129.0.1/23')], 0],
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

/** What a ramp node with these replies is found to be; its claims are the files of the SDN's addresses. `prepare` adds files below its root. */
export function read(
  given: Replies,
  claims: Record<string, string> = { '10.129.1.254': 'edge-ramp:edge-a', '10.129.0.5': 'c0ffee' },
  prepare?: (root: string) => void,
): ReturnType<typeof ramp.read> {
  const text = observed('edge-a', ramp.questions(subject('ramp', EXAMPLE)), given, claims, prepare);
  expect(text.length).toBeLessThan(24_000);
  return ramp.read(text, subject('ramp', EXAMPLE));
}
