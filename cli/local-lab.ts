import type { Lab, LabOptions } from '../lab/index';
import { assemblyOf } from './assembly';
import type { Here } from './command';
import { localHosts } from './local-hosts';
import { requireAssembly, stateFolder } from './on-this-machine';
import type { Surroundings } from './surroundings';

/** An open lab, and the folder in which it keeps its hosts. */
export interface LocalLab {
  readonly lab: Lab;
  readonly state: string;
  /** What the hosts are and where they are kept: one sentence. */
  readonly words: string;
  /** How time passes there, where it is not real time: one sentence after a blank. */
  readonly faster: string;
}

/**
 * Opens the lab on what `cdk synth` wrote.
 * @throws InvalidRequest when tunnels/ has mistakes; Error of one sentence when there is no cdk.out of what it declares, nothing can be kept, the folder has other hosts, or another process has the lab
 */
export async function openLocalLab(
  here: Here,
  surroundings: Surroundings,
  options: Omit<LabOptions, 'assembly' | 'state' | 'speed'> = {},
): Promise<LocalLab> {
  requireAssembly(surroundings);
  const state = stateFolder(here.state, surroundings);
  const assembly = assemblyOf(surroundings.project);
  const tell = (line: string): void => surroundings.err.write(`${line}\n`);
  const hosts = localHosts(state, { asked: here.hosts, fresh: options.fresh ?? false, tell });
  const lab = await surroundings.openLab({ assembly, state, speed: hosts.speed, ...hosts.options, ...options });
  const faster = hosts.speed === 1 ? '' : ` Waits pass ${hosts.speed} times faster.`;
  return { lab, state, words: `On ${hosts.words()}, kept in ${state}.`, faster };
}
