import * as fc from 'fast-check';
import { dependentsOf, difference } from '../../../lib/tunnel/device/difference';
import { effect, type Operation, type State } from '../../../lib/tunnel/device/operation';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { statePairs } from './generators';

const RUNS = { numRuns: 40 };
const STAGES = ['detach', 'shape', 'attach'];

describe.each(['bigip', 'ramp'] as const)('operations between two states of a %s', (kind) => {
  const { objects } = KINDS[kind].record;
  const pairs = statePairs(kind);
  const check = (holds: (from: State, to: State, operations: readonly Operation[]) => void): void =>
    fc.assert(
      fc.property(pairs, ([from, to]) => holds(from, to, difference(objects, from, to))),
      RUNS,
    );

  test('carried out one after the other lead from the first state to the second', () =>
    check((from, to, operations) => expect(operations.reduce(effect, from)).toEqual(to)));

  test('there are none exactly when the states are equal', () =>
    check((from, to, operations) => {
      expect(operations.length === 0).toBe(sorted(from) === sorted(to));
      expect(difference(objects, to, to)).toEqual([]);
    }));

  test('carried out, leave nothing to plan, and planning back leads back', () =>
    check((from, to, operations) => {
      expect(difference(objects, operations.reduce(effect, from), to)).toEqual([]);
      expect(difference(objects, to, from).reduce(effect, to)).toEqual(from);
    }));

  test('stand in the order of the stages: detach, shape, attach', () =>
    check((_from, _to, operations) => {
      const stages = operations.map(({ stage }) => STAGES.indexOf(stage));
      expect(stages).toEqual([...stages].sort((a, b) => a - b));
    }));

  test('name the value that they find and the one that they make', () =>
    check((from, _to, operations) => {
      let state = from;
      for (const operation of operations) {
        expect(operation.from).toBe(state[operation.object]);
        expect(operation.verb).toBe(
          operation.to === undefined ? 'delete' : operation.from === undefined ? 'create' : 'modify',
        );
        state = effect(state, operation);
      }
    }));

  test('delete an object only when nothing stands on it any more', () =>
    check((from, _to, operations) => {
      let state = from;
      for (const operation of operations) {
        if (operation.verb === 'delete') expect(dependentsOf(objects, operation.object, state)).toEqual([]);
        state = effect(state, operation);
      }
    }));

  test('create an object only when what it stands on is there, unless it never comes', () =>
    check((_from, to, operations) => {
      operations.forEach(({ verb, object }, i) => {
        if (verb !== 'create') return;
        const dependents = dependentsOf(objects, object, to);
        const early = operations
          .slice(0, i)
          .filter((other) => other.to !== undefined && dependents.includes(other.object));
        expect(early).toEqual([]);
      });
    }));

  test('leave objects alone that are equal in both states and stand on nothing that is replaced', () =>
    check((from, to, operations) => {
      const replaced = operations.filter(({ verb }) => verb === 'delete').map(({ object }) => object);
      for (const { object } of operations)
        if (from[object] === to[object])
          expect(replaced.some((other) => dependentsOf(objects, other, from).includes(object))).toBe(true);
    }));
});

test('a virtual server is on a pool only while that pool stands', () =>
  fc.assert(
    fc.property(statePairs('bigip'), ([from, to]) => {
      const usable = (state: State): State =>
        Object.fromEntries(
          Object.entries(state).filter(
            ([object, value]) => !object.startsWith('virtual ') || !dangling(value, state, [from, to]),
          ),
        );
      let state = usable(from);
      const goal = usable({ ...to, ...kept(state, to) });
      for (const operation of difference(KINDS.bigip.record.objects, state, goal)) {
        state = effect(state, operation);
        for (const [object, value] of Object.entries(state))
          if (object.startsWith('virtual '))
            expect([object, dangling(value, state, [from, to])]).toEqual([object, false]);
      }
    }),
    RUNS,
  ));

/** On a pool that one of the states has, so that edge-ramp makes or removes it, and that is not there. */
function dangling(value: string, state: State, all: readonly State[]): boolean {
  const [, pool] = /^type snat pool (.*)$/.exec(value) ?? [];
  return pool !== undefined && state[`snatpool ${pool}`] === undefined && all.some((each) => each[`snatpool ${pool}`]);
}

/** Virtual servers are never made or removed by edge-ramp: those that are missing stay as they are. */
function kept(from: State, to: State): State {
  return Object.fromEntries(
    Object.entries(from).filter(([object]) => object.startsWith('virtual ') && to[object] === undefined),
  );
}

function sorted(state: State): string {
  return JSON.stringify(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
}
