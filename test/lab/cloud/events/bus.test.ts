import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StatesError } from '../../../../lab/cloud/asl/error';
import { Clock } from '../../../../lab/cloud/clock';
import { Bus, type BusEvent } from '../../../../lab/cloud/events/bus';
import { readRules, retriesOf } from '../../../../lab/cloud/events/rules';
import { readAssembly } from '../../../../lab/cloud/template';
import { table, temporaryFolder, text, writeAssembly } from '../support';

type Json = Record<string, unknown>;
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const rule = (properties: Json, target: Json = {}): Json => ({
  Type: 'AWS::Events::Rule',
  Properties: { Targets: [{ Arn: arn('React'), Id: 'Target0', ...target }], ...properties },
});
const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead-letters' } };
const RUNNING = { source: ['aws.ec2'], detail: { state: ['running'] } };
const QUEUE = 'arn:aws:sqs:local-1:000000000000:dead-letters';

/** Rules of a template with the function React, which does nothing by itself. */
const assemble = (resources: Json) =>
  readAssembly(
    writeAssembly({ Table: table, Queue: queue, ...resources }, { React: 'exports.handler = async () => {};' }),
  );

interface Called {
  readonly arn: string;
  readonly event: BusEvent;
}
/** A bus whose functions end one after the other as `ends` says: with an error, or well. */
function open(resources: Json, ends: readonly (Error | undefined)[] = []) {
  const assembly = assemble(resources);
  const rules = readRules(assembly);
  const called: Called[] = [];
  const deadLetters = join(temporaryFolder(), 'dead-letters.log');
  const bus = new Bus({
    clock: new Clock(10_000),
    rules: () => rules,
    retries: (name) => retriesOf(assembly, name),
    invoke: async (to, event) => {
      const error = ends[called.length];
      called.push({ arn: to, event });
      if (error) throw error;
    },
    deadLetters,
  });
  const letters = () =>
    existsSync(deadLetters)
      ? text(deadLetters)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Json)
      : [];
  return { bus, called, letters, rules };
}
const event = (state: string) => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  detail: { 'instance-id': 'i-0a', state },
});
const failure = new StatesError('Throttled', '{"errorMessage":"slow down"}');

test('an event goes, whole, to the function of each rule that it matches, and of no other', async () => {
  const { bus, called } = open({
    A: rule({ EventPattern: RUNNING }),
    B: rule({ EventPattern: { source: ['aws.ec2', 'aws.states'] } }),
    C: rule({ EventPattern: { source: ['edge-ramp'] } }),
  });
  const id = bus.put({ ...event('running'), resources: ['arn:x'] });
  await bus.delivered();
  expect(called).toHaveLength(2);
  expect(called[0]).toEqual({
    arn: 'arn:aws:lambda:local-1:000000000000:function:Lab-React',
    event: {
      version: '0',
      id,
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      region: 'local-1',
      resources: ['arn:x'],
      detail: { 'instance-id': 'i-0a', state: 'running' },
    },
  });
  bus.put(event('stopped'));
  await bus.delivered();
  expect(called).toHaveLength(3);
});

test('a whole event keeps its id and its time', async () => {
  const { bus, called } = open({ A: rule({ EventPattern: RUNNING }) });
  expect(bus.put({ ...event('running'), id: 'mine', time: '2026-01-01T00:00:00Z' })).toBe('mine');
  await bus.delivered();
  expect(called[0]!.event).toMatchObject({ id: 'mine', time: '2026-01-01T00:00:00Z' });
});

test('who puts an event does not wait for functions; who asks whether all is delivered does', async () => {
  const { bus, called } = open({ A: rule({ EventPattern: RUNNING }) }, [failure]);
  bus.put(event('running'));
  expect([bus.busy, called.length]).toEqual([true, 1]);
  await bus.delivered();
  expect([bus.busy, called.length]).toEqual([false, 2]);
});

