import fc from 'fast-check';
import { load } from '../../../lab/cloud/asl/load';
import { type Json, services, task, machine, execute, output } from './asl-machine';

const refused =
  (states: Record<string, Json>, rest: Json = {}) =>
  () =>
    load(machine(states, rest), services());

describe('expressions', () => {
  test('fill in a value at any depth and leave other text alone', async () => {
    const ran = await output({ a: ['{% $states.input.n + 1 %}', '{%', 'plain'], b: null }, { n: 1 });
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { a: [2, '{%', 'plain'], b: null } });
  });

  test('give plain lists, also where JSONata makes a sequence', async () => {
    const ran = await output('{% $states.input.list[ok = false].(name & "!") %}', {
      list: [
        { name: 'a', ok: false },
        { name: 'b', ok: true },
        { name: 'c', ok: false },
      ],
    });
    expect(ran.output).toEqual(['a!', 'c!']);
  });

  test('know the functions that Step Functions adds', async () => {
    const ran = await output({
      parsed: `{% $parse('{"a": [1]}').a %}`,
      hash: "{% $hash('abc', 'SHA-1') %}",
      range: '{% $range(1, 7, 3) %}',
      partition: '{% $partition([1, 2, 3], 2) %}',
      uuid: '{% $length($uuid()) %}',
      random: '{% $random(7) = $random(7) and $random() < 1 %}',
    });
    expect(ran.output).toEqual({
      parsed: [1],
      hash: 'a9993e364706816aba3e25717850c26c9cd0d89d',
      range: [1, 4, 7],
      partition: [[1, 2], [3]],
      uuid: 36,
      random: true,
    });
  });

  test('see the context object', async () => {
    const ran = await output('{% $states.context %}', { a: 1 });
    expect(ran.output).toMatchObject({
      Execution: { Id: 'arn:run', Name: 'run', Input: { a: 1 }, StartTime: '2026-01-01T00:00:00Z' },
      State: { Name: 'P', RetryCount: 0 },
      StateMachine: { Id: 'arn:machine', Name: 'machine' },
    });
  });

  test.each(['{% $states.input.missing %}', '{% $number("x") %}', '{% $sum %}', '{% $parse("{") %}'])(
    '%s is a query error',
    async (text) => {
      const ran = await output({ field: text });
      expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(ran.cause).toContain("for the field 'Output/field'");
    },
  );

  test('any JSON goes through unchanged', () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const expected = JSON.parse(JSON.stringify({ value })) as Json;
        expect((await output({ value: '{% $states.input.value %}' }, { value })).output).toEqual(expected);
      }),
      { numRuns: 50 },
    ));
});

describe('variables', () => {
  test('are assigned together, from the values before', async () => {
    const ran = await execute({
      A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'C' },
      C: { Type: 'Succeed', Output: { x: '{% $x %}', y: '{% $y %}', before: '{% $states.input %}' } },
    });
    expect(ran.output).toEqual({ x: 2, y: 1, before: 1 });
  });

  test('of the outside are seen in a branch; those of a branch end with it', async () => {
    const branch = {
      StartAt: 'B',
      States: { B: { Type: 'Pass', Assign: { inner: 1 }, Output: '{% $outer + 1 %}', End: true } },
    };
    const ran = await execute({
      A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'P' },
      P: { Type: 'Parallel', Branches: [branch], Assign: { all: '{% $states.result %}' }, Output: {}, Next: 'Z' },
      Z: { Type: 'Succeed', Output: { all: '{% $all %}', inner: '{% $exists($inner) %}' } },
    });
    expect(ran.output).toEqual({ all: [2], inner: false });
  });

  test('of the outside cannot be assigned in a branch, and no Catch helps', async () => {
    const branch = { StartAt: 'B', States: { B: { Type: 'Pass', Assign: { outer: 2 }, End: true } } };
    const ran = await execute({
      A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'P' },
      P: { Type: 'Parallel', Branches: [branch], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }], Next: 'Z' },
      Z: { Type: 'Succeed' },
    });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a Choice', () => {
  const choice = (condition: string, rest: Json = {}) =>
    execute(
      {
        C: {
          Type: 'Choice',
          Choices: [{ Condition: condition, Next: 'Yes', Assign: { way: 'rule' } }],
          Default: 'No',
          Assign: { way: 'default' },
          ...rest,
        },
        Yes: { Type: 'Succeed', Output: '{% $way %}' },
        No: { Type: 'Succeed', Output: '{% $way %}' },
      },
      { n: 1 },
    );

  test('takes the first rule that holds, else its Default, each with its own Assign', async () => {
    expect((await choice('{% $states.input.n = 1 %}')).output).toBe('rule');
    expect((await choice('{% $states.input.n = 2 %}')).output).toBe('default');
  });

  test.each(['{% $states.input.missing %}', '{% $states.input.n %}', '{% $boolean($states.input.missing) %}'])(
    'ends the execution when a condition is no boolean: %s',
    async (condition) =>
      expect(await choice(condition)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' }),
  );

  test('without a matching rule and Default fails', async () => {
    const ran = await execute({
      C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'S' }] },
      S: { Type: 'Succeed' },
    });
    expect(ran.error).toBe('States.NoChoiceMatched');
  });
});

