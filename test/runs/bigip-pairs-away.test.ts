import type { HostAction } from '../../lab/hosts/host';
import { end, expectBuilt, objectsOn, ONE, pairSite, RAMP, run, TWO, unitOf } from './support/bigip-pair';
import { discard, type Site } from './support/site';

let open: Site;
beforeEach(async () => {
  open = await pairSite();
});
afterEach(() => discard(open));

const act = (unit: string, ...actions: HostAction[]): Promise<unknown> =>
  Promise.all(actions.map((action) => open.lab.hosts.act(unit, action)));

/** Both units are there, and neither an operator nor the other unit reaches this one. */
const cutOff = (unit: string): Promise<unknown> => act(unit, 'cut-ssh', 'cut-link');
const mend = (unit: string): Promise<unknown> => act(unit, 'mend-ssh', 'mend-link');

describe.each([
  ['the standby unit is off', TWO, ONE, (unit: string) => act(unit, 'gone'), (unit: string) => act(unit, 'back')],
  ['the active unit is off', ONE, TWO, (unit: string) => act(unit, 'gone'), (unit: string) => act(unit, 'back')],
  ['the standby unit is cut off', TWO, ONE, cutOff, mend],
])('where %s', (_what, away, survivor, goes, returns) => {
  test('no tunnel is begun, which has to be built on both', async () => {
    await goes(away);
    const before = open.dump();
    const fresh = await run(open);
    expect(fresh.end).toMatch(
      new RegExp(
        `^NotStarted: .*BIG-IP ${survivor} does not reach BIG-IP ${away}, and the tunnel has to be built on both`,
      ),
    );
    expect(fresh.typed).toEqual([]);
    expect(open.dump()).toBe(before);
  });

  test('what has changed is mended on the other one alone, which gives it away after the return', async () => {
    expect(await end(open)).toBe('Applied');
    await goes(away);
    await open.world.run(survivor, 'delete net route SDN_10.128.0.0_14');
    const before = open.lab.hosts.dump(away);
    const mended = await run(open);
    expect(mended.end).toBe('Applied');
    expect(mended.output.degraded).toEqual([`BIG-IP ${away}`]);
    expect(mended.output.sentence).toContain(`Degraded: BIG-IP ${away} cannot be reached.`);
    expect(mended.output.remarks.join('\n')).toMatch(
      new RegExp(`BIG-IP ${survivor} is changed alone: when BIG-IP ${away} is back, .*never from bigip`),
    );
    expect(open.lab.hosts.dump(away)).toBe(before);
    expect(mended.typed.filter((line) => line.includes('config-sync') || line.startsWith(away))).toEqual([]);
    const again = await run(open);
    expect([again.end, again.typed, again.output.degraded]).toEqual(['Unchanged', [], [`BIG-IP ${away}`]]);

    await returns(away);
    const completed = await run(open);
    expect([completed.end, completed.output.degraded]).toEqual(['Applied', []]);
    expect(completed.typed[0]).toBe(`${survivor}: run cm config-sync to-group edge-dg`);
    expectBuilt(open);
    expect(await end(open)).toBe('Unchanged');
  });

  test('a tunnel that stands still does, and nothing is written', async () => {
    expect(await end(open)).toBe('Applied');
    await goes(away);
    for (const [action, ends] of [
      ['verify', 'Verified'],
      ['apply', 'Unchanged'],
    ]) {
      const looked = await run(open, { action });
      expect([looked.end, looked.typed, looked.output.degraded]).toEqual([ends, [], [`BIG-IP ${away}`]]);
    }
    await returns(away);
    expect(await end(open)).toBe('Unchanged');
    expectBuilt(open);
  });

  test('the tunnel is not torn down behind its back; with "forget" the rest of it is', async () => {
    const untouched = open.lab.hosts.dump(survivor);
    const ramp = open.lab.hosts.dump(RAMP);
    expect(await end(open)).toBe('Applied');
    await goes(away);
    const before = open.dump();
    expect(await end(open, { action: 'teardown' })).toMatch(
      new RegExp(`^NotStarted: .*BIG-IP ${away} has the tunnel and cannot be reached.*"forget": \\["${away}"\\]`),
    );
    expect(open.dump()).toBe(before);
    expect(await end(open, { action: 'teardown', forget: [away] })).toBe('TornDown');
    expect(open.lab.hosts.dump(survivor)).toBe(untouched);
    expect(open.lab.hosts.dump(RAMP)).toBe(ramp);
    expect(objectsOn(open, away)).toMatchObject({ tunnels: { SDN: expect.anything() } });
  });
});