describe('a function that fails', () => {
  test('is called again, at most twice, with the same event', async () => {
    const { bus, called, letters } = open({ A: rule({ EventPattern: RUNNING }) }, [failure, failure]);
    bus.put(event('running'));
    await bus.delivered();
    expect(new Set(called.map((each) => each.event.id)).size).toBe(1);
    expect([called.length, letters()]).toEqual([3, []]);
  });

  const config = (properties: Json) => ({
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: { FunctionName: { Ref: 'React' }, Qualifier: '$LATEST', ...properties },
  });
  const always = [failure, failure, failure, failure];
  test.each<[string, Json, number, string | null]>([
    ['after its retries', {}, 3, null],
    [
      'after as many retries as are declared, in the queue that is declared for it',
      { Config: config({ MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: arn('Queue') } } }) },
      2,
      QUEUE,
    ],
    ['at once where none is declared', { Config: config({ MaximumRetryAttempts: 0 }) }, 1, null],
    ['when the event is too old for another', { Config: config({ MaximumEventAgeInSeconds: 60 }) }, 2, null],
  ])('leaves the event to the dead letters %s', async (_, resources, calls, to) => {
    const { bus, called, letters } = open({ A: rule({ EventPattern: RUNNING }), ...resources }, always);
    const id = bus.put(event('running'));
    await bus.delivered();
    expect(called).toHaveLength(calls);
    expect(letters()).toMatchObject([{ rule: 'Lab-A', queue: to, error: 'Throttled', event: { id } }]);
  });
});

test("a function that is not there is not tried again: the event is in the rule's own queue", async () => {
  const gone = new StatesError('Lambda.ResourceNotFoundException', 'Function not found');
  const target = { DeadLetterConfig: { Arn: arn('Queue') }, RetryPolicy: { MaximumRetryAttempts: 5 } };
  const { bus, called, letters } = open({ A: rule({ EventPattern: RUNNING }, target) }, [gone]);
  bus.put(event('running'));
  await bus.delivered();
  expect([called.length, letters()]).toMatchObject([1, [{ queue: QUEUE, reason: 'Function not found' }]]);
});

test('a closed bus delivers nothing, and tries nothing again', async () => {
  const { bus, called, letters } = open({ A: rule({ EventPattern: RUNNING }) }, [failure]);
  bus.put(event('running'));
  bus.close();
  bus.put(event('running'));
  await bus.delivered();
  expect([called.length, letters()]).toEqual([1, []]);
});

test('a rule that is disabled does not count', () => {
  expect(open({ A: rule({ EventPattern: RUNNING, State: 'DISABLED' }) }).rules).toEqual([]);
});

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('%s is so many milliseconds', (ScheduleExpression, every) => {
  expect(open({ A: rule({ ScheduleExpression }) }).rules).toMatchObject([{ name: 'Lab-A', every }]);
});

describe('a rule is refused by name', () => {
  test.each<[string, Json, Json, string]>([
    ['with a cron expression', { ScheduleExpression: 'cron(0 20 * * ? *)' }, {}, 'the schedule cron(0 20 * * ? *)'],
    ['with a rate of nothing', { ScheduleExpression: 'rate(0 minutes)' }, {}, 'the schedule rate(0 minutes)'],
    ['with an operator', { EventPattern: { source: [{ wildcard: '*' }] } }, {}, '"wildcard" at source'],
    ['of another bus', { EventPattern: RUNNING, EventBusName: 'mine' }, {}, 'of the bus mine'],
    ['in another state', { EventPattern: RUNNING, State: 'ASLEEP' }, {}, 'the state ASLEEP'],
    ['with an input of its own', { EventPattern: RUNNING }, { Input: '{}' }, 'target Target0 has Input'],
    ['with another kind of target', { EventPattern: RUNNING }, { Arn: arn('Queue') }, 'is no function'],
  ])('%s', (_, properties, target, message) => {
    const read = () => open({ A: rule(properties, target) });
    expect(read).toThrow(message);
    expect(read).toThrow(/^Rule Lab-A: .*\.$/);
  });
});
