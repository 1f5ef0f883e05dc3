import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type GetExecutionHistoryInput,
  type ListExecutionsInput,
  type StartExecutionInput,
} from '@aws-sdk/client-sfn';
import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openLab, type ExecutionRecord, type Lab } from '../../../lab';
import { eventually, FakeHosts, table, text, writeAssembly } from './support';

const ROLE = 'arn:aws:iam::000000000000:role/Lab-Role';
const TOPIC = 'arn:aws:sns:local-1:000000000000:Failures';

/** Waits as many seconds as it is told to, 0 unless it is. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Long?',
  States: {
    'Long?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.seconds) %}', Next: 'Wait' }],
      Default: 'Look',
    },
    Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Look' },
    Look: {
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:getItem',
      Arguments: { TableName: 'Lab-Table', Key: { tunnel: { S: 'edge-a' } } },
      Output: '{% $states.input %}',
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
};
const parameters = ['edge-ramp/tunnels/edge-a', 'edge-ramp/tunnels/edge-b', 'edge-ramp/tunnels/old/edge-c', 'other'];
/** Writes down what it gets. */
const keeps = 'exports.handler = async (event) => console.log(JSON.stringify(event));';
const resources = {
  Table: table,
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['edge-ramp'] },
      State: 'ENABLED',
      Targets: [{ Id: 'Keeps', Arn: { 'Fn::GetAtt': ['Keeps', 'Arn'] } }],
    },
  },
  Role: { Type: 'AWS::IAM::Role', Properties: {} },
  Failures: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'Failures' } },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'machine',
      DefinitionString: JSON.stringify(definition),
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  },
  ...Object.fromEntries(
    parameters.map((name, i) => [
      `Parameter${i}`,
      { Type: 'AWS::SSM::Parameter', Properties: { Name: `/${name}`, Value: JSON.stringify({ name: `${i}` }) } },
    ]),
  ),
};
const assembly = writeAssembly(resources, { Keeps: keeps });

const state = mkdtempSync(join(tmpdir(), 'edge-ramp-wire-'));
const changes: string[] = [];
let lab: Lab;
let options: { region: string; credentials: { accessKeyId: string; secretAccessKey: string }; endpoint: string };
let sfn: SFNClient;
const open = async () => {
  lab = await openLab({
    assembly,
    state,
    speed: 50,
    events: true,
    hosts: async () => new FakeHosts([]),
    onExecution: ({ Name, Status }: ExecutionRecord) => changes.push(`${Name} ${Status}`),
  });
  options = {
    region: 'local-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    endpoint: lab.url,
  };
  sfn = new SFNClient({ ...options, maxAttempts: 1 });
};
beforeAll(open);
afterAll(async () => {
  await lab.close();
  rmSync(state, { recursive: true, force: true });
});

const start = (rest: Partial<StartExecutionInput> = {}) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: lab.stateMachine, ...rest }));
const describeRun = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));
const ended = (executionArn: string) =>
  eventually(async () => {
    const execution = await describeRun(executionArn);
    return execution.status === 'RUNNING' ? undefined : execution;
  });
const started = async (rest: Partial<StartExecutionInput> = {}) => (await start(rest)).executionArn!;
const history = async (executionArn: string, rest: Partial<GetExecutionHistoryInput> = {}) =>
  sfn.send(new GetExecutionHistoryCommand({ executionArn, ...rest }));
const list = (rest: Partial<ListExecutionsInput> = {}) =>
  sfn.send(new ListExecutionsCommand({ stateMachineArn: lab.stateMachine, ...rest }));

