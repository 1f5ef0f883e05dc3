import { applied, operations } from './plans';
import { EXAMPLE, Site } from './site';
import { BRIDGE, freshWorld, publishedOnBigIp, publishedOnRamp, set } from './world';

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
