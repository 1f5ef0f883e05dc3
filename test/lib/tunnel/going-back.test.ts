import { refuseUnlessAgreed } from '../../../lib/tunnel/plan/reconcile';
import { NOBODY, BIGIP, applied, operations, refused } from './plans';
import { EXAMPLE, Site, tunnel } from './site';
import { freshWorld, set } from './world';

describe('tearing down', () => {
  test('detaches the virtual servers first and gives back what they had', () => {
    const site = new Site(
      EXAMPLE,
      freshWorld(EXAMPLE, { 'ose-vserver': 'type snat pool old', 'https-ose-vserver': 'type none' }),
    );
    site.apply();
    const plan = site.apply('absent');
    expect(plan.work.detach.bigip[0]!.operations).toEqual([
      'modify~virtual https-ose-vserver~type snat pool SDN_snatpool~type none',
      'modify~virtual ose-vserver~type snat pool SDN_snatpool~type snat pool old',
      'drain~translation 10.3.91.216~-~60',
    ]);
    expect(plan.prove).toEqual(NOBODY);
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
    expect(site.plan('recorded')).toMatchObject({ interrupts: [], prove: NOBODY });
  });
});

describe('a restore of a changed address, after somebody deleted the tunnel device meanwhile', () => {
  const NODE_CHANGED = tunnel({ tunnel: { node: '10.3.91.218' } });
  const DEVICE = ['tunnel tun1', 'link tun1', `address tun1 ${EXAMPLE.tunnel.node}`, `address tun1 10.3.91.218`];
  const lost = (): { readonly site: Site; readonly right: string } => {
    const site = applied();
    const right = site.world.ramp['tunnel tun1']!;
    site.spec = NODE_CHANGED;
    const plan = site.plan();
    site.before = plan.before;
    site.carryOut(plan);
    site.world.ramp = Object.fromEntries(
      Object.entries(site.world.ramp).filter(([object]) => !DEVICE.includes(object) && !object.startsWith('route ')),
    );
    return { site, right };
  };

  test('makes the device again first, and the address on it', () => {
    const { site } = lost();
    const back = operations(site.plan('recorded')).filter((each) => / (?:tunnel|address) tun1\b/.test(each));
    expect(back).toEqual(['create tunnel tun1', `create address tun1 ${EXAMPLE.tunnel.node}`]);
  });

  test('leaves another device that somebody has made in its place, and lists it', () => {
    const { site, right } = lost();
    const other = right.replace('remote 10.3.89.66', 'remote 10.3.89.99');
    site.world.ramp = set(site.world.ramp, 'tunnel tun1', other);
    const plan = site.plan('recorded');
    expect(operations(plan)).not.toContain('modify tunnel tun1');
    expect(plan.left).toEqual([expect.stringContaining('tunnel tun1')]);
  });

  test('has nothing to do with the device where the run changed nothing that stands on it', () => {
    const site = applied();
    site.spec = tunnel({ save: false, virtualServers: [] });
    expect(Object.keys(site.plan().before).filter((device) => device.startsWith('i-'))).toEqual([]);
  });
});

test('a restore does not take the tunnel device away from under an address that somebody has put on it, and lists it', () => {
  const site = new Site(EXAMPLE);
  const plan = site.plan();
  site.carryOut(plan);
  site.before = plan.before;
  site.world.ramp = set(site.world.ramp, 'address tun1 10.9.9.9', '/32');
  const back = site.plan('recorded');
  expect(operations(back)).not.toContain('delete tunnel tun1');
  expect(operations(back)).not.toContain('delete address tun1 10.9.9.9');
  expect(back.left).toEqual([expect.stringContaining('tunnel tun1')]);
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
      'plan-changed',
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
