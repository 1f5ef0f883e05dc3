import { rmSync } from 'node:fs';
import type { ExecutionResult } from '../../lab';
import { NODE, discard, endOf, example, site, writes, type Site } from '../runs/support/site';

/** A site where the example was planned, and then applied: each test goes on from a copy of it. */
let applied: string;
/** What the hosts held before, and after the plan; and the tunnel's item then. */
let untouched: string, planned: string, item: unknown;
let plan: ExecutionResult, fresh: ExecutionResult;
/** How many commands each instance got in the apply. */
let trips: Readonly<Record<string, number>>;
beforeAll(async () => {
  const first = await site();
  untouched = first.dump();
  plan = await first.run({ action: 'plan' });
  planned = first.dump();
  item = await first.lab.item('edge-a');
  const sent = first.lab.trips().length;
  fresh = await first.run({ expect: (plan.output as Plan).digest });
  trips = countBy(first.lab.trips().slice(sent));
  await first.close();
  applied = first.state;
});
afterAll(() => rmSync(applied, { recursive: true, force: true }));

/** Those of one state run side by side, so the most of them is how many follow one another. */
function countBy(sent: readonly { readonly instance: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { instance } of sent) counts[instance] = (counts[instance] ?? 0) + 1;
  return counts;
}

interface Plan {
  readonly changes: readonly { readonly text: string }[];
  readonly digest: string;
  readonly verification: readonly unknown[];
}

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('a plan says what would change and changes nothing, not even the table', () => {
  expect(endOf(plan)).toBe('Planned');
  expect((plan.output as Plan).changes.length).toBeGreaterThan(15);
  expect(item).toBeUndefined();
  expect(planned).toBe(untouched);
});

test('a fresh apply, as it was planned, builds and proves the tunnel in 4 trips to BIG-IP, 3 to the node, and at most 45 transitions', async () => {
  here = await site({ from: applied });
  expect(endOf(fresh)).toBe('Applied');
  expect(fresh.transitions).toBeLessThanOrEqual(45);
  expect(trips).toEqual({ [example.bigip[0]!.bastion]: 4, [NODE]: 3 });
  expect(here.dump()).toContain('pool SDN_snatpool');
});

test('a second apply writes nothing, in 1 trip and 20 transitions', async () => {
  here = await site({ from: applied });
  const before = here.dump();
  const again = await here.run();
  expect(endOf(again)).toBe('Unchanged');
  expect(again.transitions).toBeLessThanOrEqual(20);
  expect(countBy(here.lab.trips())).toEqual({ [example.bigip[0]!.bastion]: 1, [NODE]: 1 }); // side by side
  expect(writes(here)).toEqual([]);
  expect(here.dump()).toBe(before);
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

test('an event leaves an example alone, even one that was applied', async () => {
  here = await site({ from: applied });
  const skipped = await here.run({ trigger: 'event' });
  expect(endOf(skipped)).toBe('Skipped');
  expect((skipped.output as { sentence: string }).sentence).toContain('declared as an example');
});
