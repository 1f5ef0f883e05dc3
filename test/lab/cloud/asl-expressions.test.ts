import fc from 'fast-check';
import { type Json, execute, output } from './asl-machine';

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

  test('read JSON text, as Step Functions lets them', async () => {
    expect((await output(`{% $parse('{"a": [1]}').a %}`)).output).toEqual([1]);
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
