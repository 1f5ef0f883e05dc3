import { BIGIP, discard, endOf, site, writes, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

test.each([
  [
    { failover: 'STANDBY', sync: 'Changes Pending' } as const,
    'STANDBY in a device group (sync status: Changes Pending)',
  ],
  [{ failover: 'ACTIVE', sync: 'In Sync' } as const, 'ACTIVE in a device group (sync status: In Sync)'],
])('a member of a device group is refused with its state, before any change: %j', async (group, state) => {
  here = await site({ world: { group } });
  const before = here.dump();
  for (const input of [{}, { action: 'plan' }, { action: 'verify' }]) {
    const result = await here.run(input);
    expect(endOf(result)).toBe('NotStarted');
    expect(result.cause).toContain(`BIG-IP ${BIGIP} is ${state}: declare both of its units`);
  }
  expect(writes(here)).toEqual([]);
  expect(here.dump()).toBe(before);
});

test('a user with bash learns the same', async () => {
  here = await site({ world: { shell: 'bash', group: { failover: 'STANDBY', sync: 'Disconnected' } } });
  expect((await here.run()).cause).toContain('STANDBY in a device group (sync status: Disconnected)');
});

test.each(['fail-before', 'fail-after', 'hang'] as const)(
  'a BIG-IP that does not say whether it is in a group (%s) is not touched',
  async (effect) => {
    here = await site({ faults: [{ host: BIGIP, match: '^show cm sync-status', nth: 1, effect }] });
    const result = await here.run();
    expect(endOf(result)).toBe('NotStarted');
    expect(result.cause).toContain(effect === 'hang' ? `BIG-IP ${BIGIP}` : 'show cm sync-status');
    expect(writes(here)).toEqual([]);
    expect(endOf(await here.run())).toBe('Applied'); // the second time it says that it stands alone
  },
);

test('the failover status is only asked for its name: alone, a BIG-IP needs none', async () => {
  const fault = { host: BIGIP, match: '^show cm failover-status', nth: 1, effect: 'fail-before' } as const;
  here = await site({ faults: [fault] });
  expect(endOf(await here.run())).toBe('Applied');
});

test('a tunnel whose BIG-IP joined a group is left as it is by an apply, and may still be torn down', async () => {
  here = await site();
  const untouched = here.dump();
  await here.run();
  const before = here.dump();
  here.world.bigips[BIGIP]!.group = { failover: 'ACTIVE', sync: 'Changes Pending' };
  const refused = await here.run({ allowInterruption: true });
  expect([endOf(refused), here.dump()]).toEqual(['NotStarted', before]);

  const gone = await here.run({ action: 'teardown' });
  expect(endOf(gone)).toBe('TornDown');
  expect((gone.output as { remarks: readonly string[] }).remarks.join()).toContain('removed from this unit only');
  expect(here.dump()).toBe(untouched);
});

test('a run that fails is taken back although BIG-IP has joined a group meanwhile', async () => {
  const fault = { host: BIGIP, match: '^save sys config', nth: 1, effect: 'fail-after' } as const;
  here = await site({ faults: [fault] });
  const before = here.dump();
  const bigip = here.world.bigips[BIGIP]!;
  const running = here.run();
  while (here.lab.hosts.journal().every(({ line }) => !line.startsWith('create ltm snatpool')))
    await new Promise((resolve) => setTimeout(resolve, 20));
  bigip.group = { failover: 'ACTIVE', sync: 'In Sync' };
  expect(endOf(await running)).toBe('RolledBack');
  expect(here.dump()).toBe(before);
});
