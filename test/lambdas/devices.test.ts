import { SSMClient } from '@aws-sdk/client-ssm';
import { handler as planHandler, type PlanInput } from '../../lambdas/plan/handler';
import { deviceStep, type StepInput, type StepOutput } from '../../lambdas/devices/step';
import type { Order, RunCommand } from '../../lambdas/run-command/port';
import { DeviceRefused, NotDelivered, OutcomeUnknown } from '../../lib/tunnel/errors';
import type { Before, Begun } from '../../lib/tunnel/records';
import type { Tunnel } from '../../lib/tunnel/tunnel';
import { pair } from '../lib/tunnel/cluster-site';
import { ALIVE, EXAMPLE, Site, answerText, bigipAnswer, merge, pairNodeAnswer, tunnel } from '../lib/tunnel/site';

const REQUEST = {
  contract: 3,
  tunnel: 'edge-a',
  action: 'apply',
  allowInterruption: false,
  expect: null,
  trigger: null,
  asked: null,
  awaits: null,
  repair: null,
  until: null,
  reason: null,
  specDigest: null,
  forget: [],
  declared: true,
  spec: EXAMPLE,
} as const;

const INPUT: StepInput = {
  contract: 3,
  do: 'observe',
  execution: 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1',
  step: 'Observe BIG-IP',
  retry: 0,
  fence: 1_795_000_000_000,
  request: REQUEST,
  applied: null,
  digest: null,
  work: [],
};

