import * as fc from 'fast-check';
import { dependentsOf, difference, supportsOf } from '../../../lib/tunnel/device/difference';
import { effect, type State } from '../../../lib/tunnel/device/operation';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { recordedState, recordOperations } from '../../../lib/tunnel/plan/records';
import { statePairs } from './generators';

const RUNS = { numRuns: 40 };
const DEVICE = '10.3.88.66';

/** A run that stopped after so many operations, the last of which was carried out twice. */
const stopped = (kind: 'bigip' | 'ramp') =>
  fc.tuple(statePairs(kind), fc.nat()).map(([[from, to], n]) => {
    const operations = difference(KINDS[kind].record.objects, from, to);
    const done = operations.slice(0, n % (operations.length + 1));
    const last = done.at(-1);
    return {
      from,
      before: recordOperations({}, DEVICE, from, operations),
      now: [...done, ...(last ? [last] : [])].reduce(effect, from),
      operations,
    };
  });

describe.each(['bigip', 'ramp'] as const)('what a run on a %s recorded before its first change', (kind) => {
  const { objects } = KINDS[kind].record;

  test('leads back to what it found, wherever it stopped', () =>
    fc.assert(
      fc.property(stopped(kind), ({ from, before, now }) => {
        const { goal, left } = recordedState(before, DEVICE, now);
        expect(goal).toEqual(from);
        expect(left).toEqual([]);
        expect(difference(objects, now, goal).reduce(effect, now)).toEqual(from);
      }),
      RUNS,
    ));

  test('leads back also from a restore that stopped itself', () =>
    fc.assert(
      fc.property(stopped(kind), fc.nat(), ({ from, before, now }, n) => {
        const back = difference(objects, now, recordedState(before, DEVICE, now).goal);
        const record = recordOperations(before, DEVICE, now, back);
        const half = back.slice(0, n % (back.length + 1)).reduce(effect, now);
        expect(recordedState(record, DEVICE, half)).toEqual({ goal: from, left: [] });
      }),
      RUNS,
    ));

  test('keeps the first value of each object, whatever later plans of the run find', () =>
    fc.assert(
      fc.property(stopped(kind), statePairs(kind), ({ from, before, now }, [, other]) => {
        const again = recordOperations(before, DEVICE, now, difference(objects, now, other));
        for (const [object, { from: first, wrote }] of Object.entries(before[DEVICE] ?? {})) {
          expect(again[DEVICE]![object]!.from).toBe(first);
          expect(again[DEVICE]![object]!.wrote).toEqual(expect.arrayContaining([...wrote]));
          expect(first).toBe(from[object] ?? null);
        }
      }),
      RUNS,
    ));

  test('what somebody else changed meanwhile is left as it is and listed, and nothing else is', () =>
    fc.assert(
      fc.property(stopped(kind), fc.nat(), ({ from, before, now, operations }, n) => {
        fc.pre(operations.length > 0);
        const { object } = operations[n % operations.length]!;
        fc.pre(object !== 'config saved'); // another tunnel's save is no change of ours to leave: it is saved again
        const changed: State = { ...now, [object]: 'description somebody-else' };
        const { goal, left } = recordedState(before, DEVICE, changed);
        expect(left).toEqual([object]);
        expect(goal).toEqual({ ...from, [object]: 'description somebody-else' });
      }),
      RUNS,
    ));

  test('what removed objects stood on comes back with them, where it goes meanwhile and takes them along', () =>
    fc.assert(
      fc.property(stopped(kind), fc.nat(), ({ from, operations }, n) => {
        const removed = operations.flatMap(({ verb, object }) => (verb === 'delete' ? [object] : []));
        const supports = supportsOf(objects, removed, from);
        fc.pre(supports.length > 0);
        const gone = supports[n % supports.length]!;
        const without = [gone, ...dependentsOf(objects, gone, from)];
        const now = Object.fromEntries(Object.entries(from).filter(([object]) => !without.includes(object)));
        const { goal, left } = recordedState(recordOperations({}, DEVICE, from, operations, objects), DEVICE, now);
        expect(left).not.toContain(gone);
        for (const object of [gone, ...removed]) expect(goal[object]).toBe(from[object]);
      }),
      RUNS,
    ));

  test('objects that the run never touched are nobody to restore', () =>
    fc.assert(
      fc.property(stopped(kind), ({ before, now }) => {
        const others: State = { ...now, 'self meanwhile': 'address 10.9.9.9/24', 'route meanwhile': 'dev eth7' };
        const { goal, left } = recordedState(before, DEVICE, others);
        expect(goal).toMatchObject({ 'self meanwhile': 'address 10.9.9.9/24', 'route meanwhile': 'dev eth7' });
        expect(left).toEqual([]);
      }),
      RUNS,
    ));
});

