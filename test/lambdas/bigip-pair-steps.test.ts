import { deviceStep, type StepInput } from '../../lambdas/devices/step';
import type { DeviceCommand, RunCommand } from '../../lambdas/run-command/ssm';
import { DeviceRefused } from '../../lib/tunnel/errors/errors';
import type { Work } from '../../lib/tunnel/plan/plan';
import type { Probe } from '../../lib/tunnel/device/observation';
import type { State } from '../../lib/tunnel/device/operation';
import { ALIVE, answerText, failed, type Said } from '../lib/tunnel/answer-text';
import { listing } from '../lib/tunnel/bigip-answer';
import { ONE, PAIR, TWO } from '../lib/tunnel/bigip-pair';
import { PairSite } from '../lib/tunnel/bigip-pair-site';
import { KINDS } from '../../lib/tunnel/plan/devices';
import { INPUT, REQUEST } from './device-input';
import { sendingEnvironment } from './sending-environment';

beforeAll(sendingEnvironment);

const input: StepInput = { ...INPUT, request: { ...REQUEST, spec: PAIR }, digest: '0123456789abcdef' };
const work = (device: string, round: number): Work => ({
  device,
  operations: [`round~${round}~-~-`],
  saved: null,
  round,
});

/** Both units; notes when each command begins and ends, and fails where it is told to. */
class Units implements RunCommand {
  readonly log: string[] = [];
  readonly tags = new Set<string>();
  constructor(private readonly refuses = '') {}
  async run({ parameters, tag }: DeviceCommand): Promise<string> {
    const what = `${parameters['Management'] === ONE ? 'first' : 'second'} ${parameters['Operations']?.slice(0, 7)}`;
    this.tags.add(tag);
    this.log.push(`${what} begins`);
    await new Promise((done) => setImmediate(done));
    if (what === this.refuses) throw new DeviceRefused('object-changed', `${what}: is no longer ACTIVE`);
    this.log.push(`${what} ends`);
    return 'carried out 1';
  }
}

describe('a stage in rounds', () => {
  const rounds = {
    ...input,
    do: 'shape',
    work: [work(ONE, 1), work(ONE, 2), work(TWO, 2), work(ONE, 3)],
  } as const;

  test('goes from one to the next when every unit is done; the units of one round go side by side', async () => {
    const units = new Units();
    const { devices } = await deviceStep('bigip', units)(rounds);
    expect(devices.map(({ name }) => name)).toEqual([ONE, ONE, TWO, ONE]);
    expect(units.log).toEqual([
      'first round~1 begins',
      'first round~1 ends',
      'first round~2 begins',
      'second round~2 begins',
      'first round~2 ends',
      'second round~2 ends',
      'first round~3 begins',
      'first round~3 ends',
    ]);
  });

  test('ends with the round that fails', async () => {
    const units = new Units('second round~2');
    await expect(deviceStep('bigip', units)(rounds)).rejects.toMatchObject({ code: 'object-changed' });
    expect(units.log.at(-1)).toBe('first round~2 ends');
  });

  test('has a tag for each command, so that a further try finds every one', async () => {
    const [once, again] = [new Units(), new Units()];
    await deviceStep('bigip', once)(rounds);
    await deviceStep('bigip', again)({ ...rounds, retry: 1 });
    expect(once.tags.size).toBe(4);
    expect(again.tags).toEqual(once.tags);
  });
});

describe('the proof of a pair', () => {
  const applied = new PairSite();
  applied.apply();
  const [ofFirst, complete] = applied.units.map(({ state }) => state) as [State, State];
  const CLASSES: Readonly<Record<string, string>> = {
    tunnel: 'net tunnels tunnel',
    self: 'net self',
    'unit-self': 'net self',
    snatpool: 'ltm snatpool',
  };

  /** What a unit says to one question of the proof. */
  function says(role: string, state: State, question: string): Said {
    const [kind, name] = question.split(' ') as [string, string];
    if (kind === 'group') return [question, [`Status   ${role}`], 0];
    if (kind === 'ping') return role === 'STANDBY' ? [question, [], '-'] : [question, ALIVE, 0];
    if (kind === 'routes') {
      const routes = Object.entries(state).filter(([object]) => object.startsWith('route '));
      return [question, routes.map(([object, value]) => listing(`net ${object}`, value).join(' ')), 0];
    }
    const value = state[question];
    if (value === undefined) return failed(question, 1, '01020036:3: The requested object (X) was not found.');
    return [question, listing(`${CLASSES[kind]} ${name}`, value), 0];
  }

  /** The proof of both units, by their roles and by what the second one has. */
  const proven = (first: string, second: string, state = complete) =>
    deviceStep('bigip', {
      run: async ({ parameters: { Management: name = '' } }) => {
        const role = name === ONE ? first : second;
        const questions = KINDS.bigip.proofs({ name, spec: PAIR, applied: null });
        return answerText(questions.map((question) => says(role, name === ONE ? ofFirst : state, question)));
      },
    })({ ...input, do: 'prove', work: [ONE, TWO].map((device) => ({ device, operations: [], saved: null })) });

  test('is the pings of the active unit and the configuration of the other', async () => {
    const { devices } = await proven('ACTIVE', 'STANDBY');
    const probes = (devices as readonly { verification: readonly Probe[] }[]).map(({ verification }) => verification);
    expect(probes.map((each) => each.map(({ what, ok }) => [what, ok]))).toEqual([
      [
        ['failover state', true],
        ['ping through the tunnel', true],
        ['ping to a Pod through the tunnel (not through the SNAT pool)', true],
      ],
      [
        ['failover state', true],
        ['standby unit, judged by its configuration', true],
      ],
    ]);
  });

  test('is none while both are ACTIVE, although both get their pings back', async () =>
    await expect(proven('ACTIVE', 'ACTIVE')).rejects.toMatchObject({
      code: 'not-one-active',
      message: expect.stringContaining('both are ACTIVE'),
    }));

  test('is none while neither is', async () =>
    await expect(proven('STANDBY', 'STANDBY')).rejects.toMatchObject({ code: 'not-one-active' }));

  test.each(['tunnel SDN', 'unit-self SDN_unit', 'self SDN', 'route SDN_10.128.0.0_14', 'snatpool SDN_snatpool'])(
    'is none where the standby unit has no %s',
    async (object) => {
      const { [object]: _gone, ...others } = complete;
      await expect(proven('ACTIVE', 'STANDBY', others)).rejects.toMatchObject({ code: 'standby-differs' });
    },
  );
});
