import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLab, type ExecutionResult, type HistoryEvent, type Lab } from '../../../lab';
import { Platform } from '../../../lab/cloud/platform';
import type { Fault } from '../../../lab/hosts/host';
import { simulatedHosts, type SimulatedHosts, type World } from '../../../lab/hosts/simulated';
import type { WorldOptions } from '../../../lab/hosts/world';
import type { Declared, Member, Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { declared } from '../../examples';

export const example = declared('edge-a') as Tunnel;
/** A pair of ramp nodes, and a second pair on the same nodes. */
export const [pair, secondPair] = [declared('edge-b') as Tunnel, declared('edge-d') as Tunnel];
export const [FIRST, SECOND] = pair.ramp.nodes.map(({ instance }) => instance) as [string, string];
export const ADMIN = pair.cluster!.admin;
/** A ramp node on OVN-Kubernetes. */
export const onOvn = declared('edge-f') as Tunnel;
/** A ramp node that runs no SSM agent: oc brings its commands. */
export const byOc = declared('edge-g') as Tunnel;
/** The declared balancer inside the SDN. */
export const balancer = declared('edge-lb') as Member;
export const NODE = example.ramp.nodes[0]!.instance!;
export const BIGIP = example.bigip[0]!.management;

/** Waits pass so many times faster; the scripts run as fast as they do. */
const SPEED = 100;

/** The platforms of closed sites are free for others, which find their functions warm. Each site begins with its own state all the same. */
const [platforms, free]: [Platform[], Platform[]] = [[], []];
afterAll(() => Promise.all(platforms.map((each) => each.close())));

async function freePlatform(): Promise<Platform> {
  const found = free.pop();
  if (found) return found;
  const made = await Platform.open();
  platforms.push(made);
  return made;
}

/** A site with the BIG-IPs, bastions and ramp nodes of its tunnels, and the state machine. */
export interface Site {
  readonly lab: Lab;
  readonly world: World;
  readonly state: string;
  /** Starts an execution, of the first tunnel unless the input names another one, and waits for its end. */
  run(input?: object): Promise<ExecutionResult>;
  /** All that the hosts hold, as the test sees it: no field is left out; counters, durations and connection tracking are no part of a dump. */
  dump(): string;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly spec?: Declared;
  /** All that is declared; default `spec` alone. Empty: nothing is any more. */
  readonly specs?: readonly Declared[];
  readonly faults?: readonly Fault[];
  readonly world?: WorldOptions;
  /** Declarations whose devices and virtual servers the site has too. */
  readonly also?: readonly Declared[];
  /** How many times faster waits pass. */
  readonly speed?: number;
  /** Whether the deployed rules count: then events, the schedule and dead runs start runs by themselves. */
  readonly events?: boolean;
  /** What scripts are started with on a host, instead of its environment. */
  readonly environment?: (environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  /** A closed site's folder, to go on from a copy of it. */
  readonly from?: string;
}

/** Tunnels that share devices have these once. @returns a fresh site, or a copy of an earlier one. Close it. */
export async function site({
  spec = example,
  specs = [spec],
  faults = [],
  world = {},
  also = [],
  speed = SPEED,
  events = false,
  environment = (usual) => usual,
  from,
}: SiteOptions = {}): Promise<Site> {
  const state = mkdtempSync(join(tmpdir(), 'edge-ramp-site-'));
  if (from !== undefined) cpSync(from, state, { recursive: true });
  const platform = await freePlatform();
  let devices: SimulatedHosts;
  const lab = await openLab({
    assembly: process.env['EDGE_RAMP_TEST_ASSEMBLY']!,
    state,
    specs,
    faults,
    speed,
    events,
    platform,
    hosts: async (options) => {
      devices = await simulatedHosts({
        ...options,
        specs: [...options.specs, ...also],
        world: { [spec.name]: world },
      });
      const host: SimulatedHosts['host'] = (name) => {
        const found = devices.host(name);
        return found && { name, environment: environment(found.environment) };
      };
      return { ...devices, host };
    },
  });
  return {
    lab,
    world: devices!.world,
    state,
    run: (input = {}) => lab.start({ tunnel: spec.name, ...input }).done,
    dump: () =>
      devices
        .names()
        .map((name) => `## ${name}\n${devices.dump(name)}`)
        .join('\n'),
    async close() {
      await lab.close();
      free.push(platform);
    },
  };
}

/** All that the hosts hold but the virtual IP, which is where keepalived has put it. */
export function settled(open: Site): string {
  return open.dump().replace(/^address 10\.20\.30\.4\/32 .*\n/gm, '');
}

/** Closes a site and throws its folder away. */
export async function discard(open: Site): Promise<void> {
  await open.close();
  rmSync(open.state, { recursive: true, force: true });
}

/** The end state of a run, whether it succeeded or failed. */
export function endOf(result: ExecutionResult): string {
  return result.status === 'SUCCEEDED' ? (result.output as { endState: string }).endState : `${result.error}`;
}

/** The state that an event of a history tells was entered, or exited; undefined: it tells of something else. */
export const entered = ({ stateEnteredEventDetails: details }: HistoryEvent): unknown => details?.['name'];
export const exited = ({ stateExitedEventDetails: details }: HistoryEvent): unknown => details?.['name'];

/** Command lines that changed a device, as they were typed there. */
export function writes(open: Site): readonly string[] {
  return open.lab.hosts
    .journal()
    .filter(({ writes: changed }) => changed)
    .map(({ host, line }) => `${host}: ${line}`);
}
