import type * as SystemsManager from '@aws-sdk/client-ssm';
import { deviceStep, type StepInput, type StepOutput } from '../../lambdas/devices/step';
import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import { DeviceRefused, NotDelivered, OutcomeUnknown } from '../../lib/tunnel/errors/errors';
import { pair } from '../lib/tunnel/cluster-site';
import { ALIVE, answerText } from '../lib/tunnel/answer-text';
import { bigipAnswer } from '../lib/tunnel/bigip-answer';
import { pairNodeAnswer } from '../lib/tunnel/ramp-answer';
import { EXAMPLE, Site, tunnel } from '../lib/tunnel/site';
import { REQUEST, INPUT } from './device-input';
import { sendingEnvironment } from './sending-environment';

/** Takes every order and gives the same answer to each. */
class Commands implements RunCommand {
  readonly orders: DeviceCommand[] = [];
  constructor(private readonly answer: string | Error) {}
  async run(order: DeviceCommand): Promise<string> {
    this.orders.push(order);
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

beforeAll(sendingEnvironment);

describe('the step of a kind of device', () => {
  const site = new Site(EXAMPLE);
  const answer = bigipAnswer(site.world, EXAMPLE, null);

  test('observes: one command to the bastion, the questions joined, the answer understood', async () => {
    const commands = new Commands(answer);
    const output = await deviceStep('bigip', commands)(INPUT);
    expect(output).toEqual({ kind: 'bigip', ok: true, devices: [site.observe()[0]] });
    expect(commands.orders).toEqual([
      {
        device: 'BIG-IP 10.3.88.66',
        instance: 'i-0ba5710a0ba5710a0',
        document: 'observe',
        parameters: {
          Tunnel: 'edge-a',
          Fence: '1795000000000',
          Management: '10.3.88.66',
          User: 'edge-ramp',
          Secret: 'edge-ramp/edge-a/ssh-key',
          HostKey: expect.stringMatching(/^ssh-ed25519 /),
          Questions: expect.stringMatching(/tunnel SDN\|self SDN\|routes 10\.128\.0\.0\/14 SDN\|/),
        },
        tag: expect.stringMatching(/^edge-ramp [0-9a-f]{16} edge-a: Observe BIG-IP$/),
        again: false,
        looks: true,
        timeOuts: { delivery: 120, deadline: 270 },
      },
    ]);
  });

  test('stamps nothing without a lease', async () => {
    const commands = new Commands(answer);
    await deviceStep('bigip', commands)({ ...INPUT, fence: null });
    expect(commands.orders[0]!.parameters['Fence']).toBe('0');
  });

  test('asks also for what was applied last', async () => {
    const applied = tunnel({ objects: { tunnel: 'OLD' } });
    const commands = new Commands(bigipAnswer(site.world, EXAMPLE, applied));
    await deviceStep('bigip', commands)({ ...INPUT, applied: JSON.stringify(applied) });
    expect(commands.orders[0]!.parameters['Questions']).toContain('tunnel OLD');
  });

  test('applies: operations joined, the digest of the plan, and what BIG-IP had saved', async () => {
    const plan = site.plan();
    const commands = new Commands('carried out 4\n');
    const output = await deviceStep(
      'bigip',
      commands,
    )({ ...INPUT, do: 'shape', digest: plan.digest, work: plan.work.shape.bigip });
    expect(output.devices).toEqual([{ name: '10.3.88.66', operations: 4 }]);
    expect(commands.orders[0]).toMatchObject({
      document: 'apply',
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
      commands,
    )({ ...INPUT, do: 'detach', digest: plan.digest, work: plan.work.detach.bigip });
    expect(output.devices).toEqual([{ name: '10.3.88.66', operations: 3, ...expected }]);
    expect(commands.orders[0]!.parameters['Operations']).toMatch(/\|drain~translation 10\.3\.91\.216~-~60$/);
  });

  test('applies to a ramp node without a word about saving', async () => {
    const plan = site.plan();
    const commands = new Commands('carried out 11\n');
    await deviceStep('ramp', commands)({ ...INPUT, do: 'shape', digest: plan.digest, work: plan.work.shape.ramp });
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
      await deviceStep('bigip', commands)({ ...INPUT, ...changes });
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
    await expect(deviceStep('bigip', commands)({ ...INPUT, contract: 1 })).rejects.toMatchObject({
      name: 'ContractMismatch',
      message: expect.stringContaining('start a new execution'),
    });
    expect(commands.orders).toEqual([]);
  });

  test("hands on the device's own refusal", async () => {
    const commands = new Commands(new DeviceRefused('command-refused', 'BIG-IP 10.3.88.66: no (exit code 20)'));
    await expect(deviceStep('bigip', commands)(INPUT)).rejects.toMatchObject({ name: 'DeviceRefused' });
  });

  test('does not understand an answer that was cut', async () =>
    expect(deviceStep('bigip', new Commands(answer.slice(0, 100)))(INPUT)).rejects.toMatchObject({
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
    await expect(deviceStep('bigip', new Commands(bigipAnswer(world, EXAMPLE, null)))(INPUT)).rejects.toMatchObject({
      name: 'NotUnderstood',
      message: expect.stringContaining('more than the 32768'),
    });
  });
});

describe('the handlers as they are deployed', () => {
  const sent: Record<string, unknown>[] = [];

  afterAll(() => jest.restoreAllMocks());

  test.each([
    ['bigip', 'i-0ba5710a0ba5710a0', ['Fence', 'HostKey', 'Management', 'Questions', 'Secret', 'Tunnel', 'User']],
    ['ramp', 'i-0a4e90de0a4e90de0', ['Fence', 'Questions', 'Tunnel']],
  ] as const)('%s knows the way to its devices', async (name, instance, parameters) => {
    jest.resetModules();
    process.env['DEVICE'] = name;
    const { SSMClient } = jest.requireActual<typeof SystemsManager>('@aws-sdk/client-ssm');
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
    const { handler } = jest.requireActual<{ handler: ReturnType<typeof deviceStep> }>('../../lambdas/devices/handler');
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
    async run({ instance }: DeviceCommand): Promise<string> {
      const answer = this.answers[instance]!;
      if (answer instanceof Error) throw answer;
      return answer;
    }
  }
  const away = new NotDelivered('not-fetched', `ramp node ${second}: the command never started`);
  const answer = pairNodeAnswer(spec, first);

  test('tells of one that did not fetch its command, while the other one answers', async () => {
    const { devices } = await deviceStep('ramp', new Nodes({ [first]: answer, [second]: away }))(input);
    expect(devices).toEqual([
      expect.objectContaining({ name: first, observation: expect.anything() }),
      { kind: 'ramp', name: second, unreachable: away.message },
    ]);
  });

  test('fails when nobody answers, so that it is tried again', async () =>
    await expect(deviceStep('ramp', new Nodes({ [first]: away, [second]: away }))(input)).rejects.toBe(away));

  test('fails by any other failure of one of them', async () => {
    const silent = new OutcomeUnknown('device-silent', 'nobody knows');
    await expect(deviceStep('ramp', new Nodes({ [first]: answer, [second]: silent }))(input)).rejects.toBe(silent);
  });

  test('never passes over one that shall be changed', async () =>
    await expect(
      deviceStep(
        'ramp',
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
        ['input 10.3.89.66 eth0', ['ours 1', 'reject 5'], 0],
        ['check input 10.3.89.66', [], '-'],
        ['chain INPUT', [], '-'],
        [`await ${spec.ramp.vip}`, [], 0],
        [`vip eth0 ${spec.ramp.vip}`, ['here'], 0],
        [`trace 10.3.91.216 ${spec.probe}`, ['Datapath actions: set(ipv4(src=10.129.1.254)),4'], 0],
        ['heard tun1', [], 0],
        ['ping 10.3.91.216', [`${name}: 3 packets transmitted, 3 received`], 0],
        [`ping-mp0 ${spec.probe}`, [], '-'],
      ]);
    await expect(
      deviceStep(
        'ramp',
        new Nodes({ [first]: proof(first), [second]: proof(second) }),
      )({
        ...input,
        do: 'prove',
        work: [first, second].map((device) => ({ device, operations: [], saved: null })),
      }),
    ).rejects.toMatchObject({ name: 'NotVerified', message: expect.stringContaining('both have it') });
  });
});
