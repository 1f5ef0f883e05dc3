import type { Lab, LabOptions } from '../lab/index';
import { assemblyOf } from './assembly';
import { SPEED, stateFolder, withoutAssembly } from './on-this-machine';
import type { Surroundings } from './surroundings';

/** An open lab, and the folder in which it keeps its hosts. */
export interface LocalLab {
  readonly lab: Lab;
  readonly state: string;
}

/**
 * Opens the lab on what `cdk synth` wrote.
 * @param given the folder as typed; undefined: the user's own
 * @throws Error of one sentence when there is no cdk.out, nothing can be kept, or another process has the lab
 */
export async function openLocalLab(
  given: string | undefined,
  surroundings: Surroundings,
  options: Pick<LabOptions, 'fresh' | 'faults'> = {},
): Promise<LocalLab> {
  const obstacle = withoutAssembly(surroundings);
  if (obstacle !== undefined) throw new Error(obstacle);
  const state = stateFolder(given, surroundings);
  const assembly = assemblyOf(surroundings.project);
  return { lab: await surroundings.openLab({ assembly, state, speed: SPEED, ...options }), state };
}
