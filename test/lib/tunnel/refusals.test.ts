import type { Reached } from '../../../lib/tunnel/plan/plan';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import { BIGIP, NODE, applied, operations, refused } from './plans';
import { EXAMPLE, Site, tunnel } from './site';
import { BRIDGE, freshWorld, publishedOnBigIp, set } from './world';

describe('a BIG-IP that joined a device group after the tunnel was applied', () => {
  const joined = (site: Site): Site => {
    site.world.group = { sync: 'In Sync', failover: 'ACTIVE' };
    return site;
  };

  test('is not changed any more', () =>
    refused(() => joined(applied()).plan(), 'device-group', 'is ACTIVE in a device group'));

  test('may be torn down, and the plan says what that leaves', () => {
    const site = joined(applied());
    const plan = site.apply('absent');
    expect(plan.remarks).toContainEqual(
      expect.stringMatching(
        /^BIG-IP 10\.3\.88\.66 is ACTIVE in a device group \(sync status: In Sync\): the tunnel is removed from this unit only/,
      ),
    );
    expect(site.world.bigip).toEqual(freshWorld(EXAMPLE).bigip);
    expect(site.plan('absent')).toMatchObject({ operations: 0, remarks: [] });
  });

  test('may be torn down when it does not say whether it has', () => {
    const site = applied();
    site.world.group = null;
    expect(site.apply('absent').remarks.join()).toContain('if it is, the tunnel is removed from this unit only');
    expect(site.world.bigip).toEqual(freshWorld(EXAMPLE).bigip);
  });

  test('may be torn down after a run that died before it recorded the tunnel as applied', () => {
    const site = applied();
    site.applied = null;
    joined(site).apply('absent');
    expect(site.world.bigip).toEqual(freshWorld(EXAMPLE).bigip);
  });

  test('is put back when the run that changed it failed', () => {
    const site = new Site(EXAMPLE);
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    joined(site).carryOut(site.plan('recorded'));
    expect(site.world.bigip).toEqual(freshWorld(EXAMPLE).bigip);
  });

  test("is not freed of another's half of the published procedure", () => {
    const world = freshWorld(EXAMPLE);
    const site = new Site(EXAMPLE, {
      ...world,
      bigip: { ...world.bigip, ...Object.fromEntries(publishedOnBigIp(EXAMPLE)) },
    });
    refused(() => joined(site).plan('absent'), 'device-group', 'is ACTIVE in a device group');
    expect(joined(new Site(EXAMPLE)).plan('absent').operations).toBe(0);
  });
});

