import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import {
  bigipAddress,
  bigipNamed,
  innerAddresses,
  isBigIpPair,
  unitSelf,
  type Tunnel,
} from '../../../lib/tunnel/declaration/tunnel';
import { bigipPair, unit } from './pair-units';
import { fileMessage } from './declared-messages';
import { EXAMPLE, merge } from './site';

const PAIR = bigipPair();

const written = (document: object): readonly [string, string] => [
  `${(document as Tunnel).name}.yaml`,
  JSON.stringify(document),
];

/** The message about the pair of which some fields are others. */
const said = (changes: Readonly<Record<string, unknown>>): string => fileMessage(written(merge(PAIR, changes)));

/** The same of its second unit. */
const second = (changes: object): Readonly<Record<string, unknown>> => ({
  bigip: [unit(1), unit(2, changes)],
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
    expect([PAIR, bigipPair({ objects: { unitSelf: 'own' } })].map(unitSelf)).toEqual(['SDN_unit', 'own']));
});

test('a single BIG-IP ends its tunnel at its own address, has no inner one, and its declaration says nothing of pairs', () => {
  expect(bigipAddress(EXAMPLE)).toBe('10.3.89.66');
  expect(innerAddresses(EXAMPLE)).toEqual([]);
  expect(JSON.stringify(EXAMPLE)).not.toMatch(/inner|bigipPair|unitSelf/);
});

describe('the declaration of two units', () => {
  test.each([
    ['no inner address', second({ inner: undefined }), 'bigip.1.inner: is missing: each of two units'],
    ['nothing that they share', { bigipPair: undefined }, 'bigipPair: is missing: two BIG-IP units'],
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

describe('another tunnel on the same two units', () => {
  const other = (changes: Readonly<Record<string, unknown>> = {}): object =>
    merge(PAIR, {
      name: 'edge-o',
      bigip: [unit(1, { inner: '10.3.93.221' }), unit(2, { inner: '10.3.93.222' })],
      ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0]!, instance: 'i-0bbbbbbbbbbbbbbbb', address: '10.3.89.90' }] },
      tunnel: { bigip: '10.3.93.216/24', node: '10.3.93.217' },
      objects: { tunnel: 'SDN_o', self: 'SDN_o', unitSelf: 'SDN_o_unit', snatPool: 'SDN_o_snatpool' },
      clusterNetworks: ['10.132.0.0/14'],
      virtualServers: ['o-vserver'],
      probe: undefined,
      ...changes,
    });
  const objects = (changes: object): Readonly<Record<string, unknown>> => ({
    objects: { ...PAIR.objects, tunnel: 'SDN_o', ...changes },
  });

  test('may have the floating and the own outer addresses too', () =>
    expect(readDeclarations([PAIR, other()].map(written).map(([path, text]) => ({ path, text })))).toHaveLength(2));

  test.each([
    [
      "the name of the units' self IP",
      objects({ self: 'SDN_o' }),
      'objects.unitSelf: "SDN_unit": is taken by tunnel edge-a (self IP SDN_unit on BIG-IP 10.3.88.81)',
    ],
    [
      'that name for its floating self IP',
      objects({ self: 'SDN_unit', unitSelf: 'own' }),
      'objects.self: "SDN_unit": is taken by tunnel edge-a (self IP SDN_unit on BIG-IP 10.3.88.82)',
    ],
    [
      'an inner address',
      { bigip: [unit(1, { inner: '10.3.91.230' }), unit(2)], tunnel: { bigip: '10.3.91.218/24', node: '10.3.91.219' } },
      'bigip.1.inner: "10.3.91.222": is taken by tunnel edge-a (address 10.3.91.222 on BIG-IP 10.3.88.81)',
    ],
    [
      'an inner address as its TUNNEL_IP1',
      {
        tunnel: { bigip: '10.3.91.221/24', node: '10.3.91.219' },
        bigip: [unit(1, { inner: '10.3.91.230' }), unit(2, { inner: '10.3.91.231' })],
      },
      'tunnel.bigip: "10.3.91.221/24": is taken by tunnel edge-a (address 10.3.91.221 on BIG-IP 10.3.88.81)',
    ],
    [
      'the floating address in its cluster network',
      { clusterNetworks: ['10.3.89.80/32'], bigipPair: { floating: '10.3.89.84' } },
      'must not overlap bigipPair.floating 10.3.89.80 of tunnel edge-a on the same BIG-IP',
    ],
    [
      'the ends of the tunnel',
      { ramp: { nodes: PAIR.ramp.nodes } },
      'ramp.nodes: "10.3.89.89": is taken by tunnel edge-a (a tunnel between 10.3.89.80 and 10.3.89.89)',
    ],
    [
      'one of the units only',
      {
        bigip: [unit(1, { inner: undefined })],
        bigipPair: undefined,
        objects: { tunnel: 'SDN_o', self: 'SDN_o', unitSelf: undefined, snatPool: 'SDN_o_snatpool' },
      },
      'bigip: "10.3.88.81": must be 10.3.88.81, 10.3.88.82, as in tunnel edge-a: the units of a pair share their objects',
    ],
    [
      'another device group',
      { bigipPair: { deviceGroup: 'other' } },
      'bigipPair.deviceGroup: "other": must be edge-dg, as in tunnel edge-a, which is on the same units',
    ],
  ])('may not have %s', (_what, changes, rule) =>
    expect(fileMessage(written(PAIR), written(other(changes)))).toContain(rule),
  );

  test('is told of each conflict once a unit, and of that of a node once', () => {
    const node = { ramp: { nodes: [{ ...EXAMPLE.ramp.nodes[0]!, address: '10.3.89.90' }] }, cookie: '0x998' };
    const said = fileMessage(
      written(PAIR),
      written(
        other({
          ...node,
          tunnel: { bigip: '10.3.91.218/24', node: '10.3.91.219', interface: 'tun2' },
          bigip: [unit(1, { inner: '10.3.91.230' }), unit(2)],
        }),
      ),
    );
    expect(said.match(/bigip\.1\.inner: "10\.3\.91\.222": is taken .*/g)).toEqual([
      'bigip.1.inner: "10.3.91.222": is taken by tunnel edge-a (address 10.3.91.222 on BIG-IP 10.3.88.81)',
      'bigip.1.inner: "10.3.91.222": is taken by tunnel edge-a (address 10.3.91.222 on BIG-IP 10.3.88.82)',
      'bigip.1.inner: "10.3.91.222": is taken by tunnel edge-a (the far end 10.3.91.222 on node i-0a4e90de0a4e90de0)',
    ]);
  });
});
