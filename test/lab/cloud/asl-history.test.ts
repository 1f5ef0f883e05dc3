import { type Json, task, type Ran, execute, output } from './asl-machine';

describe('the history', () => {
  /** An event with the number of the one before it, as one word. */
  const told = ({ history }: Ran) => history.map(({ type, previousEventId: previous }) => `${previous} ${type}`);
  const branch = (state: Json) => ({ StartAt: 'B', States: { B: state } });

  test('numbers what happens, each event after the one before it, with what goes in and out', async () => {
    const ran = await execute(
      {
        A: { Type: 'Pass', Assign: { x: [1] }, Output: 'out', Next: 'B' },
        B: task('echo', { TimeoutSeconds: 7, Next: 'C' }),
        C: { Type: 'Succeed' },
      },
      { a: 1 },
    );
    expect(told(ran)).toEqual([
      '0 PassStateEntered',
      '1 PassStateExited',
      '2 TaskStateEntered',
      '3 TaskScheduled',
      '4 TaskStarted',
      '5 TaskSucceeded',
      '6 TaskStateExited',
      '7 SucceedStateEntered',
      '8 SucceedStateExited',
    ]);
    const [entered, exited, , scheduled, , succeeded] = ran.history;
    expect(ran.history.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.abs(entered!.timestamp - Date.now() / 1000)).toBeLessThan(60);
    expect(entered!.stateEnteredEventDetails).toEqual({
      name: 'A',
      input: '{"a":1}',
      inputDetails: { truncated: false },
    });
    expect(exited!.stateExitedEventDetails).toMatchObject({
      name: 'A',
      output: '"out"',
      assignedVariables: { x: '[1]' },
    });
    expect(scheduled!.taskScheduledEventDetails).toMatchObject({
      resourceType: 'lambda',
      resource: 'invoke',
      parameters: '{"FunctionName":"echo","Payload":"out"}',
      timeoutInSeconds: 7,
    });
    expect(succeeded!.taskSucceededEventDetails).toMatchObject({ resource: 'invoke', output: '{"Payload":"out"}' });
  });

  test('tells each attempt, and leaves a state that is caught', async () => {
    const retry = [{ ErrorEquals: ['Refused'], MaxAttempts: 1 }];
    const caught = [{ ErrorEquals: ['States.ALL'], Output: 'sorry', Next: 'Z' }];
    const ran = await execute({ A: task('fails', { Retry: retry, Catch: caught, Next: 'Z' }), Z: { Type: 'Succeed' } });
    expect(told(ran).slice(1, 8)).toEqual([
      '1 TaskScheduled',
      '2 TaskStarted',
      '3 TaskFailed',
      '4 TaskScheduled',
      '5 TaskStarted',
      '6 TaskFailed',
      '7 TaskStateExited',
    ]);
    expect(ran.history[3]!.taskFailedEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      error: 'Refused',
      cause: '{"errorType":"Refused","errorMessage":"no"}',
    });
    expect(ran.history[7]!.stateExitedEventDetails).toMatchObject({ output: '"sorry"' });
  });

  test('tells a time-out and a failed expression by events of their own', async () => {
    const late = await execute({ A: task('never', { TimeoutSeconds: 1 }) });
    expect(late.history.at(-1)).toMatchObject({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { resource: 'invoke', error: 'States.Timeout' },
    });
    const wrong = await output('{% $states.input.missing %}');
    expect(wrong.history.at(-1)).toMatchObject({
      type: 'EvaluationFailed',
      evaluationFailedEventDetails: { error: 'States.QueryEvaluationError', state: 'P' },
    });
  });

  test('branches follow the start of their Parallel, and it ends after the last of them', async () => {
    const ran = await execute({
      P: {
        Type: 'Parallel',
        Branches: [branch({ Type: 'Wait', Seconds: 1, End: true }), branch({ Type: 'Pass', End: true })],
        End: true,
      },
    });
    expect(told(ran).sort()).toEqual(
      [
        '0 ParallelStateEntered',
        '1 ParallelStateStarted',
        '2 WaitStateEntered', // 3
        '2 PassStateEntered', // 4
        '4 PassStateExited', // 5
        '3 WaitStateExited', // 6
        '6 ParallelStateSucceeded',
        '7 ParallelStateExited',
      ].sort(),
    );
  });

  test('a branch that fails ends its Parallel; nothing is told of the others after that', async () => {
    const ran = await execute({
      P: {
        Type: 'Parallel',
        Branches: [branch({ Type: 'Wait', Seconds: 1, End: true }), branch({ Type: 'Fail', Error: 'E' })],
        End: true,
      },
    });
    expect(ran.history.slice(2).map(({ type }) => type)).toEqual([
      'WaitStateEntered',
      'FailStateEntered',
      'ParallelStateFailed',
    ]);
  });

  test('ends where the execution is stopped', async () => {
    const ran = await execute(
      { A: { Type: 'Wait', Seconds: 1000, Next: 'B' }, B: { Type: 'Succeed' } },
      {},
      { stopAt: 'A' },
    );
    expect([ran.status, ...told(ran)]).toEqual(['ABORTED', '0 WaitStateEntered']);
  });
});
