import * as fc from 'fast-check';
import { KINDS, reconcile, refuseUnlessAgreed, type Plan, type Work } from '../../../lib/tunnel/reconcile';
import { changedSpecs, sites, specs } from './generators';
import { PLUGINS } from './pipelines';
import { BRIDGE, EXAMPLE, Site, freshWorld, merge, publishedOnBigIp, publishedOnRamp, set, tunnel } from './site';

/** Every operation of a plan, `verb object`, in the order in which it is sent. */
function operations({ detach, shape, attach }: Plan): string[] {
  const all: readonly Work[] = [...detach, ...shape.ramp, ...shape.bigip, ...attach];
  return all.flatMap((work) => work.operations.map((each) => each.split('~').slice(0, 2).join(' ')));
}

function applied(spec = EXAMPLE): Site {
  const site = new Site(spec);
  site.apply();
  return site;
}

/** Refused, with all that an operator needs in the message: device, object, value, what to do. */
function refused(plan: () => unknown, ...words: readonly string[]): void {
  let message = '';
  try {
    plan();
  } catch (error) {
    expect((error as Error).name).toBe('Refused');
    message = (error as Error).message;
  }
  for (const word of words) expect(message).toContain(word);
  expect(message).not.toBe('');
}

const BIGIP = 'BIG-IP 10.3.88.66';
const NODE = 'ramp node i-0a4e90de0a4e90de0';

describe('a fresh pair of hosts', () => {
  test('gets firewall rule, tunnel, address, way and flows on the node, and tunnel, self IP, route and pool on BIG-IP', () => {
    const plan = new Site(EXAMPLE).plan();
    expect(operations(plan)).toEqual([
      'create input 10.3.89.66',
      'create tunnel tun1',
      'create link tun1',
      'create address tun1 10.3.91.217',
      'create route 10.3.91.216',
      'create claim 10.129.1.254',
      'create address tun0 10.129.1.254',
      'create flow table=0,priority=2000,arp,arp_spa=10.129.1.254,arp_tpa=10.128.0.0/14,in_port=2',
      'create flow table=0,priority=2000,ip,in_port=2,nw_dst=10.128.0.0/14,nw_src=10.3.91.216',
      'create flow table=30,priority=2000,arp,arp_tpa=10.129.1.254',
      'create flow table=30,priority=2000,ip,nw_dst=10.129.1.254',
      'create tunnel SDN',
      'create self SDN',
      'create route SDN_10.128.0.0_14',
      'create snatpool SDN_snatpool',
      'modify virtual https-ose-vserver',
      'modify virtual ose-vserver',
      'create config saved',
    ]);
    expect(plan.detach).toEqual([]);
    expect(plan.prove).toEqual([1]);
    expect(plan.interrupts).toEqual([]);
    expect(plan.operations).toBe(18);
  });

  test('is not reachable before, and both devices answer after', () => {
    const site = new Site(EXAMPLE);
    expect(site.apply().reachable).toBe(false);
    expect(site.plan()).toMatchObject({ reachable: true, operations: 0 });
  });

  test('records what the virtual servers had', () => {
    const site = new Site(EXAMPLE, freshWorld(EXAMPLE, { 'ose-vserver': 'type snat pool old' }));
    expect(site.plan().original).toEqual({
      '10.3.88.66': { 'virtual ose-vserver': 'type snat pool old', 'virtual https-ose-vserver': 'type automap' },
    });
  });

  test.each(PLUGINS)('gets the same flows with %s', (plugin) => {
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge: { ...BRIDGE, plugin } });
    expect(operations(site.plan()).filter((each) => each.includes('flow '))).toHaveLength(4);
  });

  test('gets two flows and a route for each of several cluster networks, and two flows for all', () => {
    const spec = tunnel({ clusterNetworks: ['10.128.0.0/14', '10.140.0.0/20', '192.168.0.0/16'] });
    const planned = operations(new Site(spec).plan());
    expect(planned.filter((each) => each.includes(' flow '))).toHaveLength(8);
    expect(planned.filter((each) => each.startsWith('create route SDN_'))).toEqual([
      'create route SDN_10.128.0.0_14',
      'create route SDN_10.140.0.0_20',
      'create route SDN_192.168.0.0_16',
    ]);
  });

  test('gets one rule, and neither flows nor an address of its own, with snat: gateway', () => {
    const planned = operations(new Site(tunnel({ snat: 'gateway' })).plan());
    expect(planned.filter((each) => / (?:flow|claim|nat|address tun0) ?/.test(each))).toEqual([
      'create nat 10.3.91.216',
    ]);
  });

  test('is not saved with save: false', () => {
    const site = new Site(tunnel({ save: false }));
    expect(operations(site.apply()).filter((each) => each.includes('config'))).toEqual([]);
    expect(site.plan().operations).toBe(0);
    expect(site.plan().remarks).toEqual([]);
  });

  test("is told that saving also saves others' changes", () => {
    expect(new Site(EXAMPLE).plan().remarks).toContain(
      `${BIGIP}: save sys config also saves any unsaved changes of others`,
    );
  });
});

