import { runs, type Cluster, type Config } from '../hosts/cluster/cluster';
import { virtualAddresses } from '../hosts/cluster/keepalived';
import { vipOn, type Failover } from './network/keepalived';

/** What one Pod of an ipfailover object runs, and on which node (instance id). */
export interface Placed {
  readonly node: string;
  readonly failover: Failover;
}

/** A watched port fails here, since nothing listens: the image would connect to the node's own address. */
function checkOf({ env }: Config): string {
  const { OPENSHIFT_HA_CHECK_SCRIPT: script = '', OPENSHIFT_HA_MONITOR_PORT: port = '' } = env;
  return script || (port === '0' ? 'true' : 'false');
}

function failoverOf(name: string, config: Config, address: string): Failover {
  const { env, replicas } = config;
  return {
    name,
    vips: virtualAddresses(env['OPENSHIFT_HA_VIRTUAL_IPS'] ?? '').map((vip, i) => vipOn(address, vip, replicas, i + 1)),
    interface: env['OPENSHIFT_HA_NETWORK_INTERFACE'] || 'eth0',
    offset: Number(env['OPENSHIFT_HA_VRRP_ID_OFFSET']),
    check: checkOf(config),
    interval: Number(env['OPENSHIFT_HA_CHECK_INTERVAL'] ?? 2),
    preemption: env['OPENSHIFT_HA_PREEMPTION'] ?? 'preempt_delay 300',
    chain: env['OPENSHIFT_HA_IPTABLES_CHAIN'] ?? 'INPUT',
  };
}

/** What the Pods of a cluster's ipfailover objects run, where they run. `absent`: hosts that are off. */
export const failoversOf = (cluster: Cluster, absent: readonly string[]): readonly Placed[] =>
  cluster.pods.flatMap((pod) => {
    const config = pod.config === undefined ? undefined : cluster.configs[pod.config];
    if (!config || !runs(cluster, pod, absent)) return [];
    const { instance, address } = cluster.nodes[pod.node]!;
    return { node: instance, failover: failoverOf(pod.config!, config, address) };
  });
