import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import type { HostAction } from '../../lab/hosts/host';
import { hasHosts, kindIn, openLocalLab, stateIn } from '../local/lab';
import { onThisMachine, type Define } from '../options';
import { messageOf, type Surroundings } from '../surroundings';
import type { Here } from '../where';

/** What can happen to a host, and what is said of it when it has. */
const HAPPENINGS: Readonly<Record<HostAction, string>> = {
  reboot: 'was rebooted',
  'wipe-flows': 'has only the flows of the SDN',
  'restart-ovs': 'has a new br0',
  gone: 'is off',
  back: 'is there',
  failover: 'has changed roles with its peer',
  'cut-link': 'does not reach its peer',
  'mend-link': 'reaches its peer',
  'cut-ssh': 'is not reached by SSH',
  'mend-ssh': 'is reached by SSH',
  'fail-syncs': 'and its peer refuse what a sync loads',
  'stall-syncs': 'and its peer never end a sync',
  'mend-syncs': 'and its peer load what a sync brings',
};

export const localHost: Define = (surroundings, exit) =>
  onThisMachine(
    new Command('host')
      .description('let something happen to a host of this machine')
      .argument('<host>', 'an instance id, or the management address of a BIG-IP')
      .addArgument(new Argument('<happening>', 'what happens to it').choices(Object.keys(HAPPENINGS))),
  ).action((host: string, action: HostAction, options: Here) => exit(happen(host, action, options, surroundings)));

/** Through the lab that has the folder open, or in the folder itself. @returns 1 when there is no such host or nothing is kept there */
async function happen(host: string, action: HostAction, here: Here, surroundings: Surroundings): Promise<number> {
  const state = stateIn(here.state, surroundings);
  try {
    if (!(await askOpenLab(state, host, action))) await actInFolder(host, action, { ...here, state }, surroundings);
  } catch (error) {
    surroundings.err.write(`${messageOf(error)}\n`);
    return 1;
  }
  const kind = kindIn(state) === 'simulated' ? 'SIMULATED, ' : '';
  surroundings.out.write(`${host} ${HAPPENINGS[action]} (${kind}kept in ${state}).\n`);
  return 0;
}

/**
 * Asks the lab whose address stands in the folder.
 * @returns false when none has it open
 * @throws Error with what the lab says against it
 */
async function askOpenLab(state: string, host: string, action: HostAction): Promise<boolean> {
  const file = join(state, 'endpoint');
  if (!existsSync(file)) return false;
  let response: Response;
  try {
    response = await fetch(readFileSync(file, 'utf8').trim(), {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'EdgeRampLab.Host' },
      body: JSON.stringify({ host, do: action }),
    });
  } catch {
    return false; // left by a lab that was killed
  }
  if (response.ok) return true;
  const { message } = (await response.json()) as { readonly message?: string };
  throw new Error(message ?? `The lab that has ${state} open answered ${response.status}.`);
}

/** Opens the folder, acts, and closes it again. Nobody is told: events are for a lab that runs. */
async function actInFolder(
  host: string,
  action: HostAction,
  here: Here & { readonly state: string },
  surroundings: Surroundings,
): Promise<void> {
  if (!hasHosts(here.state))
    throw new Error(
      `There are no hosts in ${here.state}: apply a tunnel with --local first, or name the folder with --state.`,
    );
  const { lab } = await openLocalLab(here, surroundings);
  try {
    await lab.hosts.act(host, action);
  } finally {
    await lab.close();
  }
}
