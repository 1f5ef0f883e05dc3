import { parseRule, type Chains } from './iptables';
import type { Plugin } from './settings';

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
const MASQUERADE: Readonly<Record<Plugin, string>> = (() => {
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

/** What a node's tables hold before anybody else writes to them. */
export function stockChains(plugin: Plugin, clusterNetworks: readonly string[]): Record<'filter' | 'nat', Chains> {
  const read = (text: string): Chains => {
    const chains: Chains = {};
    const lines = text.trim().split('\n');
    const each = (line: string): string[] => clusterNetworks.map((network) => line.replace('CLUSTER', network));
    for (const line of lines.flatMap((line) => (line.includes('CLUSTER') ? each(line) : line))) {
      const [verb, name = '', ...words] = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const chain = (chains[name] ??= { rules: [] });
      if (verb === '-P') chain.policy = words[0]!;
      else chain.rules.push(parseRule(words));
    }
    return chains;
  };
  return { filter: read(STOCK.filter), nat: read(STOCK.nat + MASQUERADE[plugin]) };
}
