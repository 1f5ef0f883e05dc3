import { NOTHING, PLAN, run, throwing } from './support/run';
import { EXECUTION } from './support/walk';

/*
 * What people are told of a run, by the definition: docs/adr/0016-automation.md.
 */

const WANTED = { wanted: { S: 'applied' } };
const EVENT = { trigger: 'event', asked: 1_700_000_000_000 };
const DEAD = `${EXECUTION}-dead`;
const text = (value: unknown) => ({ S: JSON.stringify(value) });
const reading = (item: object) => ({ item: () => item });

describe('people are told', () => {
  const told = (asked: Record<string, any[]>): { Subject: string; Message: string } => asked['Tell people']![0];
  const FAILING = { 'Configure BIG-IP': throwing('DeviceRefused', 'BIG-IP said no') };

  test('of a run that was rolled back, whoever started it: the sentence, the execution, the heading', async () => {
    const { asked, error } = await run(FAILING);
    expect(error).toBe('RolledBack');
    expect(told(asked).Subject).toBe('edge-ramp: edge-a: RolledBack');
    expect(told(asked).Message).toBe(
      'edge-a: RolledBack: Configure BIG-IP failed: BIG-IP said no (DeviceRefused); everything was put back.\n\n' +
        `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${EXECUTION}\n` +
        'What to do: docs/RUNBOOK.md, "RolledBack"',
    );
  });

  test.each([
    ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
    ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
  ])('with the console of partition %s', async (partition, region, host) => {
    const arn = `arn:${partition}:states:${region}:111122223333:execution:edge-ramp:me`;
    const { asked } = await run(FAILING, {}, {}, arn);
    expect(told(asked).Message).toContain(
      `Execution: https://${region}.${host}/states/home?region=${region}#/v2/executions/details/${arn}\n`,
    );
  });

  test('of a restore that failed, with what is left', async () => {
    const { asked, error } = await run({ ...FAILING, 'Plan restore': () => ({ ...PLAN, left: [] }) });
    expect(error).toBe('RollbackFailed');
    expect(told(asked).Message).toContain('not put back: BIG-IP 10.3.88.66: + tunnel SDN');
    expect(told(asked).Message).toContain('What to do: docs/RUNBOOK.md, "RollbackFailed"');
  });

  test('of a restore whose end the table refused', async () => {
    const { asked, error } = await run({ ...FAILING, 'Record restored': throwing('DynamoDB.X', 'no') });
    expect(error).toBe('RollbackFailed');
    expect(told(asked).Subject).toContain('RollbackFailed');
  });

  test('of a tunnel that stands and does not carry', async () => {
    const { asked, error } = await run({
      Plan: () => ({ ...NOTHING, reachable: false, sentence: 'it does not carry' }),
    });
    expect(error).toBe('NotVerified');
    expect(told(asked).Message).toContain('edge-a: NotVerified: it does not carry');
  });

  test('of changes that wait for a person, once for each plan', async () => {
    const interrupting = { Plan: () => ({ ...PLAN, interrupts: ['BIG-IP: - route: cuts'] }) };
    const first = await run(interrupting, EVENT, reading(WANTED));
    expect(first.output).toMatchObject({ endState: 'Planned' });
    expect(told(first.asked).Message).toContain('wait for a person: BIG-IP: - route: cuts');
    const known = { ...WANTED, notified: { S: PLAN.digest } };
    const second = await run(interrupting, EVENT, reading(known));
    expect(second.output).toMatchObject({ endState: 'Planned' });
    expect(second.asked['Tell people']).toBeUndefined();
  });

  test('when automation stops, by whatever end', async () => {
    const once = { ...WANTED, failures: { N: '1' }, failedSpec: { S: '00000000000000aa' } };
    for (const [answers, request, words] of [
      [{ Plan: throwing('Refused', 'unknown pipeline') }, {}, 'unknown pipeline'],
      [FAILING, {}, 'BIG-IP said no'],
      [{ Plan: () => ({ ...NOTHING, reachable: false, sentence: 'dead' }) }, {}, 'dead'],
      [{}, { repair: DEAD }, 'what a run that died had left is put back'],
    ] as const) {
      const { asked, output } = await run(answers, { ...EVENT, ...request }, reading(once));
      expect(told(asked).Subject).toBe('edge-ramp: edge-a: Automation is stopped');
      expect(told(asked).Message).toContain(words);
      if (output) expect(output).toMatchObject({ endState: 'Restored', automationStopped: true });
      expect(told(asked).Message).toContain(
        'automation is stopped for this tunnel until an apply by a person succeeds',
      );
    }
  });

  test('when automation has to change something for the third time within a day', async () => {
    const at = (hours: number) => ({
      at: new Date(Date.now() - hours * 3_600_000).toISOString(),
      execution: 'x',
      changes: 1,
    });
    const drifting = (drifts: object[]) => reading({ ...WANTED, drifts: text(drifts) });
    const third = await run({}, EVENT, drifting([at(3), at(2)]));
    expect(told(third.asked).Subject).toBe('edge-ramp: edge-a: Repeated drift');
    expect(third.output).toMatchObject({ endState: 'Applied', repeatedDrift: true });
    for (const calm of [[], [at(1)], [at(30), at(2)]]) {
      const { asked, output } = await run({}, EVENT, drifting(calm));
      expect(output).toMatchObject({ endState: 'Applied', repeatedDrift: false });
      expect(asked['Tell people']).toBeUndefined();
    }
    expect((await run({}, {}, drifting([at(3), at(2)]))).asked['Tell people']).toBeUndefined();
  });

  test('not of what went well, was skipped or was not begun by automation', async () => {
    for (const answers of [{}, { Plan: () => NOTHING }, { Plan: throwing('Refused', 'no') }])
      expect((await run(answers)).asked['Tell people']).toBeUndefined();
  });

  test('and when nobody can be told, the run ends as it ends', async () =>
    expect((await run({ ...FAILING, 'Tell people': throwing('SNS.X', 'no') })).error).toBe('RolledBack'));
});
