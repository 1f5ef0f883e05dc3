import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAction } from '../lab/hosts/host';
import { HAPPENINGS, type LocalHostCommand } from './command';
import { hasHosts, kindIn, openLocalLab, stateIn } from './local/lab';
import type { Surroundings } from './surroundings';

/**
 * Does something to a host of this machine: through the lab that has the folder open, or in the folder itself.
 * @returns the exit code: 1 when there is no such host or nothing is kept there
 * @public loaded when it is asked for
 */
export async function localHost(command: LocalHostCommand, surroundings: Surroundings): Promise<number> {
  const { host, action } = command;
  const { out, err } = surroundings;
  const state = stateIn(command.state, surroundings);
  try {
    const asked = await askOpenLab(state, host, action);
    if (!asked) await actInFolder(command, state, surroundings);
  } catch (error) {
    err.write(`${(error as Error).message}\n`);
    return 1;
  }
  out.write(`${host} ${HAPPENINGS[action]} (${kindIn(state) === 'simulated' ? 'SIMULATED, ' : ''}kept in ${state}).\n`);
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
async function actInFolder(command: LocalHostCommand, state: string, surroundings: Surroundings): Promise<void> {
  if (!hasHosts(state))
    throw new Error(
      `There are no hosts in ${state}: apply a tunnel with --local first, or name the folder with --state.`,
    );
  const { lab } = await openLocalLab(command, surroundings);
  try {
    await lab.hosts.act(command.host, command.action);
  } finally {
    await lab.close();
  }
}
