import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readDeclarations } from '../tunnel/declaration/read';
import type { Declared } from '../tunnel/declaration/tunnel';

/**
 * The folder of the declarations: EDGE_RAMP_TUNNELS names it, else the context `tunnels`, and else it is `tunnels`. The CDK starts the app in the
 * folder of cdk.json; cli/local/project.ts follows the same names.
 */
export function namedFolder(context: unknown, environment: NodeJS.ProcessEnv): string {
  const named = environment['EDGE_RAMP_TUNNELS'] ?? '';
  if (named !== '') return resolve(named);
  return resolve(typeof context === 'string' ? context : 'tunnels');
}

/**
 * Every tunnel declared in a folder: one YAML file each. No folder, no tunnels: git does not keep an empty one.
 * @throws InvalidRequest listing every mistake in every file
 */
export function tunnelsFolder(folder: string): readonly Declared[] {
  const files = (existsSync(folder) ? readdirSync(folder) : []).filter((file) => /\.ya?ml$/.test(file));
  return readDeclarations(
    files.map((file) => ({ path: join(basename(folder), file), text: readFileSync(join(folder, file), 'utf8') })),
  );
}
