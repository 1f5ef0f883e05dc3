import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TunnelFile } from '../../lib/tunnel/declaration/document';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';

/** A file with a declaration: where it lies, and what it is called in messages. */
export interface TunnelPath {
  readonly path: string;
  readonly shown: string;
}

/** A declaration is some dozen lines. What is longer is another file, and not worth parsing. Bytes. */
const LONGEST = 256 * 1024;

/** The declarations of a folder. */
export function filesOf(folder: string): readonly TunnelPath[] {
  let files: string[] = [];
  try {
    files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  } catch {
    // No folder: no tunnel.
  }
  return files.sort().map((file) => ({ shown: join(basename(folder), file), path: join(folder, file) }));
}

/**
 * Reads declarations together.
 * @throws InvalidRequest listing every mistake, and every file that cannot be read
 */
export function readTunnelFiles(files: readonly TunnelPath[]): readonly Declared[] {
  // What this takes is loaded here and now: longer than all other code of the command line.
  const { readDeclarations } =
    require('../../lib/tunnel/declaration/read') as typeof import('../../lib/tunnel/declaration/read');
  const mistakes: string[] = [];
  const texts: TunnelFile[] = [];
  for (const { path, shown } of files) {
    const text = textOf(path);
    if (typeof text === 'string') texts.push({ path: shown, text });
    else mistakes.push(`${shown}: ${text.reason}`);
  }
  let declared: readonly Declared[] = [];
  try {
    declared = readDeclarations(texts);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    mistakes.push(error.message);
  }
  if (mistakes.length > 0) throw new InvalidRequest('declaration-invalid', mistakes.join('\n'));
  return declared;
}

/** What a file says, or why it cannot be read. */
function textOf(path: string): string | { readonly reason: string } {
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
