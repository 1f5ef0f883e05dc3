import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { units } from './support/bigip-pair';
import { discard, endOf, example, site, type Site } from './support/site';

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

beforeAll(() => {
  const program = `#!/bin/sh\nexec perl ${join(__dirname, 'support/count-forks.pl')} ${folder}/count.$$ /bin/sh "$@"\n`;
  writeFileSync(join(folder, 'sh'), program, { mode: 0o755 });
});
/** Starts each script under a program that counts. */
const counting = (usual: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ ...usual, PATH: `${folder}:${usual['PATH']}` });

// 53 and 87; an agent that is slow to answer adds a few, each of which asks it once more.
test.each([
  ['a BIG-IP and a ramp node', example, 2, 80],
  ['two BIG-IPs and a ramp node', units, 3, 125],
])('a look that finds nothing to do costs %s few processes', async (_what, spec, devices, most) => {
  here = await site({ spec, environment: counting });
  const fresh = await here.run();
  expect([endOf(fresh), fresh.cause]).toEqual(['Applied', undefined]);
  counted();
  expect(endOf(await here.run())).toBe('Unchanged');
  const counts = counted();
  expect(counts).toHaveLength(devices);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(counts.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(most);
});
