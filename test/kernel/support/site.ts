import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLab, type ExecutionResult, type Lab } from '../../../lab';
import type { Hosts } from '../../../lab/hosts/host';
import type { WorldOptions } from '../../../lab/hosts/world';
import { kernelHosts, type KernelHosts } from '../../../lab/kernel/hosts';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { declared } from '../../examples';

/** Two ramp nodes behind a virtual IP; and the first of them alone, on the same BIG-IP. */
export const pair = declared('edge-b') as Tunnel;
export const [FIRST, SECOND] = pair.ramp.nodes.map(({ instance }) => instance) as [string, string];
export const single: Tunnel = (() => {
  const { ipfailover: _, ramp, ...rest } = pair;
  const { vip: __, ...noPair } = ramp;
  return { ...rest, ramp: { ...noPair, nodes: [ramp.nodes[0]!] } };
})();
export const BIGIP = pair.bigip[0]!.management;
export const ADMIN = pair.cluster!.admin;
export const VIP = pair.ramp.vip!;
/** A Pod of the first ramp node, and one of the worker, which is no host of the tunnel's. */
export const PODS = { ramp: '10.129.0.5', worker: '10.130.0.7' } as const;
export const WORKER = 'worker-10.20.30.250';

/** The lab's own waits (for an agent, between two questions) pass so many times faster; what the kernel does takes its time. */
const SPEED = 8;

/** A site with real interfaces, and the state machine. */
export interface KernelSite {
  readonly hosts: KernelHosts;
  readonly lab: Lab;
  /** Runs the state machine for the declared tunnel; without an input: applies it. */
  run(input?: object): Promise<ExecutionResult>;
  /** The end state of such a run; of one that failed, with its cause. */
  end(input?: object): Promise<string>;
  /** Declares the tunnel otherwise, on the same hosts. */
  declare(spec: Tunnel): Promise<void>;
  /** Switches the cloud off: the hosts are alone, until a tunnel is declared. */
  switchCloudOff(): Promise<void>;
  /** What a line says that somebody types on a host: on a BIG-IP a tmsh command. @throws Error when it fails */
  type(host: string, line: string): Promise<string>;
  /** All that every host holds, by name. */
  dumps(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface KernelSiteOptions {
  readonly spec?: Tunnel;
  /** The declaration that the hosts are made for; default: `pair`. */
  readonly hostsOf?: Tunnel;
  /** Declarations whose nodes stand on the site too, for `declare`. */
  readonly also?: readonly Tunnel[];
  readonly world?: WorldOptions;
}

/** Opens hosts on real interfaces, with one tunnel declared on them. Close it. */
export async function kernelSite({
  hostsOf = pair,
  spec = hostsOf,
  also = [],
  world = {},
}: KernelSiteOptions = {}): Promise<KernelSite> {
  const state = mkdtempSync(join(tmpdir(), 'edge-ramp-kernel-'));
  let hosts: KernelHosts | undefined;
  const open = (wanted: Tunnel): Promise<Lab> =>
    openLab({
      assembly: process.env['EDGE_RAMP_TEST_ASSEMBLY']!,
      state,
      specs: [wanted],
      speed: SPEED,
      hosts: async (options): Promise<Hosts> => {
        hosts ??= await kernelHosts()({
          ...options,
          specs: [hostsOf, ...also],
          world: { [hostsOf.name]: { pods: [5, 6], ...world } },
        });
        return { ...hosts, close: () => Promise.resolve() };
      },
    });
  let [lab, current] = [await open(spec), spec];
  const run = (input: object = {}): Promise<ExecutionResult> => lab.start({ tunnel: current.name, ...input }).done;
  return {
    hosts: hosts!,
    get lab() {
      return lab;
    },
    run,
    end: async (input) => {
      const result = await run(input);
      if (result.status === 'SUCCEEDED') return (result.output as { endState: string }).endState;
      return `${result.error}: ${result.cause}`;
    },
    declare: async (wanted) => {
      await lab.close();
      [lab, current] = [await open(wanted), wanted];
    },
    switchCloudOff: () => lab.close(),
    type: async (host, line) => {
      const { code, out, err } = await hosts!.run(host, line);
      if (code !== 0) throw new Error(`${line} on ${host} ended with ${code}: ${err || out}`);
      return out;
    },
    dumps: async () =>
      Object.fromEntries(
        await Promise.all(hosts!.names().map(async (name) => [name, await hosts!.dump(name)] as const)),
      ),
    close: async () => {
      await lab.close();
      await hosts!.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
