import { handler as planHandler, type PlanInput } from '../../lambdas/plan/handler';
import type { Before, Begun } from '../../lib/tunnel/plan/records';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { EXAMPLE, Site, merge, tunnel } from '../lib/tunnel/site';
import { REQUEST } from './device-input';

describe('the plan', () => {
  const outcomes = (site: Site): PlanInput['observed'] => {
    const [bigip, ramp] = site.observe();
    return [
      { ok: true, devices: [bigip!] },
      { ok: true, devices: [ramp!] },
    ];
  };
  const begun = ({ spec }: Site, touched: Before): Begun => ({ declared: [spec], touched });
  const input = (site: Site, changes: Partial<PlanInput> = {}, request: object = {}): PlanInput =>
    JSON.parse(
      JSON.stringify({
        contract: 10,
        phase: 'forward',
        request: { ...REQUEST, spec: site.spec, ...request },
        observed: outcomes(site),
        records: {
          original: Object.keys(site.original).length === 0 ? null : JSON.stringify(site.original),
          before: Object.keys(site.before).length === 0 ? null : JSON.stringify(begun(site, site.before)),
          applied: site.applied === null ? null : JSON.stringify(site.applied),
        },
        before: null,
        ...changes,
      }),
    ) as PlanInput;
  const FIELDS = [
    'contract',
    'degraded',
    'digest',
    'interrupts',
    'operations',
    'prove',
    'reachable',
    'records',
    'remarks',
    'report',
    'verdict',
    'words',
    'work',
  ];

  test('of a fresh apply has every field of the contract, and records as JSON text', async () => {
    const site = new Site(EXAMPLE);
    const plan = await planHandler(input(site));
    expect(Object.keys(plan).sort()).toEqual(FIELDS);
    expect(plan.report.sentence).toBe('19 changes on 2 devices; none cuts live traffic.');
    expect(JSON.parse(plan.records.before)).toEqual({ declared: [EXAMPLE], touched: site.plan().before });
    expect(JSON.parse(plan.records.applied)).toEqual(EXAMPLE);
    expect(Object.values(plan).includes(undefined as never)).toBe(false);
  });

  test('quotes devices without their control characters', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const spoilt = JSON.parse(
      JSON.stringify(outcomes(site)).replace(/"detail":"/g, '"detail":"\\u001b[2J\\u202e'),
    ) as object;
    const { verification, sentence, changes } = (await planHandler(input(site, { observed: spoilt as never }))).report;
    expect(verification.map(({ detail }) => detail)).toEqual(
      verification.map(() => expect.stringMatching(/^\\u\{1b\}\[2J\\u\{202e\}/)),
    );
    expect(JSON.stringify([verification, sentence, changes])).not.toMatch(/\\u001b|\u202e/);
  });

  test('of an unchanged tunnel has every field too', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const plan = await planHandler(input(site));
    expect(Object.keys(plan).sort()).toEqual(FIELDS);
    expect(plan).toMatchObject({
      operations: 0,
      reachable: true,
      verdict: 'Unchanged',
      report: { sentence: 'Nothing has to change.' },
    });
  });

  test('of one change says so in the singular', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    site.world.saved = '0123456789abcdef';
    expect((await planHandler(input(site))).report.sentence).toBe('1 change on 1 device; none cuts live traffic.');
  });

  test('of a verify proposes an apply where the tunnel is applied, and says where none is', async () => {
    const site = new Site(EXAMPLE);
    const sentence = async (): Promise<string> =>
      (await planHandler(input(site, {}, { action: 'verify' }))).report.sentence;
    expect(await sentence()).toBe(
      'No tunnel is applied: it was torn down, or never applied. An apply would make 19 changes on 2 devices.',
    );
    site.apply();
    site.world.saved = '0123456789abcdef';
    expect(await sentence()).toBe('The tunnel does not stand as declared: 1 change on 1 device is needed; apply it.');
  });

  test('back works from the record of the run rather than the one that stood before it', async () => {
    const site = new Site(EXAMPLE);
    const forward = await planHandler(input(site));
    site.carryOut(site.plan());
    const back = await planHandler(input(site, { phase: 'restore', before: forward.records.before }));
    expect(back.operations).toBeGreaterThan(0);
    const without = await planHandler(input(site, { phase: 'restore' }));
    expect(without.operations).toBe(0);
  });

  describe('of as many virtual servers as may be declared', () => {
    const named = (length: number): Tunnel =>
      tunnel({
        virtualServers: Array.from({ length: 40 }, (_, i) => `v${10 + i}`.padEnd(length, 'x')),
        clusterNetworks: ['10.128.0.0/14', '10.132.0.0/14', '10.136.0.0/14', '10.140.0.0/14'],
      });
    /** Everything else that may be declared otherwise, with the longest names there are. */
    const otherwise = (letter: string) => ({
      objects: Object.fromEntries(['tunnel', 'self', 'snatPool'].map((name) => [name, `${name}-`.padEnd(63, letter)])),
      tunnel: { bigip: '10.3.92.216/24', node: '10.3.92.217', interface: 'tunnel-to-pods' },
      cookie: '0x123456789abcdef',
    });

    test('with the longest names there are: can be applied, taken back and torn down', async () => {
      const site = new Site(named(63));
      const forward = await planHandler(input(site));
      site.carryOut(site.plan());
      const back = await planHandler(input(site, { phase: 'restore', before: forward.records.before }));
      expect(back.operations).toBe(forward.operations);
      const applied = new Site(named(63));
      applied.apply();
      expect((await planHandler(input(applied, {}, { action: 'teardown' }))).operations).toBeGreaterThan(40);
    });

    test('all of them other ones at once, with folders: refused before any change, and torn down all the same', async () => {
      const folders = `/${'p'.repeat(63)}/${'f'.repeat(63)}/`;
      const within = (prefix: string): Tunnel => ({
        ...named(63),
        virtualServers: named(63).virtualServers.map((name) => `${folders}${prefix}${name.slice(1)}`),
      });
      const site = new Site(within('v'));
      site.apply();
      expect((await planHandler(input(site, {}, { action: 'teardown' }))).operations).toBeGreaterThan(40);
      site.spec = tunnel({ ...within('w'), ...otherwise('x') });
      for (const name of site.spec.virtualServers)
        site.world.bigip = { ...site.world.bigip, [`virtual ${name}`]: 'type none' };
      await expect(planHandler(input(site, {}, { allowInterruption: true }))).rejects.toMatchObject({
        name: 'Refused',
        message: expect.stringMatching(
          /^the plan is \d+ bytes, more than the 114688 .*: .*, or change fewer at a time$/,
        ),
      });
    });
  });

  describe('that cuts traffic', () => {
    const moved = (): Site => {
      const site = new Site(EXAMPLE);
      site.apply();
      site.spec = tunnel({ ramp: { nodes: [merge(EXAMPLE.ramp.nodes[0]!, { address: '10.3.89.90' })] } });
      return site;
    };

    test.each(['apply', 'teardown'])(
      'is refused for an %s from the console, unless it is allowed or only teardown',
      async (action) => {
        const asked = planHandler(input(moved(), {}, { action }));
        if (action === 'teardown') await expect(asked).resolves.toMatchObject({ interrupts: [] });
        else await expect(asked).rejects.toMatchObject({ name: 'WouldInterrupt' });
        await expect(planHandler(input(moved(), {}, { action, allowInterruption: true }))).resolves.toBeDefined();
      },
    );

    test('may be looked at, with the reasons', async () => {
      const plan = await planHandler(input(moved(), {}, { action: 'plan' }));
      expect(plan.interrupts).toHaveLength(1);
      expect(plan.report.sentence).toContain('1 of them cut live traffic');
    });

    test('is never refused on the way back', async () => {
      const site = moved();
      const plan = site.plan();
      site.carryOut(plan);
      await expect(
        planHandler(input(site, { phase: 'restore', before: JSON.stringify(begun(site, plan.before)) })),
      ).resolves.toMatchObject({ interrupts: [] });
    });
  });

  test('of a teardown is the one that the teardown makes: its digest is what a person can agree to', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const planned = await planHandler(input(site, {}, { action: 'plan', teardown: true }));
    expect(planned.report.sentence).toBe('19 changes on 2 devices; traffic leaves the tunnel first.');
    const { digest } = await planHandler(input(site, {}, { action: 'plan' }));
    expect(planned.digest).not.toBe(digest);
    const agreed = { action: 'teardown', expect: planned.digest };
    expect((await planHandler(input(site, {}, agreed))).report.changes).toEqual(planned.report.changes);
    await expect(planHandler(input(site, {}, { action: 'teardown', expect: digest }))).rejects.toThrow(
      `the plan is ${planned.digest}, not ${digest} as expected`,
    );
  });

  test('is refused when it is not the one that was agreed to', async () => {
    const { digest } = new Site(EXAMPLE).plan();
    await expect(planHandler(input(new Site(EXAMPLE), {}, { expect: digest }))).resolves.toMatchObject({ digest });
    await expect(planHandler(input(new Site(EXAMPLE), {}, { expect: '0123456789abcdef' }))).rejects.toMatchObject({
      name: 'PlanChanged',
      message: expect.stringContaining('not 0123456789abcdef as expected'),
    });
  });

  test('is not made while a device could not be observed, and says which and why', async () => {
    const [bigip] = outcomes(new Site(EXAMPLE));
    const blind = { ok: false, error: 'NotDelivered', cause: 'ramp node i-0a4e90de0a4e90de0 cannot be reached' };
    await expect(planHandler(input(new Site(EXAMPLE), { observed: [bigip!, blind] }))).rejects.toMatchObject({
      name: 'NotUnderstood',
      message: 'a device could not be observed: ramp node i-0a4e90de0a4e90de0 cannot be reached',
    });
  });

  test('is not made for a run of another deployment', async () => {
    await expect(planHandler(input(new Site(EXAMPLE), { contract: 1 }))).rejects.toMatchObject({
      name: 'ContractMismatch',
    });
    await expect(planHandler(input(new Site(EXAMPLE), {}, { contract: 1 }))).rejects.toMatchObject({
      name: 'ContractMismatch',
    });
  });
});
