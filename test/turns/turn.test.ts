import fc from 'fast-check';
import { shareOf } from './turn';

test('all shares together are everything, none has what another has, and none is more than one larger than another', () =>
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 9 }), (length, count) => {
      const all = Array.from({ length }, (_, place) => place);
      const shares = all.slice(0, count).map((index) => shareOf(all, `${index + 1}/${count}`));
      expect(shares.flat().sort((a, b) => a - b)).toEqual(all);
      const sizes = shares.map((share) => share.length);
      if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  ));

test('where no share is asked for, it is everything', () => expect(shareOf([1, 2, 3], undefined)).toEqual([1, 2, 3]));

test.each(['', '1', '0/6', '7/6', '1/0', 'one/six', '1/6,2/6'])('%j is no share', (share) => {
  expect(() => shareOf([1, 2, 3], share)).toThrow('EDGE_RAMP_SHARE');
});
