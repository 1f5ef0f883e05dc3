import fc from 'fast-check';
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

test.each([
  ['first', 0],
  ['second', 1],
])('another own address of the %s unit takes the floating one away for so long, on the active unit', (who, changed) => {
  const site = new PairSite();
  site.apply();
  const bigip = PAIR.bigip.map((each, i) => (i === changed ? { ...each, inner: '10.3.91.230' } : each));
  site.spec = { ...PAIR, bigip };
  expect(rounds(site).slice(0, 3)).toEqual([
    [
      'first check group edge-dg',
      'first delete route SDN_10.128.0.0_14',
      'first delete self SDN',
      'first sync group edge-dg',
    ],
    [`${who} delete unit-self SDN_unit`, `${who} create unit-self SDN_unit`],
    [
      'first check group edge-dg',
      'first create self SDN',
      'first create route SDN_10.128.0.0_14',
      'first sync group edge-dg',
    ],
  ]);
  site.apply();
  expect(site.plan().operations).toBe(0);
});

test('another name of the units’ own self IP takes the floating one away for so long, by a sync, as its own one has another address', () => {
  const site = new PairSite();
  site.apply();
  site.spec = { ...PAIR, objects: { ...PAIR.objects, unitSelf: 'inner' } };
  expect(rounds(site).slice(0, 3)).toEqual([
    [
      'first check group edge-dg',
      'first delete route SDN_10.128.0.0_14',
      'first delete self SDN',
      'first sync group edge-dg',
    ],
    [
      'first delete unit-self SDN_unit',
      'first create unit-self inner',
      'second delete unit-self SDN_unit',
      'second create unit-self inner',
    ],
    [
      'first check group edge-dg',
      'first create self SDN',
      'first create route SDN_10.128.0.0_14',
      'first sync group edge-dg',
    ],
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

describe('a failover at any moment finds on the other unit', () => {
  /** Virtual servers that send into the tunnel while something that carries their traffic is missing. */
  function half({ state }: PairSite['units'][0]): readonly string[] {
    const kinds = new Set(Object.keys(state).map((object) => object.split(' ')[0]!));
    const missing = ['tunnel', 'unit-self', 'self', 'route', 'snatpool'].filter((kind) => !kinds.has(kind));
    const uses = (object: string): boolean => object.startsWith('virtual ') && state[object]!.startsWith('type snat ');
    return Object.keys(state).some(uses) ? missing : [];
  }
  function lookingOn(site: PairSite, run: (site: PairSite) => void): void {
    let moments = 0;
    site.afterEach = () => {
      moments += 1;
      expect(site.units.map(half)).toEqual([[], []]);
    };
    run(site);
    expect(moments).toBeGreaterThan(15);
  }

  test.each([true, false])('the old or the new, never half of it (tunnels are synchronised: %s)', (shared) => {
    const site = new PairSite(PAIR, shared);
    lookingOn(site, () => site.apply());
    site.failOver();
    lookingOn(site, () => site.apply('absent'));
  });

  test('nor while a run that was cut off is undone', () => {
    for (let forward = 0; forward < 20; forward++) {
      const site = new PairSite();
      const plan = site.plan();
      site.before = plan.before;
      site.carryOut(plan, forward);
      site.afterEach = () => expect(site.units.map(half)).toEqual([[], []]);
      site.carryOut(site.plan('recorded'));
      expect(site.units.map(half)).toEqual([[], []]);
    }
  });
});

describe('wherever a run ends, and whether the units change their roles then', () => {
  const most = fc.integer({ min: 0, max: 24 });
  const RUNS = { numRuns: 50 };

  test('a restore puts both units back as they were, on the unit that was changed', () => {
    fc.assert(
      fc.property(fc.boolean(), most, fc.boolean(), fc.boolean(), most, (shared, forward, failsOver, cut, back) => {
        const site = new PairSite(PAIR, shared);
        const before = site.units.map(({ state }) => state);
        const plan = site.plan();
        site.before = plan.before;
        site.carryOut(plan, forward);
        if (failsOver) site.failOver();
        // A first restore may be cut off, too, and find the units without their link.
        site.link = cut ? 'cut' : 'up';
        const first = site.plan('recorded');
        site.before = first.before;
        site.carryOut(first, back);
        site.link = 'up';
        site.carryOut(site.plan('recorded'));
        site.carryOut(site.plan('recorded'));
        expect(site.plan('recorded').operations).toBe(0);
        expect(site.units.map(({ state }) => state)).toEqual(before);
        expect(site.newest).toBeUndefined();
      }),
      RUNS,
    );
  });

  test('a unit that restarts before it has saved is found out, and both are as they were; at the latest by a second restore', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.boolean(),
        most,
        fc.constantFrom(0 as const, 1 as const),
        fc.boolean(),
        (shared, applied, forward, which, isCutOff) => {
          const site = new PairSite(PAIR, shared);
          if (applied) {
            site.apply();
            site.spec = { ...PAIR, virtualServers: ['ose-vserver'] };
          }
          const before = site.units.map(({ state }) => state);
          const plan = site.plan();
          site.before = plan.before;
          site.carryOut(plan, forward);
          site.restart(which);
          const first = site.plan('recorded');
          site.before = first.before;
          site.carryOut(first, isCutOff ? 5 : Infinity);
          site.carryOut(site.plan('recorded'));
          expect(site.plan('recorded').operations).toBe(0);
          expect(site.units.map(({ state }) => state)).toEqual(before);
          expect(site.newest).toBeUndefined();
        },
      ),
      RUNS,
    );
  });

  test('a further apply completes what was pending', () => {
    fc.assert(
      fc.property(fc.boolean(), most, (shared, forward) => {
        const site = new PairSite(PAIR, shared);
        site.carryOut(site.plan(), forward);
        site.apply();
        const whole = new PairSite(PAIR, shared);
        whole.apply();
        expect(site.units.map(({ state }) => state)).toEqual(whole.units.map(({ state }) => state));
        expect(site.plan().operations).toBe(0);
      }),
      RUNS,
    );
  });
});

describe('where the standby unit falls silent during a teardown, and what is undone on the other one alone cannot be synchronised', () => {
  /** The teardown ends after so many statements; then each round of the restore until the sync fails. */
  function halfUndone(shared: boolean, forward: number): PairSite {
    const site = new PairSite(PAIR, shared);
    site.apply();
    const plan = site.plan('absent');
    site.before = plan.before;
    site.carryOut(plan, forward);
    site.silent = TWO;
    try {
      for (let times = 0; times < 3; times++) {
        const restore = site.plan('recorded');
        site.before = restore.before;
        site.carryOut(restore);
      }
    } catch (error) {
      expect((error as Error).message).toMatch(/01070393|self SDN has no SDN/);
    }
    site.silent = undefined;
    return site;
  }
  const states = (site: PairSite) => site.units.map(({ state }) => state);
  const ends = fc.integer({ min: 0, max: 24 });

  test.each(['declared', 'absent', 'recorded'] as const)(
    'a run to what is %s comes to a sync that the other one takes, and converges',
    (goal) => {
      const wanted = new PairSite();
      if (goal !== 'absent') wanted.apply();
      fc.assert(
        fc.property(fc.boolean(), ends, (shared, forward) => {
          const site = halfUndone(shared, forward);
          if (goal === 'recorded') site.carryOut(site.plan(goal));
          else site.apply(goal);
          expect(states(site)).toEqual(states(wanted));
          expect(site.newest).toBeUndefined();
          expect(site.plan(goal).operations).toBe(0);
        }),
        { numRuns: 12 },
      );
    },
  );
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

test('a restore without the link between the units is none while the other unit has what it got by a sync', () => {
  const site = new PairSite();
  const plan = site.plan();
  site.before = plan.before;
  site.carryOut(plan);
  site.link = 'cut';
  site.carryOut(site.plan('recorded'));
  const { changes, work } = site.plan('recorded');
  expect(changes.map(({ device }) => device)).toContain(`BIG-IP ${TWO}`);
  expect(Object.values(work).flatMap(({ bigip }) => bigip)).toEqual([]);
  site.link = 'up';
  site.carryOut(site.plan('recorded'));
  expect(site.plan('recorded').operations).toBe(0);
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
