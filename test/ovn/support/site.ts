import { openMachine, type Machine } from '../../../lab/kernel/machine/machine';
import { OVN } from '../../../lab/kernel/ovn/outfit';
import { OvnNetwork } from '../../../lab/kernel/ovn/ovn';
import type { OvnSite } from '../../../lab/kernel/ovn/plan';

export { BIGIP, ROUTER } from '../../../lab/kernel/ovn/plan';
export const [RAMP, WORKER] = ['i-0a4e90de0a4e90de0', 'worker'] as const;
const F5 = '10.3.89.66';
export const OUTSIDE = '10.3.89.1';
/** One on the ramp node, one on the worker. */
export const POD = { local: '10.129.0.5', remote: '10.130.0.5' } as const;
/** The ramp node's ovn-k8s-mp0. */
export const MP0 = '10.129.0.2';

const site = (interconnect: boolean): OvnSite => ({
  nodes: [
    { name: RAMP, address: '10.3.89.89/24', subnet: '10.129.0.0/23', pods: [POD.local] },
    { name: WORKER, address: '10.3.89.91/24', subnet: '10.130.0.0/23', pods: [POD.remote] },
  ],
  interconnect,
  bigip: `${F5}/24`,
  router: `${OUTSIDE}/24`,
});

/** A cluster of two nodes on OVN-Kubernetes, its ramp node without a tunnel, in a machine of its own. */
export class Site {
  private constructor(
    readonly machine: Machine,
    readonly network: OvnNetwork,
  ) {}

  /** @throws Error of one sentence that names the packages that are missing */
  static async open({ interconnect = false }: { readonly interconnect?: boolean } = {}): Promise<Site> {
    const machine = await openMachine({ outfit: OVN, tell: (line) => process.stderr.write(`${line}\n`) });
    try {
      return new Site(machine, await OvnNetwork.build(machine, site(interconnect)));
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.machine.close();
  }

  /** What a person types on a host. @throws Error when it fails */
  type(host: string, line: string): Promise<string> {
    return this.network.do(host, 'bash', '-c', line);
  }

  /** How many of three pings were answered. @param more further words for ping */
  async answered(from: string, to: string, ...more: readonly string[]): Promise<number> {
    const { out } = await this.machine.run({
      host: from,
      command: ['ping', '-n', '-c3', '-i0.2', '-W3', ...more, to],
    });
    return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
  }
}
