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
import { eventually } from './support';
import { definition, ROLE, Served } from './wire-lab';

const served = new Served();
let sfn: SFNClient;
const open = async () => {
  await served.open();
  sfn = new SFNClient({ ...served.options, maxAttempts: 1 });
};
beforeAll(open);
afterAll(() => served.remove());

const start = (rest: Partial<StartExecutionInput> = {}) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: served.lab.stateMachine, ...rest }));
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
  sfn.send(new ListExecutionsCommand({ stateMachineArn: served.lab.stateMachine, ...rest }));

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
    expect(served.changes).toEqual(['first RUNNING', 'first SUCCEEDED']);
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
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: served.lab.stateMachine }));
    expect(described).toMatchObject({ name: 'machine', status: 'ACTIVE', type: 'STANDARD', roleArn: ROLE });
    expect(JSON.parse(described.definition!)).toEqual(definition);
    const { stateMachines } = await sfn.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toMatchObject([
      { stateMachineArn: served.lab.stateMachine, creationDate: described.creationDate },
    ]);
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
    const answer = await fetch(served.lab.url);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { __type: 'UnknownOperationException', message: 'The lab does not implement GET /.' },
    ]);
  });

  test("runs of one's own process are executions like the others, and their history outlives the process", async () => {
    const { arn, done } = served.lab.start({ tunnel: 'edge-a' });
    await done;
    const before = await history(arn);
    await served.lab.close();
    await open();
    expect(await history(arn)).toMatchObject({ events: before.events });
    expect(await describeRun(arn)).toMatchObject({ status: 'SUCCEEDED', input: '{"tunnel":"edge-a"}' });
  });
});
