import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { edgeRampApp } from '../../lib/stack/app';
import { NodePolicies } from '../../lib/stack/node-policies';
import { tunnelsFolder } from '../../lib/stack/tunnels-folder';
import { METRICS } from '../../lib/tunnel/run/metrics';
import { END_STATES } from '../../lib/tunnel/run/outcome';
import { anchorsOf } from './support/headings';
import { PROJECT, assembled, plain, resourcesOf } from './support/template';

const synthesized = assembled();
const only = (type: string) => {
  const found = resourcesOf(synthesized, type);
  expect(found).toHaveLength(1);
  return found[0]![1].Properties;
};

describe('the end of a run', () => {
  const [, rule] = resourcesOf(synthesized, 'AWS::Events::Rule').find(([id]) => id.includes('RunEnded'))!;

  test('is measured however it ends, and of this machine only', () => {
    expect(rule.Properties.EventPattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ Ref: expect.stringMatching(/^StateMachine/) }],
        status: ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'],
      },
    });
    expect(rule.Properties.State).toBe('ENABLED');
  });

  test('is neither lost on the way to the function nor in it', () => {
    const [target, ...more] = rule.Properties.Targets;
    expect(more).toEqual([]);
    expect(plain(target.Arn)).toMatch(/MeasureFunction/);
    expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 24, MaximumEventAgeInSeconds: 3600 });
    expect(plain(target.DeadLetterConfig.Arn)).toMatch(/^<DeadLetters/);
    const asynchronous = resourcesOf(synthesized, 'AWS::Lambda::EventInvokeConfig')
      .map(([, { Properties }]) => Properties)
      .find(({ FunctionName }) => /MeasureFunction/.test(plain(FunctionName)))!;
    expect(asynchronous).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 });
    expect(plain(asynchronous.DestinationConfig.OnFailure.Destination)).toMatch(/^<DeadLetters/);
  });
});

test('dead letters are kept for two weeks', () => {
  expect(only('AWS::SQS::Queue')).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
});

