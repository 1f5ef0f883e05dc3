import { keeps } from '../../../lib/tunnel/ramp/keeps';
import { readMemory } from '../../../lib/tunnel/run/memory';
import { pauseInWire } from '../../../lib/tunnel/run/pause';

const told = (item: Readonly<Record<string, unknown>>) => pauseInWire(readMemory(item));
const AT = '2026-11-24T06:00:00.000Z';
const paused = (more: object): string => JSON.stringify({ reason: 'x', at: AT, by: 'arn:1', until: null, ...more });

describe('a pause in wire form', () => {
  test.each([
    ['until a resume', { paused: paused({}), pauses: 7 }, `7 paused - ${AT}`],
    ['until a time', { paused: paused({ until: '2026-11-24T07:00:00.500Z' }), pauses: 7 }, `7 paused 1795503601 ${AT}`],
    ['that is over', { pauses: 8 }, '8 resumed - -'],
    ['that somebody wrote by hand', { paused: 'see ticket 4711' }, '0 paused - -'],
    [
      'whose times somebody wrote by hand',
      { paused: paused({ at: '24 Nov 2026 06:00 UTC', until: 'never' }) },
      `0 paused - ${AT}`,
    ],
  ])('%s', (_, item, text) => expect(told(item)).toBe(text));

  test('of a tunnel that nobody ever paused is nothing', () => expect(told({})).toBeNull());
});

describe('the operations of a run', () => {
  const START = ['create~link tun1~-~up', 'create~keeper edge-a~-~mark -@keep link tun1%up'];

  test('have the pause right behind the start of a keeper, before all else that may fail', () =>
    expect(keeps.withTold([...START, 'create~nat 10.0.0.1~-~x'], 'edge-a', '7 paused - -')).toEqual([
      ...START,
      'modify~pause edge-a~-~7 paused - -',
      'create~nat 10.0.0.1~-~x',
    ]));

  test.each(['delete~keeper edge-a~mark -~-', 'create~link tun1~-~up'])(
    'are as they were without one: %s',
    (operation) => expect(keeps.withTold([operation], 'edge-a', '7 paused - -')).toEqual([operation]),
  );
});
