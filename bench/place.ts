import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from '../lab/cloud/deployment';
import type { Hosts } from '../lab/hosts/host';
import { openLab, type Lab } from '../lab/index';
import { kernelHosts, type KernelHosts } from '../lab/kernel/hosts';
import { siteOf, type Site } from './contenders/site';

/** The example of one BIG-IP and one ramp node. */
const TUNNEL = 'edge-a';
/** Lab seconds until an agent picks a command up, where it is not delayed. */
const PICK_UP = 0.3;

/** The site on which the contenders take turns, with real interfaces. */
export interface Place {
  readonly hosts: KernelHosts;
  /** The declared tunnel, as JSON. */
  readonly spec: unknown;
  readonly site: Site;
  /** A Pod of a node that is no ramp node. */
  readonly pod: string;
  /** Folder for whatever a contender keeps; it goes with the place. */
  readonly directory: string;
  lab(): Lab;
  /** From now on each command of Run Command takes so many seconds longer to reach its agent. */
  delay(seconds: number): Promise<void>;
  /** Makes BIG-IP's configuration what it was at first, and starts the ramp node anew. */
  clean(): Promise<void>;
  /** What every device of the tunnel holds, a line each, its host's name in front. */
  dump(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * @param assembly the folder that `cdk synth` wrote
 * @param tell told what goes on before there is anything to see
 * @throws Error of one sentence when there is no assembly, or when real packets are not possible here
 */
export async function openPlace(assembly: string, tell: (line: string) => void): Promise<Place> {
  const spec = new Deployment(assembly).specs().find((each) => (each as { name: string }).name === TUNNEL);
  if (!spec) throw new Error(`${assembly} declares no tunnel ${TUNNEL}, which the benchmark is about.`);
  const site = siteOf(spec);
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-bench-'));
  let hosts: KernelHosts | undefined;
  const open = (delay: number): Promise<Lab> =>
    openLab({
      assembly,
      state: join(directory, 'state'),
      specs: [spec],
      pickUp: PICK_UP + delay,
      hosts: async (options): Promise<Hosts> => {
        hosts ??= await kernelHosts({ tell })({ ...options, world: { [TUNNEL]: { pods: [5] } } });
        return { ...hosts, close: () => Promise.resolve() }; // they outlive this lab
      },
    });
  const removed = (): void => rmSync(directory, { recursive: true, force: true });
  let lab = await open(0).catch((error: unknown) => {
    removed();
    throw error;
  });
  const made = hosts!;
  const bigip = made.state.bigips[site.bigip]!;
  const { running, saved } = structuredClone({ running: bigip.running, saved: bigip.saved });
  return {
    hosts: made,
    spec,
    site,
    pod: (spec as { probe: string }).probe,
    directory,
    lab: () => lab,
    delay: async (seconds) => {
      await lab.close();
      lab = await open(seconds);
    },
    clean: async () => {
      Object.assign(bigip, structuredClone({ running, saved }));
      await made.act(site.node, 'reboot');
    },
    dump: async () => {
      const dumps = [site.bigip, site.node].map(async (name) =>
        (await made.dump(name)).split('\n').map((line) => `${name}: ${line.trim()}`),
      );
      return (await Promise.all(dumps)).flat();
    },
    close: async () => {
      await lab.close();
      await made.close();
      removed();
    },
  };
}
