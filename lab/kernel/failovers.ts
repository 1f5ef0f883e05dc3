import { runs, type Cluster, type Config } from '../hosts/cluster/cluster';
import { virtualAddresses } from '../hosts/cluster/keepalived';

/** keepalived on one node, as one Pod of an ipfailover object runs it. */
export interface Failover {
  /** The node's instance id. */
  readonly node: string;
  /** The deployment config's name. */
  readonly name: string;
  readonly vips: readonly string[];
  readonly interface: string;
  /** Added to the number of each address, from 1: its virtual router's id. */
  readonly offset: number;
  readonly check: string;
  /** Seconds between two checks. */
  readonly interval: number;
  /** keepalived's line on preemption. */
  readonly preemption: string;
  /** For each address: `state MASTER` or none, and the priority. */
  readonly roles: readonly { readonly master: boolean; readonly priority: number }[];
}

/**
 * Who starts as master, by the node's address: the rule of the image's generator (OS-29). Where the image adds a random number from 0 to 31 to the priority
 * of a backup, this adds half of it: a lab shall do the same twice.
 */
function roleOf(address: string, replicas: number, nth: number): Failover['roles'][number] {
  const slot = Number(address.split('.')[3]) % 128;
  const master = nth % ((slot % replicas) + 1) === 0;
  return { master, priority: master ? 255 - slot : (slot % 64) + 16 };
}

function checkOf({ env }: Config): string {
  const { OPENSHIFT_HA_CHECK_SCRIPT: script = '', OPENSHIFT_HA_MONITOR_PORT: port = '' } = env;
  return script || (port === '0' ? 'true' : 'false'); // a watched port is not modelled here: nothing listens
}

/** What the Pods of a cluster's ipfailover objects run, where they run. `absent`: hosts that are off. */
export function failoversOf(cluster: Cluster, absent: readonly string[]): readonly Failover[] {
  return cluster.pods.flatMap((pod) => {
    const config = pod.config === undefined ? undefined : cluster.configs[pod.config];
    if (!config || !runs(cluster, pod, absent)) return [];
    const { instance, address } = cluster.nodes[pod.node]!;
    const vips = virtualAddresses(config.env['OPENSHIFT_HA_VIRTUAL_IPS'] ?? '');
    return {
      node: instance,
      name: pod.config!,
      vips,
      interface: config.env['OPENSHIFT_HA_NETWORK_INTERFACE'] || 'eth0',
      offset: Number(config.env['OPENSHIFT_HA_VRRP_ID_OFFSET']),
      check: checkOf(config),
      interval: Number(config.env['OPENSHIFT_HA_CHECK_INTERVAL'] ?? 2),
      preemption: config.env['OPENSHIFT_HA_PREEMPTION'] ?? 'preempt_delay 300',
      roles: vips.map((_, i) => roleOf(address, config.replicas, i + 1)),
    };
  });
}
