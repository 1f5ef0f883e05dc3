import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Lines of all files of these folders. */
function lines(...folders: readonly string[]): number {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name), 'utf8').split('\n').length - 1,
      0,
    );
}

test('the lab is smaller than what it serves', () => {
  expect(lines('lab')).toBeLessThan(lines('lib', 'lambdas', 'documents'));
});
