import { MOST, withinBounds } from '../../bench/slow-tmsh';

const took = (apply: number, look: number) => [
  { what: 'fresh apply', seconds: apply, most: MOST.apply },
  { what: 'teardown', seconds: 1000 },
  { what: 'one look', seconds: look, most: MOST.look },
];

test('where BIG-IP answers slowly, runs within their bounds are told as they are', () =>
  expect(withinBounds(took(MOST.apply, MOST.look))).toEqual(took(MOST.apply, MOST.look)));

test('one beyond its bound fails the benchmark, and is named', () => {
  expect(() => withinBounds(took(45.06, 3))).toThrow(/: fresh apply: 45\.1 s, at most 45 s$/);
  expect(() => withinBounds(took(50, 21))).toThrow(
    /: fresh apply: 50\.0 s, at most 45 s; one look: 21\.0 s, at most 20 s$/,
  );
});