describe("another's objects are refused by name, with what to do", () => {
  const bigip = (object: string, value: string, changes = {}): Site => {
    const spec = tunnel(changes);
    const world = freshWorld(spec);
    return new Site(spec, { ...world, bigip: { ...world.bigip, [object]: value } });
  };
  const ramp = (object: string, value: string): Site =>
    new Site(EXAMPLE, { ...freshWorld(EXAMPLE), ramp: { [object]: value } });

  test('a tunnel of our name between other hosts', () =>
    refused(
      () =>
        bigip('tunnel SDN', 'profile ipip local-address 10.3.89.66 remote-address 10.3.89.1 description none').plan(),
      'object-foreign',
      BIGIP,
      'tunnel SDN',
      'remote-address 10.3.89.1',
      'rename it in the declaration (objects), or remove it',
    ));

  test.each([
    ['tunnel SDN', 'profile ipip local-address 10.3.89.66 remote-address 10.3.89.89'],
    ['self SDN', 'address 10.3.91.216/24 vlan SDN allow-service all'],
    ['route SDN_10.128.0.0_14', 'network 10.128.0.0/14 interface SDN'],
    ['snatpool SDN_snatpool', 'members 10.3.91.216'],
  ])("a %s that is alike and bears another tunnel's mark; not at a teardown either", (object, value) => {
    const site = bigip(object, `${value} description edge-ramp:edge-b`);
    refused(
      () => site.plan(),
      object.startsWith('route ') ? 'route-foreign' : 'object-foreign',
      BIGIP,
      object,
      'description edge-ramp:edge-b',
    );
    if (object.startsWith('route ')) expect(site.plan('absent').operations).toBe(0);
    else refused(() => site.plan('absent'), 'object-foreign', BIGIP, object, "that is not this tunnel's");
    expect(bigip(object, `${value} description mine`).plan().operations).toBeGreaterThan(0);
  });

  test('a self IP of our name with another address', () =>
    refused(
      () => bigip('self SDN', 'address 10.3.91.9/24 vlan internal allow-service none description none').plan(),
      'object-foreign',
      BIGIP,
      'self SDN',
      'address 10.3.91.9/24',
      'rename',
    ));

  test('its description is shown as the device shows it: with blanks and %', () =>
    refused(
      () => bigip('self SDN', 'address 10.3.91.9/24 vlan internal allow-service none description 100%25%20mine').plan(),
      'object-foreign',
      'description 100% mine',
    ));

  test('a SNAT pool of our name with another member', () =>
    refused(
      () => bigip('snatpool SDN_snatpool', 'members 10.9.9.9 description none').plan(),
      'object-foreign',
      BIGIP,
      'snatpool SDN_snatpool',
      '10.9.9.9',
      'rename',
    ));

  test('a route to the cluster network under another name', () => {
    const site = bigip('route theirs', 'network 10.128.0.0/14 gw 10.3.89.1 description none');
    refused(
      () => site.plan(),
      'route-foreign',
      BIGIP,
      'route theirs',
      'gw 10.3.89.1',
      'remove it, or declare takeover: true',
    );
  });

  test('a blackhole route to the cluster network', () => {
    const site = new Site(EXAMPLE, {
      ...freshWorld(EXAMPLE),
      otherRoutes: ['net route hole { blackhole network 10.128.0.0/14 }'],
    });
    refused(() => site.plan(), 'route-foreign', 'route hole', 'takeover: true');
  });

  test('but takeover: true replaces that route, says that it interrupts, and a restore puts it back', () => {
    const site = bigip('route theirs', 'network 10.128.0.0/14 gw 10.3.89.1 description none', { takeover: true });
    const found = site.world.bigip;
    const plan = site.plan();
    expect(operations(plan).filter((each) => each.includes(' route ') && !each.includes('10.3.91'))).toEqual([
      'delete route theirs',
      'create route SDN_10.128.0.0_14',
    ]);
    expect(plan.interrupts).toEqual([
      expect.stringContaining('traffic through route theirs stops until its replacement is in place'),
    ]);
    site.carryOut(plan);
    site.before = plan.before;
    site.carryOut(site.plan('recorded'));
    expect(site.world.bigip).toEqual(found);
  });

  test('takeover: true refuses a route with settings that it could not put back', () => {
    const spec = tunnel({ takeover: true });
    const site = new Site(spec, {
      ...freshWorld(spec),
      otherRoutes: ['net route theirs { network 10.128.0.0/14 pool gateways }'],
    });
    refused(() => site.plan(), 'not-restorable', BIGIP, 'route theirs', 'pool gateways', 'by hand first');
  });

  test('a more specific route past the tunnel is reported, not touched', () => {
    const site = new Site(EXAMPLE, {
      ...freshWorld(EXAMPLE),
      otherRoutes: ['net route aside { gw 10.3.89.1 network 10.129.0.0/23 }'],
    });
    const plan = site.plan();
    expect(plan.remarks).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/route aside .* is more specific than 10\.128\.0\.0\/14 and bypasses the tunnel/),
      ]),
    );
    expect(operations(plan).join()).not.toContain('aside');
  });

  test('no virtual server of a declared name', () => {
    const site = new Site(EXAMPLE);
    site.world.bigip = set(site.world.bigip, 'virtual ose-vserver', undefined);
    refused(() => site.plan(), 'virtual-server-missing', BIGIP, 'no virtual server ose-vserver', 'create it first');
  });

  test('a member of a device group, with its state', () => {
    const site = new Site(EXAMPLE);
    site.world.group = { sync: 'Changes Pending', failover: 'STANDBY' };
    refused(
      () => site.plan(),
      'device-group',
      'BIG-IP 10.3.88.66 is STANDBY in a device group (sync status: Changes Pending)',
      'declare both of its units',
    );
    site.world.group = null;
    expect(() => site.plan()).toThrow(
      'BIG-IP 10.3.88.66 does not say whether it is in a device group ("show cm sync-status"): Syntax Error',
    );
  });

  test('a tunnel device of our name that leads elsewhere', () =>
    refused(
      () => ramp('tunnel tun1', 'remote 10.9.9.9 local any dev eth0').plan(),
      'object-foreign',
      NODE,
      'tun1',
      'remote 10.9.9.9',
      'declare another tunnel.interface, or remove it',
    ));

  test("another way to BIG-IP's end of the tunnel", () =>
    refused(
      () => ramp('route 10.3.91.216', 'via 10.3.89.1 dev eth0').plan(),
      'route-foreign',
      NODE,
      '10.3.91.216',
      'via 10.3.89.1',
      'remove it',
    ));

  test("flows with our cookie that are not this tunnel's", () => {
    const otherFlows = [
      ' cookie=0x999, duration=1s, table=0, n_packets=0, n_bytes=0, priority=7,ip,nw_src=10.9.9.9 actions=drop',
    ];
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), otherFlows });
    refused(() => site.plan(), 'flows-foreign', NODE, 'cookie 0x999', 'nw_src=10.9.9.9', 'declare another cookie');
  });

  test('a node that is no member of the SDN', () =>
    refused(
      () => new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge: null }).plan(),
      'sdn-absent',
      NODE,
      'neither tun0 nor ovn-k8s-mp0',
    ));

  test('a node that forwards nothing', () =>
    refused(
      () => new Site(EXAMPLE, { ...freshWorld(EXAMPLE), forwarding: '0' }).plan(),
      'forwarding-off',
      NODE,
      'net.ipv4.ip_forward',
    ));

  test('a subnet without a free address, for which snat: gateway is the way', () => {
    const claims = Array.from({ length: 13 }, (_, i) => `10.129.0.${i + 2}`);
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge: { ...BRIDGE, subnet: '10.129.0.0/28' }, claims });
    refused(() => site.plan(), 'address-exhausted', NODE, '10.129.0.0/28', 'snat: gateway');
  });

  test('teardown refuses them too, before anything is removed', () => {
    const site = applied();
    site.world.bigip = { ...site.world.bigip, 'snatpool SDN_snatpool': 'members 10.9.9.9 description none' };
    refused(() => site.plan('absent'), 'object-foreign', BIGIP, 'snatpool SDN_snatpool');
    const route = applied();
    route.world.bigip = { ...route.world.bigip, 'route aside': 'network 10.201.0.0/16 interface SDN description none' };
    refused(
      () => route.plan('absent'),
      'object-in-use',
      BIGIP,
      'route aside',
      'uses the tunnel SDN',
      'remove it first',
    );
    const device = applied();
    device.world.ramp = { ...device.world.ramp, 'tunnel tun1': 'remote 10.9.9.9 local any dev eth0' };
    refused(() => device.plan('absent'), 'object-foreign', NODE, 'tun1', 'remote 10.9.9.9');
  });

  test("a tunnel that somebody's route uses is not renamed under it", () => {
    const site = applied();
    site.world.bigip = { ...site.world.bigip, 'route aside': 'network 10.201.0.0/16 interface SDN description none' };
    site.spec = tunnel({ objects: { tunnel: 'SDN2' } });
    refused(() => site.plan(), 'object-in-use', BIGIP, 'route aside', 'uses the tunnel SDN', 'remove it first');
  });
});

