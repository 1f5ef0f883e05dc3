import { refuseUnlessAgreed } from '../../../lib/tunnel/plan/reconcile';
import { NOBODY, BIGIP, applied, operations, refused } from './plans';
import { EXAMPLE, Site } from './site';
import { freshWorld } from './world';

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