describe('the alarms', () => {
  const alarms = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({
    name: /^MonitoringAlarms(\w+?)[0-9A-F]{8}$/.exec(id)![1]!,
    ...Properties,
  }));
  const named = (name: string) => alarms.find((alarm) => alarm.name === name)!;
  const dimensions = (alarm: any) =>
    alarm.Dimensions.map(({ Name, Value }: any) => `${Name}=${plain(Value)}`)
      .sort()
      .join(' ');

  test.each([
    ['RolledBack', 'edge-ramp', 'Runs', 'outcome=RolledBack service=runs'],
    ['RollbackFailed', 'edge-ramp', 'Runs', 'outcome=RollbackFailed service=runs'],
    ['NotVerified', 'edge-ramp', 'Runs', 'outcome=NotVerified service=runs'],
    ['RepeatedDrift', 'edge-ramp', 'RepeatedDrift', 'service=runs'],
    ['AutomationStopped', 'edge-ramp', 'AutomationStopped', 'service=runs'],
    ['CouldNotLook', 'edge-ramp', 'CouldNotLook', 'service=watch'],
    ['RunDied', 'edge-ramp', 'Runs', 'outcome=Died service=runs'],
    ['RunTimedOut', 'AWS/States', 'ExecutionsTimedOut', expect.stringMatching(/^StateMachineArn=<StateMachine/)],
    ['RunAborted', 'AWS/States', 'ExecutionsAborted', expect.stringMatching(/^StateMachineArn=<StateMachine/)],
    ['DeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', expect.stringMatching(/^QueueName=<DeadLetters/)],
    ['MeasureFails', 'AWS/Lambda', 'Errors', expect.stringMatching(/^FunctionName=<\w*Measure/)],
    ['ReactFails', 'AWS/Lambda', 'Errors', expect.stringMatching(/^FunctionName=<\w*React/)],
    ['WatchFails', 'AWS/Lambda', 'Errors', expect.stringMatching(/^FunctionName=<\w*Watch/)],
  ])('%s turns red at the first one', (name, namespace, metric, where) => {
    const alarm = named(name);
    expect(alarm).toMatchObject({
      Namespace: namespace,
      MetricName: metric,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      Statistic: name === 'DeadLetters' ? 'Maximum' : 'Sum',
    });
    expect(dimensions(alarm)).toEqual(where);
  });

  test('TicksStopped turns red when the watch is not called for three ticks: its schedule is disabled, or fails', () => {
    const alarm = named('TicksStopped');
    expect(alarm).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(dimensions(alarm)).toMatch(/^FunctionName=<WatchFunction/);
    const [, tick] = resourcesOf(synthesized, 'AWS::Events::Rule').find(([id]) => id.includes('Tick'))!;
    expect(tick.Properties.ScheduleExpression).toBe('rate(5 minutes)');
  });

  test('are one for each kind of trouble, however many tunnels there are, and silence is good where nothing has to happen', () => {
    expect(alarms).toHaveLength(14);
    for (const alarm of alarms.filter(({ name }) => name !== 'TicksStopped'))
      expect(alarm.TreatMissingData).toBe('notBreaching');
  });

  test('cost with the dashboard what docs/DEPLOYING.md says that an idle deployment costs', () => {
    const deploying = readFileSync(join(PROJECT, 'docs/DEPLOYING.md'), 'utf8');
    const dashboards = resourcesOf(synthesized, 'AWS::CloudWatch::Dashboard').length;
    const sum = (0.1 * alarms.length + 3 * dashboards).toFixed(2);
    expect(deploying).toContain(
      `**Idle, a deployment costs $${sum} a month, and $0.40 a BIG-IP**: ${alarms.length} alarms,`,
    );
    expect(deploying).toContain(`one a kind of trouble, however many tunnels: ${alarms.length} `);
  });

  test('watch metrics that are published under exactly their dimensions', () => {
    for (const { Namespace, MetricName, Dimensions } of alarms.filter((alarm) => alarm.Namespace === 'edge-ramp')) {
      const names = Dimensions.map(({ Name }: any) => Name).sort();
      expect(names).toEqual([...METRICS[MetricName as keyof typeof METRICS].by, 'service'].sort());
      expect(Namespace).toBe('edge-ramp');
    }
  });

  test('lead to a heading of the runbook', () => {
    const anchors = anchorsOf('docs/RUNBOOK.md');
    for (const { name, AlarmDescription } of alarms) {
      const [, sentence, anchor] = /^edge-ramp: ([^#]+\.) What to do: docs\/RUNBOOK\.md#([a-z-]+)$/.exec(
        AlarmDescription,
      )!;
      expect(sentence).not.toBe('');
      expect([name, anchors]).toEqual([name, expect.arrayContaining([anchor])]);
    }
  });

  test('tell what nobody else tells, and only that', () => {
    const telling = alarms.filter(({ AlarmActions }) => AlarmActions !== undefined);
    expect(telling.map(({ name }) => name).sort()).toEqual([
      'DeadLetters',
      'MeasureFails',
      'ReactFails',
      'RunAborted',
      'RunDied',
      'RunTimedOut',
      'TicksStopped',
      'WatchFails',
    ]);
    for (const { AlarmActions } of telling) expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Notices/) }]);
  });

  test('may publish to the topic, from this account alone', () => {
    const { PolicyDocument } = only('AWS::SNS::TopicPolicy');
    const allowed = PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow');
    expect(allowed).toEqual([
      expect.objectContaining({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: {
          ArnLike: { 'aws:SourceArn': expect.anything() },
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        },
      }),
    ]);
    expect(plain(allowed[0].Condition.ArnLike['aws:SourceArn'])).toBe(
      'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*',
    );
  });

  test('lead to the runbook’s own address where the deployment knows it', () => {
    const context = { 'aws:cdk:bundling-stacks': [], runbook: 'https://wiki.example/edge-ramp' };
    const links = edgeRampApp([], { context })
      .node.findAll()
      .filter((each): each is CfnAlarm => each instanceof CfnAlarm)
      .map(({ alarmDescription }) => / What to do: (.*)#/.exec(alarmDescription!)![1]);
    expect(new Set(links)).toEqual(new Set(['https://wiki.example/edge-ramp']));
  });
});

