import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard, endOf, site, type Site } from './support/site';

let here: Site | undefined;
const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-processes-'));
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** How many processes each script has made since the last time. */
function counted(): readonly number[] {
  const files = readdirSync(folder).filter((name) => name.startsWith('count.'));
  return files.map((name) => {
    const count = Number(readFileSync(join(folder, name), 'utf8'));
    rmSync(join(folder, name));
    return count;
  });
}

test('a look that finds nothing to do costs two devices few processes', async () => {
  const program = `#!/bin/sh\nexec perl ${join(__dirname, 'support/count-forks.pl')} ${folder}/count.$$ /bin/sh "$@"\n`;
  writeFileSync(join(folder, 'sh'), program, { mode: 0o755 });
  const environment = (usual: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    ...usual,
    PATH: `${folder}:${usual['PATH']}`,
  });
  here = await site({ environment });
  expect(endOf(await here.run())).toBe('Applied');
  counted();
  expect(endOf(await here.run())).toBe('Unchanged');
  const [first = 0, second = 0, ...more] = counted();
  expect(more).toEqual([]);
  expect(Math.min(first, second)).toBeGreaterThan(10);
  expect(first + second).toBeLessThanOrEqual(150);
});
