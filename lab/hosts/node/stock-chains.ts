import { parseRule, type Chains } from './iptables';
import { hostOf } from '../address';
import {
  MANAGEMENT_PORT,
  managementAddress,
  networksOf,
  type NodeSettings,
  type OvnRelease,
  type Plugin,
} from './settings';

/** RHEL's stock chains with the SDN's own jumps in front: INPUT and FORWARD end in a REJECT. */
const STOCK = {
  filter: `
-P INPUT ACCEPT
-A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j OS_FIREWALL_ALLOW
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-P FORWARD ACCEPT
-A FORWARD -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-FORWARD
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-P OUTPUT ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -p udp -m udp --dport 4789 -j ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -i tun0 -j ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -i docker0 -j ACCEPT
-A OPENSHIFT-FIREWALL-FORWARD -d CLUSTER -j ACCEPT
-A OPENSHIFT-FIREWALL-FORWARD -s CLUSTER -j ACCEPT
-A OS_FIREWALL_ALLOW -p tcp -m tcp --dport 10250 -j ACCEPT`,
  nat: `
-P PREROUTING ACCEPT
-P POSTROUTING ACCEPT
-A POSTROUTING -m comment --comment "rules for masquerading OpenShift traffic" -j OPENSHIFT-MASQUERADE`,
};

const TO_PODS_AND_OUT = '-m comment --comment "masquerade pod-to-service and pod-to-external traffic"';
/** With the first two plugins br0 never hands to iptables what goes from Pod to Pod; ovs-networkpolicy leaves it alone in a second chain. */
const MASQUERADE: Readonly<Record<Exclude<Plugin, 'ovn'>, string>> = (() => {
  const all = `
-A OPENSHIFT-MASQUERADE -s CLUSTER ${TO_PODS_AND_OUT} -j MASQUERADE`;
  return {
    subnet: all,
    multitenant: all,
    networkpolicy: `
-A OPENSHIFT-MASQUERADE -s CLUSTER ${TO_PODS_AND_OUT} -j OPENSHIFT-MASQUERADE-2
-A OPENSHIFT-MASQUERADE-2 -d CLUSTER -m comment --comment "masquerade pod-to-external traffic" -j RETURN
-A OPENSHIFT-MASQUERADE-2 -j MASQUERADE`,
  };
})();

/** What OVN-Kubernetes makes of FORWARD: nothing, its networks and nothing by br-ex, or its networks alone. */
const OVN_NETWORKS = `
-A FORWARD -s 169.254.0.0/17 -j ACCEPT
-A FORWARD -d 169.254.0.0/17 -j ACCEPT
-A FORWARD -s 172.30.0.0/16 -j ACCEPT
-A FORWARD -d 172.30.0.0/16 -j ACCEPT`;
const OVN_CLUSTER = `
-A FORWARD -s CLUSTER -j ACCEPT
-A FORWARD -d CLUSTER -j ACCEPT`;
const OVN_FORWARD: Readonly<Record<OvnRelease, string>> = {
  '4.12': `
-P FORWARD ACCEPT`,
  '4.14': `
-P FORWARD ACCEPT${OVN_NETWORKS}
-A FORWARD -i INTERFACE -j DROP
-A FORWARD -o INTERFACE -j DROP`,
  '4.16': `
-P FORWARD ACCEPT${OVN_NETWORKS}${OVN_CLUSTER}
-A FORWARD -i INTERFACE -j DROP
-A FORWARD -o INTERFACE -j DROP`,
  '4.18': `
-P FORWARD DROP${OVN_NETWORKS}${OVN_CLUSTER}`,
};

/** Its own translation of all that leaves by the port. From 4.18 on it stands in nftables, which nobody here reads. */
const OVN_NAT = `
-A POSTROUTING -o ${MANAGEMENT_PORT} -j OVN-KUBE-SNAT-MGMTPORT
-A OVN-KUBE-SNAT-MGMTPORT -o ${MANAGEMENT_PORT} -m comment --comment "OVN SNAT to Management Port" -j SNAT --to-source ADDRESS`;

const NFTABLES: readonly OvnRelease[] = ['4.18'];

/** Whether OVN-Kubernetes translates by nftables, and not by a chain of iptables. */
export const translatesByNftables = ({ plugin, release = '4.16' }: NodeSettings): boolean =>
  plugin === 'ovn' && NFTABLES.includes(release);

/** What a node's tables hold before anybody else writes to them. */
export function stockChains(settings: NodeSettings): Record<'filter' | 'nat', Chains> {
  const { plugin, release = '4.16' } = settings;
  const read = (text: string): Chains => {
    const chains: Chains = {};
    const lines = text
      .replaceAll('INTERFACE', settings.interface)
      .replaceAll('ADDRESS', hostOf(managementAddress(settings)))
      .trim()
      .split('\n');
    const each = (line: string): string[] => networksOf(settings).map((network) => line.replace('CLUSTER', network));
    for (const line of lines.flatMap((line) => (line.includes('CLUSTER') ? each(line) : line))) {
      const [verb, name = '', ...words] = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const chain = (chains[name] ??= { rules: [] });
      if (verb === '-P') chain.policy = words[0]!;
      else chain.rules.push(parseRule(words));
    }
    return chains;
  };
  if (plugin !== 'ovn') return { filter: read(STOCK.filter), nat: read(STOCK.nat + MASQUERADE[plugin]) };
  const nat = '-P PREROUTING ACCEPT\n-P POSTROUTING ACCEPT';
  return {
    filter: read(`-P INPUT ACCEPT${OVN_FORWARD[release]}\n-P OUTPUT ACCEPT`),
    nat: read(translatesByNftables(settings) ? nat : nat + OVN_NAT),
  };
}
