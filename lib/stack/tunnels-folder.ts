import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readDeclarations } from '../tunnel/declaration/read';
import type { Declared } from '../tunnel/declaration/tunnel';

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
