import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Lab, LabOptions } from '../lab/index';
import { assemblyOf, stale } from './assembly';
import { defaultState, type Surroundings } from './surroundings';

/** Waits and time-outs of the simulated hosts pass so many times faster: nobody has to sit through them. */
const SPEED = 4;

/** An open lab, and the folder in which it keeps its hosts. */
export interface LocalLab {
  readonly lab: Lab;
  readonly state: string;
}

/**
 * Opens the lab on what `cdk synth` wrote.
 * @param state the folder as typed; undefined: the user's own
 * @throws Error of one sentence when there is no cdk.out, nothing can be kept, or another process has the lab
 */
export async function openLocalLab(
  state: string | undefined,
  surroundings: Surroundings,
  options: Pick<LabOptions, 'fresh' | 'faults'> = {},
): Promise<LocalLab> {
  const { err, project, folder } = surroundings;
  const outdated = stale(project);
  if (outdated === 'missing') throw new Error(`There is no cdk.out in ${project}: run \`npx cdk synth\` there first.`);
  if (outdated)
    err.write(`Note: ${outdated.newer} is newer than cdk.out and does not count until you run \`npx cdk synth\`.\n`);
  const kept = state === undefined ? defaultState(surroundings) : resolve(folder, state);
  keepIn(kept);
  const lab = await surroundings.openLab({ assembly: assemblyOf(project), state: kept, speed: SPEED, ...options });
  return { lab, state: kept };
}

/** @throws Error of one sentence when nothing can be kept there */
function keepIn(state: string): void {
  try {
    makeFolder(state);
    accessSync(state, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`Hosts and table cannot be kept in ${state} (${code}): name another folder with --state.`, {
      cause: error,
    });
  }
}

/** Folder by folder: `recursive` tries forever where a parent is there and takes no folders, as /proc (Node.js 20). */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}
