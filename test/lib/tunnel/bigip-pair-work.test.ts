import type { State } from '../../../lib/tunnel/device/operation';
import { ONE, PAIR, TWO } from './bigip-pair';
import { PairSite } from './bigip-pair-site';

/** What a plan does on BIG-IP, round by round: `UNIT verb object`. */
function rounds(site: PairSite, goal: 'declared' | 'absent' = 'declared'): readonly (readonly string[])[] {
  const name = (device: string): string => (device === ONE ? 'first' : 'second');
  return PairSite.rounds(site.plan(goal)).map((round) =>
    round.flatMap(({ device, operations }) =>
      operations
        .filter((operation) => !/^(?:keep|drain|stands)~/.test(operation))
        .map((operation) => `${name(device)} ${operation.split('~').slice(0, 2).join(' ')}`),
    ),
  );
}

describe('a fresh pair', () => {
  test('that synchronises its tunnels gets them, each unit its own address, the rest, and the traffic, in five rounds', () => {
    expect(rounds(new PairSite())).toEqual([
      ['first check group edge-dg', 'first create tunnel SDN', 'first sync group edge-dg'],
      ['first create unit-self SDN_unit', 'second create unit-self SDN_unit'],
      [
        'first check group edge-dg',
        'first create self SDN',
        'first create route SDN_10.128.0.0_14',
        'first create snatpool SDN_snatpool',
        'first sync group edge-dg',
      ],
      [
        'first check group edge-dg',
        'first modify virtual https-ose-vserver',
        'first modify virtual ose-vserver',
        'first sync group edge-dg',
      ],
      ['first create config saved', 'second create config saved'],
    ]);
  });

  test('whose tunnels are the units’ own needs a round less', () => {
    const [first, ...others] = rounds(new PairSite(PAIR, false));
    expect(first).toEqual([
      'first create tunnel SDN',
      'first create unit-self SDN_unit',
      'second create tunnel SDN',
      'second create unit-self SDN_unit',
    ]);
    expect(others).toHaveLength(3);
  });

  test('is changed on the active unit, whichever that is', () => {
    const site = new PairSite();
    site.failOver();
    const shared = rounds(site)
      .flat()
      .filter((each) => !/unit-self|config/.test(each));
    expect(shared.every((each) => each.startsWith('second '))).toBe(true);
  });

  test('tells each script which role it needs and how the group synchronises', () => {
    const checks = (site: PairSite, goal?: 'recorded'): readonly string[] =>
      PairSite.rounds(site.plan(goal))
        .flat()
        .flatMap(({ operations }) => operations.filter((each) => each.startsWith('check~')));
    expect(new Set(checks(new PairSite()))).toEqual(new Set(['check~group edge-dg~ACTIVE~manual']));
    expect(new Set(checks(new PairSite(PAIR, true, true)))).toEqual(new Set(['check~group edge-dg~ACTIVE~auto']));
  });
});

const FLOATING_GOES = [
  'first check group edge-dg',
  'first delete route SDN_10.128.0.0_14',
  'first delete self SDN',
  'first sync group edge-dg',
];
const FLOATING_RETURNS = [
  'first check group edge-dg',
  'first create self SDN',
  'first create route SDN_10.128.0.0_14',
  'first sync group edge-dg',
];

test.each([
  ['first', 0],
  ['second', 1],
])('another own address of the %s unit takes the floating one away for so long, on the active unit', (who, changed) => {
  const site = new PairSite();
  site.apply();
  const bigip = PAIR.bigip.map((each, i) => (i === changed ? { ...each, inner: '10.3.91.230' } : each));
  site.spec = { ...PAIR, bigip };
  expect(rounds(site).slice(0, 3)).toEqual([
    FLOATING_GOES,
    [`${who} delete unit-self SDN_unit`, `${who} create unit-self SDN_unit`],
    FLOATING_RETURNS,
  ]);
  site.apply();
  expect(site.plan().operations).toBe(0);
});