describe('what could not be put back', () => {
  test.each([
    ['a description with a bar', 'OpenShift%20SDN|x'],
    ['a description with the mark between fields', 'a~b'],
    ['a description with a quote', "it's"],
    ['a description with a dollar sign', '$(reboot)'],
  ])('is refused before the first change: %s', (_what, description) => {
    const site = new Site(EXAMPLE);
    const [[object, value]] = publishedOnBigIp(EXAMPLE) as [[string, string]];
    site.world.bigip = { ...site.world.bigip, [object]: value.replace('OpenShift%20SDN', description) };
    refused(() => site.plan(), 'not-sendable', BIGIP, 'tunnel SDN', description.replace('%20', ' '), 'by hand');
  });

  test('is refused before the first change: a self IP with a list of services', () => {
    const site = new Site(EXAMPLE);
    site.world.bigip = {
      ...site.world.bigip,
      'self SDN': 'address 10.3.91.216/24 vlan SDN allow-service {tcp:443} description none',
    };
    refused(() => site.plan(), 'not-sendable', BIGIP, 'self SDN', 'tcp:443', 'by hand');
  });

  test('is refused before the first change: a tunnel device with a setting of its own that has to go', () => {
    const site = applied();
    const observed = (site.observe() as readonly Reached[]).map((each) => ({
      ...each,
      observation: {
        ...each.observation,
        facts: {
          ...(each.observation.facts as object),
          unrestorable: each.kind === 'ramp' ? { 'tunnel tun1': 'ttl 64' } : {},
        },
      },
    }));
    refused(
      () => reconcile('absent', { ...site.situation(), observed }),
      'not-restorable',
      NODE,
      'tunnel tun1',
      'ttl 64',
      'by hand first',
    );
  });
});
