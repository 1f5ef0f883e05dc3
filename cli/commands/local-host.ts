import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { HostAction } from '../../lab/hosts/host';
import { devicesOf, kindOf } from '../../lib/tunnel/plan/devices';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { hasHosts, kindIn, openLocalLab, stateIn } from '../local/lab';
import { filesOf, readTunnelFiles } from '../local/tunnel-files';
import { onThisMachine, wholeNumber, type Define } from '../options';
import { styleFor, table } from '../report/style';
import { messageOf, type Surroundings } from '../surroundings';
import type { Here } from '../where';

/** What can happen to a host, and what is said of it when it has. */
const HAPPENINGS: Readonly<Record<HostAction, string>> = {
  reboot: 'was rebooted',
  'wipe-flows': 'has only the flows of the SDN',
  'restart-ovs': 'has a new br0',
  keep: 'has been looked at by its keepers; for five minutes after a run that changed nothing there they put nothing back',
  gone: 'is off',
  back: 'is there',
  failover: 'has changed roles with its peer',
  'split-brain': 'and its peer are both ACTIVE',
  'force-offline': 'is FORCED OFFLINE',
  'stand-by': 'is STANDBY',
  'cut-link': 'does not reach its peer',
  'mend-link': 'reaches its peer',
  'cut-ssh': 'is not reached by SSH',
  'mend-ssh': 'is reached by SSH',
  'fail-syncs': 'and its peer refuse what a sync loads',
  'stall-syncs': 'and its peer never end a sync',
  'mend-syncs': 'and its peer load what a sync brings',
};

/** Nothing happens to it: what it holds is printed. */
const SHOW = 'show';

export const localHost: Define = (surroundings, exit) => {
  const command = onThisMachine(
    new Command('host')
      .description('let something happen to a host of this machine, or show what it holds')
      .argument('[host]', 'an instance id, or the management address of a BIG-IP; without it the hosts are listed')
      .addArgument(
        new Argument(
          '[what...]',
          'what happens to it, in this order; show: nothing, and what it holds is printed',
        ).choices([...Object.keys(HAPPENINGS), SHOW]),
      )
      .addOption(wholeNumber('--times <n>', 'all of it so often', 1, 100).default(1))
      // It is said of every other command for these hosts.
      .addOption(new Option('--local').hideHelp()),
  );
  return command.action((host: string | undefined, what: readonly Happening[] = [], options: Options) => {
    if (host === undefined) return exit(list(surroundings));
    if (what.length === 0) return command.error("error: missing required argument 'what'");
    return exit(allHappen(host, Array.from({ length: options.times }, () => what).flat(), options, surroundings));
  });
};

interface Options extends Here {
  readonly times: number;
}

type Happening = HostAction | typeof SHOW;

const ADMIN_HOST = 'admin host';

/** Every host that can be named, as tunnels are declared: it is known before any run has made it. @returns 2 for mistakes in the declarations */
function list({ tunnels, out, err }: Surroundings): number {
  try {
    const hosts = new Map<string, { readonly what: string; readonly tunnels: string[] }>();
    const add = (host: string, what: string, tunnel: string): void => {
      const { tunnels } = hosts.get(host) ?? hosts.set(host, { what, tunnels: [] }).get(host)!;
      if (!tunnels.includes(tunnel)) tunnels.push(tunnel);
    };
    for (const declared of readTunnelFiles(filesOf(tunnels)))
      for (const device of devicesOf(declared, null)) {
        const { kind, name, instance, byOc } = device;
        add(name, kind === 'cluster' ? ADMIN_HOST : kindOf(device).record.title, declared.name);
        add(instance, byOc === true ? ADMIN_HOST : 'bastion', declared.name);
      }
    const rows = [...hosts].map(([host, { what, tunnels }]) => [host, what, tunnels.join(', ')]);
    out.write(`${table(['HOST', 'WHAT', 'TUNNELS'], rows, styleFor(out))}\n`);
    out.write('What one holds: npx edge-ramp local host HOST show\n');
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    err.write(`${error.message}\n`);
    return 2;
  }
}

/** One after the other, until one is refused. */
async function allHappen(
  host: string,
  whats: readonly Happening[],
  here: Here,
  surroundings: Surroundings,
): Promise<number> {
  for (const what of whats) {
    const code = await happen(host, what, here, surroundings);
    if (code !== 0) return code;
  }
  return 0;
}

/** Through the lab that has the folder open, or in the folder itself. @returns 1 when there is no such host or nothing is kept there */
async function happen(host: string, what: Happening, here: Here, surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const state = stateIn(here.state, surroundings);
  const kind = kindIn(state) === 'simulated' ? 'SIMULATED, ' : '';
  try {
    const asked = { host, do: what };
    const told = (await inOpenLab(state, asked)) ?? (await inFolder(asked, { ...here, state }, surroundings));
    const holds = told?.holds ?? '';
    if (what === SHOW) {
      err.write(`${host} (${kind}kept in ${state}) holds${holds === '' ? ' nothing that edge-ramp looks at.' : ':'}\n`);
      out.write(holds === '' ? '' : `${holds}\n`, 'exact');
    } else out.write(`${host} ${HAPPENINGS[what]} (${kind}kept in ${state}).\n`);
    return 0;
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

interface Asked {
  readonly host: string;
  readonly do: string;
}

interface Told {
  readonly holds?: string;
}

/**
 * Asks the lab whose address stands in the folder.
 * @returns undefined when none has it open: its address may be left by one that was killed
 * @throws Error with what the lab says against it
 */
async function inOpenLab(state: string, asked: Asked): Promise<Told | undefined> {
  const file = join(state, 'endpoint');
  return existsSync(file) ? ask(readFileSync(file, 'utf8').trim(), asked) : undefined;
}

/** Opens the folder, acts, and closes it again. Nobody is told: events are for a lab that runs. */
async function inFolder(
  asked: Asked,
  here: Here & { readonly state: string },
  surroundings: Surroundings,
): Promise<Told | undefined> {
  if (!hasHosts(here.state))
    throw new Error(
      `There are no hosts in ${here.state}: apply a tunnel with --local first, or name the folder with --state.`,
    );
  const { lab } = await openLocalLab(here, surroundings);
  try {
    return await ask(lab.url, asked);
  } finally {
    await lab.close();
  }
}

/** @returns undefined when nobody answers @throws Error with what the lab says against it */
async function ask(url: string, asked: Asked): Promise<Told | undefined> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'EdgeRampLab.Host' },
      body: JSON.stringify(asked),
    });
  } catch {
    return undefined;
  }
  const told = (await response.json()) as Told & { readonly message?: string };
  if (response.ok) return told;
  throw new Error(told.message ?? `The lab at ${url} answered ${response.status}.`);
}
