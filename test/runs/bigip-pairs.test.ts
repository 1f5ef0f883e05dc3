import { end, expectBuilt, ONE, pairSite, run, TWO, twoPairs, type Setting } from './support/bigip-pair';
import { discard, type Site } from './support/site';

let open: Site;
afterEach(() => discard(open));

const SYNC = 'run cm config-sync to-group edge-dg';

const SETTINGS: readonly [what: string, setting: Setting][] = [
  ['that synchronises its tunnels', {}],
  ['whose tunnels are each unit’s own', { tunnels: 'disable' }],
  ['that synchronises by itself', { autoSync: true }],
  ['that synchronises and saves by itself', { autoSync: true, saveOnAutoSync: true }],
  ['whose tunnels are each unit’s own, and that synchronises by itself', { tunnels: 'disable', autoSync: true }],
];

describe.each(SETTINGS)('a pair of BIG-IPs %s', (_what, setting) => {
  const automatic = setting.autoSync === true;

  test('is built on both units and saved on both, left alone, also after a failover, and removed from there', async () => {
    open = await pairSite({ setting });
    const untouched = open.dump();
    const fresh = await run(open);
    expect(fresh.end).toBe('Applied');
    expectBuilt(open);
    expect(fresh.trips).toBe(setting.tunnels === 'disable' ? 6 : 7);
    expect(fresh.typed.filter((line) => line.includes('config-sync'))).toEqual(
      automatic ? [] : Array<string>(setting.tunnels === 'disable' ? 2 : 3).fill(`${ONE}: ${SYNC}`),
    );
    expect(fresh.typed.filter((line) => line.endsWith('save sys config'))).toHaveLength(2);
    expect(fresh.output.remarks).toContain(
      `BIG-IP ${ONE} is ACTIVE: what both units share is changed there, and goes to the other one ${automatic ? 'by itself (auto-sync)' : `by "${SYNC}", which takes along whatever somebody else changes there meanwhile`}`,
    );

    const again = await run(open);
    expect([again.end, again.trips, again.typed, again.output.remarks]).toEqual(['Unchanged', 1, [], []]);
    await open.lab.hosts.act(ONE, 'failover');
    for (const [action, ends] of [
      ['verify', 'Verified'],
      ['apply', 'Unchanged'],
    ]) {
      const after = await run(open, { action });
      expect([action, after.end, after.trips, after.typed]).toEqual([action, ends, 1, []]);
    }

    const gone = await run(open, { action: 'teardown' });
    expect(gone.end).toBe('TornDown');
    const syncs = gone.typed.filter((line) => line.includes('config-sync'));
    expect(new Set(syncs)).toEqual(new Set(automatic ? [] : [`${TWO}: ${SYNC}`]));
    expect(open.dump()).toBe(untouched);
  });
});

test('a pair of BIG-IPs with a pair of ramp nodes needs one trip more', async () => {
  open = await pairSite({ spec: twoPairs });
  const untouched = open.dump();
  const fresh = await run(open);
  expect([fresh.end, fresh.trips]).toEqual(['Applied', 8]);
  const again = await run(open);
  expect([again.end, again.trips, again.typed]).toEqual(['Unchanged', 1, []]);
  await open.lab.hosts.act(ONE, 'failover');
  expect(await end(open, { action: 'verify' })).toBe('Verified');
  expect(await end(open, { action: 'teardown' })).toBe('TornDown');
  expect(open.dump()).toBe(untouched);
});
