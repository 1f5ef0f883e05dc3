import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openLab, type Lab, type LabOptions } from '../../../../lab';
import { documentResource, eventually, FakeHosts, table, temporaryFolder, text, writeAssembly } from '../support';

type Json = Record<string, unknown>;
const NODE = 'i-0aaa';
const MINUTES = 60;
const HOURS = 60 * MINUTES;

const target = { Arn: { 'Fn::GetAtt': ['Notes', 'Arn'] }, Id: 'Target0' };
const rule = (properties: Json): Json => ({
  Type: 'AWS::Events::Rule',
  Properties: { State: 'ENABLED', Targets: [target], ...properties },
});
const machine = {
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Good?' },
    'Good?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.good %}', Next: 'Good' }],
      Default: 'Bad',
    },
    Good: { Type: 'Succeed', Output: { at: '{% $millis() %}' } },
    Bad: { Type: 'Fail', Error: 'Bad', Cause: 'It was bad.' },
  },
};
const assemble = (resources: Json) =>
  writeAssembly(
    {
      Table: table,
      Say: documentResource('say', ['true']),
      Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: JSON.stringify(machine) } },
      ...resources,
    },
    { Notes: 'exports.handler = async (event) => console.log(JSON.stringify({ event, now: Date.now() }));' },
  );
const RULES = {
  Executions: rule({ EventPattern: { source: ['aws.states'] } }),
  Nodes: rule({ EventPattern: { source: ['aws.ec2'], detail: { state: ['running'] } } }),
  Asked: rule({ EventPattern: { source: ['edge-ramp'] } }),
};
const FIVE = { Five: rule({ ScheduleExpression: 'rate(5 minutes)' }) };

interface Note {
  readonly event: {
    readonly source: string;
    readonly time: string;
    readonly resources: string[];
    readonly detail: Json;
  };
  readonly now: number;
}
let state: string;
let lab: Lab;
let onState: (instance: string, power: 'running' | 'stopped') => void;
const open = async (options: Partial<LabOptions> = {}) => {
  lab = await openLab({
    assembly: assemble(RULES),
    state,
    speed: 50,
    events: true,
    hosts: async (given) => {
      onState = given.onState!;
      return new FakeHosts([NODE]);
    },
    ...options,
  });
};
beforeEach(() => (state = temporaryFolder()));
afterEach(() => lab.close());

/** What the function was called with, once `count` calls are written down. */
const notes = (count: number): Promise<Note[]> =>
  eventually(() => {
    const file = join(state, 'logs', 'lambda-Lab-Notes.log');
    const lines = existsSync(file) ? text(file).trim().split('\n') : [];
    return lines.length < count ? undefined : lines.map((line) => JSON.parse(line) as Note);
  });

test('an execution is told of when it begins and when it ends, as Step Functions tells it', async () => {
  await open();
  const { arn, done } = lab.start({ seconds: 0, good: true });
  await done;
  await lab.settled();
  const told = await notes(2);
  const [begun, ended] = ['RUNNING', 'SUCCEEDED'].map((each) =>
    told.find(({ event }) => event.detail['status'] === each),
  );
  const name = arn.split(':').at(-1);
  const common = {
    executionArn: arn,
    stateMachineArn: 'arn:aws:states:local-1:000000000000:stateMachine:Lab-Machine',
    name,
    startDate: expect.any(Number) as number,
    input: '{"seconds":0,"good":true}',
    inputDetails: { included: true },
    error: null,
    cause: null,
  };
  expect(begun!.event).toMatchObject({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [arn],
    detail: { ...common, status: 'RUNNING', stopDate: null, output: null, outputDetails: null },
  });
  expect(ended!.event.detail).toMatchObject({
    ...common,
    status: 'SUCCEEDED',
    stopDate: expect.any(Number) as number,
    output: expect.stringMatching(/^\{"at":\d+\}$/) as string,
    outputDetails: { included: true },
  });
});

test.each([
  ['fails', { good: false, seconds: 0 }, false, { status: 'FAILED', error: 'Bad', cause: 'It was bad.' }],
  ['is stopped', { good: true, seconds: 1000 }, true, { status: 'ABORTED', error: null, cause: null }],
] as const)('of one that %s, too', async (_, input, stop, detail) => {
  await open();
  const { arn, done } = lab.start(input);
  if (stop) await lab.stop(arn);
  await done;
  await lab.settled();
  const told = (await notes(2)).map(({ event }) => event.detail);
  expect(told).toEqual(
    expect.arrayContaining([expect.objectContaining({ executionArn: arn, ...detail, output: null })]),
  );
});

test('what EC2 tells of an instance comes through the hosts', async () => {
  await open();
  onState(NODE, 'stopped');
  onState(NODE, 'running');
  await lab.settled();
  expect(await notes(1)).toMatchObject([
    {
      event: {
        source: 'aws.ec2',
        'detail-type': 'EC2 Instance State-change Notification',
        resources: [`arn:aws:ec2:local-1:000000000000:instance/${NODE}`],
        detail: { 'instance-id': NODE, state: 'running' },
      },
    },
  ]);
});

