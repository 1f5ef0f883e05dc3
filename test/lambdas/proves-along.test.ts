import { deviceStep, type StepInput } from '../../lambdas/devices/step';
import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import { DeviceRefused, OutcomeUnknown } from '../../lib/tunnel/errors/errors';
import { answerText } from '../lib/tunnel/answer-text';
import { pair } from '../lib/tunnel/cluster-site';
import { EXAMPLE } from '../lib/tunnel/site';
import { INPUT, REQUEST } from './device-input';
import { sendingEnvironment } from './sending-environment';

/*
 * A step that sends the proof of a change together with it.
 */

const DIGEST = '0123456789abcdef';
const NODE = EXAMPLE.ramp.nodes[0]!.instance!;
const BIGIP = EXAMPLE.bigip[0]!.management;
const STEP: StepInput = { ...INPUT, do: 'shape', digest: DIGEST, work: [] };

beforeAll(sendingEnvironment);

/** Answers by the document; an answer may be waited for, or be a failure. */
class Documents implements RunCommand {
  readonly orders: DeviceCommand[] = [];
  constructor(
    private readonly answers: Readonly<Record<string, (order: DeviceCommand) => string | Error | Promise<string>>>,
  ) {}
  async run(order: DeviceCommand): Promise<string> {
    this.orders.push(order);
    const answer = await this.answers[order.document]!(order);
    if (answer instanceof Error) throw answer;
    return answer;
  }
}
const pings = (to: string, received = 3): Parameters<typeof answerText>[0][number] => [
  `ping ${to}`,
  [`3 packets transmitted, ${received} received`],
  received === 0 ? 1 : 0,
];
const nodeAnswer = (received = 3): string =>
  answerText([
    [`after ${DIGEST}`, [], 0],
    ['input 10.3.89.66 eth0', ['ours 1', 'reject 5'], 0],
    ['check input 10.3.89.66', [], '-'],
    ['chain INPUT', [], '-'],
    ['heard tun1', [], 0],
    pings('10.3.91.216', received),
    [`ping-mp0 ${EXAMPLE.probe}`, [], '-'],
  ]);
const REPAIR: StepInput = {
  ...STEP,
  work: [{ device: NODE, operations: ['create~link tun1~-~up'], saved: null, proves: true }],
};
const CHANGED = { name: NODE, operations: 1 };
const carriedOut = (): string => 'carried out 1\n';

describe('a ramp node that is changed and proven in one step', () => {
  test('gets both commands at once, and the proof waits for the change by its digest', async () => {
    let proofIsSent = (): void => {};
    const sent = new Promise<void>((resolve) => (proofIsSent = resolve));
    const commands = new Documents({
      apply: () => sent.then(carriedOut),
      observe: () => {
        proofIsSent();
        return nodeAnswer();
      },
    });
    const { devices } = await deviceStep('ramp', commands)(REPAIR);
    expect(devices).toEqual([
      {
        ...CHANGED,
        proven: true,
        verification: [expect.objectContaining({ ok: true }), expect.objectContaining({ ok: true, to: '10.3.91.216' })],
      },
    ]);
    const [apply, observe] = commands.orders;
    expect(apply).toMatchObject({
      document: 'apply',
      looks: false,
      parameters: { Digest: DIGEST, Operations: 'create~link tun1~-~up' },
    });
    expect(observe).toMatchObject({
      document: 'observe',
      looks: true,
      parameters: { Questions: expect.stringMatching(`^after ${DIGEST}\\|input `) as unknown },
    });
  });

  test.each<[string, () => string | Error]>([
    ['fails', () => nodeAnswer(0)],
    ['is not answered', () => new OutcomeUnknown('device-silent', 'nobody knows')],
    ['is cut short', () => 'nothing of all that'],
  ])('is changed, and proves later, where the proof %s', async (_, observe) => {
    const { devices } = await deviceStep('ramp', new Documents({ apply: carriedOut, observe }))(REPAIR);
    expect(devices).toEqual([CHANGED]);
  });

  test('fails as its change does, and not before the proof has ended: no command is under way when a restore begins', async () => {
    let ended = false;
    const refused = new DeviceRefused('command-refused', 'no');
    const commands = new Documents({
      apply: () => refused,
      observe: async () => {
        await new Promise(setImmediate);
        ended = true;
        return nodeAnswer();
      },
    });
    await expect(deviceStep('ramp', commands)(REPAIR)).rejects.toBe(refused);
    expect(ended).toBe(true);
  });
});

test('a BIG-IP that has nothing to change waits until it is answered, by the node and by the Pod, and gets no other command', async () => {
  const probe = EXAMPLE.probe!;
  const answer = answerText([
    ['await 10.3.91.217', [], 0],
    [`await ${probe}`, [], 0],
    pings('10.3.91.217'),
    pings(probe),
  ]);
  const commands = new Documents({ observe: () => answer });
  const { devices } = await deviceStep(
    'bigip',
    commands,
  )({ ...STEP, work: [{ device: BIGIP, operations: [], saved: null, proves: true }] });
  expect(devices).toEqual([
    {
      name: BIGIP,
      operations: 0,
      proven: true,
      verification: [expect.objectContaining({ ok: true }), expect.objectContaining({ ok: true })],
    },
  ]);
  expect(commands.orders.map(({ document, parameters }) => [document, parameters['Questions']])).toEqual([
    ['observe', `await 10.3.91.217|await ${probe}|ping 10.3.91.217|ping ${probe}`],
  ]);
});

test('two nodes that both have the virtual IP have proven nothing, and have been changed', async () => {
  const spec = pair();
  const names = spec.ramp.nodes.map(({ instance }) => instance!);
  const answer = answerText([
    [`after ${DIGEST}`, [], 0],
    ['input 10.3.89.66 eth0', ['ours 1', 'reject 5'], 0],
    ['check input 10.3.89.66', [], '-'],
    ['chain INPUT', [], '-'],
    [`await ${spec.ramp.vip}`, [], 0],
    [`vip eth0 ${spec.ramp.vip}`, ['here'], 0],
    [`trace 10.3.91.216 ${spec.probe}`, ['Datapath actions: set(ipv4(src=10.129.1.254)),4'], 0],
    ['heard tun1', [], 0],
    pings('10.3.91.216'),
    [`ping-mp0 ${spec.probe}`, [], '-'],
  ]);
  const work = names.map((device) => ({
    device,
    operations: ['create~link tun1~-~up'],
    saved: null,
    proves: true as const,
  }));
  const commands = new Documents({ apply: carriedOut, observe: () => answer });
  const { devices } = await deviceStep('ramp', commands)({ ...STEP, request: { ...REQUEST, spec }, work });
  expect(devices).toEqual(names.map((name) => ({ name, operations: 1 })));
});
