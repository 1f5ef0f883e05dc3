import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { end, expectBuilt, ONE, pairSite, RAMP, run, TWO, unitOf, units } from './support/bigip-pair';
import { discard, site, type Site, type SiteOptions } from './support/site';

let open: Site;
afterEach(() => discard(open));

/** The same hosts with another declaration. */
async function next(spec: Tunnel, options: SiteOptions = {}): Promise<void> {
  const before = open;
  await before.close();
  open = await site({ from: before.state, spec, also: [units], ...options });
  await discard(before);
}

/** The first unit alone, whose own address is what floats when it is one of two. */
const { bigipPair: _pair, ...rest } = units;
const alone: Tunnel = {
  ...rest,
  bigip: [{ ...units.bigip[0]!, address: units.bigipPair!.floating, inner: undefined }],
  objects: { tunnel: 'SDN', self: 'SDN', snatPool: 'SDN_snatpool' },
};

const others = (...changed: number[]): Tunnel => ({
  ...units,
  bigip: units.bigip.map((unit, i) => (changed.includes(i) ? { ...unit, inner: `10.3.95.22${i}` } : unit)),
});
const renamed: Tunnel = { ...units, objects: { ...units.objects, unitSelf: 'inner' } };

describe.each([
  ['of the first unit has another address', others(0), ONE, 'create net self /Common/SDN '],
  ['of the second unit has another address', others(1), TWO, 'create net self'],
  ['of both units has another address', others(0, 1), ONE, 'config-sync'],
  ['of both units has another name', renamed, TWO, 'save sys config'],
])('where the own self IP %s', (_what, spec, host, match) => {
  beforeEach(async () => {
    open = await pairSite();
  });

  test('the floating one is away for a moment, with leave', async () => {
    const untouched = open.dump();
    expect(await end(open)).toBe('Applied');
    await next(spec);
    const applied = open.dump();
    const refused = await run(open);
    expect([refused.end, refused.typed]).toEqual([expect.stringMatching(/^NotStarted: .*allowInterruption/), []]);
    expect(open.dump()).toBe(applied);
    expect(await end(open, { allowInterruption: true })).toBe('Applied');
    expect(await end(open)).toBe('Unchanged');
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(open.dump()).toBe(untouched);
  });

  test('a failure in between leaves both units as they were', async () => {
    expect(await end(open)).toBe('Applied');
    const applied = [ONE, TWO].map((unit) => open.lab.hosts.dump(unit));
    await next(spec, { faults: [{ host, match, nth: 1, effect: 'fail-after' }] });
    expect(await end(open, { allowInterruption: true })).toMatch(/^RolledBack: /);
    expect([ONE, TWO].map((unit) => open.lab.hosts.dump(unit))).toEqual(applied);
    expect(await end(open, { allowInterruption: true })).toBe('Applied');
  });
});

test('one unit becomes two, and one again', async () => {
  open = await site({ spec: alone });
  expect(await end(open)).toBe('Applied');
  const asOne = open.lab.hosts.dump(RAMP);
  await next(units, { also: [alone] });
  const asked = await run(open);
  expect([asked.end, asked.typed]).toEqual([expect.stringMatching(/^NotStarted: .*allowInterruption/), []]);
  expect(await end(open, { allowInterruption: true })).toBe('Applied');
  expectBuilt(open);
  expect(await end(open)).toBe('Unchanged');

  await next(alone);
  const refused = await run(open, { allowInterruption: true });
  expect([refused.end, refused.typed]).toEqual([
    expect.stringMatching(/^NotStarted: .*is ACTIVE in a device group/),
    [],
  ]);
  // The operator dissolves the group: each unit keeps what both had.
  open.world.pairs.splice(0);
  for (const unit of [ONE, TWO]) delete open.world.bigips[unit]!.device;
  expect(await end(open, { allowInterruption: true })).toBe('Applied');
  expect(await end(open)).toBe('Unchanged');
  const { SDN, SDN_unit } = unitOf(open, ONE).running['net self'];
  expect([SDN?.['traffic-group'], SDN_unit]).toEqual([undefined, undefined]);
  expect(open.lab.hosts.dump(RAMP)).toBe(asOne);
  expect(open.lab.hosts.dump(TWO)).not.toMatch(/SDN/);
});

const byHand: Tunnel = {
  ...units,
  objects: { tunnel: 'ocp-tunnel', self: 'ocp-tunnel-float', snatPool: 'SDN_snatpool', unitSelf: 'ocp-tunnel-selfip' },
};

/** What F5's procedure for two units types on each, with this tunnel's two ends and without `secondary-address`. */
const typed = (group: string) =>
  Object.fromEntries(
    units.bigip.map(({ management, inner }) => [
      management,
      [
        `create net tunnels tunnel ocp-tunnel { local-address 10.20.40.1 profile ipip remote-address 10.20.40.2 ${group}}`,
        `create net self ocp-tunnel-selfip { address ${inner}/24 vlan ocp-tunnel allow-service all }`,
        'create net self ocp-tunnel-float { address 10.3.95.216/24 vlan ocp-tunnel traffic-group /Common/traffic-group-1 allow-service all }',
        'create net route 10.128.0.0/14 interface ocp-tunnel',
      ],
    ]),
  );

test.each([
  ['', ''],
  [', with a tunnel in a traffic group', 'traffic-group /Common/traffic-group-1 '],
])(
  'what the published procedure made on both units%s is adopted, nothing of it is made anew, and a teardown removes it',
  async (_what, group) => {
    open = await pairSite({ spec: byHand, world: { typed: typed(group) } });
    const result = await run(open);
    expect(result.end).toBe('Applied');
    expect(result.typed.filter((line) => /delete|create net (?:self|route|tunnels)/.test(line))).toEqual([]);
    for (const what of [
      'tunnel ocp-tunnel',
      'self ocp-tunnel-float',
      'unit-self ocp-tunnel-selfip',
      'route 10.128.0.0/14',
    ])
      expect(result.output.remarks.join('\n')).toContain(
        `BIG-IP ${ONE}: ${what} matches what the published procedure makes`,
      );
    expect(await end(open)).toBe('Unchanged');
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    for (const unit of [ONE, TWO]) expect(open.lab.hosts.dump(unit)).not.toMatch(/ocp|SDN|10\.3\.95/);
  },
);

test('a teardown that fails gives an adopted tunnel its traffic group back', async () => {
  open = await pairSite({ spec: byHand, world: { typed: typed('traffic-group /Common/traffic-group-1 ') } });
  expect(await end(open)).toBe('Applied');
  const adopted = open.dump();
  await next(byHand, { faults: [{ host: ONE, match: '^delete net tunnels', nth: 1, effect: 'fail-after' }] });
  expect(await end(open, { action: 'teardown' })).toMatch(/^RolledBack: /);
  expect(open.dump()).toBe(adopted);
  expect(adopted).toContain('traffic-group traffic-group-1');
});
