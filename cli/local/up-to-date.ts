import { isDeepStrictEqual } from 'node:util';
import type { TunnelFile } from '../../lib/tunnel/declaration/read';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Surroundings } from '../surroundings';
import { declarations, stale } from './assembly';
import { filesOf, readTunnelFiles, textOf } from './tunnel-files';

/**
 * Refuses to go on without an assembly, or with one of other declarations than those of tunnels/; warns of one that is older than its code.
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence that says what to run
 */
export function requireAssembly({ project, err }: Pick<Surroundings, 'project' | 'err'>): void {
  const outdated = stale(project);
  if (outdated === 'missing') throw new Error(`There is no cdk.out in ${project}: run \`npx cdk synth\` there first.`);
  const file = declaredOtherwise(project);
  if (file !== undefined)
    throw new Error(
      `${file} is not what cdk.out was made from, so nothing was run: run \`npx cdk synth\`, then try again.`,
    );
  if (outdated)
    err.write(`Note: ${outdated.newer} is newer than cdk.out and does not count until you run \`npx cdk synth\`.\n`);
}

/**
 * The first declaration that is not what cdk.out was made from, by what it says and not by its date.
 * @returns its file, relative to the project; undefined: cdk.out declares what tunnels/ declares now
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence when the assembly cannot be read
 */
export function declaredOtherwise(project: string): string | undefined {
  const now = declaredIn(project);
  const assembled = declarations(project);
  const other = now.find(
    (tunnel) => !isDeepStrictEqual(JSON.parse(JSON.stringify(tunnel)), assembled.get(tunnel.name)),
  );
  const gone = [...assembled.keys()].find((name) => !now.some((tunnel) => tunnel.name === name));
  const name = other?.name ?? gone;
  return name === undefined ? undefined : `tunnels/${name}.yaml`;
}

function declaredIn(project: string): readonly Declared[] {
  try {
    return readTunnelFiles(filesOf(project).map(read));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw new InvalidRequest(
      'declaration-invalid',
      `${error.message}\nNothing was run: mend that, then run \`npx cdk synth\`.`,
    );
  }
}

function read({ shown, path }: { readonly shown: string; readonly path: string }): TunnelFile {
  const text = textOf(path);
  if (typeof text !== 'string') throw new InvalidRequest('declaration-unreadable', `${shown}: ${text.reason}`);
  return { path: shown, text };
}