describe('a record', () => {
  const create = { stage: 'shape', verb: 'create', object: 'self SDN', to: 'address 10.3.91.216/24' } as const;

  test('is unchanged by a plan without operations', () => {
    const before = recordOperations({}, DEVICE, {}, [create]);
    expect(recordOperations(before, 'i-0a4e90de0a4e90de0', {}, [])).toBe(before);
  });

  test('of one device says nothing of another', () => {
    const before = recordOperations({}, DEVICE, {}, [create]);
    const observed = { 'self SDN': 'address 10.3.91.216/24' };
    expect(recordedState(before, 'another', observed)).toEqual({ goal: observed, left: [] });
    expect(recordedState(before, DEVICE, observed)).toEqual({ goal: {}, left: [] });
  });

  test('knows an object that did not exist from one that was not looked at', () => {
    expect(recordOperations({}, DEVICE, {}, [create])).toEqual({
      [DEVICE]: { 'self SDN': { from: null, wrote: ['address 10.3.91.216/24'] } },
    });
  });

  test('counts an object that another removed as restored when the run had made it', () => {
    const before = recordOperations({}, DEVICE, {}, [create]);
    expect(recordedState(before, DEVICE, {})).toEqual({ goal: {}, left: [] });
  });

  describe('of a long value, as the goal of a keeper', () => {
    const goal = `mark -@${'keep flow table=0,priority=2000,ip,in_port=[port]%cookie=0x999 actions=goto_table:30@'.repeat(60)}`;
    const longer = `${goal}landmark cookie=0x0`;
    const object = 'keeper edge-a';
    const { objects } = KINDS.ramp.record;
    const operations = difference(objects, { [object]: goal }, { [object]: longer });
    const record = recordOperations({}, DEVICE, { [object]: goal }, operations, objects);

    test('leads back to it from every form that the run may have left', () => {
      for (const left of [longer, `stopped ${longer}`, `old ${longer}`, goal, `stopped ${goal}`, `old ${goal}`])
        expect(recordedState(record, DEVICE, { [object]: left }, objects)).toEqual({
          goal: { [object]: goal },
          left: [],
        });
      expect(recordedState(record, DEVICE, { [object]: `${longer}@` }, objects).left).toEqual([object]);
    });

    test('has it once, and what is only compared by its digest', () => {
      expect(JSON.stringify(record).split(goal)).toHaveLength(2);
      expect(JSON.stringify(record).length).toBeLessThan(goal.length + 400);
    });

    test('counts also as an earlier version has written it', () =>
      expect(
        recordedState({ [DEVICE]: { [object]: { from: null, wrote: [goal] } } }, DEVICE, { [object]: goal }, objects),
      ).toEqual({ goal: {}, left: [] }));
  });

  test('survives the table: JSON text and back', () =>
    fc.assert(
      fc.property(stopped('ramp'), ({ before, from, now }) => {
        const read = JSON.parse(JSON.stringify(before)) as typeof before;
        expect(recordedState(read, DEVICE, now).goal).toEqual(from);
      }),
      { numRuns: 20 },
    ));
});
