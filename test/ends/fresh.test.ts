import { BIGIP, discard, endOf, example, site, writes, type Site } from '../runs/support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test('verify of what is not there fails, and another plan than the one agreed to is refused: neither changes a device', async () => {
  here = await site();
  const before = here.dump();
  expect(endOf(await here.run({ action: 'verify' }))).toBe('NotVerified');
  // Only what the verify saw: no lease was taken, and nothing is recorded of a run.
  expect(Object.keys((await here.lab.item('edge-a'))!).sort()).toEqual(['lastLook', 'tunnel']);
  const refused = await here.run({ expect: '0123456789abcdef' });
  expect(endOf(refused)).toBe('NotStarted');
  expect(refused.cause).toMatch(/the plan is [0-9a-f]{16}, not 0123456789abcdef/);
  expect(here.dump()).toBe(before);
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
