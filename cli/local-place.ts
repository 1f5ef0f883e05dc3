import type { Here, RunCommand } from './command';
import { declaration, workingStates } from './assembly';
import { execute } from './execution';
import { readFaults, refuseUnknownHosts } from './faults';
import { openLocalLab } from './local-lab';
import type { Place } from './place';
import type { Surroundings } from './surroundings';

/**
 * This machine: the state machine of cdk.out against hosts of a lab of its own.
 * @throws InvalidRequest for mistakes in the fault file; Error of one sentence when the lab cannot be opened
 * @public loaded when it is asked for
 */
export async function localPlace(
  here: Here,
  { fault, fresh }: Pick<RunCommand, 'fault' | 'fresh'>,
  surroundings: Surroundings,
): Promise<Place> {
  const { project, folder } = surroundings;
  const faults = fault === undefined ? [] : readFaults(fault, folder);
  const { lab, words } = await openLocalLab(here, surroundings, { fresh, faults });
  try {
    if (fault !== undefined) refuseUnknownHosts(fault, faults, lab.hosts.names());
  } catch (error) {
    await lab.close();
    throw error;
  }
  return {
    words,
    goesOn: undefined,
    shown: workingStates(project),
    start: (input, onEvent) => Promise.resolve(execute(lab, input, onEvent, faults)),
    declaration: (tunnel) => Promise.resolve(declaration(project, tunnel)),
    close: () => lab.close(),
  };
}
