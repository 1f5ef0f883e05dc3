import { type Json, task, execute } from './asl-machine';

describe('a Retry', () => {
  const retry = (rest: Json = {}) => [{ ErrorEquals: ['Throttled'], IntervalSeconds: 1, MaxAttempts: 3, ...rest }];

  test('runs the task again, evaluates its Arguments again and counts each attempt as a transition', async () => {
    const ran = await execute({
      T: task('failsTwice', {
        Retry: retry(),
        Output: { result: '{% $states.result.Payload %}', retries: '{% $states.context.State.RetryCount %}' },
      }),
    });
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { result: 'third', retries: 2 }, transitions: 3 });
    const attempts = ran.history.filter(({ type }) => /^Task(Failed|Succeeded)$/.test(type)).map(({ type }) => type);
    expect(attempts).toEqual(['TaskFailed', 'TaskFailed', 'TaskSucceeded']);
    expect(ran.told).toEqual(['T entered', 'T exited']);
  });

  test('gives up after MaxAttempts and hands on to the Catch', async () => {
    const ran = await execute({
      T: task('failsTwice', {
        Retry: retry({ MaxAttempts: 1 }),
        Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'S' }],
        Next: 'S',
      }),
      S: { Type: 'Succeed' },
    });
    expect(ran).toMatchObject({ output: { Error: 'Throttled', Cause: 'later' }, transitions: 3 });
  });

  test('applies only to the errors it names', async () => {
    expect((await execute({ T: task('fails', { Retry: retry() }) })).transitions).toBe(1);
  });

  test('waits longer each time, up to the ceiling; jitter only shortens', async () => {
    const waits = async (rest: Json) => {
      const { history } = await execute({ T: task('failsTwice', { Retry: retry({ IntervalSeconds: 10, ...rest }) }) });
      return (history.at(-1)!.timestamp - history[0]!.timestamp) * 1000;
    };
    expect(await waits({ BackoffRate: 3 })).toBeGreaterThanOrEqual(380); // 10 s + 30 s, a hundred times faster
    const capped = await waits({ BackoffRate: 1000, MaxDelaySeconds: 10 });
    expect(capped).toBeGreaterThanOrEqual(180);
    expect(capped).toBeLessThan(20_000);
    jest.spyOn(Math, 'random').mockReturnValue(0);
    expect(await waits({ BackoffRate: 1000, JitterStrategy: 'FULL' })).toBeLessThan(20_000);
    jest.restoreAllMocks();
  });
});

describe('a Catch', () => {
  const caught = (name: string, errors: string[], rest: Json = {}) =>
    execute({
      T: task(name, {
        ...rest,
        Catch: [{ ErrorEquals: errors, Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'S' }],
        Next: 'S',
      }),
      S: { Type: 'Succeed', Output: { why: "{% $exists($why) ? $why : 'none' %}", input: '{% $states.input %}' } },
    });

  test("gets a function's error JSON as text, for $parse", async () => {
    const ran = await execute({
      T: task('fails', {
        Catch: [
          { ErrorEquals: ['Refused'], Output: '{% $parse($states.errorOutput.Cause).errorMessage %}', Next: 'S' },
        ],
        Next: 'S',
      }),
      S: { Type: 'Succeed' },
    });
    expect(ran.output).toBe('no');
    expect(ran.told).toEqual(['T entered', 'T exited', 'S entered', 'S exited']);
    expect(ran.history.find(({ type }) => type === 'TaskFailed')).toMatchObject({
      taskFailedEventDetails: { error: 'Refused' },
    });
  });

  test('catches a query error in Arguments or Output', async () => {
    const ran = await caught('echo', ['States.QueryEvaluationError'], { Output: '{% $states.result.missing %}' });
    expect(ran.output).toMatchObject({ why: 'States.QueryEvaluationError' });
  });

  test('States.ALL and States.TaskFailed never catch States.Runtime', async () => {
    expect(await caught('runtime', ['States.ALL'])).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(await caught('runtime', ['States.TaskFailed'])).toMatchObject({ status: 'FAILED' });
  });

  test('a result beyond 262,144 bytes is caught by its name, not by a wildcard', async () => {
    expect(await caught('large', ['States.ALL'])).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
    expect((await caught('large', ['States.DataLimitExceeded'])).output).toMatchObject({
      why: 'States.DataLimitExceeded',
    });
  });

  test('whose own Assign fails ends the execution', async () => {
    const ran = await execute({
      T: task('fails', {
        Catch: [{ ErrorEquals: ['States.ALL'], Assign: { x: '{% $states.errorOutput.Nothing %}' }, Next: 'S' }],
        Next: 'S',
      }),
      S: { Type: 'Succeed' },
    });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ran.told).toEqual(['T entered']);
  });
});

describe('time-outs and stops', () => {
  test('TimeoutSeconds ends a task with States.Timeout, which States.TaskFailed does not catch', async () => {
    const never = (errors: string[]) =>
      execute(
        {
          T: task('never', {
            TimeoutSeconds: '{% $states.input.t %}',
            Catch: [{ ErrorEquals: errors, Next: 'S' }],
            Next: 'S',
          }),
          S: { Type: 'Succeed' },
        },
        { t: 0.1 },
      );
    expect((await never(['States.Timeout'])).output).toMatchObject({ Error: 'States.Timeout' });
    expect(await never(['States.TaskFailed'])).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  test("the machine's own TimeoutSeconds ends the execution as TIMED_OUT", async () => {
    const ran = await execute(
      { T: task('never', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'T' }] }) },
      {},
      { rest: { TimeoutSeconds: 0.1 } },
    );
    expect(ran).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  });

  test('a stop ends the execution as ABORTED, also inside a Wait', async () => {
    const ran = await execute(
      { T: task('echo', { Next: 'W' }), W: { Type: 'Wait', Seconds: 100_000, End: true } },
      {},
      { stopAt: 'W' },
    );
    expect(ran).toMatchObject({ status: 'ABORTED', transitions: 2 });
    expect(ran.output).toBeUndefined();
  });
});
