import { BIGIP, NODE, discard, endOf, example, site, writes, type Site } from '../runs/support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

interface Output {
  readonly changes: readonly { readonly text: string }[];
  readonly digest: string;
}

test('a fresh apply builds and proves the tunnel in 4 trips to BIG-IP, 3 to the node, and at most 45 transitions; again, nothing is written, in 1 trip and 20 transitions', async () => {
  here = await site();
  const fresh = await here.run();
  expect(endOf(fresh)).toBe('Applied');
  expect(fresh.transitions).toBeLessThanOrEqual(45);
  expect(tripsOf(here)).toEqual({ [example.bigip[0]!.bastion]: 4, [NODE]: 3 });
  expect(here.dump()).toContain('pool SDN_snatpool');

  const [before, done, trips] = [here.dump(), writes(here).length, here.lab.trips().length];
  const again = await here.run();
  expect(endOf(again)).toBe('Unchanged');
  expect(again.transitions).toBeLessThanOrEqual(20);
  expect(here.lab.trips().length - trips).toBe(2); // one on each device, side by side
  expect(writes(here).length).toBe(done);
  expect(here.dump()).toBe(before);
});

test('plan says what would change and changes nothing, not even the table; verify of what is not there fails', async () => {
  here = await site();
  const before = here.dump();
  const plan = await here.run({ action: 'plan' });
  expect(endOf(plan)).toBe('Planned');
  expect((plan.output as Output).changes.length).toBeGreaterThan(15);
  expect(await here.lab.item('edge-a')).toBeUndefined();
  expect(endOf(await here.run({ action: 'verify' }))).toBe('NotVerified');
  expect(here.dump()).toBe(before);
  // Only what the verify saw: no lease was taken, and nothing is recorded of a run.
  expect(Object.keys((await here.lab.item('edge-a'))!).sort()).toEqual(['lastLook', 'tunnel']);
});

test('a plan that was agreed to is carried out; one that has changed since is refused', async () => {
  here = await site();
  const { digest } = (await here.run({ action: 'plan' })).output as Output;
  const other = await here.run({ expect: '0123456789abcdef' });
  expect(endOf(other)).toBe('NotStarted');
  expect(other.cause).toContain(`the plan is ${digest}, not 0123456789abcdef`);
  expect(endOf(await here.run({ expect: digest }))).toBe('Applied');
});

test('a request that is none contacts no device', async () => {
  here = await site();
  for (const [input, message] of [
    [{ action: 'destroy' }, /request: action: "destroy"/],
    [{ tunnel: 'edge-z' }, /request: tunnel: "edge-z": is not declared/],
    [{ tunnel: 'x; reboot' }, /request: tunnel: "x; reboot": must be the name of a declared tunnel/],
    [{ force: true }, /request: force: is not a known key/],
  ] as const) {
    const result = await here.run(input);
    expect(endOf(result)).toBe('InvalidRequest');
    expect(result.cause).toMatch(message);
  }
  expect(here.lab.trips()).toEqual([]);
});

test('an event leaves a tunnel alone that nobody wants', async () => {
  here = await site({ spec: { ...example, example: false } });
  expect(endOf(await here.run({ trigger: 'event' }))).toBe('Skipped');
});

test('a step that fails after devices were changed: RolledBack, in one sentence, and everything is as it was', async () => {
  here = await site({ faults: [{ host: BIGIP, match: 'save sys config', nth: 1, effect: 'fail-after' }] });
  const before = here.dump();
  const result = await here.run();
  expect(endOf(result)).toBe('RolledBack');
  expect(result.cause).toMatch(/refused "save sys config".*; everything was put back/);
  expect(writes(here).length).toBeGreaterThan(15);
  expect(here.dump()).toBe(before);
});

/** How many commands each instance got. Those of one state run side by side, so the most of them is how many follow one another. */
function tripsOf({ lab }: Site): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { instance } of lab.trips()) counts[instance] = (counts[instance] ?? 0) + 1;
  return counts;
}