test('another name of the units’ own self IP takes the floating one away for so long, by a sync, as its own one has another address', () => {
  const site = new PairSite();
  site.apply();
  site.spec = { ...PAIR, objects: { ...PAIR.objects, unitSelf: 'inner' } };
  expect(rounds(site).slice(0, 3)).toEqual([
    FLOATING_GOES,
    [
      'first delete unit-self SDN_unit',
      'first create unit-self inner',
      'second delete unit-self SDN_unit',
      'second create unit-self inner',
    ],
    FLOATING_RETURNS,
  ]);
});

describe('an applied pair', () => {
  const applied = (): PairSite => {
    const site = new PairSite();
    site.apply();
    return site;
  };

  test('has nothing to change, after a failover neither', () => {
    const site = applied();
    expect(site.plan().operations).toBe(0);
    site.failOver();
    expect(site.plan().operations).toBe(0);
  });

  test('whose sync is pending is synchronised, and nothing else is done', () => {
    const site = applied();
    Object.assign(site.units[0], { commit: 100, note: 'pending' });
    expect(rounds(site)).toEqual([['first check group edge-dg', 'first modify group edge-dg']]);
  });

  describe('whose last sync failed', () => {
    /** The standby unit refused a change for a reason that is gone. */
    function failedSync(): PairSite {
      const site = applied();
      const [first, second] = site.units;
      const had = second.state;
      second.state = without(had, /^unit-self /);
      Object.assign(first, { commit: 100, note: 'pending' });
      expect(() => site.sync(first)).toThrow('01070393');
      second.state = had;
      return site;
    }
    const without = (state: State, kind: RegExp): State =>
      Object.fromEntries(Object.entries(state).filter(([object]) => !kind.test(object)));
    const RENEWED = [
      'first check group edge-dg',
      'first modify self SDN',
      'first modify self SDN',
      'first sync group edge-dg',
    ];

    test('is synchronised behind a description that is changed and changed back, since the same sync would fail again', () => {
      const site = failedSync();
      expect(() => site.sync(site.units[0])).toThrow('01070393');
      const before = site.units.map(({ state }) => state);
      expect(rounds(site)).toEqual([RENEWED]);
      const { interrupts, remarks } = site.apply();
      expect(interrupts).toEqual([]);
      expect(remarks).toContainEqual(
        expect.stringContaining('the description of self SDN is changed and changed back'),
      );
      expect(site.units.map(({ state }) => state)).toEqual(before);
      expect(site.newest).toBeUndefined();
      expect(site.plan().operations).toBe(0);
    });

    test('needs no more where the first round changes something anyway', () => {
      const site = failedSync();
      expect(rounds(site, 'absent')[0]).toEqual([
        'first check group edge-dg',
        'first modify virtual https-ose-vserver',
        'first modify virtual ose-vserver',
        'first sync group edge-dg',
      ]);
    });

    test('has the description of the SNAT pool changed where the self IP is gone', () => {
      const site = failedSync();
      const [first, second] = site.units;
      first.state = without(first.state, /^self /);
      second.state = without(second.state, /^(?:unit-self|self) /);
      const [modify] = RENEWED.slice(1);
      expect(rounds(site)[0]).toEqual(
        RENEWED.map((each) => (each === modify ? 'first modify snatpool SDN_snatpool' : each)),
      );
      site.apply();
      expect(site.newest).toBeUndefined();
    });

    test('has the same sync again where nothing stands whose description could be changed', () => {
      const site = failedSync();
      for (const each of site.units) each.state = without(each.state, /^(?:snatpool|route|self|unit-self|tunnel) /);
      for (const each of site.units) each.state = { ...each.state, ...site.original[each.name] };
      expect(rounds(site, 'absent')[0]).toEqual(['first check group edge-dg', 'first modify group edge-dg']);
    });

    test('gives a description that was interrupted half-way back', () => {
      const site = failedSync();
      const before = site.units.map(({ state }) => state);
      const plan = site.plan();
      site.before = plan.before;
      site.carryOut(plan, 2);
      expect(site.units.map(({ state }) => state)).not.toEqual(before);
      site.carryOut(site.plan('recorded'));
      expect(site.units.map(({ state }) => state)).toEqual(before);
      expect(site.newest).toBeUndefined();
    });
  });

  test('is torn down in the order of building, backwards', () => {
    expect(rounds(applied(), 'absent')).toEqual([
      [
        'first check group edge-dg',
        'first modify virtual https-ose-vserver',
        'first modify virtual ose-vserver',
        'first sync group edge-dg',
      ],
      [
        'first check group edge-dg',
        'first delete snatpool SDN_snatpool',
        'first delete route SDN_10.128.0.0_14',
        'first delete self SDN',
        'first sync group edge-dg',
      ],
      ['first delete unit-self SDN_unit', 'second delete unit-self SDN_unit'],
      ['first check group edge-dg', 'first delete tunnel SDN', 'first sync group edge-dg'],
      ['first create config saved', 'second create config saved'],
    ]);
  });

  test('whose standby unit has lost its part is torn down with one sync, behind the floating self IP, which that unit would not take', () => {
    const site = applied();
    const lost = /^(?:unit-self|self|route|snatpool|virtual) /;
    const [first, second] = site.units;
    second.state = Object.fromEntries(Object.entries(second.state).filter(([object]) => !lost.test(object)));
    Object.assign(first, { commit: 100, note: 'pending' });
    const syncs = rounds(site, 'absent').map((round) => round.filter((each) => each.includes('sync group')));
    expect(syncs).toEqual([[], [], [], ['first sync group edge-dg'], []]);
    site.apply('absent');
    expect(site.newest).toBeUndefined();
  });

  test('gives its virtual servers back what they had, also after a failover', () => {
    const site = new PairSite();
    const before = site.units.map(({ state }) => state);
    site.apply();
    site.failOver();
    site.apply('absent');
    expect(site.units.map(({ state }) => state)).toEqual(before);
  });
});

