import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The file that a tunnel's declaration would be in the way of; undefined: there is none. */
export function fileInTheWay(folder: string, name: string): string | undefined {
  return ['yaml', 'yml'].map((ending) => join(folder, `${name}.${ending}`)).find((file) => existsSync(file));
}

/** Where the JSON Schema of declarations lies, seen from a folder. */
export function schemaFrom(folder: string, project: string): string {
  const path = relative(folder, join(project, 'tunnels', 'tunnel.schema.json'));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Writes a new file. @throws Error when it is there meanwhile: nothing is overwritten */
export function writeNew(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { flag: 'wx' });
}
