import { publish } from '../../lambdas/telemetry/publish';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand } from '@aws-sdk/client-sns';
import { DescribeInstanceInformationCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { storedDeclarations } from '../../lambdas/runs/declarations';
import { memoryOf, pairItemOf, unfinished } from '../../lambdas/runs/memory';
import { SfnRuns } from '../../lambdas/runs/sfn';
import { connectedInstances } from '../../lambdas/watch/connected';
import { COULD_NOT_LOOK, KEEPS_DRIFTING, sendNotice } from '../../lambdas/watch/notice';
import { EXAMPLE } from '../lib/tunnel/site';
import { MACHINE, arnOf, throttled } from './fake-runs';

/** A client of AWS that gives these answers in order, and keeps copies of its commands: a paginator sends one input for all pages. */
function client(...answers: readonly (object | Error)[]) {
  const sent: object[] = [];
  const send = async (command: { readonly input: object }): Promise<object> => {
    sent.push(
      Object.assign(Object.create(Object.getPrototypeOf(command) as object) as object, { input: { ...command.input } }),
    );
    const answer = answers[sent.length - 1]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { send } as never, sent: sent as { readonly input: any }[] };
}
/** The client as one of this service. */
const of = (service: { readonly prototype: object }, client: never): never =>
  Object.setPrototypeOf(client, service.prototype) as never;
const named = (name: string): Error => Object.assign(new Error(name), { name });

describe("the state machine's runs", () => {
  const ASKED = { tunnel: 'edge-a', trigger: 'event' } as const;

  test('are started by name, with the request as JSON', async () => {
    const { client: sfn, sent } = client({});
    await expect(new SfnRuns(sfn, MACHINE).start('edge-a-1', ASKED)).resolves.toBe(true);
    expect(sent[0]).toBeInstanceOf(StartExecutionCommand);
    expect(sent[0]!.input).toEqual({ stateMachineArn: MACHINE, name: 'edge-a-1', input: JSON.stringify(ASKED) });
  });

  test('are started once by a name', async () =>
    expect(new SfnRuns(client(named('ExecutionAlreadyExists')).client, MACHINE).start('edge-a-1', ASKED)).resolves.toBe(
      false,
    ));

  test('are not said to be started when Step Functions asks to slow down', async () =>
    expect(new SfnRuns(client(throttled()).client, MACHINE).start('edge-a-1', ASKED)).rejects.toThrow('Rate exceeded'));

  test('are described as far as Step Functions says', async () => {
    const stopDate = new Date('2026-11-24T06:00:00Z');
    const { client: sfn, sent } = client({ status: 'ABORTED', input: '{}', stopDate }, { status: 'RUNNING' });
    const runs = new SfnRuns(sfn, MACHINE);
    const arn = arnOf('run-1');
    expect(await runs.describe(arn)).toEqual({ arn, status: 'ABORTED', error: null, input: '{}', ended: stopDate });
    expect(await runs.describe(arn)).toEqual({ arn, status: 'RUNNING', error: null, input: null, ended: null });
    expect(sent[0]).toBeInstanceOf(DescribeExecutionCommand);
    expect(sent[0]!.input).toEqual({ executionArn: arn });
  });

  test('that Step Functions does not know are told apart from an answer that did not come', async () => {
    await expect(
      new SfnRuns(client(named('ExecutionDoesNotExist')).client, MACHINE).describe(arnOf('x')),
    ).resolves.toBeUndefined();
    await expect(new SfnRuns(client(throttled()).client, MACHINE).describe(arnOf('x'))).rejects.toThrow(
      'Rate exceeded',
    );
  });
});

describe('the declarations', () => {
  const stored = (name: string, value: string) => ({ Name: `/edge-ramp/tunnels/${name}`, Value: value });
  const PREFIX = '/edge-ramp/tunnels/';

  test('are read page by page', async () => {
    const second = { ...EXAMPLE, name: 'edge-z' };
    const { client: ssm, sent } = client(
      { Parameters: [stored('edge-a', JSON.stringify(EXAMPLE))], NextToken: 'more' },
      { Parameters: [], NextToken: 'and more' },
      { Parameters: [stored('edge-z', JSON.stringify(second))] },
    );
    expect(await storedDeclarations(of(SSMClient, ssm), PREFIX)).toEqual({
      tunnels: [EXAMPLE, second],
      unreadable: [],
    });
    expect(sent[0]).toBeInstanceOf(GetParametersByPathCommand);
    expect(sent.map(({ input }) => input)).toEqual([
      { Path: '/edge-ramp/tunnels' },
      { Path: '/edge-ramp/tunnels', NextToken: 'more' },
      { Path: '/edge-ramp/tunnels', NextToken: 'and more' },
    ]);
  });

  test('that somebody spoiled are named, and keep no other from being read', async () => {
    const { client: ssm } = client({
      Parameters: [
        stored('edge-b', '{'),
        stored('edge-c', 'null'),
        stored('edge-d', JSON.stringify(EXAMPLE)),
        stored('edge-e', JSON.stringify({ name: 'edge-e', kind: 'ramp', watch: 5 })),
        stored('edge-f', '"edge-f"'),
        stored('edge-a', JSON.stringify(EXAMPLE)),
      ],
    });
    const { tunnels, unreadable } = await storedDeclarations(of(SSMClient, ssm), PREFIX);
    expect(tunnels).toEqual([EXAMPLE]);
    expect(unreadable).toEqual(['edge-b', 'edge-c', 'edge-d', 'edge-e', 'edge-f'].map((name) => PREFIX + name));
  });
});

describe('the watch', () => {
  test('counts an instance as connected only while its agent answers', async () => {
    const { client: ssm, sent } = client({
      InstanceInformationList: [
        { InstanceId: 'i-1', PingStatus: 'Online' },
        { InstanceId: 'i-2', PingStatus: 'ConnectionLost' },
        { InstanceId: 'i-3', PingStatus: 'Inactive' },
      ],
    });
    expect([...(await connectedInstances(ssm, ['i-1', 'i-2', 'i-3', 'i-4']))]).toEqual(['i-1']);
    expect(sent[0]).toBeInstanceOf(DescribeInstanceInformationCommand);
    expect(sent[0]!.input).toEqual({
      Filters: [{ Key: 'InstanceIds', Values: ['i-1', 'i-2', 'i-3', 'i-4'] }],
      MaxResults: 50,
    });
  });

  test('asks for fifty instances at a time, and for none without a call', async () => {
    const many = Array.from({ length: 51 }, (_, i) => `i-${i}`);
    const { client: ssm, sent } = client({}, {});
    await connectedInstances(ssm, many);
    expect(sent.map(({ input }) => input.Filters[0].Values.length)).toEqual([50, 1]);
    expect(await connectedInstances(client().client, [])).toEqual(new Set());
  });

  test("reads a tunnel's item, cheaply unless it has to be consistent, and writes nothing", async () => {
    const { client: table, sent } = client({ Item: { wanted: { S: 'applied' }, fence: { N: '7' } } }, {});
    expect(await memoryOf(table, 'tunnels', 'edge-a', false)).toMatchObject({ wanted: 'applied', fence: 7 });
    expect(sent[0]).toBeInstanceOf(GetItemCommand);
    const key = { TableName: 'tunnels', Key: { tunnel: { S: 'edge-a' } } };
    expect(sent[0]!.input).toEqual({ ...key, ConsistentRead: false });
    expect(await memoryOf(table, 'tunnels', 'edge-a', true)).toMatchObject({ wanted: null, fence: 0 });
    expect(sent[1]!.input).toEqual({ ...key, ConsistentRead: true });
  });

  test("reads a pair's item by its key", async () => {
    const { client: table, sent } = client({ Item: { holder: { S: 'arn:one' }, holderTunnel: { S: 'edge-b' } } });
    expect(await pairItemOf(table, 'tunnels', 'pair a+b', true)).toEqual({
      holder: 'arn:one',
      holderTunnel: 'edge-b',
      since: 0,
    });
    expect(sent[0]!.input).toEqual({
      TableName: 'tunnels',
      Key: { tunnel: { S: 'pair a+b' } },
      ConsistentRead: true,
    });
  });

  test('finds of which tunnels a run left something, on whatever page of the table they stand', async () => {
    const more = { tunnel: { S: 'edge-b' } };
    const { client: table, sent } = client(
      { Items: [{ tunnel: { S: 'edge-a' } }], LastEvaluatedKey: more },
      { Items: [more] },
      {},
    );
    expect(await unfinished(of(DynamoDBClient, table), 'tunnels')).toEqual(['edge-a', 'edge-b']);
    expect(sent.map(({ input }) => input.ExclusiveStartKey)).toEqual([undefined, more]);
    expect(sent[0]!.input).toMatchObject({
      TableName: 'tunnels',
      FilterExpression: 'attribute_exists(#owner) OR attribute_exists(#before)',
      ProjectionExpression: 'tunnel',
    });
  });

  test('tells people what it could not look at, where to look, and what to read', async () => {
    const { client: sns, sent } = client({});
    const topic = 'arn:aws:sns:eu-central-1:123456789012:notices';
    await sendNotice(sns, COULD_NOT_LOOK, {
      topic,
      machine: MACHINE,
      tunnel: 'edge-a',
      why: 'ramp node i-1 cannot be reached',
    });
    expect(sent[0]).toBeInstanceOf(PublishCommand);
    const { TopicArn, Subject, Message } = sent[0]!.input;
    expect([TopicArn, Subject]).toEqual([topic, 'edge-ramp: edge-a: The watch could not look']);
    expect(Message.split('\n')[0]).toBe(
      'edge-a: The watch could not look, so it is unknown whether the tunnel carries: ramp node i-1 cannot be reached.',
    );
    expect(Message).toContain(
      `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/statemachines/view/${MACHINE}`,
    );
    const gov = MACHINE.replace('arn:aws:states:eu-central-1', 'arn:aws-us-gov:states:us-gov-west-1');
    await sendNotice(sns, COULD_NOT_LOOK, { topic, machine: gov, tunnel: 'edge-a', why: 'it is away' });
    expect(sent[1]!.input.Message).toContain(
      `https://us-gov-west-1.console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#/statemachines/view/${gov}`,
    );
    const [, heading] = /docs\/RUNBOOK\.md, "(.*)"/.exec(Message)!;
    expect(readFileSync(join(__dirname, '../../docs/RUNBOOK.md'), 'utf8')).toContain(`\n## ${heading}\n`);
  });

  test('tells people that a node keeps putting something back, once until that is over, with its own heading', async () => {
    const { client: sns, sent } = client({});
    const why = 'ramp node i-1: its keeper put something back 7 times within the last hour';
    await sendNotice(sns, KEEPS_DRIFTING, { topic: 'arn:1', machine: MACHINE, tunnel: 'edge-a', why });
    const { Subject, Message } = sent[0]!.input;
    expect(Subject).toBe('edge-ramp: edge-a: Repeated drift on a node');
    expect(Message).toContain(`edge-a: Repeated drift on a node, which puts it back each time: ${why}.`);
    expect(Message).toContain('again after an hour in which nothing had to be put back, after a run, or after a pause');
    expect(readFileSync(join(__dirname, '../../docs/RUNBOOK.md'), 'utf8')).toContain('\n## Repeated drift on a node\n');
  });

  test('counts by a line of the log from which CloudWatch makes a metric', () => {
    const printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    publish('watch', [{ name: 'CouldNotLook', value: 1 }]);
    const [line, ...others] = printed.mock.calls.map(([text]) => JSON.parse(String(text)));
    printed.mockRestore();
    expect(others).toEqual([]);
    expect(line).toMatchObject({ service: 'watch', CouldNotLook: 1 });
    expect(line._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'edge-ramp',
        Dimensions: [['service']],
        Metrics: [{ Name: 'CouldNotLook', Unit: 'Count' }],
      },
    ]);
  });
});
