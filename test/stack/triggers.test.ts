import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryFor } from '../../lib/stack/watch';
import { DOCUMENT_SETS, documentVariable } from '../../lib/tunnel/plan/devices';
import { rightsOf } from './support/rights';
import { PROJECT, plain, resourcesOf, assembled } from './support/template';

const synthesized = assembled();
const rules = new Map(
  resourcesOf(synthesized, 'AWS::Events::Rule').map(([id, { Properties }]) => [
    /^(?:Triggers|MonitoringRuns)(\w+?)[0-9A-F]{8}$/.exec(id)![1],
    Properties,
  ]),
);
const functionOf = (target: any): string => plain(target.Arn);

/** What is no matter of the function that answers events. */
const TARGETS: Record<string, RegExp> = { Tick: /^<WatchFunction/, RunEnded: /^<MonitoringRunsMeasureFunction/ };

describe('what starts runs by itself', () => {
  test('are one schedule and events, on the default bus; the end of every run is measured', () => {
    expect([...rules.keys()].sort()).toEqual(['Asked', 'NodeRuns', 'RunDied', 'RunEnded', 'Tick']);
    for (const [, rule] of rules) {
      expect(rule).toMatchObject({ State: 'ENABLED' });
      expect(rule).not.toHaveProperty('EventBusName');
    }
  });

  test('every instance that enters running, by one rule: which it is finds the function out', () =>
    expect(rules.get('NodeRuns').EventPattern).toEqual({
      source: ['aws.ec2'],
      'detail-type': ['EC2 Instance State-change Notification'],
      detail: { state: ['running'] },
    }));

  test('whoever asks by the custom event', () =>
    expect(rules.get('Asked').EventPattern).toEqual({
      source: ['edge-ramp'],
      'detail-type': ['Reapply requested'],
    }));

  test('a run of this machine, and of no other, that did not end by itself', () => {
    const { detail, ...pattern } = rules.get('RunDied').EventPattern;
    expect(pattern).toEqual({ source: ['aws.states'], 'detail-type': ['Step Functions Execution Status Change'] });
    expect(detail.status).toEqual(['ABORTED', 'TIMED_OUT', 'FAILED']);
    expect(detail.stateMachineArn.map(plain)).toEqual([expect.stringMatching(/^<StateMachine[0-9A-F]{8}>$/)]);
  });

  test('the schedule, which starts the watch and not the state machine', () => {
    const { ScheduleExpression, Targets } = rules.get('Tick');
    expect(ScheduleExpression).toBe('rate(5 minutes)');
    expect(Targets.map(functionOf)).toEqual([expect.stringMatching(/^<WatchFunction/)]);
  });

  test('no rule starts the state machine, and each tries again and keeps what it cannot deliver', () => {
    for (const [id, { Targets }] of rules) {
      expect(Targets).toHaveLength(1);
      expect(functionOf(Targets[0])).toMatch(TARGETS[id!] ?? /^<TriggersReactFunction/);
      expect(Targets[0].RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 24 });
      expect(plain(Targets[0].DeadLetterConfig.Arn)).toMatch(/^<DeadLetters\w+\.Arn>$/);
    }
  });

  test('a function that fails is tried again, and its event ends in the dead letters too', () => {
    const configured = resourcesOf(synthesized, 'AWS::Lambda::EventInvokeConfig').map(([, each]) => each.Properties);
    expect(configured).toHaveLength(3);
    for (const each of configured) {
      expect(each).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 });
      expect(plain(each.DestinationConfig.OnFailure.Destination)).toMatch(/^<DeadLetters\w+\.Arn>$/);
    }
  });

  test('dead letters are kept for two weeks, and travel encrypted only', () => {
    const [[, queue], ...others] = resourcesOf(synthesized, 'AWS::SQS::Queue') as [any];
    expect(others).toEqual([]);
    expect(queue.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
    const [[, policy]] = resourcesOf(synthesized, 'AWS::SQS::QueuePolicy') as [any];
    expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });
});

