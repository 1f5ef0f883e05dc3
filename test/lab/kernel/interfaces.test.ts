import { emptyConfiguration, put, remove, type ClassName, type Configuration } from '../../../lab/hosts/bigip/objects';
import { arrived, between, deviceFor, interfacesOf, virtualsOf } from '../../../lab/kernel/interfaces';

const setting = (property: string, ...words: string[]) => ({ property, verb: '', words });
const made = (config: Configuration, name: ClassName, object: string, settings: Record<string, string | string[]>) =>
  put(
    config,
    name,
    object,
    Object.entries(settings).map(([property, word]) => setting(property, ...[word].flat())),
    false,
  );

/** A BIG-IP with a tunnel through which Pods are reached. */
function configured(): Configuration {
  const config = emptyConfiguration();
  made(config, 'net vlan', 'internal', { tag: '4093' });
  made(config, 'net self', 'outer', { address: '10.3.89.66/24', vlan: 'internal' });
  made(config, 'net tunnels tunnel', 'SDN', {
    profile: 'ipip',
    'local-address': '10.3.89.66',
    'remote-address': '10.3.89.89',
  });
  made(config, 'net self', 'SDN', { address: '10.3.91.216/24', vlan: 'SDN' });
  made(config, 'net route', 'SDN', { network: '10.128.0.0/14', interface: 'SDN' });
  made(config, 'ltm snatpool', 'SDN_snatpool', { members: ['10.3.91.216'] });
  made(config, 'ltm virtual', 'shop', { destination: '10.3.88.100:http' });
  return config;
}
const MEMBERS = ['10.129.0.5:8080'] as const;
const nothing = interfacesOf(emptyConfiguration());
const changed = (change: (config: Configuration) => unknown): readonly string[] => {
  const [before, after] = [configured(), configured()];
  change(after);
  return between(interfacesOf(before), interfacesOf(after));
};

test('a tunnel is there before its address, and its address before the route', () =>
  expect(between(nothing, interfacesOf(configured()))).toEqual([
    'tunnel add SDN mode ipip local 10.3.89.66 remote 10.3.89.89\nlink set SDN up',
    'addr replace 10.3.89.66/24 dev eth0',
    'addr replace 10.3.91.216/24 dev SDN',
    'route replace 10.128.0.0/14 dev SDN',
    'addr replace 10.3.88.100/32 dev ext',
  ]));

test('what stands as it should is left alone', () => expect(changed(() => undefined)).toEqual([]));

test('another end changes the tunnel in place: its addresses and routes stay', () =>
  expect(
    changed((config) => put(config, 'net tunnels tunnel', 'SDN', [setting('remote-address', '10.3.89.100')], true)),
  ).toEqual(['tunnel change SDN mode ipip local 10.3.89.66 remote 10.3.89.100\nlink set SDN up']));

test('a device that goes takes its addresses and routes with it', () =>
  expect(
    changed((config) => {
      remove(config, 'net route', 'SDN');
      remove(config, 'net self', 'SDN');
      remove(config, 'net tunnels tunnel', 'SDN');
      remove(config, 'ltm snatpool', 'SDN_snatpool');
    }),
  ).toEqual(['link del SDN']));

test('an address that goes may have taken the routes of its device: they are made again', () =>
  expect(changed((config) => put(config, 'net self', 'SDN', [setting('address', '10.3.91.216/25')], true))).toEqual([
    'addr replace 10.3.91.216/25 dev SDN',
    'addr del 10.3.91.216/24 dev SDN',
    'route replace 10.128.0.0/14 dev SDN',
  ]));

test('a translation address that is no self IP is answered for all the same', () =>
  expect(changed((config) => made(config, 'ltm snatpool', 'other', { members: ['10.3.91.220'] }))).toEqual([
    'addr replace 10.3.91.220/32 dev lo',
  ]));

test("of a network's addresses a unit's own one comes before the one that floats", () =>
  expect(
    changed((config) => {
      made(config, 'net self', 'a-own', { address: '10.3.90.11/24', vlan: 'internal' });
      made(config, 'net self', 'float', {
        address: '10.3.90.1/24',
        vlan: 'internal',
        'traffic-group': 'traffic-group-1',
      });
      const { 'a-own': own, ...selfs } = config['net self'];
      config['net self'] = { ...selfs, 'z-own': own! };
    }),
  ).toEqual(['addr replace 10.3.90.11/24 dev eth0', 'addr replace 10.3.90.1/24 dev eth0']));

test('neighbours are to be told of new addresses on their networks, and of no other', () => {
  const [before, after] = [configured(), configured()];
  made(after, 'net self', 'float', { address: '10.3.89.67/24', vlan: 'internal' });
  made(after, 'net self', 'inside', { address: '10.3.91.218/24', vlan: 'SDN' });
  made(after, 'ltm virtual', 'forum', { destination: '10.3.88.101:http' });
  expect(arrived(interfacesOf(before), interfacesOf(after))).toEqual([
    ['eth0', '10.3.89.67'],
    ['ext', '10.3.88.101'],
  ]);
  expect(arrived(interfacesOf(after), interfacesOf(before))).toEqual([]);
});

test('a name that no device can have gets another, the same each time', () => {
  const config = emptyConfiguration();
  const device = deviceFor('a-tunnel-with-a-long-name', config);
  expect(device).toMatch(/^t[0-9a-f]{12}$/);
  expect(deviceFor('a-tunnel-with-a-long-name', config)).toBe(device);
  expect(deviceFor('eth0', config)).not.toBe('eth0');
});

describe('a virtual server', () => {
  const translated = (words: readonly string[]) => {
    const config = configured();
    put(config, 'ltm virtual', 'shop', [setting('source-address-translation', ...words)], true);
    return virtualsOf(config, MEMBERS)[0]!;
  };
  test('without translation uses the client itself', () =>
    expect(virtualsOf(configured(), MEMBERS)).toEqual([
      { address: '10.3.88.100', port: 80, translation: 'none', members: MEMBERS },
    ]));
  test('with a SNAT pool uses its members', () =>
    expect(translated(['type', 'snat', 'pool', 'SDN_snatpool']).translation).toEqual({ snat: ['10.3.91.216'] }));
  test('with automap leaves the choice to the way', () =>
    expect(translated(['type', 'automap']).translation).toBe('automap'));
});