describe('any declared tunnel', () => {
  test('once carried out, there is nothing to do: no operation, no save, no proof', () =>
    fc.assert(
      fc.property(
        specs.chain((spec) => sites(spec)),
        (site) => {
          site.apply();
          const again = site.plan();
          expect(operations(again)).toEqual([]);
          expect(again).toMatchObject({ operations: 0, prove: [], detach: [], attach: [], before: {} });
        },
      ),
      { numRuns: 30 },
    ));

  test('torn down, leaves what was there before edge-ramp came, less what the published procedure had left', () =>
    fc.assert(
      fc.property(
        specs.chain((spec) => sites(spec)),
        (site) => {
          const pool = `type snat pool ${site.spec.objects.snatPool}`;
          const virtuals = Object.entries(site.world.bigip).filter(([object]) => object.startsWith('virtual '));
          site.apply();
          site.apply('absent');
          expect(site.world.ramp).toEqual({});
          expect(site.world.bigip).toEqual(
            Object.fromEntries(virtuals.map(([object, value]) => [object, value === pool ? 'type none' : value])),
          );
          expect(operations(site.plan('absent'))).toEqual([]);
        },
      ),
      { numRuns: 30 },
    ));

  test('declared otherwise, becomes the tunnel as declared now, and then there is nothing to do', () =>
    fc.assert(
      fc.property(
        changedSpecs.chain(([spec, other]) => sites(spec).map((site) => ({ site, other }))),
        ({ site, other }) => {
          site.apply();
          for (const name of other.virtualServers)
            site.world.bigip = { [`virtual ${name}`]: 'type automap', ...site.world.bigip };
          site.world.bridge = { ...site.world.bridge!, clusters: other.clusterNetworks };
          site.spec = other;
          site.apply();
          expect(operations(site.plan())).toEqual([]);
          site.apply('absent');
          expect(site.world.ramp).toEqual({});
          expect(
            Object.entries(site.world.bigip).filter(([, value]) => value.includes(`edge-ramp:${other.name}`)),
          ).toEqual([]);
        },
      ),
      { numRuns: 40 },
    ));

  test('is as before after a run that stopped anywhere and was taken back', () =>
    fc.assert(
      fc.property(
        specs.chain((spec) => sites(spec)),
        fc.nat(),
        (site, n) => {
          const { bigip, ramp } = site.world;
          const plan = site.plan();
          site.carryOut(plan, n % (plan.operations + 1));
          site.before = plan.before;
          const back = site.plan('recorded');
          site.carryOut(back);
          expect(site.world.ramp).toEqual(ramp);
          expect(site.world.bigip).toEqual(bigip);
          expect(site.plan('recorded')).toMatchObject({ operations: 0, left: [] });
        },
      ),
      { numRuns: 40 },
    ));
});

