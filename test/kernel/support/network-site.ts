import { networkOf } from '../../../lab/hosts/address';
import type { NodeSettings, OtherNode, Plugin } from '../../../lab/hosts/node/settings';
import { openMachine, type Machine } from '../../../lab/kernel/machine/machine';
import { Network } from '../../../lab/kernel/network/network';
import { nodePlans, type SitePlan } from '../../../lab/kernel/network/plan';

export const F5 = '10.3.89.66';
/** Its namespace: the management address. */
export const BIGIP = '10.3.88.66';
export const CLUSTER = '10.128.0.0/14';
export const [A, B, WORKER] = ['i-0a4e90de0a4e90de0', 'i-0b4e90de0b4e90de0', 'worker-10.3.89.250'] as const;
/** One on A, on B, on the worker. */
export const POD = { near: '10.129.0.5', mate: '10.131.0.5', far: '10.130.0.7' };

/** A node as its neighbours know it. */
export const asOther = ({ address, gateway, pods }: NodeSettings): OtherNode => ({
  address,
  subnet: networkOf(gateway),
  pods,
});

/** Two ramp nodes that know each other, and the worker that both name. */
export function settings(plugin: Plugin): Record<string, NodeSettings> {
  const node = (address: string, gateway: string, pods: string[]): NodeSettings => ({
    address,
    interface: 'eth0',
    plugin,
    clusterNetwork: CLUSTER,
    gateway,
    pods,
    others: [{ address: '10.3.89.250', subnet: '10.130.0.0/23', pods: [POD.far] }],
  });
  const [a, b] = [node('10.3.89.89', '10.129.0.1/23', [POD.near]), node('10.3.89.90', '10.131.0.1/23', [POD.mate])];
  a.others.push(asOther(b));
  b.others.push(asOther(a));
  return { [A]: a, [B]: b };
}
export const plan = (plugin: Plugin): SitePlan => ({
  nodes: nodePlans(settings(plugin)),
  bigips: [{ name: BIGIP, addresses: [`${F5}/24`], outside: `${BIGIP}/24` }],
  client: '10.3.88.9/24',
});

/** That site, in a machine of its own. */
export class Site {
  private constructor(
    readonly machine: Machine,
    public network: Network,
  ) {}

  static async open(plugin: Plugin): Promise<Site> {
    const machine = await openMachine();
    try {
      return new Site(machine, await Network.build(machine, plan(plugin)));
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.machine.close();
  }

  /** What a person types on a host. */
  type(host: string, line: string): Promise<string> {
    return this.network.do(host, 'bash', '-c', line);
  }

  /** How many of three pings were answered. @param source the address they come from; default: the kernel's choice */
  async answered(from: string, to: string, source?: string): Promise<number> {
    const bound = source === undefined ? [] : ['-I', source];
    const { out } = await this.machine.run({
      host: from,
      command: ['ping', '-n', '-c3', '-i0.2', '-W1', ...bound, to],
    });
    return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
  }

  /** tun0's. */
  async mac(node: string): Promise<string> {
    return (await this.type(node, "ip -o link show tun0 | sed 's/.*ether //; s/ .*//'")).trim();
  }

  async port(node: string, device: string): Promise<string> {
    return (await this.network.do(node, 'ovs-vsctl', 'get', 'Interface', device, 'ofport')).trim();
  }
}
