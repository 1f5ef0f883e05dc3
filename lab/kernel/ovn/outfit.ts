import type { Outfit } from '../machine/outfit';
import { TOOLS } from '../machine/tools';

const { iptables: _, ...tools } = TOOLS;

/** Hosts with OVN-Kubernetes, as far as Debian 12 and later has it: OVN 23.03, Open vSwitch 3.1, Geneve; iptables and nft on one kernel table, as RHCOS has them. */
export const OVN: Outfit = {
  tools: {
    ...tools,
    iptables: ['xtables-nft-multi'],
    nftables: ['nft'],
    'ovn-central': ['ovn-northd'],
    'ovn-common': ['ovn-nbctl', 'ovn-sbctl', 'ovn-appctl', 'ovn-trace'],
    'ovn-host': ['ovn-controller'],
  },
  modules:
    `geneve vport_geneve nf_tables nft_compat nft_chain_nat nft_nat nft_masq nft_ct nft_fib nft_fib_inet nft_fib_ipv4
    nft_hash nft_numgen nft_limit nft_objref nf_conncount nf_nat udp_tunnel ip6_udp_tunnel`.split(/\s+/),
  files: ['/usr/share/ovn/ovn-nb.ovsschema', '/usr/share/ovn/ovn-sb.ovsschema'],
  probes: `
  modprobe -q -a vport_geneve nft_compat
  lacks geneve ip link add probe7 type geneve external
  lacks nf_tables nft add table inet probe
  lacks nft_compat xtables-nft-multi iptables -A INPUT -m comment --comment probe -j ACCEPT`,
  iptables: 'xtables-nft-multi',
  memory: '2G',
};
