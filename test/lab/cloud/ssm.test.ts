import {
  CancelCommandCommand,
  DescribeActivationsCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
  type GetCommandInvocationResult,
  type SendCommandRequest,
} from '@aws-sdk/client-ssm';
import type { SendFault } from '../../../lab/hosts/host';
import { Clock } from '../../../lab/cloud/clock';
import { Endpoint } from '../../../lab/cloud/endpoint';
import { Commands, type Fleet } from '../../../lab/cloud/ssm/commands';
import { readDocument } from '../../../lab/cloud/ssm/document';
import { readAssembly } from '../../../lab/cloud/template';
import { documentResource, eventually, FakeHosts, parameter, temporaryFolder, writeAssembly } from './support';

const NODE = 'i-0aaa';
const GONE = 'i-0bbb';
/** Delivery times out after 30 s at the least. */
const SPEED = 60;

const documents = writeAssembly({
  Say: documentResource(
    'say',
    ['#!/bin/bash', 'echo "$SSM_Word $FROM_HOST ${BASH_VERSION:+bash} $LAB"', 'echo "to err" >&2', 'exit "$SSM_Code"'],
    {
      Word: parameter({ allowedPattern: '^[a-z]+$' }),
      Code: parameter({ default: '0', allowedPattern: '^[0-9]+$' }),
    },
  ),
  Tell: documentResource('tell', ['#!/bin/bash', 'env | grep -E "^(AWS_|HOME=)" | sort']),
  Long: documentResource('long', ["head -c 30000 /dev/zero | tr '\\0' x"]),
  Hangs: documentResource('hangs', ['#!/bin/bash', 'hangs & hangs'], {}, 600),
  Slow: documentResource('slow', ['sleep 100'], {}, 1),
  Pause: documentResource('pause', ['sleep 0.3']),
});

let hosts: FakeHosts;
let commands: Commands;
let endpoint: Endpoint;
let ssm: SSMClient;

