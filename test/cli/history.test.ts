import { callAws, items, parameters, pastExecutions, type Answers, type Input } from './aws/fake-aws';

const at = (minute: number): number => Date.UTC(2026, 10, 23, 8, minute) / 1000;
const change = (text: string) => ({ device: 'ramp node i-1', stage: 'shape', text, interrupts: null });
const run = (input: object, output: object, minute: number, more: Input = {}): Input => ({
  input: JSON.stringify(input),
  output: JSON.stringify(output),
  startDate: at(minute),
  stopDate: at(minute) + 12.25,
  ...more,
});
const RUNS = {
  'edge-a-schedule-3': run({ tunnel: 'edge-a' }, {}, 50, { status: 'RUNNING', output: undefined, stopDate: undefined }),
  'edge-a-event-2': run(
    { tunnel: 'edge-a', trigger: 'event' },
    { endState: 'Applied', changes: ['+ one', '  two', '~ three', '- four'].map(change) },
    40,
  ),
  'started-by-hand': run({ tunnel: 'edge-a', action: 'teardown' }, {}, 30, {
    status: 'FAILED',
    error: 'RolledBack',
    cause: 'Detach virtual servers failed',
    output: undefined,
  }),
  'another-by-hand': run({ tunnel: 'edge-b' }, { endState: 'Applied' }, 25),
  'edge-ab-apply-1': run({ tunnel: 'edge-ab' }, { endState: 'Applied' }, 20),
  'edge-b-apply-1': run({ tunnel: 'edge-b' }, { endState: 'Applied' }, 15),
  'edge-a-repair-1': run(
    { tunnel: 'edge-a', repair: 'arn', trigger: 'event' },
    { endState: 'Restored', changes: [] },
    10,
  ),
  'edge-a-x': run({ tunnel: 'edge-a' }, {}, 5, { status: 'ABORTED', output: undefined }),
};
const ACCOUNT: Answers = {
  ...parameters({ '/edge-ramp/tunnels/edge-a': {}, '/edge-ramp/tunnels/edge-b': {}, '/edge-ramp/tunnels/edge-ab': {} }),
  ...items({}),
  ...pastExecutions(RUNS),
};

describe('history', () => {
  test('tells the runs of a tunnel, whoever started them and whatever their names', async () => {
    const { code, out } = await callAws(['history', 'edge-a'], ACCOUNT);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        '2026-11-23 08:50 UTC  apply by person: Running, still runs  edge-a-schedule-3',
        '2026-11-23 08:40 UTC  apply by event: Applied, 4 changes, 12.3 s  edge-a-event-2',
        '    ramp node i-1: + one',
        '    ramp node i-1: two',
        '    ramp node i-1: ~ three',
        '    and 1 more',
        '2026-11-23 08:30 UTC  teardown by person: RolledBack, 12.3 s  started-by-hand',
        '    Detach virtual servers failed',
        '2026-11-23 08:10 UTC  apply by repair: Restored, 0 changes, 12.3 s  edge-a-repair-1',
        '2026-11-23 08:05 UTC  apply by person: Interrupted, 12.3 s  edge-a-x',
        '',
      ].join('\n'),
    );
  });

  test("other tunnels' runs are known by their names, and not asked for", async () => {
    const { asked } = await callAws(['history', 'edge-a'], ACCOUNT);
    const described = asked
      .filter(([operation]) => operation === 'DescribeExecution')
      .map(([, input]) => String(input['executionArn']).split(':').at(-1));
    expect(described).toContain('another-by-hand');
    expect(described).not.toContain('edge-b-apply-1');
    expect(described).not.toContain('edge-ab-apply-1');
  });

  test.each([
    ['a plan', { action: 'plan' }, 'plan by person: Planned, would make 2 changes, '],
    [
      'of a teardown',
      { action: 'plan', teardown: true },
      'plan of a teardown by person: Planned, would make 2 changes, ',
    ],
    ['left to a person', { trigger: 'schedule' }, 'apply by schedule: Planned, would make 2 changes, '],
  ])('what was only planned (%s) is not told as made', async (_, asked, words) => {
    const planned = run(
      { tunnel: 'edge-a', ...asked },
      { endState: 'Planned', changes: ['+ a', '+ b'].map(change) },
      1,
    );
    const { out } = await callAws(['history', 'edge-a'], { ...ACCOUNT, ...pastExecutions({ 'edge-a-x': planned }) });
    expect(out).toContain(words);
  });

  test('a limit is kept, and said to be one', async () => {
    const { out } = await callAws(['history', 'edge-a', '--limit', '2'], ACCOUNT);
    expect(out).toContain('edge-a-event-2');
    expect(out).not.toContain('started-by-hand');
    expect(out).toMatch(/\nThere may be older runs: more with --limit, all in the console\.\n$/);
  });

  test('no account is read to its end', async () => {
    const endless: Answers = {
      ...ACCOUNT,
      ListExecutions: (input) => ({
        ...(pastExecutions({ 'edge-b-apply-1': {} })['ListExecutions']!(input) as object),
        executions: Array.from({ length: 100 }, (_, i) => ({
          executionArn: `arn:aws:states:r:1:execution:edge-ramp:edge-b-${i}`,
          stateMachineArn: 'm',
          name: `edge-b-${i}`,
          status: 'SUCCEEDED',
          startDate: 1,
        })),
        nextToken: 'more',
      }),
    };
    const { out, asked } = await callAws(['history', 'edge-a'], endless);
    expect(out).toContain('There may be older runs');
    expect(asked.filter(([operation]) => operation === 'ListExecutions')).toHaveLength(20);
  });

  test('gives programs one document', async () => {
    const { out } = await callAws(['history', 'edge-a', '--json'], ACCOUNT);
    const { tunnel, complete, runs } = JSON.parse(out) as { tunnel: string; complete: boolean; runs: unknown[] };
    expect([tunnel, complete, runs.length]).toEqual(['edge-a', true, 5]);
    expect(runs[1]).toMatchObject({ execution: 'edge-a-event-2', by: 'event', outcome: 'Applied', seconds: 12.25 });
    expect(runs[2]).toMatchObject({ outcome: 'RolledBack', changes: null, cause: 'Detach virtual servers failed' });
  });

  test('a tunnel without runs, and one that nobody knows', async () => {
    const none = { ...ACCOUNT, ...pastExecutions({}) };
    expect(await callAws(['history', 'edge-a'], none)).toMatchObject({
      code: 0,
      out: 'edge-a has no runs that Step Functions remembers (90 days).\n',
    });
    expect(await callAws(['history', 'edge-z'], none)).toMatchObject({
      code: 1,
      err: 'edge-ramp: edge-z is neither declared nor known to the table, and no run names it.\n',
    });
  });
});
