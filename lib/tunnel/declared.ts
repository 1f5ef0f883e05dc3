import { parseDocument } from 'yaml';
import { InvalidRequest } from './errors';
import { mistake, parseDeclaration } from './parse';
import { sharedMistakes } from './shared-rules';
import type { Declared } from './tunnel';

/** A declaration as it lies on disk. */
export interface TunnelFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads all declared tunnels together, so that two of them cannot claim one thing.
 * @returns them sorted by name, defaults filled in
 * @throws InvalidRequest listing every mistake in every file: path in the document, value, rule
 */
export function readDeclarations(files: readonly TunnelFile[]): readonly Declared[] {
  const mistakes: string[] = [];
  const tunnels: { readonly tunnel: Declared; readonly path: string }[] = [];
  for (const file of files) {
    try {
      tunnels.push({ tunnel: parseDeclaration(parseYaml(file), file.path), path: file.path });
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      mistakes.push(error.message);
    }
  }
  for (const {
    path: [index, ...path],
    value,
    message,
  } of sharedMistakes(tunnels.map(({ tunnel }) => tunnel)))
    mistakes.push(mistake(tunnels[index as number]!.path, path, value, message));
  for (const { tunnel, path } of tunnels) {
    const stem = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    if (stem !== tunnel.name) mistakes.push(mistake(path, ['name'], tunnel.name, `must be the file's name, ${stem}`));
  }
  if (mistakes.length > 0) throw new InvalidRequest(mistakes.join('\n'));
  return tunnels.map(({ tunnel }) => tunnel).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseYaml({ path, text }: TunnelFile): unknown {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const [first] = document.errors;
  if (first) throw new InvalidRequest(`${path}: is not YAML: ${first.message.split('\n')[0]}`);
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new InvalidRequest(`${path}: must not use YAML aliases`);
  }
}
