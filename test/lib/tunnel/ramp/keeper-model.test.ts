import { entered, keeperEntered, released, stillSo, type Fence } from './keeper-model';

/*
 * All interleavings of a keeper and of runs, one after the other as the lease has it, on one node with one object X and its keeper. A step is one whole
 * command of a run on the node, or all that the keeper puts back at once: both hold the node's lock. Between steps anything may happen: X goes, five
 * minutes pass, the run or the keeper dies. What happens inside a command (it fails, hangs, is stopped half-way) the fault matrices try on the scripts
 * themselves, beside keepers (test/faults). The scripts' own rules are in keeper-model.ts; test/lib/tunnel/fence.test.ts holds `entered` against the
 * real scripts, keeper-holds.test.ts `keeperEntered` and `stillSo`. A pause is not in here: it only takes the leave to act away, which
 * keeper-pause.test.ts and keeper-holds.test.ts try.
 */

/** What a run is about: it makes X where it is missing, makes X and its keeper anew in another form, or takes both away. */
type Aim = 'apply' | 'change' | 'teardown';
interface Run {
  readonly aim: Aim;
  readonly fence: number;
  /** `looked`: it knows what X was. `failed`: its next command looks again, with a new fence, and puts back what it changed. */
  readonly phase: 'begun' | 'looked' | 'changed' | 'failed' | 'looked again';
  readonly saw: boolean;
  /** Whether the keeper has written since the run looked. */
  readonly overtaken: boolean;
  /** What X and keeper were before. */
  readonly before: readonly [x: boolean, keeper: boolean];
}
interface Node {
  readonly x: boolean;
  readonly keeper: boolean;
  readonly fence: Fence;
  /** The fence under which the keeper saw that X is missing; null: it has not, or looks again before it acts. */
  readonly seen: Fence | null;
  readonly clock: number;
  readonly run: Run | null;
  /** What is still to come: runs, losses of X, deaths, spans of five minutes. */
  readonly budget: readonly [runs: number, losses: number, deaths: number, spans: number];
  readonly tornDown: boolean;
}

const spent = ({ budget }: Node, which: number): Node['budget'] =>
  budget.map((left, i) => (i === which ? left - 1 : left)) as unknown as Node['budget'];

/** What changes the node must not be based on a look that the other one has made untrue. */
class BothWrite extends Error {}

function* keeps(node: Node): Generator<readonly [what: string, next: Node]> {
  const { x, fence, seen, run, budget } = node;
  const file = keeperEntered(fence);
  const overtaken = run === null ? null : { ...run, overtaken: true };
  if (!x && seen === null) yield ['the keeper sees that X is missing', { ...node, seen: fence }];
  if (seen !== null) {
    if (x) throw new BothWrite('the keeper puts back what stands');
    yield ['the keeper puts X back by its look', { ...node, x: true, fence: file!, seen: null, run: overtaken }];
  }
  if (x || file === undefined) return;
  yield ['the keeper looks again and puts X back', { ...node, x: true, fence: file, seen: null, run: overtaken }];
  if (budget[2] > 0)
    yield [
      'the keeper dies behind its fence',
      { ...node, fence: file, seen: null, run: overtaken, budget: spent(node, 2) },
    ];
}

function* nexts(node: Node): Generator<readonly [what: string, next: Node]> {
  const { x, keeper, fence, clock, run, budget } = node;
  const [runs, losses, deaths, spans] = budget;
  if (losses > 0 && x) yield ['X goes', { ...node, x: false, budget: spent(node, 1) }];
  if (spans > 0 && !fence.old)
    yield ['five minutes pass', { ...node, fence: { ...fence, old: true }, budget: spent(node, 3) }];
  if (keeper) yield* keeps(node);
  if (run === null) {
    if (runs > 0 && !node.tornDown)
      for (const aim of ['apply', 'change', 'teardown'] as const)
        yield [
          `${aim} begins`,
          {
            ...node,
            run: { aim, fence: clock, phase: 'begun', saw: false, overtaken: false, before: [x, keeper] },
            clock: clock + 2, // a later run's fence is later than what a keeper takes of its own
            budget: spent(node, 0),
          },
        ];
    return;
  }
  if (deaths > 0) yield [`${run.aim} dies`, { ...node, run: null, budget: spent(node, 2) }];
  yield* steps(node, run);
}

