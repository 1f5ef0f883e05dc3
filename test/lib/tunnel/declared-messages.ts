import { readFileSync } from 'node:fs';
import { readDeclarations } from '../../../lib/tunnel/declared';
import { InvalidRequest } from '../../../lib/tunnel/errors';
import { EXAMPLE_FILE } from './site';

/** The file of the declared example. */
export const TEXT = readFileSync(EXAMPLE_FILE, 'utf8');

/** The message about files of which one at least is refused. */
export function fileMessage(...texts: readonly (readonly [path: string, text: string])[]): string {
  try {
    readDeclarations(texts.map(([path, text]) => ({ path, text })));
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequest);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}