describe('Step Functions', () => {
  test('an execution is started, described and told of', async () => {
    const { executionArn: arn, startDate } = await start({ name: 'first', input: '{ "tunnel": "edge-a" }' });
    expect(arn).toBe('arn:aws:states:local-1:000000000000:execution:machine:first');
    expect(Date.now() - startDate!.getTime()).toBeLessThan(60_000);
    expect(await ended(arn!)).toMatchObject({
      executionArn: arn,
      stateMachineArn: 'arn:aws:states:local-1:000000000000:stateMachine:machine',
      name: 'first',
      status: 'SUCCEEDED',
      startDate,
      stopDate: expect.any(Date) as Date,
      input: '{ "tunnel": "edge-a" }', // as it was typed
      output: '{"tunnel":"edge-a"}',
    });
    expect(changes).toEqual(['first RUNNING', 'first SUCCEEDED']);
  });

  test('without a name and an input it gets a name of its own, and an empty object', async () => {
    const [one, two] = [await started(), await started()];
    expect(one).not.toBe(two);
    expect(await ended(one)).toMatchObject({ status: 'SUCCEEDED', input: '{}', output: '{}' });
  });

  test('the same name and input while it runs is the same execution; anything else exists already', async () => {
    const input = '{"seconds": 1000}';
    const first = await start({ name: 'again', input });
    expect(await start({ name: 'again', input })).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    });
    const exists = { name: 'ExecutionAlreadyExists' };
    await expect(start({ name: 'again', input: '{"seconds": 1001}' })).rejects.toMatchObject(exists);
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn }));
    await expect(start({ name: 'again', input })).rejects.toMatchObject(exists);
  });

  test.each([
    ['StateMachineDoesNotExist', { stateMachineArn: 'arn:aws:states:local-1:000000000000:stateMachine:other' }],
    ['InvalidArn', { stateMachineArn: 'machine' }],
    ['InvalidExecutionInput', { input: '{"tunnel": edge-a}' }],
    ['InvalidExecutionInput', { input: JSON.stringify('x'.repeat(262_144)) }],
    ['InvalidName', { name: 'a/b' }],
    ['InvalidName', { name: 'a b' }],
    ['InvalidName', { name: 'x'.repeat(81) }],
    ['ValidationException', { traceHeader: 'x' }],
  ])('a start that breaks a rule is %s', async (name, rest) => {
    await expect(start(rest)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  test('a stopped execution says why', async () => {
    const executionArn = await started({ input: '{"seconds": 1000}' });
    const { stopDate } = await sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'lunch' }));
    expect(await describeRun(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'lunch',
      stopDate,
    });
    const { events } = await history(executionArn, { reverseOrder: true });
    expect(events![0]).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Enough', cause: 'lunch' },
    });
    await sfn.send(new StopExecutionCommand({ executionArn, error: 'Late' }));
    expect(await describeRun(executionArn)).toMatchObject({ error: 'Enough', stopDate });
  });

  test('a history is read in pages, backwards, and without data', async () => {
    const arn = await started({ input: '{"seconds": 1}' });
    await ended(arn);
    const { events } = await history(arn);
    expect(events!.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    const { startDate, stopDate } = await describeRun(arn);
    expect(Math.abs(events![0]!.timestamp!.getTime() - startDate!.getTime())).toBeLessThan(1000);
    expect(Math.abs(events!.at(-1)!.timestamp!.getTime() - stopDate!.getTime())).toBeLessThan(1000);
    expect(events![5]!.stateEnteredEventDetails).toMatchObject({ name: 'Look', input: '{"seconds":1}' });

    const first = await history(arn, { reverseOrder: true, maxResults: 10 });
    const second = await history(arn, { reverseOrder: true, maxResults: 10, nextToken: first.nextToken });
    expect([...first.events!, ...second.events!]).toEqual([...events!].reverse());
    expect(second.nextToken).toBeUndefined();
    await expect(history(arn, { nextToken: 'elsewhere' })).rejects.toMatchObject({ name: 'InvalidToken' });

    const spared = await history(arn, { includeExecutionData: false });
    expect(spared.events![5]!.stateEnteredEventDetails).toEqual({ name: 'Look', inputDetails: { truncated: false } });
    expect(JSON.stringify(spared.events)).not.toContain('seconds');
  });

  test('executions are listed, the newest first, in pages and by status', async () => {
    const [older, newer] = [
      await started({ name: 'older' }),
      await started({ name: 'newer', input: '{"seconds": 1000}' }),
    ];
    await ended(older);
    const { executions, nextToken } = await list({ maxResults: 2 });
    expect(executions).toMatchObject([
      { name: 'newer', status: 'RUNNING' },
      { name: 'older', status: 'SUCCEEDED', stopDate: expect.any(Date) as Date },
    ]);
    expect((await list({ nextToken })).executions!.map(({ name }) => name)).not.toContain('older');
    expect((await list({ statusFilter: 'RUNNING' })).executions).toMatchObject([{ name: 'newer' }]);
    await sfn.send(new StopExecutionCommand({ executionArn: newer }));
  });

  test('the state machine is described as it is deployed', async () => {
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: lab.stateMachine }));
    expect(described).toMatchObject({ name: 'machine', status: 'ACTIVE', type: 'STANDARD', roleArn: ROLE });
    expect(JSON.parse(described.definition!)).toEqual(definition);
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toMatchObject([{ stateMachineArn: lab.stateMachine, creationDate: described.creationDate }]);
  });

  test('an execution that there is not does not exist, whatever is asked of it', async () => {
    const executionArn = 'arn:aws:states:local-1:000000000000:execution:machine:nobody';
    const none = { name: 'ExecutionDoesNotExist', message: `Execution Does Not Exist: '${executionArn}'` };
    await expect(describeRun(executionArn)).rejects.toMatchObject(none);
    await expect(history(executionArn)).rejects.toMatchObject(none);
    await expect(sfn.send(new StopExecutionCommand({ executionArn }))).rejects.toMatchObject(none);
  });

  test('what the lab does not implement it says by name', async () => {
    const executionArn = await started();
    await expect(sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'The lab does not implement AWSStepFunctions.RedriveExecution.',
    });
    const answer = await fetch(lab.url);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { __type: 'UnknownOperationException', message: 'The lab does not implement GET /.' },
    ]);
  });

  test("runs of one's own process are executions like the others, and their history outlives the process", async () => {
    const { arn, done } = lab.start({ tunnel: 'edge-a' });
    await done;
    const before = await history(arn);
    await lab.close();
    await open();
    expect(await history(arn)).toMatchObject({ events: before.events });
    expect(await describeRun(arn)).toMatchObject({ status: 'SUCCEEDED', input: '{"tunnel":"edge-a"}' });
  });
});

