import { beyondBounds } from '../../bench/bounds';
import type { Contender } from '../../bench/contenders/contender';
import type { Turn } from '../../bench/turn';

const KEEPER = 'its keeper alone';
const contenders = [
  { name: 'pasted' },
  { name: 'Ansible' },
  { name: 'edge-ramp', alone: { name: KEEPER } },
] as unknown as readonly Contender[];

/** A repair of each: seconds and lost pings. */
const repairs = (delay: number, of: Readonly<Record<string, readonly [seconds: number, lost: number]>>): Turn =>
  ({
    measured: Object.entries(of).map(([contender, [seconds, lost]]) => ({
      contender,
      action: 'repair',
      delay,
      seconds,
      lost,
    })),
  }) as unknown as Turn;
const GOOD = repairs(0, { pasted: [5, 536], Ansible: [6, 395], 'edge-ramp': [6, 390], [KEEPER]: [0.5, 53] });
const GOOD_SLOW = repairs(2.6, {
  pasted: [40, 3966],
  Ansible: [15.7, 1059],
  'edge-ramp': [10.8, 902],
  [KEEPER]: [0.5, 52],
});

test('a keeper that loses a fifth of what the best of the others loses, and a run as fast as they are, are within the bounds', () => {
  expect(beyondBounds([GOOD, GOOD_SLOW], contenders)).toEqual([]);
  const just = repairs(0, { pasted: [5, 536], Ansible: [6, 395], 'edge-ramp': [6, 390], [KEEPER]: [0.5, 79] });
  expect(beyondBounds([just, repairs(2.6, { Ansible: [15, 1], 'edge-ramp': [15, 1] })], contenders.slice(1))).toEqual(
    [],
  );
});

test('a keeper that loses more is beyond, by the median of its turns', () => {
  const worse = repairs(0, { pasted: [5, 536], Ansible: [6, 395], 'edge-ramp': [6, 390], [KEEPER]: [0.5, 80] });
  expect(beyondBounds([worse, worse, GOOD], contenders)).toEqual([
    'its keeper alone loses 80 pings, and the best of the others 395: at most a fifth',
  ]);
  expect(beyondBounds([worse, GOOD, GOOD], contenders)).toEqual([]);
});

test('a run that is slower than the fastest of the others where trips take time is beyond', () =>
  expect(
    beyondBounds([GOOD, repairs(2.6, { pasted: [40, 1], Ansible: [15.7, 1], 'edge-ramp': [15.8, 1] })], contenders),
  ).toEqual(['the repair of edge-ramp takes 15.8 s where trips take time, the fastest of the others 15.7 s']));

test('what was not measured is beyond no bound', () => expect(beyondBounds([GOOD], contenders)).toEqual([]));
