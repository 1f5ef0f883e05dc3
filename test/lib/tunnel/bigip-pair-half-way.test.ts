import fc from 'fast-check';
import { PAIR, TWO } from './bigip-pair';
import { PairSite } from './bigip-pair-site';

/*
 * Runs of a pair that end half-way, or are looked at there. The rounds of whole ones: bigip-pair-work.test.ts.
 */

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
      site.cutOff('declared', forward);
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
        site.cutOff('declared', forward);
        if (failsOver) site.failOver();
        // A first restore may be cut off, too, and find the units without their link.
        site.link = cut ? 'cut' : 'up';
        site.cutOff('recorded', back);
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
          site.cutOff('declared', forward);
          site.restart(which);
          site.cutOff('recorded', isCutOff ? 5 : Infinity);
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
    const wholes = [true, false].map((shared) => {
      const whole = new PairSite(PAIR, shared);
      whole.apply();
      return { shared, states: whole.units.map(({ state }) => state) };
    });
    fc.assert(
      fc.property(fc.constantFrom(...wholes), most, ({ shared, states }, forward) => {
        const site = new PairSite(PAIR, shared);
        site.carryOut(site.plan(), forward);
        site.apply();
        expect(site.units.map(({ state }) => state)).toEqual(states);
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
    site.cutOff('absent', forward);
    site.silent = TWO;
    try {
      for (let times = 0; times < 3; times++) {
        site.cutOff('recorded');
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

test('a restore without the link between the units is none while the other unit has what it got by a sync', () => {
  const site = new PairSite();
  site.cutOff('declared');
  site.link = 'cut';
  site.carryOut(site.plan('recorded'));
  const { changes, work } = site.plan('recorded');
  expect(changes.map(({ device }) => device)).toContain(`BIG-IP ${TWO}`);
  expect(Object.values(work).flatMap(({ bigip }) => bigip)).toEqual([]);
  site.link = 'up';
  site.carryOut(site.plan('recorded'));
  expect(site.plan('recorded').operations).toBe(0);
});