describe('an applied tunnel of which one thing was changed by hand', () => {
  const site = applied();
  const { bigip, ramp } = site.world;

  test.each(Object.keys(bigip))('BIG-IP: %s removed comes back, unless it is a virtual server', (object) => {
    const without = Object.assign(new Site(EXAMPLE, { ...site.world, bigip: set(bigip, object, undefined) }), {
      applied: EXAMPLE,
      original: site.original,
    });
    if (object.startsWith('virtual '))
      refused(() => without.plan(), BIGIP, object.split(' ')[1]!, 'create it first, or take it out of the declaration');
    else expect(operations(without.plan())).toContain(`create ${object}`);
  });

  test.each(Object.keys(ramp).filter((object) => object !== 'tunnel tun1'))(
    'ramp node: %s removed comes back and the rest is left alone',
    (object) => {
      const without = new Site(EXAMPLE, { ...site.world, ramp: set(ramp, object, undefined) });
      without.applied = EXAMPLE;
      expect(operations(without.plan())).toEqual([`create ${object}`]);
    },
  );

  test('ramp node: the tunnel device removed, and with it its address and route, comes back whole', () => {
    const own = ['tunnel tun1', 'link tun1', 'address tun1 10.3.91.217', 'route 10.3.91.216'];
    const without = new Site(EXAMPLE, {
      ...site.world,
      ramp: own.reduce((all, each) => set(all, each, undefined), ramp),
    });
    expect(operations(without.plan())).toEqual(own.map((each) => `create ${each}`));
  });

  test.each([
    ['self SDN', 'address 10.3.91.216/24 vlan SDN allow-service none description edge-ramp:edge-a', 'modify self SDN'],
    ['snatpool SDN_snatpool', 'members 10.3.91.99 description edge-ramp:edge-a', 'modify snatpool SDN_snatpool'],
    ['virtual ose-vserver', 'type automap', 'modify virtual ose-vserver'],
  ])('BIG-IP: %s with another value is put right, proven and saved', (object, value, expected) => {
    const changed = new Site(EXAMPLE, { ...site.world, bigip: set(bigip, object, value) });
    changed.applied = EXAMPLE;
    expect(operations(changed.plan())).toEqual([expected, 'create config saved']);
  });

  test('ramp node: a rule that somebody put a REJECT in front of comes to the front', () => {
    const changed = new Site(EXAMPLE, { ...site.world, ramp: { ...ramp, 'input 10.3.89.66': 'behind' } });
    expect(operations(changed.plan())).toEqual(['modify input 10.3.89.66']);
  });

  test('ramp node: a rebuilt bridge has lost the address and the flows, and tun0 has another MAC', () => {
    const bridge = { ...BRIDGE, mac: '4e:1f:a2:00:00:99' };
    const left = Object.fromEntries(
      Object.entries(ramp).filter(([o]) => !o.startsWith('flow ') && !o.includes('tun0')),
    );
    const rebuilt = new Site(EXAMPLE, { ...site.world, bridge, ramp: left });
    const planned = rebuilt.plan();
    expect(operations(planned)[0]).toBe('create address tun0 10.129.1.254');
    expect(operations(planned)).toHaveLength(5);
    expect(planned.shape.ramp[0]!.operations.at(-1)).toContain('mod_dl_dst:4e:1f:a2:00:00:99');
  });

  test('a MAC of tun0 that changed is drift of one flow', () => {
    const changed = new Site(EXAMPLE, { ...site.world, bridge: { ...BRIDGE, mac: '4e:1f:a2:00:00:99' } });
    expect(operations(changed.plan())).toEqual(['modify flow table=30,priority=2000,ip,nw_dst=10.129.1.254']);
  });

  test('without another change, a configuration that was not saved is saved, and nothing has to be proven', () => {
    const unsaved = new Site(EXAMPLE, { ...site.world, saved: '0123456789abcdef' });
    const plan = unsaved.plan();
    expect(operations(plan)).toEqual(['modify config saved']);
    expect(plan.prove).toEqual([]);
  });

  test('unchanged but silent, it is not reachable and there is nothing to do', () => {
    const dead = new Site(EXAMPLE, { ...site.world, alive: false });
    expect(dead.plan()).toMatchObject({ reachable: false, operations: 0, prove: [] });
  });
});