describe('Wait, Succeed and Fail', () => {
  test('a Wait takes its seconds from an expression, on the lab clock', async () => {
    const began = Date.now();
    const ran = await execute(
      { W: { Type: 'Wait', Seconds: '{% $states.input.n * 2 %}', End: true } },
      { n: 5 },
      { speed: 50 },
    );
    expect(ran.output).toEqual({ n: 5 });
    expect(Date.now() - began).toBeGreaterThanOrEqual(190);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('a Wait refuses half a second', async () => {
    expect((await execute({ W: { Type: 'Wait', Seconds: '{% 0.5 %}', End: true } })).error).toBe(
      'States.QueryEvaluationError',
    );
  });

  test('a Fail gives the execution its evaluated error and cause', async () => {
    const ran = await execute({ F: { Type: 'Fail', Error: "{% 'Rolled' & 'Back' %}", Cause: 'why' } });
    expect(ran).toMatchObject({ status: 'FAILED', error: 'RolledBack', cause: 'why', transitions: 1 });
  });
});

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
    expect(ran.kinds).toEqual(['entered T', 'retried T', 'retried T', 'exited T']);
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
      const { events } = await execute({ T: task('failsTwice', { Retry: retry({ IntervalSeconds: 10, ...rest }) }) });
      return events.at(-1)!.at - events[0]!.at;
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
    expect(ran.kinds).toEqual(['entered T', 'caught T', 'entered S', 'exited S']);
    expect(ran.events[1]).toMatchObject({ error: 'Refused' });
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
    expect(ran.kinds).toEqual(['entered T', 'failed T']);
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

describe('a Parallel', () => {
  const branch = (state: Json) => ({ StartAt: 'B', States: { B: state } });

  test('gives the outputs in the order of its branches, with paths that name it', async () => {
    const slow = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 5, Next: 'X' }, X: { Type: 'Pass', Output: 'slow', End: true } },
    };
    const ran = await execute({ P: { Type: 'Parallel', Branches: [slow, branch(task('echo'))], End: true } }, 'in');
    expect(ran).toMatchObject({ output: ['slow', 'in'], transitions: 4 });
    expect(ran.kinds).toContain('exited P/B');
  });

  test('fails with the error of the first branch that fails and ends the others', async () => {
    const ran = await execute({
      P: {
        Type: 'Parallel',
        Branches: [
          branch({ Type: 'Wait', Seconds: 100_000, End: true }),
          { StartAt: 'F', States: { F: task('fails') } },
        ],
        Catch: [{ ErrorEquals: ['Refused'], Next: 'S' }],
        End: true,
      },
      S: { Type: 'Succeed' },
    });
    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.kinds).toContain('failed P/F');
    expect(ran.kinds).not.toContain('exited P/B');
  });

  test('is retried as a whole', async () => {
    const ran = await execute({
      P: {
        Type: 'Parallel',
        Branches: [branch(task('failsTwice'))],
        Retry: [{ ErrorEquals: ['Throttled'] }],
        End: true,
      },
    });
    expect(ran).toMatchObject({ output: ['third'], transitions: 6 });
  });
});

describe('loading refuses by name', () => {
  const pass = { Type: 'Pass', End: true };
  const cases: [string, () => unknown, RegExp][] = [
    ['a machine in JSONPath', refused({ A: pass }, { QueryLanguage: 'JSONPath' }), /QueryLanguage JSONPath/],
    ['a Map', refused({ A: { Type: 'Map', End: true } }), /"A": Type Map/],
    ['an unknown field', refused({ A: { ...pass, ResultPath: '$.x' } }), /ResultPath/],
    ['a heartbeat', refused({ A: task('echo', { HeartbeatSeconds: 5 }) }), /HeartbeatSeconds/],
    [
      'another resource',
      refused({ A: task('echo', { Resource: 'arn:aws:states:::sqs:sendMessage' }) }),
      /sqs:sendMessage/,
    ],
    [
      'another argument',
      refused({ A: task('echo', { Arguments: { FunctionName: 'echo', InvocationType: 'Event' } }) }),
      /InvocationType/,
    ],
    ['an unknown function', refused({ A: { ...pass, Output: '{% $shout("a") %}' } }), /\$shout/],
    ['$eval', refused({ A: { ...pass, Output: '{% $eval("1") %}' } }), /\$eval/],
    ['a variable nobody assigns', refused({ A: { ...pass, Output: '{% $typo %}' } }), /\$typo/],
    ['a bare field', refused({ A: { ...pass, Output: '{% tunnel %}' } }), /"tunnel" refers to no document/],
    [
      'a result before there is one',
      refused({ A: task('echo', { Arguments: '{% $states.result %}' }) }),
      /\$states.result/,
    ],
    ['another context field', refused({ A: { ...pass, Output: '{% $states.context.Task.Token %}' } }), /Task.Token/],
    ['broken JSONata', refused({ A: { ...pass, Output: '{% 1 + %}' } }), /Output: no JSONata/],
    ['a Next to nowhere', refused({ A: { Type: 'Pass', Next: 'B' } }), /no state "B"/],
    [
      'a Catch without Next',
      refused({ A: task('echo', { Catch: [{ ErrorEquals: ['States.ALL'] }] }) }),
      /no state "undefined"/,
    ],
    ['neither Next nor End', refused({ A: { Type: 'Pass' } }), /Next or "End"/],
    [
      'States.ALL beside others',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }) }),
      /stand alone/,
    ],
    [
      'States.ALL before others',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }) }),
      /come last/,
    ],
    [
      'an unknown States error',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.BranchFailed'] }] }) }),
      /States.BranchFailed/,
    ],
    ['an unknown Retry field', refused({ A: task('echo', { Retry: [{ ErrorEquals: ['X'], Jitter: 1 }] }) }), /Jitter/],
  ];
  test.each(cases)('%s', (_, loading, message) => expect(loading).toThrow(message));
});
