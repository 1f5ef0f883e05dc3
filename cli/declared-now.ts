import { isDeepStrictEqual } from 'node:util';
import { readDeclarations, type TunnelFile } from '../lib/tunnel/declared';
import { InvalidRequest } from '../lib/tunnel/errors';
import type { Declared } from '../lib/tunnel/tunnel';
import { declarations } from './assembly';
import { filesOf, textOf } from './tunnel-files';

/**
 * The first declaration that is not what cdk.out was made from, by what it says and not by its date.
 * @returns its file, relative to the project; undefined: cdk.out declares what tunnels/ declares now
 * @throws InvalidRequest listing every mistake in tunnels/; Error of one sentence when the assembly cannot be read
 * @public loaded when it is asked for
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
    return readDeclarations(filesOf(project).map(read));
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
