import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Hosts, HostsOptions } from '../hosts/host';
import { openHosts } from '../hosts/hosts';
import type { State } from '../hosts/world';
import { KernelGround } from './ground';
import { openMachine } from './machine/choose';
import type { Machine } from './machine/machine';
import { Network } from './network/network';
import { sitePlan } from './site';

/** Hosts whose nodes, Pods and BIG-IPs are namespaces with real interfaces. */
export interface KernelHosts extends Hosts {
  readonly machine: Machine;
  readonly network: Network;
  /** The models of BIG-IP, cluster and systemd. */
  readonly state: State;
}

export interface KernelOptions {
  /** Put the hosts to sleep on close, in their folder, where the machine can: default false. Else all of them lose their power then. */
  readonly sleeps?: boolean;
  /** Run the programs of the nodes' services: default true. Else one runs only when its host is told to `keep`, as on simulated hosts. */
  readonly services?: boolean;
  /** Told what goes on before there is anything to see. */
  readonly tell?: (line: string) => void;
}

/**
 * Opens the hosts of the declared tunnels on real interfaces: as they were put to sleep, or after a power cut, or new. On a node of OVN-Kubernetes a
 * router stands in for OVN; real OVN has a lab of its own (lab/kernel/ovn).
 */
export const kernelHosts =
  ({ sleeps = false, services = true, tell }: KernelOptions = {}) =>
  async (options: HostsOptions): Promise<KernelHosts> => {
    const bed = join(options.directory, 'asleep');
    const known = existsSync(join(options.directory, 'hosts.json'));
    const asleep = existsSync(bed);
    if (known && !asleep) tell?.('The hosts were not put to sleep: all of them have lost their power, and boot anew.');
    else if (!asleep) tell?.('Making hosts with real interfaces.');
    const machine = await openMachine({ ...(asleep ? { from: bed } : {}), ...(tell ? { tell } : {}) });
    rmSync(bed, { force: true }); // what it holds is true once
    let opened: Pick<Hosts, 'close'> | undefined;
    try {
      const hosts = await openHosts(options, async (plot) => {
        const plan = sitePlan(plot.state);
        const network = asleep ? await Network.found(machine, plan) : await Network.build(machine, plan);
        const ground = new KernelGround(machine, network, plan, plot, services);
        if (asleep) ground.stands();
        else {
          await ground.startPods();
          if (known) await ground.powerCut();
        }
        return ground;
      });
      opened = hosts;
      await hosts.settle();
      return {
        ...hosts,
        machine,
        network: hosts.ground.network,
        dump: async (name) => {
          await hosts.settle();
          const real = hosts.state.nodes[name] ?? hosts.state.bigips[name];
          return [...(real ? [await hosts.ground.network.dump(name)] : []), ...hosts.told(name)].join('\n');
        },
        close: async () => {
          hosts.ground.closeServices();
          await hosts.close();
          if (!sleeps || !('sleep' in machine)) return machine.close();
          await hosts.ground.quiet();
          return machine.sleep(bed);
        },
      };
    } catch (error) {
      await opened?.close();
      await machine.close();
      throw error;
    }
  };
