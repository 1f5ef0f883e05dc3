import * as fc from 'fast-check';
import { difference } from '../../../../lib/tunnel/device/difference';
import { effect, wire, type State } from '../../../../lib/tunnel/device/operation';
import type { Tunnel } from '../../../../lib/tunnel/declaration/tunnel';
import { ramp } from '../../../../lib/tunnel/ramp/device';
import { bigipPair, unit } from '../pair-units';
import { bigipPairs, states } from '../generators';
import { rampAnswer } from '../ramp-answer';
import { printed } from '../scripts';
import { EXAMPLE, subject } from '../site';
import { freshWorld } from '../world';

/** What leads the ramp node from a state to the declared tunnel, or away from it. */
function operations(spec: Tunnel, state: State, applied: Tunnel | null = null, goal: 'desired' | 'absent' = 'desired') {
  const about = subject('ramp', spec, applied);
  const observed = ramp.read(rampAnswer({ ...freshWorld(spec), ramp: state }, spec, applied), about);
  expect(observed.state).toEqual(state);
  return difference(ramp.record.objects, state, ramp[goal]({ ...about, original: {} }, observed));
}

const built = (spec: Tunnel, state: State = {}, applied: Tunnel | null = null): State =>
  operations(spec, state, applied).reduce(effect, state);
/** Without the keeper's, which test/lib/tunnel/ramp/keeper-unit has. */
const commands = (...args: Parameters<typeof operations>): readonly string[] => {
  const own = operations(...args).filter(({ object }) => object !== 'keeper edge-a');
  return printed('ramp', 'edge-a', own.map(wire)).commands;
};

const PAIR = bigipPair();
const SNAT = (verb: string, source: string): string =>
  `iptables -w -t nat -${verb} -s ${source} -o tun0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source 10.129.0.1`;

describe('for a pair of BIG-IP', () => {
  test('the ramp node has one tunnel, to the floating address, and answers each inner address through it', () =>
    expect(commands(PAIR, {})).toEqual([
      'iptables -w -I INPUT 1 -p 4 -s 10.3.89.80 -m comment --comment edge-ramp:edge-a -j ACCEPT',
      'ip tunnel add tun1 mode ipip remote 10.3.89.80 local any dev eth0',
      'ip link set tun1 up',
      'ip addr add 10.3.91.217/32 dev tun1',
      'ip route add 10.3.91.216/32 dev tun1',
      'ip route add 10.3.91.221/32 dev tun1',
      'ip route add 10.3.91.222/32 dev tun1',
      expect.stringContaining('edge-ramp:edge-a 10.129.1.254'),
      'ip addr add 10.129.1.254/32 dev tun0',
      SNAT('I POSTROUTING 1', '10.3.91.221'),
      SNAT('I POSTROUTING 1', '10.3.91.222'),
      'ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<END',
      ...Array(4).fill(expect.stringMatching(/^add cookie=0x999,(?!.*10\.3\.91\.22[12])/)),
      'END',
    ]));

  test('with snat: gateway, one rule for each address inside the tunnel, and no flow', () =>
    expect(commands(bigipPair({ snat: 'gateway' }), {}).slice(7)).toEqual(
      ['10.3.91.216', '10.3.91.221', '10.3.91.222'].map((source) => SNAT('I POSTROUTING 1', source)),
    ));

  test('a second run changes nothing', () => expect(operations(PAIR, built(PAIR), PAIR)).toEqual([]));

  test('what is missing for an inner address is made again, and nothing else', () => {
    const { 'route 10.3.91.222': _route, 'nat 10.3.91.221': _nat, ...left } = built(PAIR);
    expect(commands(PAIR, left, PAIR)).toEqual([
      'ip route add 10.3.91.222/32 dev tun1',
      SNAT('I POSTROUTING 1', '10.3.91.221'),
    ]);
  });

  test('a route to an inner address that stands by the tunnel is adopted in its form, which the keeper learns', () => {
    const standing = { ...built(PAIR), 'route 10.3.91.221': 'dev tun1 proto static metric 425' };
    expect(operations(PAIR, standing).map(({ verb, object }) => `${verb} ${object}`)).toEqual([
      'delete keeper edge-a',
      'create keeper edge-a',
    ]);
  });

  test("another's route to an inner address is refused", () =>
    expect(() => operations(PAIR, { 'route 10.3.91.222': 'via 10.3.89.1 dev eth0' })).toThrow(
      "already has a route to 10.3.91.222 that is not this tunnel's",
    ));

  test('a teardown leaves nothing', () => {
    const state = built(PAIR);
    expect(operations(PAIR, state, PAIR, 'absent').reduce(effect, state)).toEqual({});
  });

  test('whatever stands of it is read back as it is', () =>
    fc.assert(
      fc.property(
        bigipPairs.chain((spec) => fc.tuple(fc.constant(spec), states('ramp', spec))),
        ([spec, state]) => {
          const own = Object.fromEntries(Object.entries(state).filter(([object]) => /^(?:route|nat) /.test(object)));
          const world = { ...freshWorld(spec), ramp: own };
          const found = ramp.read(rampAnswer(world, spec, null), subject('ramp', spec)).state;
          const { 'nat 10.9.9.8': _theirs, ...ours } = own;
          expect(found).toEqual(ours);
        },
      ),
      { numRuns: 30 },
    ));
});

describe('from one BIG-IP to two', () => {
  const one = built(EXAMPLE);
  const pair = bigipPair({
    bigip: [unit(1, { management: '10.3.88.66' }), unit(2)],
    bigipPair: { floating: '10.3.89.66', deviceGroup: 'edge-dg', network: 'l2' },
  });

  test('whose floating address is the one of the first, the inner addresses come, and nothing else changes', () =>
    expect(commands(pair, one, EXAMPLE)).toEqual([
      'ip route add 10.3.91.221/32 dev tun1',
      'ip route add 10.3.91.222/32 dev tun1',
      SNAT('I POSTROUTING 1', '10.3.91.221'),
      SNAT('I POSTROUTING 1', '10.3.91.222'),
    ]));

  test('and back, they go', () => {
    const two = built(pair, one, EXAMPLE);
    expect(built(EXAMPLE, two, pair)).toEqual(one);
  });
});