test('what one unit was given alone is not undone by the other one, should that be active after its return', async () => {
  expect(await end(open)).toBe('Applied');
  await act(TWO, 'gone');
  await open.world.run(ONE, 'delete net route SDN_10.128.0.0_14');
  expect(await end(open)).toBe('Applied');
  await act(TWO, 'back');
  await act(ONE, 'failover');
  const before = open.dump();
  expect(await end(open)).toMatch(
    /^NotStarted: .*changes of an earlier run pending on bigip1.example.com, and bigip2.example.com is ACTIVE.*the next synchronisation would undo them/,
  );
  expect(open.dump()).toBe(before);
  await act(ONE, 'failover');
  expect(await end(open)).toBe('Applied');
  expectBuilt(open);
});

test.each<[what: string, happens: (open: Site) => Promise<unknown>, message: RegExp]>([
  [
    'that its peer still reaches',
    () => act(TWO, 'cut-ssh'),
    new RegExp(`BIG-IP ${TWO} cannot be reached, and BIG-IP ${ONE} does not call bigip2.example.com disconnected`),
  ],
  [
    'whose peer is not active',
    () => cutOff(ONE),
    new RegExp(`BIG-IP ${ONE} cannot be reached, and BIG-IP ${TWO} is STANDBY`),
  ],
])('a unit %s may not be left out', async (_what, happens, message) => {
  await happens(open);
  const before = open.dump();
  const result = await run(open);
  expect(result.end).toMatch(/^NotStarted: /);
  expect(result.end).toMatch(message);
  expect(result.typed).toEqual([]);
  expect(open.dump()).toBe(before);
  expect(await end(open, { action: 'verify' })).toMatch(message);
});

test('where both are away nothing is begun', async () => {
  await act(ONE, 'cut-ssh');
  await act(TWO, 'cut-ssh');
  const result = await run(open);
  expect([result.end, result.typed]).toEqual([expect.stringMatching(/^NotStarted: .*cannot be reached/), []]);
  expect(unitOf(open, ONE).running['net tunnels tunnel']).toEqual({});
});

describe('what is put back on the active unit alone in a teardown, and the other one would refuse', () => {
  /** The dumps before the tunnel was built and while it stood, and the teardown that failed. */
  async function halfTornDown(): Promise<{ before: string; applied: string; failed: string }> {
    await discard(open);
    const silence = {
      match: '^delete net self /Common/SDN_unit$',
      nth: 1,
      effect: 'meanwhile',
      does: 'cut-ssh',
    } as const;
    open = await pairSite({ faults: [{ ...silence, host: TWO, on: TWO }] });
    const before = open.dump();
    expect(await end(open)).toBe('Applied');
    const applied = open.dump();
    const { end: ends, result } = await run(open, { action: 'teardown' });
    expect(ends).toMatch(/^RollbackFailed: .*not put back: .*01070393:3: Cannot create IP 10\.3\.95\.216/);
    await act(TWO, 'mend-ssh');
    return { before, applied, failed: result.arn };
  }

  test('is torn down by the next', async () => {
    const { before } = await halfTornDown();
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(open.dump()).toBe(before);
  });

  test('stands on both again by a repair; the plan of an apply says that a description is changed and changed back', async () => {
    const { applied, failed } = await halfTornDown();
    const { output } = await run(open, { action: 'plan' });
    expect(output.remarks.join('\n')).toContain('the description of self SDN is changed and changed back');
    expect(await end(open, { repair: failed })).toBe('Restored');
    expect(open.dump()).toBe(applied);
  });

  test('stands on both again by the next apply', async () => {
    const { applied } = await halfTornDown();
    expect(await end(open)).toBe('Applied');
    expect(open.dump()).toBe(applied);
  });
});
