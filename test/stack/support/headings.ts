import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './template';

/** The anchors of a document's headings, as a repository's pages make them: lower case, words by hyphens, no punctuation. */
export function anchorsOf(file: string): readonly string[] {
  return readFileSync(join(PROJECT, file), 'utf8')
    .replace(/^```.*?^```/gms, '') // a comment in a shell's code is no heading
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
}
