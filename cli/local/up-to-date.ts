import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Surroundings } from '../surroundings';
import { declarations, isAssembled, newerSource } from './assembly';
import { filesOf, readTunnelFiles } from './tunnel-files';

type Where = Pick<Surroundings, 'product' | 'project' | 'tunnels' | 'err'>;

/**
 * Refuses to go on without an assembly, or with one of other declarations than those of tunnels/; warns of one that is older than its code.
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence that says what to run
 */
export function requireAssembly({ product, project, tunnels, err }: Where): void {
  if (!isAssembled(project)) throw new Error(`There is no cdk.out in ${project}: run \`npx cdk synth\` there first.`);
  const file = declaredOtherwise(project, tunnels);
  if (file !== undefined)
    throw new Error(
      `${file} is not what cdk.out was made from, so nothing was run: run \`npx cdk synth\`, then try again.`,
    );
  const newer = newerSource(product, project);
  if (newer !== undefined)
    err.write(`Note: ${newer} is newer than cdk.out and does not count until you run \`npx cdk synth\`.\n`);
}

/**
 * The first declaration that is not what cdk.out was made from, by what it says and not by its date.
 * @param project where cdk.out is
 * @param tunnels the folder of the declarations
 * @returns its file; undefined: cdk.out declares what tunnels/ declares now
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence when the assembly cannot be read
 */
export function declaredOtherwise(project: string, tunnels: string): string | undefined {
  const asJson = (tunnel: Declared): unknown => JSON.parse(JSON.stringify(tunnel));
  const now = new Map(declaredIn(tunnels).map((tunnel) => [tunnel.name, asJson(tunnel)]));
  const assembled = declarations(project);
  const names = [...now.keys(), ...assembled.keys()];
  const other = names.find((name) => !isDeepStrictEqual(now.get(name), assembled.get(name)));
  return other && join(basename(tunnels), `${other}.yaml`);
}

function declaredIn(tunnels: string): readonly Declared[] {
  try {
    return readTunnelFiles(filesOf(tunnels));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    const mend = 'Nothing was run: mend that, then run `npx cdk synth`.';
    throw new InvalidRequest('declaration-invalid', `${error.message}\n${mend}`);
  }
}