/** Takes every order and gives the same answer to each. */
class Commands implements RunCommand {
  readonly orders: Order[] = [];
  constructor(private readonly answer: string | Error) {}
  async run(order: Order): Promise<string> {
    this.orders.push(order);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

const WAY = (): Record<string, string> => ({ Management: '10.3.88.66' });

beforeAll(() => {
  process.env['DOCUMENT_OBSERVE'] = 'edge-ramp-bigip-observe-0123456789abcdef';
  process.env['DOCUMENT_APPLY'] = 'edge-ramp-bigip-apply-0123456789abcdef';
});

describe('the step of a kind of device', () => {
  const site = new Site(EXAMPLE);
  const answer = bigipAnswer(site.world, EXAMPLE, null);

  test('observes: one command to the bastion, the questions joined, the answer understood', async () => {
    const commands = new Commands(answer);
    const output = await deviceStep('bigip', WAY, commands)(INPUT);
    expect(output).toEqual({ kind: 'bigip', ok: true, devices: [site.observe()[0]] });
    expect(commands.orders).toEqual([
      {
        device: 'BIG-IP 10.3.88.66',
        instance: 'i-0ba5710a0ba5710a0',
        document: 'edge-ramp-bigip-observe-0123456789abcdef',
        parameters: {
          Tunnel: 'edge-a',
          Fence: '1795000000000',
          Management: '10.3.88.66',
          Questions: expect.stringMatching(/^tunnel SDN\|self SDN\|routes 10\.128\.0\.0\/14 SDN\|/),
        },
        tag: expect.stringMatching(/^edge-ramp [0-9a-f]{16} edge-a: Observe BIG-IP$/),
        again: false,
      },
    ]);
  });

  test('stamps nothing without a lease', async () => {
    const commands = new Commands(answer);
    await deviceStep('bigip', WAY, commands)({ ...INPUT, fence: null });
    expect(commands.orders[0]!.parameters['Fence']).toBe('0');
  });

  test('asks also for what was applied last', async () => {
    const applied = tunnel({ objects: { tunnel: 'OLD' } });
    const commands = new Commands(bigipAnswer(site.world, EXAMPLE, applied));
    await deviceStep('bigip', WAY, commands)({ ...INPUT, applied: JSON.stringify(applied) });
    expect(commands.orders[0]!.parameters['Questions']).toContain('tunnel OLD');
  });

  test('applies: operations joined, the digest of the plan, and what BIG-IP had saved', async () => {
    const plan = site.plan();
    const commands = new Commands('carried out 4\n');
    const output = await deviceStep(
      'bigip',
      WAY,
      commands,
    )({ ...INPUT, do: 'shape', digest: plan.digest, work: plan.work.shape.bigip });
    expect(output.devices).toEqual([{ name: '10.3.88.66', operations: 4 }]);
    expect(commands.orders[0]).toMatchObject({
      document: 'edge-ramp-bigip-apply-0123456789abcdef',
      parameters: {
        Digest: plan.digest,
        Operations: plan.work.shape.bigip[0]!.operations.join('|'),
        Saved: plan.work.shape.bigip[0]!.saved,
      },
    });
  });

  test.each([
    ['drained 5, cut 3 within 60 s', { drained: 5, cut: 3, seconds: 60 }],
    ['drained ?, cut ? within 60 s', { drained: null, cut: null, seconds: 60 }],
  ])('detaches, and tells what became of the connections: %s', async (said, expected) => {
    const torn = new Site(EXAMPLE);
    torn.apply();
    const plan = torn.plan('absent');
    const commands = new Commands(`> show ltm snat-translation\ntranslation 10.3.91.216: ${said}\ncarried out 3\n`);
    const output = await deviceStep(
      'bigip',
      WAY,
      commands,
    )({ ...INPUT, do: 'detach', digest: plan.digest, work: plan.work.detach.bigip });
    expect(output.devices).toEqual([{ name: '10.3.88.66', operations: 3, ...expected }]);
    expect(commands.orders[0]!.parameters['Operations']).toMatch(/\|drain~translation 10\.3\.91\.216~-~60$/);
  });

  test('applies to a ramp node without a word about saving', async () => {
    const plan = site.plan();
    const commands = new Commands('carried out 11\n');
    await deviceStep(
      'ramp',
      () => ({}),
      commands,
    )({ ...INPUT, do: 'shape', digest: plan.digest, work: plan.work.shape.ramp });
    expect(Object.keys(commands.orders[0]!.parameters).sort()).toEqual(['Digest', 'Fence', 'Operations', 'Tunnel']);
    expect(commands.orders[0]!.instance).toBe('i-0a4e90de0a4e90de0');
  });

  test('proves', async () => {
    const commands = new Commands(
      answerText([
        ['ping 10.3.91.217', ALIVE, 0],
        ['ping 10.130.0.7', ALIVE, 0],
      ]),
    );
    const output: StepOutput = await deviceStep(
      'bigip',
      WAY,
      commands,
    )({
      ...INPUT,
      do: 'prove',
      work: site.plan().prove.bigip,
    });
    expect(output.devices).toEqual([
      {
        name: '10.3.88.66',
        verification: [expect.objectContaining({ ok: true }), expect.objectContaining({ ok: true })],
      },
    ]);
    expect(commands.orders[0]!.parameters['Questions']).toBe('ping 10.3.91.217|ping 10.130.0.7');
  });

  test('a second try has the same tag and says that it is one; another step, fence or execution has another tag', async () => {
    const tag = async (changes: Partial<StepInput>): Promise<string> => {
      const commands = new Commands(answer);
      await deviceStep('bigip', WAY, commands)({ ...INPUT, ...changes });
      expect(commands.orders[0]!.again).toBe((changes.retry ?? 0) > 0);
      return commands.orders[0]!.tag;
    };
    const first = await tag({});
    expect(await tag({ retry: 2 })).toBe(first);
    for (const changes of [{ step: 'Observe again' }, { fence: 2 }, { execution: 'another' }])
      expect(await tag(changes)).not.toBe(first);
    expect((await tag({ step: 'x'.repeat(200) })).length).toBeLessThanOrEqual(100);
  });

  test('refuses a run that began with another deployment, and sends nothing', async () => {
    const commands = new Commands(answer);
    await expect(deviceStep('bigip', WAY, commands)({ ...INPUT, contract: 1 })).rejects.toMatchObject({
      name: 'ContractMismatch',
      message: expect.stringContaining('start a new execution'),
    });
    expect(commands.orders).toEqual([]);
  });

  test("hands on the device's own refusal", async () => {
    const commands = new Commands(new DeviceRefused('BIG-IP 10.3.88.66: no (exit code 20)'));
    await expect(deviceStep('bigip', WAY, commands)(INPUT)).rejects.toMatchObject({ name: 'DeviceRefused' });
  });

  test('does not understand an answer that was cut', async () =>
    expect(deviceStep('bigip', WAY, new Commands(answer.slice(0, 100)))(INPUT)).rejects.toMatchObject({
      name: 'NotUnderstood',
    }));

  test('hands on at most 32 KB', async () => {
    const world = {
      ...site.world,
      otherRoutes: Array.from(
        { length: 600 },
        (_, i) => `net route r${i} { gw 10.3.89.1 network 10.128.${i % 256}.0/24 }`,
      ),
    };
    await expect(
      deviceStep('bigip', WAY, new Commands(bigipAnswer(world, EXAMPLE, null)))(INPUT),
    ).rejects.toMatchObject({
      name: 'NotUnderstood',
      message: expect.stringContaining('more than the 32768'),
    });
  });
});

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
        contract: 3,
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
    'changes',
    'contract',
    'degraded',
    'digest',
    'interrupts',
    'left',
    'operations',
    'prove',
    'reachable',
    'records',
    'remarks',
    'sentence',
    'verification',
    'work',
  ];

