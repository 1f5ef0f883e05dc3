import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTranscript, type Transcript } from '../../kit/transcript';
import { program, type Replies, type Reply } from '../lib/tunnel/scripts';
import { SCRIPT } from './asked';

const INPUT = 'iptables -w -C INPUT -p 4 -s 192.0.2.2 -m comment --comment edge-ramp:kit -j ACCEPT';
const NAT =
  'iptables -w -t nat -C POSTROUTING -s 198.51.100.1 -o ovn-k8s-mp0 -m comment --comment edge-ramp:kit -j SNAT --to-source 198.51.100.1';
const BAD = 'iptables: Bad rule (does a matching rule exist in that chain?).';
const warning = (extension: string): string =>
  `Warning: Extension ${extension} revision 0 not supported, missing kernel module?`;
const address = (index: number, device: string, cidr: string): string =>
  `${index}: ${device}    inet ${cidr} scope global ${device}\\       valid_lft forever preferred_lft forever`;
const none = (what: string): Reply => [[], 1, `Error: No such file or directory\n${what}`];

/** What a node says in every release. */
const ALWAYS: Replies = {
  'modinfo ipip': [
    ['filename:       /lib/modules/5.14.0/kernel/net/ipv4/ipip.ko.xz', 'alias:          rtnl-link-ipip'],
    0,
  ],
  'ip -o link show dev ovn-k8s-mp0': [
    [
      '7: ovn-k8s-mp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN\\    link/ether 0a:58:0a:81:00:02',
    ],
    0,
  ],
  'ip -o -4 addr show': [
    [
      address(1, 'lo', '127.0.0.1/8'),
      address(5, 'br-ex', '10.3.89.89/24'),
      address(5, 'br-ex', '169.254.0.2/17'),
      address(7, 'ovn-k8s-mp0', '10.129.0.2/23'),
    ],
    0,
  ],
  'ip -4 route show 10.128.0.0/14': [['10.128.0.0/14 via 10.129.0.1 dev ovn-k8s-mp0 '], 0],
  'iptables -w -S INPUT': [['-P INPUT ACCEPT', '-A INPUT -j KUBE-FIREWALL'], 0],
  'nft list chain ip filter INPUT': none('list chain ip filter INPUT'),
  [INPUT]: [[], 1, BAD],
  [NAT]: [[], 1, BAD],
  'sysctl -n net.ipv4.ip_forward': [['0'], 0],
  'sysctl -n net/ipv4/conf/ovn-k8s-mp0/forwarding net/ipv4/conf/br-ex/forwarding': [['1', '1'], 0],
  'ovs-ofctl dump-flows br-ex': [[' cookie=0xdeff105, priority=50,ip,dl_dst=02:00:0a:03:59:59 actions=LOCAL'], 0],
};

const NFT: Replies = {
  'iptables -w -t nat -S': [['-P POSTROUTING ACCEPT'], 0],
  'iptables -w -t nat -S POSTROUTING': [['-P POSTROUTING ACCEPT'], 0],
  'nft list chain inet ovn-kubernetes mgmtport-snat': [
    [
      'table inet ovn-kubernetes {',
      '\tchain mgmtport-snat {',
      '\t\tcomment "OVN SNAT to Management Port"',
      '\t\ttype nat hook postrouting priority srcnat; policy accept;',
      '\t\toifname != "ovn-k8s-mp0" return',
      '\t\tmeta l4proto . th dport @mgmtport-no-snat-nodeports return',
      '\t\tip saddr 10.129.0.2 return',
      '\t\tip daddr . meta l4proto . th dport @mgmtport-no-snat-services-v4 return',
      '\t\tip saddr @mgmtport-no-snat-subnets-v4 return',
      '\t\tsnat ip to 10.129.0.2',
      '\t}',
      '}',
    ],
    0,
  ],
};
const RULES: Replies = {
  'iptables -w -t nat -S': [
    [
      '-P POSTROUTING ACCEPT',
      '-N OVN-KUBE-SNAT-MGMTPORT',
      '-A POSTROUTING -o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT',
      '-A OVN-KUBE-SNAT-MGMTPORT -o ovn-k8s-mp0 -m comment --comment "OVN SNAT to Management Port" -j SNAT --to-source 10.129.0.2',
    ],
    0,
  ],
  'iptables -w -t nat -S POSTROUTING': [
    ['-P POSTROUTING ACCEPT', '-A POSTROUTING -o ovn-k8s-mp0 -j OVN-KUBE-SNAT-MGMTPORT'],
    0,
  ],
  'nft list chain inet ovn-kubernetes mgmtport-snat': none('list chain inet ovn-kubernetes mgmtport-snat'),
};
const SERVICES = ['-A FORWARD -s 172.30.0.0/16 -j ACCEPT', '-A FORWARD -d 172.30.0.0/16 -j ACCEPT'];
const CLUSTER = ['-A FORWARD -s 10.128.0.0/14 -j ACCEPT', '-A FORWARD -d 10.128.0.0/14 -j ACCEPT'];
const BR_EX = ['-A FORWARD -i br-ex -j DROP', '-A FORWARD -o br-ex -j DROP'];
const forward = (policy: string, ...rules: readonly string[]): Replies => ({
  'iptables -w -S FORWARD': [[`-P FORWARD ${policy}`, ...rules], 0],
});

/** Nodes as they would answer: by the sources of each release (OVN-4, OVN-5), and without nft_compat as a kernel did (OVN-10). */
export const NODES = {
  '4.12': { ...ALWAYS, ...RULES, ...forward('ACCEPT'), 'sysctl -n net.ipv4.ip_forward': [['1'], 0] },
  '4.14': { ...ALWAYS, ...RULES, ...forward('ACCEPT', ...SERVICES, ...BR_EX) },
  '4.16': { ...ALWAYS, ...RULES, ...forward('ACCEPT', ...SERVICES, ...CLUSTER, ...BR_EX) },
  '4.18': { ...ALWAYS, ...NFT, ...forward('DROP', ...SERVICES, ...CLUSTER) },
  'RHCOS 10': {
    ...ALWAYS,
    ...NFT,
    ...forward('ACCEPT'),
    [INPUT]: [[], 1, `${warning('comment')}\n${BAD}`],
    [NAT]: [[], 1, `${warning('comment')}\n${warning('SNAT')}\n${BAD}`],
  },
} as const satisfies Record<string, Replies>;
export type Release = keyof typeof NODES;

/** Runs kit/transcript.sh on such a node. What nobody saw on a device counts as simulated. */
export function askNode(release: Release): { readonly code: number | null; readonly out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-node-'));
  try {
    const replies: Replies = NODES[release];
    for (const name of new Set(Object.keys(replies).map((line) => line.split(' ')[0]!)))
      writeFileSync(join(folder, name), program(name, replies), { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}`, EDGE_RAMP_LAB_HOST: 'answering' };
    const { status, stdout } = spawnSync('bash', [SCRIPT, 'node', '10.128.0.0/14'], { encoding: 'utf8', env });
    return { code: status, out: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const nodeTranscript = (): Transcript => readTranscript('node', askNode('4.18').out);
