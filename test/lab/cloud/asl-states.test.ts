import { type Json, task, execute } from './asl-machine';

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

describe('a Parallel', () => {
  const branch = (state: Json) => ({ StartAt: 'B', States: { B: state } });

  test('gives the outputs in the order of its branches, side by side', async () => {
    const slow = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 5, Next: 'X' }, X: { Type: 'Pass', Output: 'slow', End: true } },
    };
    const ran = await execute({ P: { Type: 'Parallel', Branches: [slow, branch(task('echo'))], End: true } }, 'in');
    expect(ran).toMatchObject({ output: ['slow', 'in'], transitions: 4 });
    expect(ran.told).toContain('B exited');
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
    expect(ran.told).toContain('F entered');
    expect(ran.told).not.toContain('F exited');
    expect(ran.told).not.toContain('B exited');
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