const open = async (speed: number, more: Pick<Fleet, 'faults' | 'pickUp' | 'endSender'> = {}) => {
  hosts = new FakeHosts([NODE]);
  const known = new Map(
    readAssembly(documents)
      .resources('AWS::SSM::Document')
      .map((each) => [each.name, readDocument(each)]),
  );
  const environment = { LAB: 'lab' };
  commands = new Commands({
    hosts,
    clock: new Clock(speed),
    documents: () => known,
    registered: new Set([GONE]),
    environment,
    directory: temporaryFolder(),
    ...more,
  });
  endpoint = await Endpoint.open(commands.operations);
  ssm = new SSMClient({
    endpoint: endpoint.url,
    region: 'local-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
};
const close = async () => {
  ssm.destroy();
  await commands.close();
  await endpoint.close();
};
beforeEach(() => open(SPEED));
afterEach(close);

const send = async (DocumentName: string, rest: Partial<SendCommandRequest> = {}) =>
  (await ssm.send(new SendCommandCommand({ DocumentName, InstanceIds: [NODE], ...rest }))).Command!;
const say = (parameters: Record<string, string[]>) => send('say', { Parameters: parameters });
const get = (CommandId: string, InstanceId = NODE) =>
  ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
const settled = (id: string, instance = NODE): Promise<GetCommandInvocationResult> =>
  eventually(async () => {
    const answer = await get(id, instance).catch((error: Error) => {
      if (error.name !== 'InvocationDoesNotExist') throw error;
    });
    return answer && !['Pending', 'InProgress'].includes(answer.Status!) ? answer : undefined;
  });

test('a command runs on its host under its own interpreter, with its parameters as SSM_ variables', async () => {
  const { CommandId: id } = await say({ Word: ['hello'] });
  expect(await settled(id!)).toMatchObject({
    Status: 'Success',
    StatusDetails: 'Success',
    ResponseCode: 0,
    StandardOutputContent: 'hello yes bash lab\n',
    StandardErrorContent: 'to err\n',
    PluginName: 'run',
  });
});

test('a look at a command that is at work is answered when it has ended: few looks are needed, however fast pauses pass', async () => {
  const { CommandId: id } = await send('pause');
  const seen: (string | undefined)[] = [];
  await eventually(async () => {
    seen.push((await get(id!).catch((): { Status?: string } => ({}))).Status);
    return seen.at(-1) === 'Success' ? true : undefined;
  });
  expect(seen.filter((status) => status === 'InProgress').length).toBeLessThan(8);
});

test('the agent tells a script its region and instance by names of its own, and no HOME', async () => {
  const { CommandId: id } = await send('tell');
  expect(await settled(id!)).toMatchObject({
    StandardOutputContent: `AWS_SSM_INSTANCE_ID=${NODE}\nAWS_SSM_REGION_NAME=local-1\n`,
  });
});

test('a script that ends with an error fails with its exit code', async () => {
  const { CommandId: id } = await say({ Word: ['x'], Code: ['7'] });
  expect(await settled(id!)).toMatchObject({ Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 7 });
});

test('a command just sent does not exist yet', async () => {
  await close();
  await open(1); // long enough to be seen
  const { CommandId: id } = await say({ Word: ['x'] });
  await expect(get(id!)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
  expect((await ssm.send(new ListCommandsCommand({ CommandId: id }))).Commands).toEqual([]);
});

test('only the first 24,000 characters of output come back', async () => {
  const { CommandId: id } = await send('long');
  expect((await settled(id!)).StandardOutputContent).toHaveLength(24_000);
});

describe('a command is refused', () => {
  test.each([
    ['for an unknown instance', () => send('say', { InstanceIds: ['i-0ccc'] }), 'InvalidInstanceId', /i-0ccc/],
    ['for an unknown document', () => send('other'), 'InvalidDocument', /other/],
    ['without a parameter', () => say({}), 'InvalidParameters', /"Word" has no value/],
    [
      'with an unknown parameter',
      () => say({ Word: ['x'], More: ['y'] }),
      'InvalidParameters',
      /"More" is not declared/,
    ],
    ['with a value outside the pattern', () => say({ Word: ['x;reboot'] }), 'InvalidParameters', /allowedPattern/],
    ['with a line feed after a good value', () => say({ Word: ['x\n'] }), 'InvalidParameters', /allowedPattern/],
    ['with two values', () => say({ Word: ['x', 'y'] }), 'InvalidParameters', /one value/],
    [
      'with a delivery time-out below 30 s',
      () => send('long', { TimeoutSeconds: 5 }),
      'ValidationException',
      /TimeoutSeconds/,
    ],
    [
      'with anything the lab would ignore',
      () => send('long', { ServiceRoleArn: 'arn:x' }),
      'ValidationException',
      /ServiceRoleArn/,
    ],
  ])('%s', async (_, sending, name, message) => {
    await expect(sending()).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string });
    expect(commands.trips()).toEqual([]);
  });
});

test('an operation that the lab does not have is unknown', async () => {
  await expect(ssm.send(new DescribeActivationsCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});

test('a host that is gone never gets the command: delivery times out', async () => {
  const { CommandId: id } = await send('long', { InstanceIds: [GONE], TimeoutSeconds: 30 });
  expect(await settled(id!, GONE)).toMatchObject({
    Status: 'TimedOut',
    StatusDetails: 'DeliveryTimedOut',
    ResponseCode: -1,
    ExecutionStartDateTime: '',
  });
});

test('a script that runs too long is ended by its execution time-out', async () => {
  const { CommandId: id } = await send('slow');
  expect(await settled(id!)).toMatchObject({
    Status: 'TimedOut',
    StatusDetails: 'ExecutionTimedOut',
    ResponseCode: 137,
  });
});

test('when a device hangs, the execution time-out has passed at once', async () => {
  const { CommandId: id } = await send('hangs');
  await eventually(async () => ((await get(id!).catch(() => undefined))?.Status === 'InProgress' ? true : undefined));
  hosts.hang();
  expect(await settled(id!)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' });
});

test('a cancelled command ends, before delivery and while it runs', async () => {
  const cancel = (CommandId: string, instance = NODE) =>
    ssm.send(new CancelCommandCommand({ CommandId, InstanceIds: [instance] }));
  const { CommandId: early } = await send('hangs', { InstanceIds: [GONE] });
  await cancel(early!, GONE);
  expect(await settled(early!, GONE)).toMatchObject({ Status: 'Cancelled', ExecutionStartDateTime: '' });
  const { CommandId: late } = await send('hangs');
  await eventually(async () => ((await get(late!).catch(() => undefined))?.Status === 'InProgress' ? true : undefined));
  await cancel(late!);
  expect(await settled(late!)).toMatchObject({ Status: 'Cancelled', ResponseCode: 137 });
  await expect(cancel('none')).rejects.toMatchObject({ name: 'InvalidCommandId' });
});

test('commands to one host run side by side', async () => {
  await Promise.all([1, 2, 3, 4].map(() => send('hangs')));
  await eventually(() => (commands.trips().every(({ status }) => status === 'InProgress') ? true : undefined));
});

test('a command is found again by document and comment, newest first', async () => {
  await send('pause', { Comment: 'first' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const since = new Date();
  await send('pause', { Comment: 'second' });
  await send('long', { Comment: 'third' });
  const comments = async (Filters: { key: 'DocumentName' | 'InvokedAfter'; value: string }[]) =>
    (await ssm.send(new ListCommandsCommand({ InstanceId: NODE, Filters }))).Commands!.map(({ Comment }) => Comment);
  await eventually(async () => ((await comments([])).length === 3 ? true : undefined));
  expect(await comments([{ key: 'DocumentName', value: 'pause' }])).toEqual(['second', 'first']);
  expect(await comments([{ key: 'InvokedAfter', value: new Date(since.getTime() - 1).toISOString() }])).toEqual([
    'third',
    'second',
  ]);
});

test('the log of trips tells every command, its end and its comment', async () => {
  const { CommandId: id } = await send('pause', { Comment: 'why' });
  expect(commands.trips()).toMatchObject([
    { commandId: id, instance: NODE, document: 'pause', status: 'Pending', comment: 'why', ended: 0 },
  ]);
  await settled(id!);
  const [trip] = commands.trips();
  expect(trip).toMatchObject({ status: 'Success' });
  expect(trip!.ended).toBeGreaterThan(trip!.sent);
});

test('an agent picks a command up as late as it is told to', async () => {
  await close();
  await open(SPEED, { pickUp: 30 });
  await settled((await say({ Word: ['x'] })).CommandId!);
  const [trip] = commands.trips();
  expect((trip!.ended - trip!.sent) * SPEED).toBeGreaterThanOrEqual(29_000); // timers may be a little early
});

describe('a fault of sending', () => {
  const reopen = async (...faults: SendFault[]) => {
    await close();
    await open(SPEED, { faults });
  };
  const word = { Parameters: { Word: ['x'] } };
  /** The SDK itself would try again. */
  const once = () => {
    ssm.destroy();
    ssm = new SSMClient({
      endpoint: endpoint.url,
      region: 'local-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    });
  };

  test('throttle: so many commands to that instance are refused, and not sent', async () => {
    await reopen({ host: NODE, nth: 2, times: 2, effect: 'throttle' });
    once();
    const ends = [];
    for (let i = 0; i < 4; i++)
      ends.push(
        await send('say', word).then(
          () => 'sent',
          (error: Error) => error.name,
        ),
      );
    expect(ends).toEqual(['sent', 'ThrottlingException', 'ThrottlingException', 'sent']);
    expect(commands.trips()).toHaveLength(2);
    expect(commands.sends()).toEqual(
      [false, true, true, false].map((struck) => ({
        instance: NODE,
        document: 'say',
        ...(struck ? { effect: 'throttle' } : {}),
      })),
    );
  });

  test('counts the documents that it matches, for its instance alone', async () => {
    await reopen({ host: NODE, match: '^sa', nth: 2, effect: 'throttle' }, { host: GONE, nth: 1, effect: 'throttle' });
    once();
    await send('pause');
    await send('say', word);
    await send('pause');
    await expect(send('say', word)).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    await expect(send('pause', { InstanceIds: [GONE] })).rejects.toMatchObject({ name: 'ThrottlingException' });
    await send('pause');
  });

  test('does not count a command that is refused for its own sake', async () => {
    await reopen({ host: NODE, nth: 1, effect: 'throttle' });
    once();
    await expect(say({ Word: ['X'] })).rejects.toMatchObject({ name: 'InvalidParameters' });
    await expect(send('say', word)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('lose-result: the command runs and is listed, but its invocation is not known', async () => {
    await reopen({ host: NODE, nth: 1, effect: 'lose-result' });
    const { CommandId: id } = await send('say', word);
    await eventually(() => commands.trips().find(({ status }) => status === 'Success'));
    await expect(get(id!)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
    expect((await ssm.send(new ListCommandsCommand({ CommandId: id }))).Commands).toHaveLength(1);
    const { CommandId: next } = await send('say', word);
    expect((await settled(next!)).Status).toBe('Success');
  });

  test('lose-answer: the command runs and is listed, but its sender gets an internal error', async () => {
    await reopen({ host: NODE, nth: 1, effect: 'lose-answer' });
    once();
    await expect(send('say', word)).rejects.toMatchObject({ name: 'InternalServerError' });
    await eventually(() => commands.trips().find(({ status }) => status === 'Success'));
    expect((await ssm.send(new ListCommandsCommand({}))).Commands).toHaveLength(1);
  });

  test('throttle-result: the first questions about its outcome are refused, and then it is told', async () => {
    await reopen({ host: NODE, nth: 1, effect: 'throttle-result' });
    once();
    const { CommandId: id } = await send('say', word);
    for (let i = 0; i < 4; i++) await expect(get(id!)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await settled(id!)).Status).toBe('Success');
  });

  test('end-sender: the function that sends this document is to end, and the command runs', async () => {
    const ended: string[] = [];
    await close();
    await open(SPEED, {
      faults: [{ host: NODE, nth: 2, effect: 'end-sender' }],
      endSender: (document) => ended.push(document),
    });
    await send('say', word);
    expect(ended).toEqual([]);
    const { CommandId: id } = await send('say', word);
    expect((await settled(id!)).Status).toBe('Success');
    expect(ended).toEqual(['say']);
  });

  test('late-delivery: the sender is told that it was not delivered, and then it is run', async () => {
    await reopen({ host: NODE, nth: 1, effect: 'late-delivery', after: 10 });
    const { CommandId: id } = await send('say', { Parameters: { Word: ['x'], Code: ['7'] }, TimeoutSeconds: 30 });
    const told = {
      Status: 'TimedOut',
      StatusDetails: 'DeliveryTimedOut',
      ResponseCode: -1,
      ExecutionStartDateTime: '',
    };
    expect(await settled(id!)).toMatchObject(told);
    expect(commands.trips()[0]!.late).toBeUndefined();
    const late = await eventually(() => commands.trips()[0]!.late);
    expect(late).toEqual({ code: 7, stderr: 'to err\n' });
    expect(await get(id!)).toMatchObject({ ...told, StandardOutputContent: '' });
  });

  test('late-delivery: a command that was cancelled, or whose host has gone, is not run', async () => {
    await reopen({ host: NODE, nth: 1, times: 2, effect: 'late-delivery', after: 1 });
    const { CommandId: cancelled } = await send('say', { ...word, TimeoutSeconds: 30 });
    await send('say', { ...word, TimeoutSeconds: 30 });
    await ssm.send(new CancelCommandCommand({ CommandId: cancelled, InstanceIds: [NODE] }));
    hosts.leave(NODE);
    await eventually(() => commands.trips().find(({ status }) => status === 'DeliveryTimedOut'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(commands.trips()).toMatchObject([{ status: 'Cancelled' }, { status: 'DeliveryTimedOut' }]);
    expect(commands.trips().flatMap(({ late }) => (late ? [late] : []))).toEqual([]);
  });
});