describe("the published script's leftovers", () => {
  const onBigIp = publishedOnBigIp(EXAMPLE);
  const onRamp = publishedOnRamp(EXAMPLE, BRIDGE);
  const leftovers = (bigip: number, ramp: number): Site => {
    const world = freshWorld(EXAMPLE);
    return new Site(EXAMPLE, {
      ...world,
      bigip: { ...world.bigip, ...Object.fromEntries(onBigIp.slice(0, bigip)) },
      ramp: Object.fromEntries(onRamp.slice(0, ramp)),
    });
  };

  test('whole, are adopted: marked as ours, the flows replaced in one go, .254 kept, virtual servers untouched', () => {
    const site = leftovers(onBigIp.length, onRamp.length);
    const plan = site.plan();
    expect(operations(plan).filter((each) => /virtual|tun1|tun0/.test(each))).toEqual([]);
    expect(operations(plan)).toEqual(
      expect.arrayContaining([
        'modify tunnel SDN',
        'modify self SDN',
        'modify route 10.128.0.0/14',
        'modify snatpool SDN_snatpool',
      ]),
    );
    expect(operations(plan)).toContain('create claim 10.129.0.254');
    expect(operations(plan).filter((each) => each.startsWith('delete flow '))).toHaveLength(7);
    expect(plan.interrupts).toEqual([]);
    expect(plan.remarks.filter((remark) => remark.includes('is adopted'))).toHaveLength(4);
  });

  test.each(Array.from({ length: onRamp.length + 1 }, (_, i) => i))(
    'after %i steps on the node, are completed and can be removed',
    (steps) => {
      const site = leftovers(Math.min(steps, onBigIp.length), steps);
      site.apply();
      expect(operations(site.plan())).toEqual([]);
      site.apply('absent');
      expect(site.world.ramp).toEqual({});
      expect(Object.keys(site.world.bigip).sort()).toEqual(['virtual https-ose-vserver', 'virtual ose-vserver']);
    },
  );

  test('are taken back as they were when a run fails', () => {
    const site = leftovers(onBigIp.length, onRamp.length);
    const found = site.world;
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    site.carryOut(site.plan('recorded'));
    expect(site.world.bigip).toEqual(found.bigip);
    expect(site.world.ramp).toEqual(found.ramp);
  });

  test('are removed by a teardown without an apply before', () => {
    const site = leftovers(onBigIp.length, onRamp.length);
    site.apply('absent');
    expect(site.world.ramp).toEqual({});
    expect(site.world.bigip).toEqual({ 'virtual ose-vserver': 'type none', 'virtual https-ose-vserver': 'type none' });
  });
});

