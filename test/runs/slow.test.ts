import { join } from 'node:path';
import { discard, endOf, site, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

/** A call of a stand-in takes some 5 ms, and here 300: a look takes longer than its 60 s would be at the speed at which waits pass. */
const environment = (usual: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...usual,
  EDGE_RAMP_TEST_STAND_IN: usual['BASH_ENV'],
  BASH_ENV: join(__dirname, 'support/slow-stand-in.sh'),
});

test('a machine on which every command takes many times as long makes a run slow, and never wrong', async () => {
  here = await site({ environment, speed: 50 });
  const result = await here.run();
  expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
  expect(here.lab.trips().every(({ status }) => status === 'Success')).toBe(true);
  const { ended, sent } = here.lab.trips().toSorted((a, b) => b.ended - b.sent - (a.ended - a.sent))[0]!;
  expect(ended - sent).toBeGreaterThan(60_000 / 50);
  expect(endOf(await here.run())).toBe('Unchanged');
});
