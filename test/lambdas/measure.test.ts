import { logOf, metricsIn, type Log } from './support/log';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { endedRun, stoppedAutomation } from '../../lambdas/measure/ended-run';
import { handler } from '../../lambdas/measure/handler';
import { measurementsOf } from '../../lambdas/measure/measurements';
import { readMemory } from '../../lib/tunnel/run/memory';
import { END_STATES } from '../../lib/tunnel/run/outcome';

const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:one';
const BEGAN = Date.parse('2026-11-23T06:00:10Z');

interface Told {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly status?: DescribeExecutionOutput['status'];
  readonly error?: string;
  readonly cause?: string;
}

/** What Step Functions tells of a run that took 40 seconds. */
function told({
  input = { tunnel: 'edge-a' },
  output,
  status = 'SUCCEEDED',
  ...failed
}: Told): DescribeExecutionOutput {
  return {
    executionArn: ARN,
    stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:edge-ramp',
    status,
    startDate: new Date(BEGAN),
    stopDate: new Date(BEGAN + 40_000),
    input: JSON.stringify(input),
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...failed,
  };
}

const CHANGES = [{ device: 'BIG-IP 10.3.88.66' }, { device: 'BIG-IP 10.3.88.66' }];
const AUTOMATIC = { tunnel: 'edge-a', trigger: 'schedule', asked: '2026-11-23T06:00:00Z' };

/** What is measured of a run, as texts. */
const measured = (run: Told): readonly string[] =>
  measurementsOf(endedRun(told(run)), false).map(
    ({ name, value, tunnel, outcome }) => `${name} ${[outcome ?? tunnel ?? '', value].join(' ').trim()}`,
  );

describe('a run that has ended', () => {
  test('of a person counts as its outcome, and its time as its tunnel’s', () => {
    expect(measured({ output: { endState: 'Applied', changes: CHANGES } })).toEqual([
      'Runs Applied 1',
      'Duration edge-a 40',
    ]);
  });

  test('that automation began and that had to change something has mended drift, from when it was asked for', () => {
    expect(measured({ input: AUTOMATIC, output: { endState: 'Applied', changes: CHANGES } })).toEqual([
      'Runs Applied 1',
      'Duration edge-a 40',
      'Drift edge-a 2',
      'TimeToHeal edge-a 50',
    ]);
  });

  test('that does not say when it was asked for has healed since it began', () => {
    const input = { tunnel: 'edge-a', trigger: 'event' };
    expect(measured({ input, output: { endState: 'Applied', changes: CHANGES } })).toContain('TimeToHeal edge-a 40');
  });

  test('whose event came from a clock that is ahead healed in no time, not before it', () => {
    const input = { ...AUTOMATIC, asked: '2026-11-23T07:00:00Z' };
    expect(measured({ input, output: { endState: 'Applied', changes: CHANGES } })).toContain('TimeToHeal edge-a 0');
  });

  test.each(['Unchanged', 'Planned', 'Verified', 'Restored'])('as %s has mended no drift', (endState) => {
    expect(measured({ input: AUTOMATIC, output: { endState, changes: CHANGES } })).toEqual([
      `Runs ${endState} 1`,
      'Duration edge-a 40',
    ]);
  });

  test.each(['Skipped', 'Paused', 'Resumed'])('as %s counts as that alone', (endState) => {
    expect(measured({ input: AUTOMATIC, output: { endState, changes: [] } })).toEqual([`Runs ${endState} 1`]);
  });

  test.each(['TunnelBusy', 'InvalidRequest'])('as %s makes no metric of a name that nobody has declared', (error) => {
    expect(measured({ status: 'FAILED', error, input: { tunnel: 'no-such' } })).toEqual([`Runs ${error} 1`]);
  });

  test.each(END_STATES.filter(({ succeeds }) => !succeeds).map(({ name }) => name))(
    'as %s counts by its error',
    (error) => {
      expect(measured({ status: 'FAILED', error, cause: 'why' })[0]).toBe(`Runs ${error} 1`);
    },
  );

  test.each([
    ['ABORTED', undefined, 'Aborted'],
    ['TIMED_OUT', 'States.Timeout', 'TimedOut'],
    ['FAILED', 'States.QueryEvaluationError', 'Died'],
    ['FAILED', 'Applied by somebody else', 'Died'],
    ['FAILED', undefined, 'Died'],
  ] as const)('as %s with error %s counts as %s', (status, error, outcome) => {
    expect(measured({ status, ...(error ? { error } : {}) })).toEqual([`Runs ${outcome} 1`, 'Duration edge-a 40']);
  });

  test('that found the same drift again is counted as that', () => {
    const output = { endState: 'Applied', changes: CHANGES, repeatedDrift: true };
    expect(measured({ input: AUTOMATIC, output })).toContain('RepeatedDrift 1');
    expect(measured({ input: AUTOMATIC, output: { ...output, repeatedDrift: false } })).not.toContain(
      'RepeatedDrift 1',
    );
  });

  test.each([
    ['after which the item has two failures', AUTOMATIC, { closedBy: ARN, failures: 2 }, true],
    ['after which the item has one failure', AUTOMATIC, { closedBy: ARN, failures: 1 }, false],
    ['after which the item has none any more', AUTOMATIC, { closedBy: ARN }, false],
    ['that did not write to the item last', AUTOMATIC, { closedBy: `${ARN}-later`, failures: 2 }, false],
    ['of a person', { tunnel: 'edge-a' }, { closedBy: ARN, failures: 2 }, false],
    ['that awaited an instance', { ...AUTOMATIC, awaits: 'i-1' }, { closedBy: ARN, failures: 2 }, false],
  ])('%s: whether automation stopped with it', (_, input, item, stopped) => {
    const run = endedRun(told({ input, status: 'FAILED', error: 'RolledBack', cause: 'automation is stopped' }));
    expect(stoppedAutomation(run, readMemory(item))).toBe(stopped);
  });
});