describe('a BIG-IP that joined a device group after the tunnel was applied', () => {
  const joined = (site: Site): Site => {
    site.world.group = { sync: 'In Sync', failover: 'ACTIVE' };
    return site;
  };

  test('is not changed any more', () => refused(() => joined(applied()).plan(), 'is ACTIVE in a device group'));

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
    refused(() => joined(site).plan('absent'), 'is ACTIVE in a device group');
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
    refused(() => site.plan(), BIGIP, object, 'description edge-ramp:edge-b');
    if (object.startsWith('route ')) expect(site.plan('absent').operations).toBe(0);
    else refused(() => site.plan('absent'), BIGIP, object, "that is not this tunnel's");
    expect(bigip(object, `${value} description mine`).plan().operations).toBeGreaterThan(0);
  });

  test('a self IP of our name with another address', () =>
    refused(
      () => bigip('self SDN', 'address 10.3.91.9/24 vlan internal allow-service none description none').plan(),
      BIGIP,
      'self SDN',
      'address 10.3.91.9/24',
      'rename',
    ));

  test('a SNAT pool of our name with another member', () =>
    refused(
      () => bigip('snatpool SDN_snatpool', 'members 10.9.9.9 description none').plan(),
      BIGIP,
      'snatpool SDN_snatpool',
      '10.9.9.9',
      'rename',
    ));

  test('a route to the cluster network under another name', () => {
    const site = bigip('route theirs', 'network 10.128.0.0/14 gw 10.3.89.1 description none');
    refused(() => site.plan(), BIGIP, 'route theirs', 'gw 10.3.89.1', 'remove it, or declare takeover: true');
  });

  test('a blackhole route to the cluster network', () => {
    const site = new Site(EXAMPLE, {
      ...freshWorld(EXAMPLE),
      otherRoutes: ['net route hole { blackhole network 10.128.0.0/14 }'],
    });
    refused(() => site.plan(), 'route hole', 'takeover: true');
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
      expect.stringContaining('traffic through route theirs stops until its successor stands'),
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
    refused(() => site.plan(), BIGIP, 'route theirs', 'pool gateways', 'by hand first');
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
    refused(() => site.plan(), BIGIP, 'no virtual server ose-vserver', 'create it first');
  });

  test('a member of a device group, with its state', () => {
    const site = new Site(EXAMPLE);
    site.world.group = { sync: 'Changes Pending', failover: 'STANDBY' };
    refused(
      () => site.plan(),
      'BIG-IP 10.3.88.66 is STANDBY in a device group (sync status: Changes Pending)',
      'pairs of BIG-IP are not supported yet',
    );
    site.world.group = null;
    expect(() => site.plan()).toThrow(
      'BIG-IP 10.3.88.66 does not say whether it is in a device group ("show cm sync-status"): Syntax Error',
    );
  });

  test('a tunnel device of our name that leads elsewhere', () =>
    refused(
      () => ramp('tunnel tun1', 'remote 10.9.9.9 local any dev eth0').plan(),
      NODE,
      'tun1',
      'remote 10.9.9.9',
      'declare another tunnel.interface, or remove it',
    ));

  test("another way to BIG-IP's end of the tunnel", () =>
    refused(
      () => ramp('route 10.3.91.216', 'via 10.3.89.1 dev eth0').plan(),
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
    refused(() => site.plan(), NODE, 'cookie 0x999', 'nw_src=10.9.9.9', 'declare another cookie');
  });

  test('a node that is no member of the SDN', () =>
    refused(() => new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge: null }).plan(), NODE, 'no tun0'));

  test('a node that forwards nothing', () =>
    refused(() => new Site(EXAMPLE, { ...freshWorld(EXAMPLE), forwarding: '0' }).plan(), NODE, 'net.ipv4.ip_forward'));

  test('a subnet without a free address, for which snat: gateway is the way', () => {
    const claims = Array.from({ length: 13 }, (_, i) => `10.129.0.${i + 2}`);
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), bridge: { ...BRIDGE, subnet: '10.129.0.0/28' }, claims });
    refused(() => site.plan(), NODE, '10.129.0.0/28', 'snat: gateway');
  });

  test('teardown refuses them too, before anything is removed', () => {
    const site = applied();
    site.world.bigip = { ...site.world.bigip, 'snatpool SDN_snatpool': 'members 10.9.9.9 description none' };
    refused(() => site.plan('absent'), BIGIP, 'snatpool SDN_snatpool');
    const route = applied();
    route.world.bigip = { ...route.world.bigip, 'route aside': 'network 10.201.0.0/16 interface SDN description none' };
    refused(() => route.plan('absent'), BIGIP, 'route aside', 'uses the tunnel SDN', 'remove it first');
    const device = applied();
    device.world.ramp = { ...device.world.ramp, 'tunnel tun1': 'remote 10.9.9.9 local any dev eth0' };
    refused(() => device.plan('absent'), NODE, 'tun1', 'remote 10.9.9.9');
  });

  test("a tunnel that somebody's route uses is not renamed under it", () => {
    const site = applied();
    site.world.bigip = { ...site.world.bigip, 'route aside': 'network 10.201.0.0/16 interface SDN description none' };
    site.spec = tunnel({ objects: { tunnel: 'SDN2' } });
    refused(() => site.plan(), BIGIP, 'route aside', 'uses the tunnel SDN', 'remove it first');
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
    refused(() => site.plan(), BIGIP, 'tunnel SDN', description.replace('%20', '%20'), 'by hand');
  });

  test('is refused before the first change: a self IP with a list of services', () => {
    const site = new Site(EXAMPLE);
    site.world.bigip = {
      ...site.world.bigip,
      'self SDN': 'address 10.3.91.216/24 vlan SDN allow-service {tcp:443} description none',
    };
    refused(() => site.plan(), BIGIP, 'self SDN', 'tcp:443', 'by hand');
  });

  test('is refused before the first change: a tunnel device with a setting of its own that has to go', () => {
    const site = applied();
    const observed = site.observe().map((each) => ({
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
      NODE,
      'tunnel tun1',
      'ttl 64',
      'by hand first',
    );
  });
});