function* steps(node: Node, run: Run): Generator<readonly [string, Node]> {
  const { x, keeper, fence, clock } = node;
  const failed = { ...node, run: { ...run, phase: 'failed' as const, fence: clock }, clock: clock + 2 };
  const looked = entered(fence, run.fence, '-');
  const file = entered(fence, run.fence, 'd');
  switch (run.phase) {
    case 'begun':
      if (looked === undefined) throw new Error('a new run is refused');
      yield [
        'looks',
        { ...node, fence: looked, run: { ...run, phase: 'looked', saw: x, overtaken: false, before: [x, keeper] } },
      ];
      return;
    case 'looked':
      if (run.aim === 'apply' && run.saw && keeper) {
        yield ['Unchanged', { ...node, run: null }];
        return;
      }
      if (file === undefined) {
        yield ['is refused by the fence', failed];
        return;
      }
      if (run.overtaken) throw new BothWrite('a run changes what its keeper changed since it looked');
      if (!run.saw && x) throw new BothWrite('a run makes what stands');
      yield ['fails at its first command', { ...failed, fence: file }];
      if (run.aim === 'teardown')
        yield ['takes both away', { ...node, fence: file, x: false, keeper: false, run: { ...run, phase: 'changed' } }];
      else
        yield [
          'makes both',
          { ...node, fence: released(run.fence, 'd'), x: true, keeper: true, run: { ...run, phase: 'changed' } },
        ];
      return;
    case 'changed':
      yield ['fails later', failed];
      yield ['ends', { ...node, run: null, tornDown: run.aim === 'teardown' }];
      return;
    case 'failed':
      if (looked === undefined) throw new Error('a restore is refused by its look');
      yield [
        'looks again',
        { ...node, fence: looked, run: { ...run, phase: 'looked again', saw: x, overtaken: false } },
      ];
      return;
    case 'looked again': {
      if (file === undefined) {
        yield ['is refused by the fence again', failed];
        return;
      }
      if (run.overtaken) throw new BothWrite('a restore changes what its keeper changed since it looked');
      const [hadX, hadKeeper] = run.before;
      const back = hadKeeper && !keeper ? released(run.fence, 'd') : file;
      yield ['is put back', { ...node, fence: back, x: hadX, keeper: hadKeeper, run: null }];
    }
  }
}

const FIRST: Node = {
  x: true,
  keeper: true,
  fence: { fence: 1, digest: 'c', kept: true, old: false },
  seen: null,
  clock: 10,
  run: null,
  budget: [3, 2, 2, 3],
  tornDown: false,
};

/** Every node that can be reached. `isStillSo`: whether the keeper acts by what it saw under a fence. */
function reachable(step: typeof nexts = nexts, isStillSo = stillSo): readonly Node[] {
  const found = new Map([[JSON.stringify(FIRST), FIRST]]);
  for (const node of found.values())
    for (const [, next] of step(node)) {
      const known = next.seen !== null && !isStillSo(next.seen, next.fence) ? { ...next, seen: null } : next;
      found.set(JSON.stringify(known), known);
    }
  return [...found.values()];
}

describe('a keeper beside runs', () => {
  let all: readonly Node[] = [];

  test('in no state do both write: a run changes nothing that its keeper has changed since it looked', () => {
    expect(() => (all = reachable())).not.toThrow();
    expect(all.length).toBeGreaterThan(10_000);
  });

  test('nothing brings back what a teardown took away', () => {
    const after = all.filter(({ tornDown, run }) => tornDown && run === null);
    expect(after.length).toBeGreaterThan(100);
    for (const { x, keeper } of after) expect([x, keeper]).toEqual([false, false]);
  });

  test('a keeper that is there may act again, at the latest five minutes after the last run', () => {
    const missing = all.filter(({ keeper, x, run }) => keeper && !x && run === null);
    expect(missing.length).toBeGreaterThan(100);
    for (const { fence } of missing) expect(keeperEntered({ ...fence, old: true })).toBeDefined();
  });

  test('the search finds the fault of a keeper that takes no fence of its own', () => {
    const careless = function* (node: Node): Generator<readonly [string, Node]> {
      yield* nexts(node);
      if (node.keeper && !node.x && node.fence.old)
        yield ['puts X back', { ...node, x: true, run: node.run && { ...node.run, overtaken: true } }];
    };
    expect(() => reachable(careless)).toThrow(BothWrite);
  });

  test('the search finds the fault of a run that takes the leave to act back by nothing', () => {
    const deaf = function* (node: Node): Generator<readonly [string, Node]> {
      yield* nexts(node);
      if (node.keeper && !node.x)
        yield ['puts X back', { ...node, x: true, run: node.run && { ...node.run, overtaken: true } }];
    };
    expect(() => reachable(deaf)).toThrow(BothWrite);
  });

  test('the search finds the fault of a keeper that trusts its look whatever the fence is now', () => {
    const trusting = (_: Fence, now: Fence): boolean => keeperEntered(now) !== undefined;
    expect(() => reachable(nexts, trusting)).toThrow(BothWrite);
  });
});