describe('an input that is no request', () => {
  test.each([
    ['nothing', null],
    ['a list', ['edge-a']],
    ['a text', 'edge-a'],
    ['a number for a name', { tunnel: 7 }],
    ['a name that could not be declared', { tunnel: 'Edge A\n{"level":"ERROR"}' }],
    ['a name that is too long', { tunnel: 'a'.repeat(33) }],
  ])('%s gives no tunnel, and the run is counted all the same', (_, input) => {
    expect(measured({ input, output: { endState: 'Unchanged' } })).toEqual(['Runs Unchanged 1']);
  });

  test('does not decide what is logged as action and trigger', () => {
    const run = endedRun(told({ input: { tunnel: 'edge-a', action: 'x'.repeat(500), trigger: 'me', asked: 'never' } }));
    expect(run).toMatchObject({ action: 'apply', trigger: null, asked: BEGAN });
  });
});

describe('the handler', () => {
  let server: Server;
  let answer: { status: number; body: unknown };
  let item: object;
  let asked: unknown[];
  let log: Log;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const target = String(request.headers['x-amz-target']);
        asked.push([target, JSON.parse(text)]);
        const { status, body } = target.startsWith('DynamoDB') ? { status: 200, body: { Item: item } } : answer;
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      TABLE: 'tunnels',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
      AWS_ENDPOINT_URL_SFN: endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    });
  });
  beforeEach(() => {
    asked = [];
    item = {};
    log = logOf();
  });
  afterEach(() => log.close());
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const described = (run: Told) => {
    const { startDate, stopDate, ...rest } = told(run);
    return { ...rest, startDate: startDate!.getTime() / 1000, stopDate: stopDate!.getTime() / 1000 };
  };

  test('asks for the execution, and publishes each metric under its own dimensions only', async () => {
    answer = { status: 200, body: described({ input: AUTOMATIC, output: { endState: 'Applied', changes: CHANGES } }) };
    await handler({ detail: { executionArn: ARN } });
    expect(asked[0]).toEqual(['AWSStepFunctions.DescribeExecution', { executionArn: ARN }]);
    expect(metricsIn(log.lines())).toEqual([
      'edge-ramp{outcome=Applied,service=runs} Runs = 1 Count',
      'edge-ramp{service=runs,tunnel=edge-a} Duration = 40 Seconds',
      'edge-ramp{service=runs,tunnel=edge-a} Drift = 2 Count',
      'edge-ramp{service=runs,tunnel=edge-a} TimeToHeal = 50 Seconds',
    ]);
  });

  test('asks the table whether automation stopped with a run that automation began, and of no other', async () => {
    item = { closedBy: { S: ARN }, failures: { N: '2' } };
    const failed = { status: 'FAILED', error: 'RolledBack', cause: 'BIG-IP said no' } as const;
    answer = { status: 200, body: described({ input: AUTOMATIC, ...failed }) };
    await handler({ detail: { executionArn: ARN } });
    expect(asked[1]).toEqual([
      'DynamoDB_20120810.GetItem',
      { TableName: 'tunnels', Key: { tunnel: { S: 'edge-a' } }, ConsistentRead: true },
    ]);
    expect(metricsIn(log.lines())).toContain('edge-ramp{service=runs} AutomationStopped = 1 Count');
    answer = { status: 200, body: described(failed) };
    await handler({ detail: { executionArn: ARN } });
    expect(asked).toHaveLength(3);
    expect(metricsIn(log.lines()).filter((line) => line.includes('AutomationStopped'))).toHaveLength(1);
  });

  test('logs a line of the run, and nothing of what was handed over', async () => {
    const output = { endState: 'Applied', changes: [{ device: 'd', text: 'PRIVATE' }], sentence: 'PRIVATE' };
    answer = { status: 200, body: described({ input: { ...AUTOMATIC, reason: 'PRIVATE' }, output }) };
    await handler({ detail: { executionArn: ARN } });
    const [line] = log.lines().filter((each) => each['message'] === 'run');
    expect(line).toMatchObject({
      level: 'INFO',
      service: 'runs',
      execution: ARN,
      tunnel: 'edge-a',
      action: 'apply',
      trigger: 'schedule',
      outcome: 'Applied',
      changes: 1,
      milliseconds: 40_000,
    });
    expect(JSON.stringify(log.lines())).not.toContain('PRIVATE');
  });

  test('fails when Step Functions does not answer, so that the event is delivered again', async () => {
    answer = { status: 400, body: { __type: 'ExecutionDoesNotExist', message: 'no such execution' } };
    await expect(handler({ detail: { executionArn: ARN } })).rejects.toThrow('no such execution');
    expect(metricsIn(log.lines())).toEqual([]);
  });
});