  test('of a fresh apply has every field of the contract, and records as JSON text', async () => {
    const site = new Site(EXAMPLE);
    const plan = await planHandler(input(site));
    expect(Object.keys(plan).sort()).toEqual(FIELDS);
    expect(plan.sentence).toBe('18 changes on 2 devices; none cuts live traffic.');
    expect(JSON.parse(plan.records.before)).toEqual({ declared: [EXAMPLE], touched: site.plan().before });
    expect(JSON.parse(plan.records.applied)).toEqual(EXAMPLE);
    expect(Object.values(plan).includes(undefined as never)).toBe(false);
  });

  test('of an unchanged tunnel has every field too', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const plan = await planHandler(input(site));
    expect(Object.keys(plan).sort()).toEqual(FIELDS);
    expect(plan).toMatchObject({ operations: 0, reachable: true, sentence: 'Nothing has to change.' });
  });

  test('of one change says so in the singular', async () => {
    const site = new Site(EXAMPLE);
    site.apply();
    site.world.saved = '0123456789abcdef';
    expect((await planHandler(input(site))).sentence).toBe('1 change on 1 device; none cuts live traffic.');
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
      site.spec = { ...within('w'), objects: { ...EXAMPLE.objects, snatPool: 'P'.repeat(63) } };
      for (const name of site.spec.virtualServers)
        site.world.bigip = { ...site.world.bigip, [`virtual ${name}`]: 'type none' };
      await expect(planHandler(input(site, {}, { allowInterruption: true }))).rejects.toMatchObject({
        name: 'Refused',
        message: expect.stringMatching(
          /^the plan is \d+ bytes, more than the 98304 .*: .*, or change fewer at a time$/,
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
        else await expect(asked).rejects.toMatchObject({ name: 'Refused' });
        await expect(planHandler(input(moved(), {}, { action, allowInterruption: true }))).resolves.toBeDefined();
      },
    );

    test('may be looked at, with the reasons', async () => {
      const plan = await planHandler(input(moved(), {}, { action: 'plan' }));
      expect(plan.interrupts).toHaveLength(1);
      expect(plan.sentence).toContain('1 of them cut live traffic');
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

  test('is refused when it is not the one that was agreed to', async () => {
    const { digest } = new Site(EXAMPLE).plan();
    await expect(planHandler(input(new Site(EXAMPLE), {}, { expect: digest }))).resolves.toMatchObject({ digest });
    await expect(planHandler(input(new Site(EXAMPLE), {}, { expect: '0123456789abcdef' }))).rejects.toMatchObject({
      name: 'Refused',
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

describe('the handlers as they are deployed', () => {
  const sent: Record<string, unknown>[] = [];

  beforeAll(() => {
    process.env['DELIVERY_TIMEOUT_SECONDS'] = '120';
    process.env['POLL_DEADLINE_SECONDS'] = '270';
    jest.spyOn(SSMClient.prototype, 'send').mockImplementation((async ({
      input,
    }: {
      input: Record<string, unknown>;
    }) => {
      if ('DocumentName' in input) sent.push(input);
      return 'DocumentName' in input
        ? { Command: { CommandId: 'c' } }
        : { Status: 'Success', StandardOutputContent: '' };
    }) as never);
  });
  afterAll(() => jest.restoreAllMocks());

  test.each([
    ['bigip', 'i-0ba5710a0ba5710a0', ['Fence', 'HostKey', 'Management', 'Questions', 'Secret', 'Tunnel', 'User']],
    ['ramp-nodes', 'i-0a4e90de0a4e90de0', ['Fence', 'Questions', 'Tunnel']],
  ] as const)('%s knows the way to its devices', async (name, instance, parameters) => {
    const { handler } = jest.requireActual<{ handler: ReturnType<typeof deviceStep> }>(`../../lambdas/${name}/handler`);
    await expect(handler(INPUT)).rejects.toMatchObject({ name: 'NotUnderstood' });
    const [order] = sent.splice(0);
    expect(order!['InstanceIds']).toEqual([instance]);
    expect(Object.keys(order!['Parameters'] as object).sort()).toEqual(parameters);
    expect(order!['TimeoutSeconds']).toBe(120);
  });
});

describe('the step of the ramp nodes of a pair', () => {
  const spec = pair();
  const [first, second] = spec.ramp.nodes.map(({ instance }) => instance) as [string, string];
  const input: StepInput = { ...INPUT, step: 'Observe ramp nodes', request: { ...REQUEST, spec } };

  /** Answers for each instance, or fails. */
  class Nodes implements RunCommand {
    constructor(private readonly answers: Readonly<Record<string, string | Error>>) {}
    async run({ instance }: Order): Promise<string> {
      const answer = this.answers[instance]!;
      if (answer instanceof Error) throw answer;
      return answer;
    }
  }
  const away = new NotDelivered(`ramp node ${second}: the command never started`);
  const answer = pairNodeAnswer(spec, first);

  test('tells of one that did not fetch its command, while the other one answers', async () => {
    const { devices } = await deviceStep('ramp', () => ({}), new Nodes({ [first]: answer, [second]: away }))(input);
    expect(devices).toEqual([
      expect.objectContaining({ name: first, observation: expect.anything() }),
      { kind: 'ramp', name: second, unreachable: away.message },
    ]);
  });

  test('fails when nobody answers, so that it is tried again', async () =>
    await expect(deviceStep('ramp', () => ({}), new Nodes({ [first]: away, [second]: away }))(input)).rejects.toBe(
      away,
    ));

  test('fails by any other failure of one of them', async () => {
    const silent = new OutcomeUnknown('nobody knows');
    await expect(deviceStep('ramp', () => ({}), new Nodes({ [first]: answer, [second]: silent }))(input)).rejects.toBe(
      silent,
    );
  });

  test('never passes over one that shall be changed', async () =>
    await expect(
      deviceStep(
        'ramp',
        () => ({}),
        new Nodes({ [first]: 'carried out 1', [second]: away }),
      )({
        ...input,
        do: 'shape',
        digest: '0123456789abcdef',
        work: [first, second].map((device) => ({ device, operations: ['create~link tun1~-~up'], saved: null })),
      }),
    ).rejects.toBe(away));

  test('refuses a virtual IP that both have', async () => {
    const proof = (name: string): string =>
      answerText([
        ['input 10.3.89.66', ['present 1', 'ours 1', 'reject 5'], 0],
        [`await ${spec.ramp.vip}`, [], 0],
        [`vip eth0 ${spec.ramp.vip}`, ['here'], 0],
        [`trace 10.3.91.216 ${spec.probe}`, ['Datapath actions: set(ipv4(src=10.129.1.254)),4'], 0],
        ['heard tun1', [], 0],
        ['ping 10.3.91.216', [`${name}: 3 packets transmitted, 3 received`], 0],
      ]);
    await expect(
      deviceStep(
        'ramp',
        () => ({}),
        new Nodes({ [first]: proof(first), [second]: proof(second) }),
      )({
        ...input,
        do: 'prove',
        work: [first, second].map((device) => ({ device, operations: [], saved: null })),
      }),
    ).rejects.toMatchObject({ name: 'NotVerified', message: expect.stringContaining('both have it') });
  });
});
