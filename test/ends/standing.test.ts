import { rmSync } from 'node:fs';
import { NODE, discard, endOf, example, site, writes, type Site } from '../runs/support/site';

/** A site where the example was applied: each test goes on from a copy of it. */
let applied: string;
/** What the hosts held before. */
let untouched: string;
beforeAll(async () => {
  const first = await site();
  untouched = first.dump();
  await first.run();
  await first.close();
  applied = first.state;
});
afterAll(() => rmSync(applied, { recursive: true, force: true }));

interface Plan {
  readonly digest: string;
  readonly verification: readonly unknown[];
}

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('verify proves it; teardown, as it was planned, puts everything back, virtual servers exactly as they were; a second one finds nothing', async () => {
  here = await site({ from: applied });
  const verified = await here.run({ action: 'verify' });
  expect(endOf(verified)).toBe('Verified');
  expect(JSON.stringify((verified.output as { verification: unknown }).verification)).toContain(
    '3 of 3 packets came back',
  );
  const { digest, verification } = (await here.run({ action: 'plan', teardown: true })).output as Plan;
  expect(verification).toHaveLength(3);
  const gone = await here.run({ action: 'teardown', expect: digest });
  expect(endOf(gone)).toBe('TornDown');
  // Pings that were taken before it are no pings of now.
  expect((gone.output as Plan).verification).toEqual([]);
  expect(here.dump()).toBe(untouched);
  expect(await here.lab.item('edge-a')).toMatchObject({ wanted: 'absent' });
  const done = writes(here).length;
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(writes(here).length).toBe(done);
});

test('an event maintains it', async () => {
  here = await site({ from: applied, spec: { ...example, example: false } });
  await here.world.run(NODE, 'ip route del 10.3.91.216/32 dev tun1');
  expect(endOf(await here.run({ trigger: 'schedule' }))).toBe('Applied');
  expect(endOf(await here.run({ trigger: 'event' }))).toBe('Unchanged');
});

test('an event leaves an example alone, even one that was applied', async () => {
  here = await site({ from: applied });
  const skipped = await here.run({ trigger: 'event' });
  expect(endOf(skipped)).toBe('Skipped');
  expect((skipped.output as { sentence: string }).sentence).toContain('declared as an example');
});

test('where it carries nothing the run is NotVerified, and nothing is changed', async () => {
  here = await site({ from: applied });
  await here.world.run(NODE, 'ip link set eth0 down'); // none of ours, yet no packet comes back
  const before = here.dump();
  expect(endOf(await here.run())).toBe('NotVerified');
  expect(here.dump()).toBe(before);
});
