import { addAddress, holds, linkNamed, type Node } from '../node/node';
import { toAddress, toNumber } from '../address';
import { runs, type Cluster, type Config } from './cluster';

/** The addresses of `--virtual-ips=10.1.2.3,10.1.2.5-7`. */
export const virtualAddresses = (list: string): string[] =>
  list.split(',').flatMap((part) => {
    const [first = '', last = first.split('.')[3]] = part.split('-');
    const count = Math.max(1, Number(last) - Number(first.split('.')[3]) + 1);
    return Array.from({ length: count }, (_, i) => toAddress(toNumber(first) + i));
  });

/** Listening ports of a node that a check of keepalived's own finds: sshd, kubelet. 0 is no check. */
const LISTENING = ['0', '22', '10250'];

function passes({ env }: Config, node: Node): boolean {
  const { OPENSHIFT_HA_CHECK_SCRIPT: script = '', OPENSHIFT_HA_MONITOR_PORT: port = '' } = env;
  if (!script) return LISTENING.includes(port);
  const [, mark] = /grep -qx \.\*(\S+) \/proc\/net\/fib_trie && exit 1/.exec(script) ?? []; // any other script passes
  return !mark || !holds(node, mark);
}

/**
 * Who holds which address. This is a simplification of keepalived and VRRP: what changes takes effect at once; who holds an address keeps it while
 * its Pod runs and its check passes (no priorities and no preemption), otherwise the node with the lowest name takes it over, and neighbours
 * know at once; nobody fit: nobody holds it. The rule for 224.0.0.18 that its container leaves in INPUT is not modelled.
 */
export function elect(cluster: Cluster, nodes: Readonly<Record<string, Node>>, absent: readonly string[]): void {
  const held = Object.entries(cluster.configs).flatMap(([name, config]) => {
    const dev = config.env['OPENSHIFT_HA_NETWORK_INTERFACE'] || 'eth0';
    const fit = cluster.pods
      .filter((pod) => pod.config === name && runs(cluster, pod, absent))
      .sort((a, b) => (a.node < b.node ? -1 : 1))
      .map((pod) => cluster.nodes[pod.node]!.instance)
      .filter((instance) => linkNamed(nodes[instance]!, dev)?.up && passes(config, nodes[instance]!));
    return virtualAddresses(config.env['OPENSHIFT_HA_VIRTUAL_IPS'] ?? '').flatMap((address) => {
      const before = cluster.held.find((each) => each.address === address && each.dev === dev)?.instance ?? '';
      const instance = fit.includes(before) ? before : fit[0];
      return instance ? [{ address, instance, dev }] : [];
    });
  });
  const key = (each: Cluster['held'][number]): string => Object.values(each).join();
  const [before, after] = [cluster.held.map(key), held.map(key)];
  for (const each of cluster.held.filter((old) => !after.includes(key(old)))) {
    const node = nodes[each.instance]!;
    node.addresses = node.addresses.filter((a) => a.address !== each.address || a.dev !== each.dev || a.length !== 32);
  }
  for (const { instance, address, dev } of held.filter((fresh) => !before.includes(key(fresh))))
    if (!holds(nodes[instance]!, address)) addAddress(nodes[instance]!, dev, `${address}/32`);
  cluster.held = held;
}
