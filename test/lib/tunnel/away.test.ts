import { NotUnderstood } from '../../../lib/tunnel/errors/errors';
import type { Situation } from '../../../lib/tunnel/plan/plan';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, pair } from './cluster-site';
import { refused } from './plans';
import { EXAMPLE, Site, merge } from './site';
import { freshWorld } from './world';

const [FIRST, SECOND] = pair().ramp.nodes.map(({ instance }) => instance) as [string, string];
const AWAY = 'the command never started';

/** The example with another ramp node. */
function moved(instance: string): Tunnel {
  return { ...EXAMPLE, ramp: { ...EXAMPLE.ramp, nodes: [{ ...EXAMPLE.ramp.nodes[0]!, instance }] } };
}

/** A situation in which some devices cannot be reached. */
function without(situation: Situation, ...names: readonly string[]): Situation {
  const observed = situation.observed.map((each) =>
    names.includes(each.name) ? { kind: each.kind, name: each.name, unreachable: AWAY } : each,
  );
  return { ...situation, observed };
}

describe('a declared node that cannot be reached', () => {
  /** The example applied, declared with another node since. */
  function swap(): Site {
    const site = new Site(EXAMPLE);
    site.apply();
    const changed = new Site(moved(FIRST), site.world);
    changed.applied = EXAMPLE;
    changed.others[FIRST] = freshWorld(changed.spec);
    return changed;
  }

  test('is not degraded when only one that left the declaration answers: BIG-IP is not led to it', () =>
    refused(
      () => reconcile('declared', without(swap().situation(), FIRST)),
      'unreachable-alone',
      FIRST,
      'no other declared node would carry the tunnel',
      'start it first',
    ));

  test('and was changed by a run keeps no other from being put back; that it is not itself, is said', () => {
    const site = swap();
    const plan = site.plan();
    site.before = plan.before;
    site.carryOut(plan);
    const restore = reconcile('recorded', without(site.situation(), FIRST));
    expect(restore.changes.length).toBeGreaterThan(0);
    expect(restore.degraded).toEqual([`ramp node ${FIRST}`]);
    site.carryOut(restore);
    site.before = restore.before;
    const left = reconcile('recorded', without(site.situation(), FIRST));
    const texts = left.changes.map(({ device, text }) => `${device}: ${text}`);
    expect(texts.length).toBe(Object.keys(plan.before[FIRST]!).length);
    for (const text of texts) expect(text).toMatch(new RegExp(`^ramp node ${FIRST}: \\? .*its value now is unknown`));
    expect(left.operations).toBe(texts.length);
    expect(Object.values(left.work).flatMap((stage) => Object.values(stage).flat())).toEqual([]);
  });

  test('that left the declaration: traffic is not sent back there', () => {
    const site = swap();
    const plan = site.plan();
    site.before = plan.before;
    site.carryOut(plan);
    const old = EXAMPLE.ramp.nodes[0]!.instance!;
    expect(() => reconcile('recorded', without(site.situation(), old))).toThrow(NotUnderstood);
  });
});

describe('a node of a pair that cannot be reached', () => {
  const NOTHING = { facts: { unrestorable: {} }, state: {}, probes: [] };
  /** What matters is told before anybody's answer is looked at. */
  function situation(spec: Tunnel, applied: Tunnel | null): Situation {
    const observed = [
      { kind: 'bigip' as const, name: '10.3.88.66', observation: NOTHING },
      { kind: 'ramp' as const, name: FIRST, observation: NOTHING },
      { kind: 'ramp' as const, name: SECOND, unreachable: AWAY },
      { kind: 'cluster' as const, name: ADMIN, observation: NOTHING },
    ];
    return { spec, applied, original: {}, before: {}, observed };
  }

  test.each([
    ['another device', { tunnel: { interface: 'tun7' } }, 'tunnel tun1'],
    ['another address in the tunnel', { tunnel: { bigip: '10.3.91.218/24' } }, 'route 10.3.91.216'],
    ['another cookie', { cookie: '0x998' }, 'flows 0x999 10.3.91.216'],
  ])('is not passed over by a declaration with %s: what it has would not be looked for any more', (_what, to, lost) =>
    refused(
      () => reconcile('declared', situation(merge(pair(), to) as unknown as Tunnel, pair())),
      'unreachable-renamed',
      SECOND,
      lost,
      'start it before this is applied',
    ),
  );
});

describe('a first apply that could not be put back', () => {
  const SAME = 'under a name that is not declared any more (tunnel tun1)';
  /** The example begun and not put back, and then declared with another device. */
  function renamed(): Situation {
    const site = new Site(EXAMPLE);
    const { before } = site.plan();
    const spec = merge(EXAMPLE, { tunnel: { interface: 'tun7' } }) as unknown as Tunnel;
    return { ...new Site(spec, site.world).situation(), before, begun: [EXAMPLE] };
  }

  test.each(['declared', 'absent'] as const)('is not lost sight of by renaming what it made (%s)', (goal) =>
    refused(
      () => reconcile(goal, renamed()),
      'unfinished-renamed',
      SAME,
      'declare it as it was then and repair that run',
    ),
  );

  test('is not taken for restored under the new names', () =>
    expect(() => reconcile('recorded', renamed())).toThrow(NotUnderstood));

  test('goes on when it is declared under the same names', () => {
    const site = new Site(EXAMPLE);
    const { before } = site.plan();
    expect(reconcile('declared', { ...site.situation(), before, begun: [EXAMPLE] }).operations).toBe(
      site.plan().operations,
    );
  });
});

describe('a device that a run could not put back, and that left every declaration', () => {
  const before = { [SECOND]: { 'link tun1': { from: null, wrote: ['up'] } } };

  test.each(['declared', 'absent'] as const)('is not lost sight of (%s)', (goal) =>
    refused(
      () => reconcile(goal, { ...new Site(EXAMPLE).situation(), before }),
      'unfinished-undeclared',
      SECOND,
      'declare it as it was then and repair that run',
      `"forget": ["${SECOND}"]`,
    ),
  );

  test('is not taken for restored', () =>
    expect(() => reconcile('recorded', { ...new Site(EXAMPLE).situation(), before })).toThrow(NotUnderstood));

  test('is passed over when it is gone for good', () =>
    expect(reconcile('declared', { ...new Site(EXAMPLE).situation(), before, forget: [SECOND] }).operations).toBe(
      new Site(EXAMPLE).plan().operations,
    ));

  test('a BIG-IP cannot be forgotten', () =>
    expect(() =>
      reconcile('absent', { ...new Site(EXAMPLE).situation(), before: { '10.3.88.99': before[SECOND]! } }),
    ).toThrow(/repair that run$/));
});