describe('a changed declaration', () => {
  const change = (changes: Record<string, unknown>): Site => {
    const site = applied();
    site.spec = tunnel(changes);
    return site;
  };

  test('that moves an end of the tunnel changes it in place and says that this interrupts', () => {
    const plan = change({ ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, { address: '10.3.89.90' })] } }).plan();
    expect(operations(plan)).toEqual(['modify tunnel SDN', 'create config saved']);
    expect(plan.interrupts).toEqual([expect.stringContaining('traffic stops until both ends of the tunnel agree')]);
    refused(
      () => refuseUnlessAgreed(plan, { allowInterruption: false, expect: null }),
      '1 of 2',
      '"allowInterruption": true',
    );
    expect(() => refuseUnlessAgreed(plan, { allowInterruption: true, expect: null })).not.toThrow();
  });

  test("that moves BIG-IP's address inside replaces self IP and route in the order of dependence", () => {
    const plan = change({ tunnel: { bigip: '10.3.91.215/24' } }).plan();
    expect(plan.shape.bigip[0]!.operations.map((each) => each.split('~').slice(0, 2).join(' '))).toEqual([
      'delete route SDN_10.128.0.0_14',
      'delete self SDN',
      'create self SDN',
      'create route SDN_10.128.0.0_14',
      'modify snatpool SDN_snatpool',
    ]);
    expect(plan.interrupts.length).toBeGreaterThan(1);
  });

  test('that renames objects makes new ones, moves the virtual servers, then removes the old pool', () => {
    const site = change({ objects: { tunnel: 'SDN2', self: 'SDN2', snatPool: 'SDN2_snatpool' } });
    const plan = site.plan();
    expect(plan.detach).toEqual([]);
    expect(plan.attach[0]!.operations.map((each) => each.split('~').slice(0, 2).join(' '))).toEqual([
      'modify virtual https-ose-vserver',
      'modify virtual ose-vserver',
      'delete snatpool SDN_snatpool',
      'create config saved',
    ]);
    site.apply();
    expect(
      Object.keys(site.world.bigip).filter((object) => /^(?:tunnel|self|snatpool) SDN(?:_|$)/.test(object)),
    ).toEqual([]);
  });

  test('that lets a virtual server go gives it back what it had first', () => {
    const site = new Site(EXAMPLE, freshWorld(EXAMPLE, { 'https-ose-vserver': 'type snat pool old' }));
    site.apply();
    site.spec = tunnel({ virtualServers: ['ose-vserver'] });
    const plan = site.apply();
    expect(operations(plan)).toEqual(['modify virtual https-ose-vserver', 'create config saved']);
    expect(site.world.bigip['virtual https-ose-vserver']).toBe('type snat pool old');
    expect(operations(site.plan())).toEqual([]);
  });

  test('that takes a virtual server back remembers what it has by then, not what it had once', () => {
    const site = applied();
    site.spec = tunnel({ virtualServers: ['ose-vserver'] });
    site.apply();
    site.world.bigip = { ...site.world.bigip, 'virtual https-ose-vserver': 'type none' };
    site.apply();
    site.spec = EXAMPLE;
    site.apply();
    site.apply('absent');
    expect(site.world.bigip).toEqual({
      'virtual ose-vserver': 'type automap',
      'virtual https-ose-vserver': 'type none',
    });
  });

  test('that moves from flows to the gateway brings the rule before the flows go, and back the other way round', () => {
    const site = change({ snat: 'gateway' });
    const there = operations(site.apply());
    expect(there[0]).toBe('create nat 10.3.91.216');
    expect(there.slice(1, 5).every((each) => each.startsWith('delete flow '))).toBe(true);
    expect(there.slice(5)).toEqual(['delete address tun0 10.129.1.254', 'delete claim 10.129.1.254']);
    site.spec = EXAMPLE;
    const back = operations(site.apply());
    expect(back.at(-1)).toBe('delete nat 10.3.91.216');
    expect(operations(site.plan())).toEqual([]);
  });

  test('that names another node says that the earlier one keeps what was made there', () => {
    const site = change({ ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, { instance: 'i-0aaaaaaaaaaaaaaaa' })] } });
    expect(site.plan().remarks).toEqual(
      expect.arrayContaining([expect.stringContaining(`${NODE} had this tunnel and is no longer declared`)]),
    );
  });
});

