import { deviceStep, type StepInput } from '../../lambdas/devices/step';
import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { DeviceRefused, NotDelivered, OutcomeUnknown, Throttled } from '../../lib/tunnel/errors/errors';
import { declared } from '../examples';
import { INPUT, REQUEST } from './device-input';
import { sendingEnvironment } from './sending-environment';

const pair = declared('edge-b') as Tunnel;
const [FIRST, SECOND] = pair.ramp.nodes.map(({ instance }) => instance!) as [string, string];
const PAUSED = { pauses: { N: '7' }, paused: { S: '{"until":null,"reason":"x","at":"2026-11-24T06:00:00.000Z"}' } };
const RESUMED = { pauses: { N: '8' } };

/** Answers each instance as it is told to; the others well. */
class Nodes implements RunCommand {
  readonly orders: DeviceCommand[] = [];
  constructor(private readonly failing: Readonly<Record<string, Error>> = {}) {}
  async run(order: DeviceCommand): Promise<string> {
    this.orders.push(order);
    const failure = this.failing[order.instance];
    if (failure) throw failure;
    return 'carried out 1\n';
  }
}

const telling = (more: Partial<StepInput> = {}): StepInput => ({
  ...INPUT,
  do: 'tell',
  step: 'Tell keepers 0',
  fence: null,
  pause: PAUSED,
  request: { ...REQUEST, spec: pair },
  ...more,
});

beforeAll(sendingEnvironment);

describe('telling the keepers of a paused tunnel', () => {
  test('sends each ramp node one command, by the document that changes a node, and stamps no fence', async () => {
    const nodes = new Nodes();
    expect(await deviceStep('ramp', nodes)(telling())).toEqual({ kind: 'ramp', ok: true, devices: [], untold: [] });
    expect(nodes.orders.map(({ instance }) => instance)).toEqual([FIRST, SECOND]);
    expect(nodes.orders[0]).toMatchObject({
      document: 'apply',
      looks: false,
      parameters: {
        Tunnel: pair.name,
        Fence: '0',
        Digest: expect.stringMatching(/^[0-9a-f]{16}$/),
        Operations: `modify~pause ${pair.name}~-~7 paused - 2026-11-24T06:00:00.000Z`,
      },
    });
  });

  test('tells that it is resumed, by the next number', async () => {
    const nodes = new Nodes();
    await deviceStep('ramp', nodes)(telling({ pause: RESUMED }));
    expect(nodes.orders[0]!.parameters['Operations']).toBe(`modify~pause ${pair.name}~-~8 resumed - -`);
  });

  test('reaches a node without an agent by oc', async () => {
    const nodes = new Nodes();
    await deviceStep('ramp', nodes)(telling({ request: { ...REQUEST, spec: declared('edge-g') } }));
    expect(nodes.orders).toMatchObject([{ document: 'apply-by-oc', timeOuts: { deadline: 330 } }]);
  });

  test('tells nodes too on which the tunnel was applied, and which left the declaration', async () => {
    const nodes = new Nodes();
    const spec = { ...pair, ramp: { ...pair.ramp, nodes: [pair.ramp.nodes[0]!] } };
    await deviceStep('ramp', nodes)(telling({ request: { ...REQUEST, spec }, applied: JSON.stringify(pair) }));
    expect(nodes.orders.map(({ instance }) => instance)).toEqual([FIRST, SECOND]);
  });

  test('sends a balancer nothing, which keeps nothing by itself', async () => {
    const nodes = new Nodes();
    const request = { ...REQUEST, spec: declared('edge-lb') };
    expect(await deviceStep('ramp', nodes)(telling({ request }))).toMatchObject({ untold: [] });
    expect(nodes.orders).toEqual([]);
  });

  test.each([
    ['is away', new NotDelivered('not-fetched', 'it did not fetch its command')],
    ['has no room', new DeviceRefused('host-unfit', 'cannot write to /var/lib/edge-ramp')],
    ['may have been told', new OutcomeUnknown('deadline-passed', 'nobody knows whether it ran')],
  ])('names a node that %s, with what to do, and tells the others', async (_, failure) => {
    const nodes = new Nodes({ [FIRST]: failure });
    const { untold } = await deviceStep('ramp', nodes)(telling());
    expect(untold).toEqual([
      `ramp node ${FIRST}: its keeper could not be told, and may still put back what is missing: ${failure.message}; pause ${pair.name} again when the node answers, or run systemctl stop edge-ramp-${pair.name} on it`,
    ]);
    expect(nodes.orders).toHaveLength(2);
  });

  test('names a node that may rest on after a resume', async () => {
    const away = new NotDelivered('not-fetched', 'it did not fetch its command');
    const { untold } = await deviceStep('ramp', new Nodes({ [SECOND]: away }))(telling({ pause: RESUMED }));
    expect(untold).toEqual([
      `ramp node ${SECOND}: its keeper could not be told, and may still rest: it did not fetch its command; resume ${pair.name} again when the node answers`,
    ]);
  });

  test('is tried again where the service asks for patience, and then finds what it has sent', async () => {
    const busy = new Throttled('service-throttled', 'slow down');
    await expect(deviceStep('ramp', new Nodes({ [FIRST]: busy }))(telling())).rejects.toThrow(busy);
    const nodes = new Nodes();
    await deviceStep('ramp', nodes)(telling({ retry: 1 }));
    expect(nodes.orders[0]!.again).toBe(true);
  });
});

describe('a run that starts a keeper', () => {
  const work = (...operations: readonly string[]) => [{ device: FIRST, operations, saved: null }];
  const sent = async (pause: StepInput['pause'], ...operations: readonly string[]) => {
    const nodes = new Nodes();
    const input = telling({ do: 'shape', fence: 9, digest: '0123456789abcdef', pause });
    await deviceStep('ramp', nodes)({ ...input, work: work(...operations) });
    return nodes.orders[0]!.parameters['Operations'];
  };
  const KEEPER = `create~keeper ${pair.name}~-~mark -`;

  test('tells it in the same command that the tunnel is paused', async () =>
    expect(await sent(PAUSED, KEEPER)).toBe(
      `${KEEPER}|modify~pause ${pair.name}~-~7 paused - 2026-11-24T06:00:00.000Z`,
    ));

  test('tells it that the tunnel is not paused any more: the node may not have heard of the resume', async () =>
    expect(await sent(RESUMED, KEEPER)).toBe(`${KEEPER}|modify~pause ${pair.name}~-~8 resumed - -`));

  test('of a tunnel that nobody ever paused tells nothing', async () => expect(await sent({}, KEEPER)).toBe(KEEPER));

  test('tells nothing where it starts none', async () =>
    expect(await sent(PAUSED, 'create~link tun1~-~up')).toBe('create~link tun1~-~up'));
});
