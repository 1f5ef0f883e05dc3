import * as fc from 'fast-check';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { refuseUnlessAgreed } from '../../../lib/tunnel/plan/reconcile';
import { changedSpecs, sites, specs } from './generators';
import { PLUGINS } from './pipelines';
import { NOBODY, BIGIP, NODE, applied, operations, refused } from './plans';
import { EXAMPLE, Site, merge, tunnel } from './site';
import { BRIDGE, freshWorld, set } from './world';

const OTHER = 'i-0aaaaaaaaaaaaaaaa';

test('what carries traffic must still be as planned when a virtual server arrives, and only then', () => {
  const site = applied();
  const kept = (): string[] =>
    site.plan().work.attach.bigip.flatMap((work) => work.operations.filter((each) => each.startsWith('keep~')));
  expect(kept()).toEqual([]);
  const { bigip } = site.world;
  site.world.bigip = set(bigip, 'virtual ose-vserver', 'type automap');
  const carriers = ['tunnel SDN', 'self SDN', 'snatpool SDN_snatpool', 'route SDN_10.128.0.0_14'];
  expect(kept()).toEqual(carriers.map((object) => `keep~${object}~${bigip[object]}~-`));
  site.spec = tunnel({ virtualServers: [] });
  expect(kept()).toEqual([]);
});

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
      'create keeper edge-a',
      'create tunnel SDN',
      'create self SDN',
      'create route SDN_10.128.0.0_14',
      'create snatpool SDN_snatpool',
      'modify virtual https-ose-vserver',
      'modify virtual ose-vserver',
      'create config saved',
    ]);
    expect(plan.work.detach.bigip).toEqual([]);
    expect([...plan.prove.bigip, ...plan.prove.ramp].map(({ device }) => device)).toEqual([
      '10.3.88.66',
      'i-0a4e90de0a4e90de0',
    ]);
    expect(plan.interrupts).toEqual([]);
    expect(plan.operations).toBe(19);
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
          expect(again).toMatchObject({ operations: 0, prove: NOBODY, before: {} });
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
      refused(
        () => without.plan(),
        'virtual-server-missing',
        BIGIP,
        object.split(' ')[1]!,
        'create it first, or take it out of the declaration',
      );
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
    expect(planned.work.shape.ramp[0]!.operations.at(-1)).toContain('mod_dl_dst:4e:1f:a2:00:00:99');
  });

  test('a MAC of tun0 that changed is drift of one flow', () => {
    const changed = new Site(EXAMPLE, { ...site.world, bridge: { ...BRIDGE, mac: '4e:1f:a2:00:00:99' } });
    expect(operations(changed.plan())).toEqual(['modify flow table=30,priority=2000,ip,nw_dst=10.129.1.254']);
  });

  test('without another change, a configuration that was not saved is saved, and nothing has to be proven', () => {
    const unsaved = new Site(EXAMPLE, { ...site.world, saved: '0123456789abcdef' });
    const plan = unsaved.plan();
    expect(operations(plan)).toEqual(['modify config saved']);
    expect(plan.prove).toEqual(NOBODY);
  });

  test('unchanged but silent, it is not reachable and there is nothing to do', () => {
    const dead = new Site(EXAMPLE, { ...site.world, alive: false });
    expect(dead.plan()).toMatchObject({ reachable: false, operations: 0, prove: NOBODY });
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
      'would-interrupt',
      '1 of 2',
      '"allowInterruption": true',
    );
    expect(() => refuseUnlessAgreed(plan, { allowInterruption: true, expect: null })).not.toThrow();
  });

  test("that moves BIG-IP's address inside replaces self IP and route in the order of dependence", () => {
    const plan = change({ tunnel: { bigip: '10.3.91.215/24' } }).plan();
    expect(plan.work.shape.bigip[0]!.operations.map((each) => each.split('~').slice(0, 2).join(' '))).toEqual([
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
    expect(plan.work.detach.bigip).toEqual([]);
    expect(plan.work.attach.bigip[0]!.operations.map((each) => each.split('~').slice(0, 2).join(' '))).toEqual([
      'keep tunnel SDN2',
      'keep self SDN2',
      'keep snatpool SDN2_snatpool',
      'keep route SDN_10.128.0.0_14',
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
    expect(there.slice(0, 2)).toEqual(['delete keeper edge-a', 'create nat 10.3.91.216']);
    expect(there.slice(2, 6).every((each) => each.startsWith('delete flow '))).toBe(true);
    expect(there.slice(6)).toEqual([
      'delete address tun0 10.129.1.254',
      'delete claim 10.129.1.254',
      'create keeper edge-a',
    ]);
    site.spec = EXAMPLE;
    const back = operations(site.apply());
    expect(back.slice(-2)).toEqual(['delete nat 10.3.91.216', 'create keeper edge-a']);
    expect(operations(site.plan())).toEqual([]);
  });

  test('that names another node builds the tunnel there, and takes it from the earlier one when traffic goes the new way', () => {
    const site = change({
      ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, { instance: OTHER, address: '10.3.89.90' })] },
    });
    site.others[OTHER] = freshWorld(EXAMPLE);
    const plan = site.plan();
    expect(plan.work.shape.ramp.map(({ device }) => device)).toEqual([OTHER]);
    expect(plan.work.clean.ramp.map(({ device }) => device)).toEqual([EXAMPLE.ramp.nodes[0]!.instance!]);
    expect([...plan.prove.bigip, ...plan.prove.ramp].map(({ device }) => device)).toEqual(['10.3.88.66', OTHER]);
    site.apply();
    expect(site.world.ramp).toEqual({});
    expect(site.plan()).toMatchObject({ operations: 0, reachable: true });
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

test('a plan lists its kinds of device in one order', () =>
  expect(Object.keys(KINDS)).toEqual(['bigip', 'ramp', 'balancer', 'cluster']));
