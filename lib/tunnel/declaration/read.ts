import { InvalidRequest } from '../errors/errors';
import { sharedMistakes } from './between';
import { placeIn, readDocument, type ReadDocument, type TunnelFile } from './document';
import type { Mistake } from './mistake';
import { firstLines, mistakeLine } from './mistake-lines';
import { checkDocument } from './parse';
import type { Declared } from './tunnel';

/** A file, and what it declares. */
interface Declaration {
  readonly path: string;
  readonly document: ReadDocument;
  readonly tunnel: Declared;
}

/**
 * Reads all declarations together, so that no two can claim the same thing.
 * @returns the tunnels sorted by name, defaults filled in
 * @throws InvalidRequest listing the mistakes of each file, 20 at most of one, and those between them: line and column, path in the document,
 * value, rule
 */
export function readDeclarations(files: readonly TunnelFile[]): readonly Declared[] {
  const mistakes: string[] = [];
  const declarations: Declaration[] = [];
  for (const file of files) {
    const read = declarationIn(file);
    if ('lines' in read) mistakes.push(...read.lines);
    else declarations.push(read);
  }
  const between = sharedMistakes(declarations.map(({ tunnel }) => tunnel)).map(({ path: [index, ...path], ...what }) =>
    lineOf(declarations[index as number]!, { path, ...what }),
  );
  mistakes.push(...firstLines('tunnels', between), ...declarations.flatMap(otherName));
  if (mistakes.length > 0) throw new InvalidRequest('declaration-invalid', mistakes.join('\n'));
  return declarations.map(({ tunnel }) => tunnel).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns the declaration of a file; or lines with its mistakes, in the order of the file */
function declarationIn(file: TunnelFile): Declaration | { readonly lines: readonly string[] } {
  const { path } = file;
  try {
    const document = readDocument(file);
    const checked = checkDocument(document.value);
    if ('value' in checked) return { path, document, tunnel: checked.value };
    const lines = checked.mistakes
      .map((mistake) => ({ ...document.positionOf(mistake), mistake }))
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .map(({ mistake }) => lineOf({ path, document }, mistake));
    return { lines: firstLines(path, lines) };
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return { lines: [error.message] };
  }
}

/** A tunnel is found by the name of its file. */
function otherName(declaration: Declaration): readonly string[] {
  const { path, tunnel } = declaration;
  const stem = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  if (stem === tunnel.name) return [];
  const mistake = { path: ['name'], value: tunnel.name, message: `must be the file's name, ${stem}` };
  return [lineOf(declaration, mistake)];
}

function lineOf({ path, document }: Pick<Declaration, 'path' | 'document'>, mistake: Mistake): string {
  return mistakeLine(placeIn(path, document.positionOf(mistake)), mistake);
}
