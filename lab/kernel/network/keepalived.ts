import { FOLDER, type Network } from './network';

/** One configuration of the ipfailover image on one node. */
export interface Failover {
  /** `oc adm ipfailover NAME`. */
  readonly name: string;
  /** In the order of `--virtual-ips`. */
  readonly vips: readonly Vip[];
  readonly interface: string;
  /** `--vrrp-id-offset`: the n-th address has the virtual router offset + n. */
  readonly offset: number;
  /** `--check-script`, or "true" as for `--watch-port=0`. */
  readonly check: string;
  /** Seconds; default: 2. */
  readonly interval?: number;
  /** Default: "preempt_delay 300". */
  readonly preemption?: string;
  /** Where VRRP is let in, "" for nowhere; default: "INPUT". */
  readonly chain?: string;
}
export interface Vip {
  readonly address: string;
  /** Whether this node's instance starts as MASTER. */
  readonly master: boolean;
  readonly priority: number;
}

/**
 * What the image makes of a node's own address for its n-th virtual address (from 1).
 * @param chance what it adds to a backup's priority: a random number from 0 to 31
 */
export function vipOn(node: string, address: string, replicas: number, n: number, chance = 9): Vip {
  const slot = Number(node.split('.')[3]) % 128;
  const master = n % ((slot % replicas) + 1) === 0;
  return { address, master, priority: master ? 255 - slot : (slot % 64) + chance };
}

/** keepalived.conf as the image generates it (OS-29). */
export function configuration({
  name,
  vips,
  interface: device,
  offset,
  check,
  interval = 2,
  preemption,
}: Failover): string {
  const scrubbed = name.replace(/\W/g, '_');
  const instances = vips.map(
    ({ address, master, priority }, i) => `vrrp_instance ${scrubbed}_VIP_${i + 1} {
  interface ${device}
  ${master ? 'state MASTER' : ''}
  virtual_router_id ${offset + i + 1}
  priority ${priority}
  ${preemption ?? 'preempt_delay 300'}
  authentication {
    auth_type PASS
    auth_pass ${name}
  }
  track_script {
    chk_${scrubbed}
  }
  virtual_ipaddress {
    ${address} dev ${device}
  }
}
`,
  );
  return `global_defs {
  router_id ${scrubbed}
}
vrrp_script chk_${scrubbed} {
  script "${check}"
  interval ${interval}
}
${instances.join('')}`;
}

const run = (network: Network, node: string, ...words: readonly string[]): Promise<string> =>
  network.do(node, 'bash', `${FOLDER}/bin/keepalived.sh`, words[0]!, node, ...words.slice(1));

/** Starts the Pod's keepalived. It is MASTER or BACKUP some seconds later. */
export async function startKeepalived(network: Network, node: string, failover: Failover): Promise<void> {
  await network.machine.write(`${FOLDER}/${node}/keepalived-${failover.name}.conf`, configuration(failover));
  await run(network, node, 'start', failover.name, failover.chain ?? 'INPUT');
}

/** Ends it, if it runs: with TERM it gives its addresses up, with KILL they stay where they are. The rule that let VRRP in stays either way. */
export async function stopKeepalived(
  network: Network,
  node: string,
  name: string,
  signal: 'TERM' | 'KILL' = 'TERM',
): Promise<void> {
  await run(network, node, 'stop', name, signal);
}