test('an error names itself in header and body; the answer is in the version of JSON that was asked in', async () => {
  for (const version of ['1.0', '1.1']) {
    const answer = await fetch(lab.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': `application/x-amz-json-${version}` },
      body: '{"Name": "none"}',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ParameterNotFound');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('content-type')).toBe(`application/x-amz-json-${version}`);
    expect(await answer.json()).toMatchObject({ __type: 'ParameterNotFound' });
  }
  const broken = { method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{' };
  expect(await (await fetch(lab.url, broken)).json()).toMatchObject({ __type: 'SerializationException' });
});

test('parameters are read one by one, several together, and by their path', async () => {
  const ssm = new SSMClient(options);
  const { Parameter: one } = await ssm.send(new GetParameterCommand({ Name: '/edge-ramp/tunnels/edge-b' }));
  expect(one).toMatchObject({
    Value: '{"name":"1"}',
    ARN: 'arn:aws:ssm:local-1:000000000000:parameter/edge-ramp/tunnels/edge-b',
  });
  expect(await ssm.send(new GetParametersCommand({ Names: ['/other', '/nothing'] }))).toMatchObject({
    Parameters: [{ Name: '/other' }],
    InvalidParameters: ['/nothing'],
  });
  const below = async (Path: string, rest: object = {}) => {
    const answer = await ssm.send(new GetParametersByPathCommand({ Path, ...rest }));
    return { names: answer.Parameters!.map(({ Name: name }) => name!.split('/').at(-1)), next: answer.NextToken };
  };
  expect((await below('/edge-ramp/tunnels/')).names).toEqual(['edge-a', 'edge-b']);
  expect((await below('/edge-ramp', { Recursive: true })).names).toEqual(['edge-a', 'edge-b', 'edge-c']);
  expect((await below('/edge-ramp')).names).toEqual([]);
  const { names, next } = await below('/edge-ramp/tunnels', { MaxResults: 1 });
  expect([names, (await below('/edge-ramp/tunnels', { NextToken: next })).names]).toEqual([['edge-a'], ['edge-b']]);
  await expect(below('/edge-ramp/tunnels', { MaxResults: 11 })).rejects.toThrow('MaxResults is from 1 to 10.');
});

describe('EventBridge', () => {
  const entry = { Source: 'edge-ramp', DetailType: 'Reapply requested', Detail: '{"tunnel":"edge-a"}' };
  const put = (...Entries: PutEventsRequestEntry[]) =>
    new EventBridgeClient(options).send(new PutEventsCommand({ Entries }));

  test('an event that is put reaches the functions of the rules that match', async () => {
    const Time = new Date('2026-01-02T03:04:05Z');
    const { FailedEntryCount: failed, Entries: entries } = await put({ ...entry, Time, Resources: ['arn:x'] });
    expect(failed).toBe(0);
    await lab.settled();
    expect(JSON.parse(text(state, 'logs', 'lambda-Lab-Keeps.log').trim())).toEqual({
      version: '0',
      id: entries![0]!.EventId,
      'detail-type': 'Reapply requested',
      source: 'edge-ramp',
      account: '000000000000',
      time: '2026-01-02T03:04:05Z',
      region: 'local-1',
      resources: ['arn:x'],
      detail: { tunnel: 'edge-a' },
    });
  });

  test('an entry with a mistake is answered as such, and the others are put', async () => {
    const answer = await put(
      { ...entry, Detail: '{tunnel: edge-a}' },
      { ...entry, Detail: '"edge-a"' },
      { ...entry, Source: undefined },
      { ...entry, DetailType: '' },
      { ...entry, Source: 'aws.ec2' },
      { ...entry, EventBusName: 'mine' },
      { ...entry, EventBusName: 'default' },
    );
    expect(answer.FailedEntryCount).toBe(6);
    expect(answer.Entries!.map(({ ErrorCode: code, EventId: id }) => code ?? typeof id)).toEqual([
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'InvalidArgument',
      'NotAuthorizedForSourceException',
      'ResourceNotFoundException',
      'string',
    ]);
    await expect(put(...Array.from({ length: 11 }, () => entry))).rejects.toThrow('from 1 to 10');
  });
});

test('DynamoDB answers at the same address, its errors included', async () => {
  const dynamodb = new DynamoDBClient(options);
  const Item = { tunnel: { S: 'edge-z' }, fence: { N: '1' } };
  await dynamodb.send(new PutItemCommand({ TableName: 'Lab-Table', Item }));
  const key = { TableName: 'Lab-Table', Key: { tunnel: { S: 'edge-z' } } };
  expect((await dynamodb.send(new GetItemCommand(key))).Item).toEqual(Item);
  expect(await lab.item('edge-z')).toEqual({ tunnel: 'edge-z', fence: 1 });
  const taken = new PutItemCommand({
    TableName: 'Lab-Table',
    Item,
    ConditionExpression: 'attribute_not_exists(tunnel)',
  });
  await expect(dynamodb.send(taken)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('SNS speaks its own protocol: what is published is kept beside what the state machine publishes', async () => {
  const sns = new SNSClient(options);
  const message = { TopicArn: TOPIC, Subject: 'edge-a', Message: 'Zeichen <&> "über" +%' };
  const { MessageId: id } = await sns.send(new PublishCommand(message));
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(text(state, 'logs', 'notices.log').trim().split('\n').at(-1)!)).toEqual(message);
  await expect(sns.send(new PublishCommand({ ...message, TopicArn: `${TOPIC}s` }))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  });
  await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('clients that are told nothing but AWS_ENDPOINT_URL and its kin come to the lab', async () => {
  const before = { ...process.env };
  Object.assign(process.env, lab.environment);
  try {
    const { stateMachines } = await new SFNClient({}).send(new ListStateMachinesCommand({}));
    expect(stateMachines).toHaveLength(1);
  } finally {
    process.env = before;
  }
});
