import type { UnitLook } from '../../../../lib/tunnel/bigip/pair-objects';
import { ONE, TWO, unit } from '../bigip-pair';
import { APPLY, type Changes, judge, OURS, refused, RESTORE, sync, TEARDOWN, units } from './pair-judge';

describe('F5_IP and the address of its own', () => {
  const [floating] = unit(ONE).facts.pair!.floating;
  const [outer] = unit(TWO).facts.pair!.outer;
  test.each<[string, Changes, string[]]>([
    ['F5_IP is missing', { floating: [] }, ['no self IP at 10.3.89.80 (bigipPair.floating)']],
    ['F5_IP is there twice', { floating: [floating!, floating!] }, ['more than one self IP at 10.3.89.80']],
    [
      'F5_IP does not float',
      { floating: [{ ...floating!, trafficGroup: 'traffic-group-local-only' }] },
      ['self IP float at 10.3.89.80 in traffic-group-local-only', 'must float'],
    ],
    ['F5_IP floats elsewhere', { floating: [{ ...floating!, trafficGroup: 'traffic-group-2' }] }, ['traffic-group-2']],
    ['there is none of its own', { outer: [] }, ['no self IP of its own at 10.3.89.82']],
    ['its own one floats', { outer: [{ ...outer!, trafficGroup: 'traffic-group-1' }] }, ['own is in traffic-group-1']],
    ['its own one is on another VLAN', { outer: [{ ...outer!, vlan: 'dmz' }] }, ['on VLAN dmz']],
    ['its own one is in another network', { outer: [{ ...outer!, address: '10.3.89.82/31' }] }, ['10.3.89.82/31']],
  ])('%s', (_, changes, words) => {
    refused(units({}, changes), APPLY, 'pair-addresses', `BIG-IP ${TWO} has`, ...words);
    judge(units({}, changes), TEARDOWN);
  });
});

describe('a self IP at the inner address of a unit', () => {
  const found = (name: string, state = {}): readonly UnitLook[] => [
    unit(ONE),
    unit(
      TWO,
      { inner: [{ name, address: '10.3.91.222/24', vlan: 'SDN', trafficGroup: 'traffic-group-local-only' }] },
      state,
    ),
  ];

  test('under another name', () => {
    refused(
      found('mine'),
      APPLY,
      'object-twin',
      `BIG-IP ${TWO} already has a self IP mine`,
      'objects.unitSelf',
      'cuts',
    );
    judge(found('mine'), TEARDOWN);
  });
  test('under the declared name', () => judge(found('SDN_unit')));
  test('under the name that it was applied with', () =>
    judge(found('former', { 'self former': 'address 10.3.91.222/24' })));
});

describe('the traffic groups', () => {
  const group = (object: string, name: string): readonly UnitLook[] => units({ trafficGroups: { [object]: name } });

  test.each([
    ['virtual-address 10.3.88.90', 'traffic-group-2'],
    ['virtual-address 10.3.88.90', 'traffic-group-local-only'],
    ['virtual web', 'unknown'],
    ['snat-translation 10.3.91.216', 'traffic-group-2'],
    ['self SDN', 'traffic-group-2'],
    ['tunnel SDN', 'traffic-group-2'],
  ])('%s in %s', (object, name) => {
    refused(group(object, name), APPLY, 'pair-traffic-groups', `${object} in traffic group ${name}`, 'may cut');
    judge(group(object, name), TEARDOWN);
  });

  test.each(['self SDN', 'tunnel SDN'])("a single unit's %s, which does not float, is left to the plan", (object) =>
    judge(group(object, 'traffic-group-local-only')),
  );
});

test('a tunnel with a secondary address', () => {
  const looks = units({}, { secondary: { 'tunnel SDN': '10.3.89.82' } });
  refused(
    looks,
    APPLY,
    'pair-secondary-address',
    `BIG-IP ${TWO} has tunnel SDN with secondary-address 10.3.89.82`,
    'which cuts',
  );
  judge(looks, TEARDOWN);
});

test('tunnels that one unit synchronises and the other does not', () =>
  refused(
    units({}, { tunnelsShared: false }),
    APPLY,
    'pair-differs',
    `BIG-IP ${ONE} synchronises its tunnels, BIG-IP ${TWO} does not`,
  ));

describe('units that differ although in sync', () => {
  const STANDS = {
    'tunnel SDN': 'profile ipip local-address 10.3.89.80',
    'self SDN': 'address 10.3.91.216/24',
    'self SDN_unit': 'address 10.3.91.221/24',
    'route SDN_10': 'network 10.128.0.0/14',
    'snatpool SDN_snatpool': 'members 10.3.91.216',
    'virtual web': 'type automap',
    'config saved': '0123456789abcdef',
  };
  const differing = (object: string, value: string | undefined, changes: Changes = {}): readonly UnitLook[] => {
    const floats: Changes = { trafficGroups: { 'self SDN': 'traffic-group-1' }, ...changes };
    const other = Object.entries({ ...STANDS, [object]: value }).filter(([, each]) => each !== undefined);
    return [unit(ONE, floats, STANDS), unit(TWO, floats, Object.fromEntries(other) as Record<string, string>)];
  };

  test.each(['tunnel SDN', 'self SDN', 'route SDN_10', 'snatpool SDN_snatpool', 'virtual web', 'virtual other'])(
    '%s',
    (object) => {
      refused(
        differing(object, 'x%20y'),
        APPLY,
        'pair-differs',
        `the units differ in ${object}`,
        `BIG-IP ${TWO} has x y`,
      );
      judge(differing(object, 'x%20y'), RESTORE);
      judge(differing(object, 'x%20y'), TEARDOWN);
    },
  );

  test('one lacks it', () =>
    refused(differing('route SDN_10', undefined), APPLY, 'pair-differs', `BIG-IP ${TWO} has none`));

  test.each([ONE, TWO])('%s lacks the floating self IP, and so says of no traffic group of it', (lacking) => {
    const { 'self SDN': _, ...others } = STANDS;
    const looks = [ONE, TWO].map((name) =>
      name === lacking
        ? unit(name, {}, others)
        : unit(name, { trafficGroups: { 'self SDN': 'traffic-group-1' } }, STANDS),
    );
    refused(looks, APPLY, 'pair-differs', 'the units differ in self SDN', `BIG-IP ${lacking} has none`);
  });

  test.each(['self SDN_unit', 'config saved'])('%s is its own', (object) => judge(differing(object, 'other')));
  test('a tunnel is its own where tunnels are not synchronised', () =>
    judge(differing('tunnel SDN', 'other', { tunnelsShared: false })));
  test('a self IP is its own that does not float', () =>
    judge(differing('self SDN', undefined, { trafficGroups: { 'self SDN': 'traffic-group-local-only' } })));
  test('what is still to be synchronised differs', () =>
    judge(differing('route SDN_10', undefined, sync('pending', 'bigip1')), OURS));
});
