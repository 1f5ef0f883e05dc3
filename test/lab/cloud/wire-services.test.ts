import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { text } from './support';
import { Served, TOPIC } from './wire-lab';

const served = new Served();
beforeAll(() => served.open());
afterAll(() => served.remove());

test('an error names itself in header and body; the answer is in the version of JSON that was asked in', async () => {
  for (const version of ['1.0', '1.1']) {
    const answer = await fetch(served.lab.url, {
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
  expect(await (await fetch(served.lab.url, broken)).json()).toMatchObject({ __type: 'SerializationException' });
});

test('parameters are read one by one, several together, and by their path', async () => {
  const ssm = new SSMClient(served.options);
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
    new EventBridgeClient(served.options).send(new PutEventsCommand({ Entries }));

  test('an event that is put reaches the functions of the rules that match', async () => {
    const Time = new Date('2026-01-02T03:04:05Z');
    const { FailedEntryCount: failed, Entries: entries } = await put({ ...entry, Time, Resources: ['arn:x'] });
    expect(failed).toBe(0);
    await served.lab.settled();
    expect(JSON.parse(text(served.state, 'logs', 'lambda-Lab-Keeps.log').trim())).toEqual({
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
  const dynamodb = new DynamoDBClient(served.options);
  const Item = { tunnel: { S: 'edge-z' }, fence: { N: '1' } };
  await dynamodb.send(new PutItemCommand({ TableName: 'Lab-Table', Item }));
  const key = { TableName: 'Lab-Table', Key: { tunnel: { S: 'edge-z' } } };
  expect((await dynamodb.send(new GetItemCommand(key))).Item).toEqual(Item);
  expect(await served.lab.item('edge-z')).toEqual({ tunnel: 'edge-z', fence: 1 });
  const taken = new PutItemCommand({
    TableName: 'Lab-Table',
    Item,
    ConditionExpression: 'attribute_not_exists(tunnel)',
  });
  await expect(dynamodb.send(taken)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('SNS speaks its own protocol: what is published is kept beside what the state machine publishes', async () => {
  const sns = new SNSClient(served.options);
  const message = { TopicArn: TOPIC, Subject: 'edge-a', Message: 'Zeichen <&> "über" +%' };
  const { MessageId: id } = await sns.send(new PublishCommand(message));
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(text(served.state, 'logs', 'notices.log').trim().split('\n').at(-1)!)).toEqual(message);
  await expect(sns.send(new PublishCommand({ ...message, TopicArn: `${TOPIC}s` }))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  });
  await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('clients that are told nothing but AWS_ENDPOINT_URL and its kin come to the lab', async () => {
  const before = { ...process.env };
  Object.assign(process.env, served.lab.environment);
  try {
    const { stateMachines } = await new SFNClient({}).send(new ListStateMachinesCommand({}));
    expect(stateMachines).toHaveLength(1);
  } finally {
    process.env = before;
  }
});
