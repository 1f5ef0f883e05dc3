import type { Properties } from '../../lab/hosts/bigip/objects';
import { ONE, pairOf, pairSite, run, synchronise, TWO, unitOf, units } from './support/bigip-pair';
import { discard, type Site } from './support/site';

let open: Site;
afterEach(() => discard(open));

const TUNNEL = 'create net tunnels tunnel SDN { local-address 10.20.40.1 profile ipip remote-address 10.20.40.2 }';
const POOL = 'create ltm snatpool theirs members add { 10.3.88.9 }';
const type = async (unit: string, ...lines: string[]): Promise<void> => {
  for (const line of lines) expect([line, (await open.world.run(unit, line)).err]).toEqual([line, '']);
};
/** Makes a self IP other than it was, as nobody could with the commands that are modelled, and on both units alike. */
const alterSelf = (name: string, change: (self: Properties) => Properties): void => {
  for (const unit of [ONE, TWO]) {
    const selfs = unitOf(open, unit).running['net self'];
    selfs[name] = change(selfs[name]!);
  }
};
const role = (unit: string, failover: 'ACTIVE' | 'STANDBY' | 'OFFLINE' | 'FORCED OFFLINE'): void => {
  unitOf(open, unit).device.failover = failover;
};

/** What is wrong with the pair, and what the operator reads. */
const REFUSED: readonly [what: string, happens: () => unknown, message: RegExp][] = [
  [
    'both units are active',
    () => role(TWO, 'ACTIVE'),
    /BIG-IP 10.3.88.71 is ACTIVE, BIG-IP 10.3.88.72 is ACTIVE: this is split brain/,
  ],
  ['neither is active', () => role(ONE, 'STANDBY'), /is STANDBY, .* is STANDBY: exactly one has to be ACTIVE/],
  [
    'one is forced offline',
    () => role(TWO, 'FORCED OFFLINE'),
    /BIG-IP 10.3.88.72 is FORCED OFFLINE: exactly one .*"run sys failover online"/,
  ],
  ['one is offline', () => role(TWO, 'OFFLINE'), /BIG-IP 10.3.88.72 is OFFLINE: exactly one/],
  [
    'a change of somebody else’s is pending',
    () => type(ONE, POOL),
    /says that device group edge-dg has changes pending that are not edge-ramp's \(.*Changes pending/i,
  ],
  [
    'both units have been changed',
    async () => {
      await type(ONE, POOL);
      await type(TWO, POOL.replace('theirs', 'others'));
    },
    /reports a conflict in device group edge-dg: both units have changes/,
  ],
  [
    'the units do not reach each other',
    () => open.lab.hosts.act(ONE, 'cut-link'),
    /says that device group edge-dg is disconnected .*: repair the connection/,
  ],
  [
    'the last sync failed',
    async () => {
      pairOf(open).loading = 'fails';
      await type(ONE, POOL, 'run cm config-sync to-group edge-dg');
      for (let i = 0; i < 4; i++) await type(ONE, 'show cm sync-status');
    },
    /device group edge-dg could not be synchronised \(.*Sync error on bigip2/s,
  ],
  [
    'the first sync is awaited',
    () => {
      pairOf(open).synced = undefined;
    },
    /device group edge-dg awaits its first synchronisation/,
  ],
  [
    'a sync is under way',
    async () => {
      pairOf(open).loading = 'never';
      await type(ONE, POOL, 'run cm config-sync to-group edge-dg', 'show cm sync-status');
    },
    /device group edge-dg is not synchronised yet/,
  ],
  [
    'the group has a third member',
    () => pairOf(open).members.push('bigip3.example.com'),
    /device group edge-dg has the members .*bigip3.example.com/,
  ],
  [
    'the units have other versions',
    () => {
      unitOf(open, TWO).device.version = '17.1.2';
    },
    /BIG-IP 10.3.88.71 has version 17.1.1, BIG-IP 10.3.88.72 17.1.2/,
  ],
  [
    'F5_IP does not float',
    () => alterSelf('float-10.20.40.1', ({ 'traffic-group': _group, ...self }) => self),
    /has self IP float-10.20.40.1 at 10.20.40.1 in traffic-group-local-only/,
  ],
  [
    'F5_IP is nowhere',
    () => alterSelf('float-10.20.40.1', (self) => ({ ...self, address: '10.20.40.99/24' })),
    /has no self IP at 10.20.40.1 \(bigipPair.floating\)/,
  ],
  [
    'a unit has no address of its own there',
    () => alterSelf('self-internal', (self) => ({ ...self, address: '10.20.41.11/24' })),
    /has no self IP of its own at 10.20.40.11/,
  ],
  [
    'a virtual address fails over apart',
    () => {
      for (const unit of [ONE, TWO]) unitOf(open, unit).trafficGroups = { '10.3.88.100': 'traffic-group-2' };
    },
    /has virtual-address 10.3.88.100 in traffic group traffic-group-2/,
  ],
  [
    'the translation of the SNAT pool fails over apart',
    async () => {
      await type(ONE, POOL.replace('10.3.88.9', '10.3.95.216'));
      await synchronise(open, ONE);
      for (const unit of [ONE, TWO]) unitOf(open, unit).trafficGroups = { '10.3.95.216': 'traffic-group-2' };
    },
    /has snat-translation 10.3.95.216 in traffic group traffic-group-2, and F5_IP \(10.20.40.1\) in traffic-group-1/,
  ],
  [
    '/Common is not in the group',
    () => {
      pairOf(open).common.deviceGroup = 'none';
    },
    /has \/Common in device group none/,
  ],
  [
    'only one unit synchronises tunnels',
    () => {
      unitOf(open, TWO).device.tunnels = 'disable';
    },
    /BIG-IP 10.3.88.71 synchronises its tunnels, BIG-IP 10.3.88.72 does not/,
  ],
  [
    'the units differ although they are in sync',
    () => {
      unitOf(open, TWO).running['net tunnels tunnel']['SDN'] = {
        'local-address': '10.20.40.1',
        profile: 'ipip',
        'remote-address': '10.20.40.2',
        description: 'edge-ramp:edge-e',
      };
    },
    /the units differ in tunnel SDN although device group edge-dg is in sync: BIG-IP 10.3.88.71 has none/,
  ],
  [
    'the tunnel has a secondary address',
    () => type(ONE, TUNNEL.replace(' }', ' secondary-address 10.20.40.11 }')).then(() => synchronise(open, ONE)),
    /has tunnel SDN with secondary-address 10.20.40.11/,
  ],
  [
    'an inner address is there under another name',
    () => {
      unitOf(open, TWO).running['net self']['inner'] = { address: '10.3.95.219/24', vlan: 'internal' };
    },
    /BIG-IP 10.3.88.72 already has a self IP inner at 10.3.95.219\/24/,
  ],
];

test.each(REFUSED)('where %s, nothing is begun', async (_what, happens, message) => {
  open = await pairSite();
  await happens();
  const before = open.dump();
  const result = await run(open, { allowInterruption: true });
  expect(result.end).toMatch(/^NotStarted: /);
  expect(result.end).toMatch(message);
  expect(result.typed).toEqual([]);
  expect(open.dump()).toBe(before);
});

test('a device group that is not there is named', async () => {
  open = await pairSite({ spec: { ...units, bigipPair: { ...units.bigipPair!, deviceGroup: 'edge-dg' } } });
  Object.assign(pairOf(open), { group: 'other-dg' });
  const result = await run(open);
  expect(result.end).toMatch(/^NotStarted: .*there is no device group edge-dg: declare the one that both units are in/);
  expect(result.typed).toEqual([]);
});

test('where both units of a tunnel that carries become active, pings prove nothing: no action ends well', async () => {
  open = await pairSite();
  expect((await run(open)).end).toBe('Applied');
  role(TWO, 'ACTIVE');
  const before = open.dump();
  for (const action of ['verify', 'plan', 'apply', 'teardown']) {
    const result = await run(open, { action });
    expect([action, result.end]).toEqual([
      action,
      expect.stringMatching(
        /^NotStarted: .*BIG-IP 10.3.88.71 is ACTIVE, BIG-IP 10.3.88.72 is ACTIVE: this is split brain/,
      ),
    ]);
    expect(result.typed).toEqual([]);
  }
  expect(open.dump()).toBe(before);
});
