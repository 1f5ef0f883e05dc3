import {
  bigipAddress,
  bigipNamed,
  innerAddresses,
  isBigIpPair,
  unitSelf,
  type Tunnel,
} from '../../../lib/tunnel/declaration/tunnel';
import { fileMessage } from './declared-messages';
import { EXAMPLE, merge, tunnel } from './site';

const unit = (i: number): object => ({
  ...EXAMPLE.bigip[0]!,
  management: `10.3.88.8${i}`,
  address: `10.3.89.8${i}`,
  inner: `10.3.91.22${i}`,
});

/** Two BIG-IP units before the published procedure's ramp node. */
const PAIR = tunnel({
  bigip: [unit(1), unit(2)],
  bigipPair: { floating: '10.3.89.80', deviceGroup: 'edge-dg', network: 'l2' },
});

const written = (document: object): readonly [string, string] => [
  `${(document as Tunnel).name}.yaml`,
  JSON.stringify(document),
];

/** The message about the pair of which some fields are others. */
const said = (changes: Readonly<Record<string, unknown>>): string => fileMessage(written(merge(PAIR, changes)));

/** The same of its second unit. */
const second = (changes: object): Readonly<Record<string, unknown>> => ({
  bigip: [unit(1), { ...unit(2), ...changes }],
});

describe('a pair of BIG-IP', () => {
  test('ends its tunnel at the floating address', () => expect(bigipAddress(PAIR)).toBe('10.3.89.80'));
  test('has the inner address of each unit', () =>
    expect(innerAddresses(PAIR)).toEqual(['10.3.91.221', '10.3.91.222']));
  test('is told from one BIG-IP', () => expect([PAIR, EXAMPLE].map(isBigIpPair)).toEqual([true, false]));
  test('names each unit by its management address', () => {
    expect(bigipNamed(PAIR, '10.3.88.82')?.address).toBe('10.3.89.82');
    expect(bigipNamed(PAIR, '10.3.88.83')).toBeUndefined();
  });
  test("calls the self IP of a unit's inner address SDN_unit, or as declared", () =>
    expect([PAIR, tunnel({ ...PAIR, objects: { unitSelf: 'own' } })].map(unitSelf)).toEqual(['SDN_unit', 'own']));
});

test('a single BIG-IP ends its tunnel at its own address, has no inner one, and its declaration says nothing of pairs', () => {
  expect(bigipAddress(EXAMPLE)).toBe('10.3.89.66');
  expect(innerAddresses(EXAMPLE)).toEqual([]);
  expect(JSON.stringify(EXAMPLE)).not.toMatch(/inner|bigipPair|unitSelf/);
});