describe.each([
  ['react', 'TriggersReactFunction'],
  ['watch', 'WatchFunction'],
])('the function of lambdas/%s', (folder, id) => {
  test('is told all that its handler asks its environment for, and nothing else', () => {
    const text = (...path: string[]): string => readFileSync(join(PROJECT, 'lambdas', ...path), 'utf8');
    const handler = text(folder, 'handler.ts');
    const timeOuts = handler.includes('timeOutsFor') ? text('run-command', 'time-outs.ts') : '';
    const asked = [...`${handler}${timeOuts}`.matchAll(/environment\('([A-Z_]+)'\)/g)].map(([, name]) => name);
    if (handler.includes('documentVariable(')) asked.push(...DOCUMENT_SETS.map(documentVariable));
    const [[, { Properties }]] = resourcesOf(synthesized, 'AWS::Lambda::Function').filter(([each]) =>
      each.startsWith(id),
    ) as [any];
    const told = Object.keys(Properties.Environment.Variables).filter((name) => name !== 'NAMESPACE');
    expect(told.sort()).toEqual([...new Set(asked)].sort());
  });
});

describe('the watch', () => {
  const rights = rightsOf(synthesized).filter(([who]) => who === 'Watch');
  const [[, { Properties: watch }]] = resourcesOf(synthesized, 'AWS::Lambda::Function').filter(([id]) =>
    id.startsWith('WatchFunction'),
  ) as [any];

  test('can read the table and not write it', () => {
    const onTable = rights.filter(([, may]) => may.includes('dynamodb:'));
    expect(onTable.map(([, may, on]) => [may, on])).toEqual([
      ['dynamodb:GetItem, dynamodb:Scan', 'dynamodb table/(tunnels)'],
    ]);
  });

  test('can send the documents that look, and none that changes a device', () => {
    const sent = rights.filter(([, may]) => may === 'ssm:SendCommand').map(([, , on]) => on);
    expect(sent.filter((on) => on.includes('document/')).sort()).toEqual(
      ['bigip', 'cluster', 'ramp', 'ramp-oc'].map((kind) => `ssm document/edge-ramp-${kind}-observe-(hash)`),
    );
    expect(JSON.stringify([rights, watch.Environment])).not.toContain('-apply-');
  });

  test('sends to nothing that is not tagged for edge-ramp', () => {
    const instances = rights.filter(([, may, on]) => may === 'ssm:SendCommand' && !on.includes('document/'));
    expect(instances).toHaveLength(2);
    for (const [, , , when] of instances) expect(when).toContain('ssm:resourceTag/edge-ramp:role');
  });

  test('can neither stop a run nor start another machine', () => {
    const states = rights.filter(([, may]) => may.includes('states:')).map(([, may, on]) => [may, on]);
    expect(states.sort()).toEqual([
      ['states:DescribeExecution', 'states execution:edge-ramp:*'],
      ['states:StartExecution', 'the state machine'],
    ]);
  });

  test('is as small as its tunnels allow, not traced, and knows its time-outs', () => {
    const declared = resourcesOf(synthesized, 'AWS::SSM::Parameter').filter(([, { Properties }]) =>
      Properties.Name.startsWith('/edge-ramp/tunnels/'),
    ).length;
    expect(watch).toMatchObject({ Architectures: ['arm64'], Timeout: 285, MemorySize: memoryFor(declared) });
    expect(watch.TracingConfig?.Mode ?? 'PassThrough').toBe('PassThrough');
    expect(watch.Environment.Variables).toMatchObject({
      DELIVERY_TIMEOUT_SECONDS: '30',
      POLL_DEADLINE_SECONDS: '100',
      POLL_DEADLINE_BY_OC_SECONDS: '220',
    });
  });

  test.each([
    [1, 128],
    [4, 128],
    [5, 256],
  ])('of %i tunnels has %i MB', (tunnels, memory) => expect(memoryFor(tunnels)).toBe(memory));
});
