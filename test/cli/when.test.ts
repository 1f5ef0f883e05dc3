import { readWhen } from '../../cli/commands/pause';

const NOW = new Date('2026-11-23T08:00:00Z');

describe('a point in time as a person types it', () => {
  test.each([
    ['90m', '2026-11-23T09:30:00.000Z'],
    ['8h', '2026-11-23T16:00:00.000Z'],
    ['2d', '2026-11-25T08:00:00.000Z'],
    ['2026-11-24T06:00Z', '2026-11-24T06:00:00.000Z'],
    ['2026-11-24T06:00:30+02:00', '2026-11-24T04:00:30.000Z'],
  ])('%s is %s', (text, at) => expect(readWhen(text, NOW)).toBe(at));

  test.each([
    ['2026-11-24T06:00', new Date(2026, 10, 24, 6)],
    ['2026-11-24 06:00', new Date(2026, 10, 24, 6)],
    ['2026-11-24', new Date(2026, 10, 24)],
  ])('%s is meant in the local zone', (text, at) => expect(readWhen(text, NOW)).toBe(at.toISOString()));

  test.each([
    '0h',
    '-1h',
    '1w',
    '1.5h',
    'tomorrow',
    '',
    '2026-11-23T07:59Z',
    '2026-13-01',
    '2026-02-30',
    '2027-02-29T10:00',
    '2026-11-24T25:00',
    '2026-11-24T06:00X',
    '99999999999d',
    '2199-01-01',
  ])('%j is none, or not in the future, or too far', (text) => expect(readWhen(text, NOW)).toBeUndefined());
});
