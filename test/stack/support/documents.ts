import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './template';

/**
 * What stands in a document of docs/ between two marks. With UPDATE_DOCS=1 it is replaced first: so the test that
 * compares it with what it is made from also keeps it current.
 */
export function current(file: string, mark: string, made: string): string {
  const path = join(PROJECT, 'docs', file);
  const parts = new RegExp(`^(.*<!-- begin ${mark} -->\\n\\n)(.*)(\\n\\n<!-- end ${mark} -->.*)$`, 's').exec(
    readFileSync(path, 'utf8'),
  );
  if (!parts) throw new Error(`docs/${file} has no place for ${mark}`);
  if (process.env['UPDATE_DOCS'] !== '1') return parts[2]!;
  writeFileSync(path, parts[1]! + made + parts[3]!);
  return made;
}

/** The cells of a markdown table without its ruler, trimmed: prettier pads them. Code marks are left out. */
export function cells(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}