describe('RAMP_SDN_IP', () => {
  test('is the highest address of the subnet that nobody holds', () => {
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), claims: ['10.129.1.254', '10.129.1.253'] });
    expect(operations(site.plan())).toContain('create claim 10.129.1.252');
  });

  test.each([
    ['by a flow to the Pod', { pods: ['10.129.1.254'], claims: [] }],
    ['by a claim of the CNI that replaced ours', { pods: [], claims: ['10.129.1.254'] }],
  ])('held by a Pod (%s) is given up: another is taken, the Pod stays', (_how, { pods, claims }) => {
    const site = applied();
    site.world = {
      ...site.world,
      bridge: { ...BRIDGE, pods },
      claims,
      ramp: set(site.world.ramp, 'claim 10.129.1.254', undefined),
    };
    const plan = site.plan();
    const planned = operations(plan);
    expect(planned.indexOf('create address tun0 10.129.1.253')).toBeLessThan(
      planned.indexOf('delete address tun0 10.129.1.254'),
    );
    expect(planned).toContain('create claim 10.129.1.253');
    expect(planned).not.toContain('delete claim 10.129.1.254');
    expect(plan.remarks).toEqual([
      expect.stringContaining('a Pod holds 10.129.1.254 now; the tunnel moves to 10.129.1.253'),
    ]);
    site.apply();
    expect(operations(site.plan())).toEqual([]);
  });

  test('of which only the claim was collected as garbage is claimed again', () => {
    const site = applied();
    site.world.ramp = set(site.world.ramp, 'claim 10.129.1.254', undefined);
    expect(operations(site.plan())).toEqual(['create claim 10.129.1.254']);
  });
});

