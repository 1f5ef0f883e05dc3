import { parseDocument, visit } from 'yaml';
import { InvalidRequest } from '../errors/errors';
import { firstLines, mistakeLine, parseDeclaration } from './parse';
import { printable } from '../errors/printable';
import { sharedMistakes } from './between';
import type { Declared } from './tunnel';

/** A declaration's file. */
export interface TunnelFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads all declarations together, so that no two can claim the same thing.
 * @returns the tunnels sorted by name, defaults filled in
 * @throws InvalidRequest listing the mistakes of each file, 20 at most of one, and those between them: path in the document, value, rule
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
  const between = sharedMistakes(tunnels.map(({ tunnel }) => tunnel)).map(
    ({ path: [index, ...path], value, message }) => mistakeLine(tunnels[index as number]!.path, path, value, message),
  );
  mistakes.push(...firstLines('tunnels', between));
  for (const { tunnel, path } of tunnels) {
    const stem = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    if (stem !== tunnel.name)
      mistakes.push(mistakeLine(path, ['name'], tunnel.name, `must be the file's name, ${stem}`));
  }
  if (mistakes.length > 0) throw new InvalidRequest('declaration-invalid', mistakes.join('\n'));
  return tunnels.map(({ tunnel }) => tunnel).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws InvalidRequest with the first reason why the text is not one plain document */
function parseYaml({ path, text }: TunnelFile): unknown {
  const refuse = (why: string): never => {
    throw new InvalidRequest('declaration-unreadable', printable(`${path}: ${why}`));
  };
  // The parser's own check for duplicate keys takes 10 s for 40,000 keys.
  const document = parseDocument(text, { strict: true, uniqueKeys: false });
  const [first] = document.errors;
  if (first) refuse(`is not YAML: ${first.message.split('\n')[0]}`);
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => String(key));
      if (new Set(keys).size < keys.length)
        refuse(`is not YAML: Map keys must be unique; "${keys.find((key, i) => keys.indexOf(key) < i)}" stands twice`);
    },
    // `cookie: 0x999` is text, not a number.
    Scalar(_, scalar) {
      if (scalar.format === 'HEX') scalar.value = scalar.source;
    },
  });
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return refuse('must not use YAML aliases');
  }
}
