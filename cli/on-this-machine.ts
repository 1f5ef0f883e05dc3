import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { stale } from './assembly';
import { defaultState, type Surroundings } from './surroundings';

/**
 * Refuses to go on without an assembly, or with one of other declarations than those of tunnels/; warns of one that is older than its code.
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence that says what to run
 */
export function requireAssembly({ project, err }: Surroundings): void {
  const outdated = stale(project);
  if (outdated === 'missing') throw new Error(`There is no cdk.out in ${project}: run \`npx cdk synth\` there first.`);
  // What reads declarations is loaded with it: `local host` may not come so far.
  const { declaredOtherwise } = require('./declared-now') as typeof import('./declared-now');
  const file = declaredOtherwise(project);
  if (file !== undefined)
    throw new Error(
      `${file} is not what cdk.out was made from, so nothing was run: run \`npx cdk synth\`, then try again.`,
    );
  if (outdated)
    err.write(`Note: ${outdated.newer} is newer than cdk.out and does not count until you run \`npx cdk synth\`.\n`);
}

/**
 * The folder that keeps hosts and table, made if need be.
 * @param given as typed; undefined: the user's own
 * @throws Error of one sentence when nothing can be kept there
 */
export function stateFolder(given: string | undefined, surroundings: Surroundings): string {
  const state = given === undefined ? defaultState(surroundings) : resolve(surroundings.folder, given);
  try {
    makeFolder(state);
    accessSync(state, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`Hosts and table cannot be kept in ${state} (${code}): name another folder with --state.`, {
      cause: error,
    });
  }
  return state;
}

/** Folder by folder: `recursive` tries forever where a parent is there and takes no folders, as /proc (Node.js 20). */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}