describe('tearing down', () => {
  test('detaches the virtual servers first and gives back what they had', () => {
    const site = new Site(
      EXAMPLE,
      freshWorld(EXAMPLE, { 'ose-vserver': 'type snat pool old', 'https-ose-vserver': 'type none' }),
    );
    site.apply();
    const plan = site.apply('absent');
    expect(plan.detach[0]!.operations).toEqual([
      'modify~virtual https-ose-vserver~type snat pool SDN_snatpool~type none',
      'modify~virtual ose-vserver~type snat pool SDN_snatpool~type snat pool old',
      'drain~translation 10.3.91.216~-~60',
    ]);
    expect(plan.prove).toEqual([]);
    expect(plan.interrupts).toEqual([]);
    expect(site.world.bigip).toEqual({
      'virtual ose-vserver': 'type snat pool old',
      'virtual https-ose-vserver': 'type none',
    });
    expect(operations(site.plan('absent'))).toEqual([]);
  });

  test('leaves a virtual server that somebody moved off the pool meanwhile', () => {
    const site = applied();
    site.world.bigip = { ...site.world.bigip, 'virtual ose-vserver': 'type snat pool other' };
    site.apply('absent');
    expect(site.world.bigip['virtual ose-vserver']).toBe('type snat pool other');
  });

  test('needs no pipeline that edge-ramp knows, and no SDN', () => {
    const site = applied();
    site.world.otherFlows = [' cookie=0x0, duration=1s, table=253, n_packets=0, n_bytes=0, actions=note:00.0e.00'];
    expect(() => site.plan('absent')).not.toThrow();
    const gone = applied();
    gone.world.bridge = null;
    expect(() => gone.plan('absent')).not.toThrow();
  });
});

describe('a restore', () => {
  test("leaves what somebody else's new route stands on, and lists it", () => {
    const site = new Site(EXAMPLE);
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    site.world.bigip = { ...site.world.bigip, 'route aside': 'network 10.201.0.0/16 interface SDN description none' };
    const back = site.plan('recorded');
    expect(operations(back).join()).not.toContain('aside');
    expect(operations(back)).not.toContain('delete tunnel SDN');
    expect(back.left).toEqual(expect.arrayContaining([`${BIGIP}: tunnel SDN`]));
  });

  test('lists what somebody else changed, by device', () => {
    const site = new Site(EXAMPLE);
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    site.world.bigip = { ...site.world.bigip, 'virtual ose-vserver': 'type none' };
    expect(site.plan('recorded').left).toEqual([`${BIGIP}: virtual ose-vserver`]);
  });

  test('interrupts without asking, and proves nothing', () => {
    const site = new Site(EXAMPLE);
    const plan = site.plan();
    site.carryOut(plan);
    site.before = plan.before;
    expect(site.plan('recorded')).toMatchObject({ interrupts: [], prove: [] });
  });
});

describe('the digest of a plan', () => {
  test('is the same for the same plan, and agreed to by it', () => {
    const [one, two] = [new Site(EXAMPLE).plan(), new Site(EXAMPLE).plan()];
    expect(one.digest).toBe(two.digest);
    expect(one.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(() => refuseUnlessAgreed(one, { allowInterruption: false, expect: two.digest })).not.toThrow();
  });

  test('differs when a device changed since, and the run is refused with both named', () => {
    const plan = new Site(EXAMPLE).plan();
    const other = new Site(EXAMPLE, freshWorld(EXAMPLE, { 'ose-vserver': 'type none' })).plan();
    expect(other.digest).not.toBe(plan.digest);
    refused(
      () => refuseUnlessAgreed(other, { allowInterruption: false, expect: plan.digest }),
      plan.digest,
      other.digest,
      'fresh plan',
    );
  });

  test('differs between goals', () => {
    const site = applied();
    expect(site.plan('declared').digest).not.toBe(site.plan('recorded').digest);
  });
});

test('each change is one line that a person reads, with its device and stage', () => {
  const { changes } = new Site(EXAMPLE).plan();
  expect(changes.map(({ device, stage, text }) => `${device} ${stage} ${text}`)).toEqual(
    expect.arrayContaining([
      `${NODE} shape + tunnel tun1: remote 10.3.89.66 local any dev eth0`,
      `${BIGIP} shape + self SDN: address 10.3.91.216/24 vlan SDN allow-service all description edge-ramp:edge-a`,
      `${BIGIP} attach ~ virtual server ose-vserver: SNAT automap → pool SDN_snatpool`,
    ]),
  );
});

test('a plan lists its kinds of device in one order', () => expect(Object.keys(KINDS)).toEqual(['bigip', 'ramp']));
