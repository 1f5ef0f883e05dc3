import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readDeclarations, type TunnelFile } from '../lib/tunnel/declared';
import { InvalidRequest } from '../lib/tunnel/errors';
import type { Surroundings } from './surroundings';

/** A declaration is some dozen lines. What is longer is another file, and not worth parsing. Bytes. */
const LONGEST = 256 * 1024;

/**
 * Checks declarations together and tells every mistake.
 * @param named files as typed; none: all of tunnels/
 * @returns the exit code
 * @public loaded when it is asked for
 */
export function validate(named: readonly string[], { project, folder, out, err }: Surroundings): number {
  const mistakes: string[] = [];
  const files: TunnelFile[] = [];
  const paths =
    named.length > 0
      ? named.map((name) => ({ shown: name, path: resolve(folder, name) }))
      : declared(join(project, 'tunnels'));
  for (const { shown, path } of paths) {
    const text = read(path);
    if (typeof text === 'string') files.push({ path: shown, text });
    else mistakes.push(`${shown}: ${text.reason}`);
  }
  let names: readonly string[] = [];
  try {
    names = readDeclarations(files).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    mistakes.push(...error.message.split('\n'));
  }
  if (mistakes.length > 0) {
    err.write(`${mistakes.join('\n')}\n`);
    err.write(`${count(mistakes.length, 'mistake')}: nothing was contacted or changed.\n`);
    return 2;
  }
  out.write(
    names.length === 0
      ? 'No tunnel is declared: copy an example to tunnels/NAME.yaml.\n'
      : `${count(names.length, 'tunnel')} declared without mistake: ${names.join(', ')}.\n`,
  );
  return 0;
}

function declared(folder: string): readonly { readonly shown: string; readonly path: string }[] {
  let files: string[] = [];
  try {
    files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  } catch {
    // No folder: no tunnel.
  }
  return files.sort().map((file) => ({ shown: join(basename(folder), file), path: join(folder, file) }));
}

function read(path: string): string | { readonly reason: string } {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { reason: 'is a folder; name the files in it' };
    if (!stat.isFile()) return { reason: 'is not a file' };
    if (stat.size > LONGEST)
      return { reason: `has ${stat.size} bytes: no declaration is longer than ${LONGEST}, so this is something else` };
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { reason: 'there is no such file' };
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { reason: 'is not text in UTF-8' };
    return { reason: `cannot be read (${code ?? (error as Error).message})` };
  }
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