test('without events nothing is called, whatever is deployed, and no rule is read', async () => {
  await open({
    events: false,
    assembly: assemble({ Odd: rule({ ScheduleExpression: 'cron(0 20 * * ? *)' }), ...RULES }),
  });
  expect(lab.put({ source: 'edge-ramp', 'detail-type': 'Reapply requested', detail: {} })).toMatch(/^[0-9a-f-]{36}$/);
  await lab.start({ seconds: 0, good: true }).done;
  await lab.passTime(HOURS);
  await lab.settled();
  expect(existsSync(join(state, 'logs', 'lambda-Lab-Notes.log'))).toBe(false);
});

test('a lab with a rule that it cannot evaluate does not open, and gives its folder back', async () => {
  await open();
  await lab.close();
  const odd = assemble({ Odd: rule({ ScheduleExpression: 'cron(0 20 * * ? *)' }) });
  await expect(open({ assembly: odd })).rejects.toThrow('Rule Lab-Odd: the lab does not implement the schedule cron');
  await open();
});

describe('when time passes', () => {
  test('each rate is ticked when it is due, by its own event, in order, and functions see the date', async () => {
    await open({ assembly: assemble({ ...FIVE, Hour: rule({ ScheduleExpression: 'rate(1 hour)' }) }) });
    const began = lab.now();
    await lab.passTime(HOURS);
    const told = await notes(13);
    const at = (note: Note) => Math.round((Date.parse(note.event.time) - began) / (MINUTES * 1000));
    const named = (name: string) =>
      told.filter(({ event }) => event.resources[0]!.endsWith(`:rule/Lab-${name}`)).map(at);
    expect(named('Five')).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    expect(named('Hour')).toEqual([60]);
    expect(told[0]!.event).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    for (const { event, now } of told) {
      expect(now).toBeGreaterThanOrEqual(Date.parse(event.time));
      expect(now - Date.parse(event.time)).toBeLessThan(60_000);
    }
    expect(lab.now()).toBeGreaterThanOrEqual(began + HOURS * 1000);
  });

  test('nothing is ticked before it is due, nor by itself', async () => {
    await open({ assembly: assemble(FIVE) });
    await lab.passTime(4 * MINUTES);
    await lab.settled();
    expect(existsSync(join(state, 'logs', 'lambda-Lab-Notes.log'))).toBe(false);
    await lab.passTime(MINUTES);
    expect(await notes(1)).toHaveLength(1);
  });

  test('what runs has ended before the next tick, and executions have the date', async () => {
    await open({ assembly: assemble(FIVE) });
    const began = lab.now();
    const { done } = lab.start({ seconds: 10, good: true });
    await lab.passTime(5 * MINUTES);
    const early = (await done).output as { at: number };
    expect(early.at).toBeLessThan(began + 5 * MINUTES * 1000);
    const late = (await lab.start({ seconds: 0, good: true }).done) as {
      output: unknown;
      events: readonly { timestamp: number }[];
    };
    expect((late.output as { at: number }).at).toBeGreaterThanOrEqual(began + 5 * MINUTES * 1000);
    expect(late.events[0]!.timestamp * 1000).toBeGreaterThanOrEqual(began + 5 * MINUTES * 1000);
  });

  test('it has passed for a lab that is opened there again, unless that begins anew', async () => {
    await open();
    await lab.passTime(24 * HOURS);
    const then = lab.now();
    await lab.close();
    await open();
    expect(lab.now()).toBeGreaterThanOrEqual(then);
    await lab.close();
    await open({ fresh: true });
    expect(lab.now()).toBeLessThan(then - 23 * HOURS * 1000);
  });

  test('it does not go back', async () => {
    await open();
    await expect(lab.passTime(-1)).rejects.toThrow('Time passes by seconds from 0 on, not by -1.');
  });
});

test('a redeploy changes the rules; those that stay keep their time', async () => {
  await open({ assembly: assemble(FIVE) });
  await lab.passTime(3 * MINUTES);
  await lab.redeploy(assemble({ ...FIVE, Minute: rule({ ScheduleExpression: 'rate(1 minute)' }) }));
  await lab.passTime(2 * MINUTES);
  const rules = (await notes(3)).map(({ event }) => event.resources[0]!.split('/')[1]);
  expect(rules.sort()).toEqual(['Lab-Five', 'Lab-Minute', 'Lab-Minute']);
});

test('events that are put reach their rule', async () => {
  await open();
  lab.put({ source: 'edge-ramp', 'detail-type': 'Reapply requested', detail: { tunnel: 'edge-a' } });
  await lab.settled();
  expect(await notes(1)).toMatchObject([{ event: { detail: { tunnel: 'edge-a' } } }]);
});

test('in real time a rule ticks by itself when the date has come', async () => {
  await open({ assembly: assemble(FIVE), schedule: 'real' });
  await lab.passTime(5 * MINUTES - 1);
  expect(await notes(1)).toHaveLength(1);
});
