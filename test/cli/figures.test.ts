import fc from 'fast-check';
import { figuresOf, longestChain } from '../../cli/report/figures';

const trip = fc
  .record({ sent: fc.integer({ min: 0, max: 1000 }), length: fc.integer({ min: 1, max: 300 }) })
  .map(({ sent, length }) => ({ sent, ended: sent + length }));

describe('the critical path', () => {
  test('is never longer than the number of trips, and 0 only without any', () => {
    fc.assert(
      fc.property(fc.array(trip), (trips) => {
        const chain = longestChain(trips);
        expect(chain).toBeLessThanOrEqual(trips.length);
        expect(chain > 0).toBe(trips.length > 0);
      }),
    );
  });

  test('is 1 when all overlap, and all when each waits for the one before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1 }), (spans) => {
        expect(longestChain(spans.map(([before, after]) => ({ sent: 499 - before, ended: 501 + after })))).toBe(1);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 })), (lengths) => {
        let now = 0;
        const trips = lengths.map((length) => ({ sent: now, ended: (now += length) }));
        expect(longestChain(trips.toReversed())).toBe(lengths.length);
      }),
    );
  });

  test('is the best of all chains', () => {
    fc.assert(
      fc.property(fc.array(trip, { maxLength: 9 }), (trips) => {
        const chainFrom = (after: number): number =>
          Math.max(0, ...trips.filter(({ sent }) => sent >= after).map(({ ended }) => 1 + chainFrom(ended)));
        expect(longestChain(trips)).toBe(chainFrom(0));
      }),
    );
  });

  test('does not go on after a command that never ended', () => {
    expect(longestChain([{ sent: 10, ended: 0 }, { sent: 900, ended: 950 }])).toBe(1); // prettier-ignore
  });
});

test('a write through ssh is one write', () => {
  const command = { at: 0, code: 0 };
  const journal = [
    { ...command, host: '10.3.88.66', line: 'save sys config', writes: true },
    { ...command, host: 'i-0ba5710a', line: 'ssh -T edge-ramp@10.3.88.66 save sys config', writes: true },
    { ...command, host: 'i-0a4e90de', line: 'ip link set tun1 up', writes: true },
    { ...command, host: 'i-0a4e90de', line: 'ip -o link show dev tun1', writes: false },
  ];
  expect(figuresOf([], journal, 9)).toEqual({
    ssmRoundTrips: 0,
    criticalPathTrips: 0,
    stateTransitions: 9,
    deviceWrites: 2,
  });
});