describe('the declaration of two units', () => {
  test.each([
    ['no inner address', second({ inner: undefined }), 'bigip.1.inner: must be declared: each of two units'],
    ['nothing that they share', { bigipPair: undefined }, 'bigipPair: must be declared: two BIG-IP units'],
    ['no floating address', { bigipPair: { floating: undefined } }, 'bigipPair.floating:'],
    ['no device group', { bigipPair: { deviceGroup: undefined } }, 'bigipPair.deviceGroup:'],
    [
      'a device group with its folder',
      { bigipPair: { deviceGroup: '/Common/dg' } },
      'bigipPair.deviceGroup: "/Common/dg": must be 1 to 190',
    ],
    [
      'a keyword as device group',
      { bigipPair: { deviceGroup: 'all' } },
      'bigipPair.deviceGroup: "all": must not be a keyword',
    ],
    ['no network', { bigipPair: { network: undefined } }, 'bigipPair.network:'],
    [
      'a VPC',
      { bigipPair: { network: 'vpc' } },
      'bigipPair.network: "vpc": is not supported for two BIG-IP units: a VPC ignores gratuitous ARP',
    ],
    [
      'one management address',
      second({ management: '10.3.88.81' }),
      'bigip.1.management: "10.3.88.81": must not be the address of bigip.0.management too',
    ],
    [
      'one outer address',
      second({ address: '10.3.89.81' }),
      'bigip.1.address: "10.3.89.81": must not be the address of bigip.0.address too',
    ],
    [
      "a unit managed at the other's outer address",
      second({ management: '10.3.89.81' }),
      'bigip.1.management: "10.3.89.81": must not be the address of bigip.0.address too',
    ],
    [
      'one inner address',
      second({ inner: '10.3.91.221' }),
      'bigip.1.inner: "10.3.91.221": must not be the address of bigip.0.inner too',
    ],
    [
      'TUNNEL_IP1 as inner address',
      second({ inner: '10.3.91.216' }),
      'bigip.1.inner: "10.3.91.216": must not be the address of tunnel.bigip too',
    ],
    [
      'TUNNEL_IP2 as inner address',
      second({ inner: '10.3.91.217' }),
      'bigip.1.inner: "10.3.91.217": must not be the address of tunnel.node too',
    ],
    [
      'an inner address outside the tunnel',
      second({ inner: '10.3.92.222' }),
      'bigip.1.inner: "10.3.92.222": must lie in the tunnel\'s prefix 10.3.91.216/24, which is the network of the floating self IP',
    ],
    [
      'the network as inner address',
      second({ inner: '10.3.91.0' }),
      'bigip.1.inner: "10.3.91.0": must be a host of 10.3.91.216/24',
    ],
    [
      'the broadcast address as inner address',
      second({ inner: '10.3.91.255' }),
      'bigip.1.inner: "10.3.91.255": must be a host of 10.3.91.216/24',
    ],
    [
      "a unit's own address as the floating one",
      { bigipPair: { floating: '10.3.89.82' } },
      'bigipPair.floating: "10.3.89.82": must not be the address of bigip.1.address too',
    ],
    [
      'a unit managed at the floating address',
      second({ management: '10.3.89.80' }),
      'bigip.1.management: "10.3.89.80": must not be the address of bigipPair.floating too',
    ],
    [
      "the ramp node's address as the floating one",
      { bigipPair: { floating: EXAMPLE.ramp.nodes[0]!.address } },
      'must not be the address of bigipPair.floating too',
    ],
    [
      'a floating address in the tunnel',
      { bigipPair: { floating: '10.3.91.9' } },
      'bigipPair.floating: "10.3.91.9": must lie outside the tunnel\'s prefix',
    ],
    [
      'a floating address among the Pods',
      { bigipPair: { floating: '10.129.9.9' } },
      'bigipPair.floating: "10.129.9.9": must lie outside the cluster network',
    ],
    [
      'a unit among the Pods',
      second({ address: '10.129.9.9' }),
      'bigip.1.address: "10.129.9.9": must lie outside the cluster network',
    ],
    [
      'one name for both self IPs',
      { objects: { unitSelf: 'SDN' } },
      'objects.unitSelf: "SDN": must not be the name of objects.self too',
    ],
    [
      'the default name for both self IPs',
      { objects: { self: 'SDN_unit' } },
      'objects.self: "SDN_unit": must not be the name of objects.unitSelf too',
    ],
  ])('with %s is refused', (_what, changes, rule) => expect(said(changes)).toContain(rule));
});

test.each([
  [
    'an inner address',
    { bigip: [{ ...EXAMPLE.bigip[0], inner: '10.3.91.221' }] },
    'bigip.0.inner: "10.3.91.221": is for two BIG-IP units',
  ],
  [
    'what a pair shares',
    { bigipPair: PAIR.bigipPair },
    'bigipPair: {"floating":"10.3.89.80","deviceGroup":"edge-dg","network":"l2"}: is for two BIG-IP units',
  ],
  [
    "a name for the unit's self IP",
    { objects: { unitSelf: 'own' } },
    'objects.unitSelf: "own": is for two BIG-IP units',
  ],
])('one unit with %s is refused', (_what, changes, rule) =>
  expect(fileMessage(written(merge(EXAMPLE, changes)))).toContain(rule),
);