describe('while the standby unit is away', () => {
  const leaves = (site: PairSite): void => void ((site.link = 'cut'), (site.silent = TWO));
  const comesBack = (site: PairSite): void => void ((site.link = 'up'), (site.silent = undefined));

  test('no tunnel is begun: the unit could not take it when it is back', () => {
    const site = new PairSite();
    leaves(site);
    expect(() => site.plan()).toThrow(/the tunnel has to be built on both \(tunnel SDN\)/);
  });

  test('a tunnel that stands on both is repaired on the active one, and synchronised when the other is back', () => {
    const site = new PairSite();
    site.apply();
    leaves(site);
    site.units[0].state = { ...site.units[0].state, 'virtual ose-vserver': 'type automap' };
    expect(rounds(site)).toEqual([
      ['first check group edge-dg', 'first modify virtual ose-vserver'],
      ['first create config saved'],
    ]);
    expect(site.apply().degraded).toEqual([`BIG-IP ${TWO}`]);
    comesBack(site);
    expect(rounds(site)).toEqual([['first check group edge-dg', 'first modify group edge-dg']]);
  });
});

test('what a unit shares, and what is its own, is recorded where it is changed', () => {
  const { before } = new PairSite().plan();
  expect(Object.keys(before[ONE]!).sort()).toEqual([
    'config saved',
    'route SDN_10.128.0.0_14',
    'self SDN',
    'snatpool SDN_snatpool',
    'tunnel SDN',
    'unit-self SDN_unit',
    'virtual https-ose-vserver',
    'virtual ose-vserver',
  ]);
  expect(Object.keys(before[TWO]!).sort()).toEqual(['config saved', 'unit-self SDN_unit']);
});