describe('the dashboard', () => {
  const { widgets } = JSON.parse(plain(only('AWS::CloudWatch::Dashboard').DashboardBody));
  const graphs = new Map<string, string>(
    widgets
      .filter(({ type }: any) => type === 'metric')
      .map(({ properties }: any) => [properties.title, properties.metrics[0][0].expression]),
  );

  test.each([
    ['Runs by outcome', `{"edge-ramp",outcome,service} MetricName="Runs" service="runs"', 'Sum'`],
    ['Runs by tunnel', `{"edge-ramp",tunnel,service} MetricName="Duration" service="runs"', 'SampleCount'`],
    [
      'Drift: changes that automatic runs had to make',
      `{"edge-ramp",tunnel,service} MetricName="Drift" service="runs"', 'Sum'`,
    ],
    [
      'Time to heal, the longest (seconds)',
      `{"edge-ramp",tunnel,service} MetricName="TimeToHeal" service="runs"', 'Maximum'`,
    ],
    [
      'Duration of runs, the longest (seconds)',
      `{"edge-ramp",tunnel,service} MetricName="Duration" service="runs"', 'Maximum'`,
    ],
    ['Trips to devices', `{"edge-ramp",tunnel,service} MetricName="TripDuration" service="steps"', 'SampleCount'`],
    [
      'Duration of a trip, mean (milliseconds)',
      `{"edge-ramp",tunnel,service} MetricName="TripDuration" service="steps"', 'Average'`,
    ],
  ])('%s searches for its lines', (title, search) => {
    expect(graphs.get(title)).toBe(`SEARCH('${search}, 3600)`);
  });

  test('shows nothing else, and names no tunnel', () => {
    expect(graphs.size).toBe(7);
    expect(JSON.stringify(widgets)).not.toContain('edge-a');
  });

  test('searches with the dimensions under which a metric is published', () => {
    for (const search of graphs.values()) {
      const [, schema, metric, service] = /\{"edge-ramp",([a-z,]+)\} MetricName="(\w+)" service="(\w+)"/.exec(search)!;
      expect(schema!.split(',').sort()).toEqual([...METRICS[metric as keyof typeof METRICS].by, 'service'].sort());
      expect(service).toMatch(/^(?:runs|steps|watch|react)$/);
    }
  });

  test('shows the state of every alarm', () => {
    const [status] = widgets.filter(({ type }: any) => type === 'alarm');
    expect(status.properties.alarms).toHaveLength(resourcesOf(synthesized, 'AWS::CloudWatch::Alarm').length);
  });

  test('lies on a grid without overlaps', () => {
    const cells = widgets.flatMap(({ x, y, width, height }: any) =>
      Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('the metrics', () => {
  test('cost nothing more for a further end, and little for a further tunnel', () => {
    const by = (dimension: string) =>
      Object.values(METRICS).filter((metric) => (metric.by as readonly string[]).includes(dimension));
    expect(by('outcome')).toHaveLength(1);
    expect(by('tunnel')).toHaveLength(4);
    // A metric by both would cost the one times the other.
    for (const metric of Object.values(METRICS)) expect(metric.by.length).toBeLessThanOrEqual(1);
    expect(END_STATES.length).toBeLessThan(20);
  });
});

describe('the policies for nodes', () => {
  const policies = (tunnels: readonly { readonly name: string }[]) => {
    const stack = new Stack();
    new NodePolicies(stack, 'Offered', { tunnels });
    const template = Template.fromStack(stack);
    return {
      policies: Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy')).map(
        ({ Properties }) => Properties,
      ),
      outputs: Object.keys(template.findOutputs('*')),
    };
  };
  const declared = tunnelsFolder(join(PROJECT, 'tunnels'));

  test('let an agent take commands, and neither read parameters nor open anything else', () => {
    const [node] = policies(declared).policies;
    expect(plain(node.ManagedPolicyName)).toBe('edge-ramp-node-<AWS::Region>');
    const [statement, ...more] = node.PolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(statement.Effect).toBe('Allow');
    expect(
      statement.Action.every((action: string) =>
        /^(?:ec2messages|ssmmessages):|^ssm:UpdateInstanceInformation$/.test(action),
      ),
    ).toBe(true);
    expect(statement.Action).toHaveLength(11);
  });

  test('let a bastion read the keys that are declared, each once, and no secret beside them', () => {
    const [, bastion] = policies(declared).policies;
    expect(plain(bastion.ManagedPolicyName)).toBe('edge-ramp-bastion-<AWS::Region>');
    const [statement, ...more] = bastion.PolicyDocument.Statement;
    expect(more).toEqual([]);
    expect(statement.Action).toBe('secretsmanager:GetSecretValue');
    // edge-c has edge-a's key, both units of edge-e have one
    expect(statement.Resource.map(plain)).toEqual(
      [
        'edge-ramp/edge-a',
        'edge-ramp/edge-b',
        'edge-ramp/edge-d',
        'edge-ramp/edge-e',
        'edge-ramp/edge-f',
        'edge-ramp/edge-g',
      ].map(
        (name) => `arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}/ssh-key-??????`,
      ),
    );
  });

  test('are told by the outputs, and given to nobody', () => {
    const { policies: offered, outputs } = policies(declared);
    expect(outputs).toEqual(
      ['OfferedNodePolicyArn', 'OfferedBastionPolicyArn'].map((name) => expect.stringContaining(name.slice(7))),
    );
    for (const policy of offered)
      for (const key of ['Roles', 'Users', 'Groups']) expect(policy).not.toHaveProperty(key);
  });

  test('of a deployment without a BIG-IP have none for a bastion', () => {
    expect(policies([]).policies).toHaveLength(1);
    expect(policies(declared.filter(({ kind }) => kind === 'member')).policies).toHaveLength(1);
  });
});
