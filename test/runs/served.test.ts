import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { BIGIP, discard, endOf, site, type Site, type SiteOptions } from './support/site';

let open: Site;
let sfn: SFNClient;
const begin = async (options?: SiteOptions) => {
  open = await site(options);
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  sfn = new SFNClient({ endpoint: open.lab.url, region: 'local-1', credentials });
};
afterEach(() => discard(open));

const start = async (input: object) =>
  (await sfn.send(new StartExecutionCommand({ stateMachineArn: open.lab.stateMachine, input: JSON.stringify(input) })))
    .executionArn!;
const describeRun = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));

/** Waits for an execution to end. */
async function ended(executionArn: string) {
  for (;;) {
    const execution = await describeRun(executionArn);
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until an execution has entered a state. */
async function entered(executionArn: string, state: string): Promise<void> {
  while (!(await history(executionArn)).some(({ stateEnteredEventDetails: details }) => details?.name === state))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function history(executionArn: string): Promise<readonly HistoryEvent[]> {
  const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events!;
}

/** What holds of every history: numbers without a gap, each event after an earlier one, one beginning and one end. */
function soundly(events: readonly HistoryEvent[], end: string): void {
  expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
  expect(events.filter(({ id, previousEventId: previous }) => !(previous! < id!))).toEqual([]);
  const [first, last] = [events[0]!.type, events.at(-1)!.type];
  expect([first, last]).toEqual(['ExecutionStarted', end]);
  expect(events.filter(({ type }) => type!.startsWith('Execution'))).toHaveLength(2);
  const scheduled = events.filter(({ type }) => type === 'TaskScheduled').length;
  const answered = events.filter(({ type }) => /^Task(Succeeded|Failed|TimedOut)$/.test(type!)).length;
  expect(scheduled > answered).toBe(end === 'ExecutionAborted'); // what was under way then is never answered
}

test("a run that is started over the wire is the run that one's own process would start, and is told whole", async () => {
  await begin();
  const arn = await start({ tunnel: 'edge-a' });
  const { status, output } = await ended(arn);
  expect([status, (JSON.parse(output!) as { endState: string }).endState]).toEqual(['SUCCEEDED', 'Applied']);
  soundly(await history(arn), 'ExecutionSucceeded');

  const again = await open.run();
  expect(endOf(again)).toBe('Unchanged');
  const events = await history(again.arn);
  soundly(events, 'ExecutionSucceeded');
  // AWS bills a transition for each state entered and for each attempt after the first.
  expect(events.filter(({ type }) => type!.endsWith('StateEntered'))).toHaveLength(again.transitions);
});

test('a run that failed says in its history where, and ends with its own error', async () => {
  await begin({ faults: [{ host: BIGIP, match: 'save sys config', nth: 1, effect: 'fail-before' }] });
  const arn = await start({ tunnel: 'edge-a' });
  expect(await ended(arn)).toMatchObject({ status: 'FAILED', error: 'RolledBack' });
  const events = await history(arn);
  soundly(events, 'ExecutionFailed');
  expect(events.at(-1)!.executionFailedEventDetails).toMatchObject({
    error: 'RolledBack',
    cause: expect.stringContaining('refused "save sys config"') as string,
  });
  expect(events.at(-2)).toMatchObject({ type: 'FailStateEntered', stateEnteredEventDetails: { name: 'RolledBack' } });
});

test('a run that was stopped over the wire leaves its lease, and the next run goes on from there', async () => {
  await begin();
  const stopped = await start({ tunnel: 'edge-a' });
  await entered(stopped, 'Configure BIG-IP');
  await sfn.send(new StopExecutionCommand({ executionArn: stopped, error: 'Enough', cause: 'by hand' }));
  expect(await describeRun(stopped)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' });
  soundly(await history(stopped), 'ExecutionAborted');
  expect(await open.lab.item('edge-a')).toMatchObject({ owner: stopped });
  const next = await start({ tunnel: 'edge-a' });
  expect(JSON.parse((await ended(next)).output!)).toMatchObject({ endState: 'Applied' });
});
