import { type Owner, ownerIn } from './support/owner';
import { attributes, NOTHING, PAUSES, PLAN, run, throwing } from './support/run';
import { type TestTable, testTable } from './support/table';
import { type Answers, EXECUTION } from './support/walk';

/*
 * What automation may do and what it leaves alone, by the definition and a table: docs/adr/0016-automation.md.
 */

const WANTED = { wanted: { S: 'applied' } };
const EVENT = { trigger: 'event', asked: 1_700_000_000_000 };
const DEAD = `${EXECUTION}-dead`;
const text = (value: unknown) => ({ S: JSON.stringify(value) });
const reading = (item: object) => ({ item: () => item });

describe('an automatic run leaves a tunnel alone', () => {
  test.each([
    ['that is an example', WANTED, { spec: { example: true } }, 'declared as an example'],
    ['that nobody has applied', {}, {}, 'not wanted'],
    ['that was torn down', { wanted: { S: 'absent' } }, {}, 'not wanted'],
    ['that is paused', { ...WANTED, paused: text({ until: null, reason: 'change 4711' }) }, {}, 'paused: change 4711'],
    [
      'that is paused for a while yet',
      { ...WANTED, paused: text({ until: '2999-01-01T00:00:00.000Z', reason: 'x' }) },
      {},
      'paused until 2999-01-01T00:00:00.000Z: x',
    ],
    ['that a run works on', { ...WANTED, owner: { S: DEAD } }, {}, `the lease is held by ${DEAD}`],
    [
      'that was looked at after the event',
      { ...WANTED, lookedAt: { N: '1700000000000' } },
      {},
      'a run that began later has looked already',
    ],
    [
      'that two automatic runs failed with',
      { ...WANTED, failures: { N: '2' }, failedSpec: { S: '00000000000000aa' } },
      {},
      'automation is stopped',
    ],
    [
      'that two repairs were tried on',
      { ...WANTED, attempts: { N: '2' }, owner: { S: DEAD } },
      { repair: DEAD },
      '2 repairs were tried already',
    ],
    [
      'that is paused, with a repair too',
      { ...WANTED, paused: text({ until: null, reason: 'x' }) },
      { repair: DEAD },
      'paused',
    ],
    ['that is an example, with a repair too', {}, { repair: DEAD, spec: { example: true } }, 'example'],
  ])('%s', async (_, item, request, reason) => {
    const { path, output } = await run({}, { ...EVENT, ...request }, reading(item));
    expect(output).toMatchObject({ endState: 'Skipped' });
    expect(output.sentence).toContain(reason);
    expect(path.at(-2)).toBe('Is the tunnel free?');
  });

  test.each([
    ['the event came after the last look', { lookedAt: { N: '1699999999999' } }],
    ['the pause is over', { paused: text({ until: '2020-01-01T00:00:00.000Z', reason: 'x' }) }],
    ['one run failed', { failures: { N: '1' }, failedSpec: { S: '00000000000000aa' } }],
    ['two runs failed with another declaration', { failures: { N: '2' }, failedSpec: { S: '00000000000000bb' } }],
  ])('but not when %s', async (_, item) =>
    expect((await run({}, EVENT, reading({ ...WANTED, ...item }))).output).toMatchObject({ endState: 'Applied' }),
  );

  test('and a person is never held back by any of it', async () => {
    const item = {
      wanted: { S: 'absent' },
      paused: text({ until: null, reason: 'x' }),
      failures: { N: '9' },
      failedSpec: { S: '00000000000000aa' },
      attempts: { N: '9' },
      lookedAt: { N: '1700000000000' },
    };
    expect((await run({}, {}, reading(item))).output).toMatchObject({ endState: 'Applied' });
    expect((await run({}, { repair: DEAD }, reading(item))).output).toMatchObject({ endState: 'Restored' });
  });

  test('a repair may take a dead run’s lease that another automatic run may not', async () => {
    const held = (owner: string) => ({ ...reading({ ...WANTED, owner: { S: DEAD } }), owner });
    const repair = { ...EVENT, repair: DEAD };
    expect((await run({}, repair, held('ABORTED'))).output).toMatchObject({ endState: 'Restored' });
    expect((await run({}, repair, held('RUNNING'))).output).toMatchObject({
      endState: 'Skipped',
      sentence: `skipped: the lease is held by ${DEAD}`,
    });
  });
});

describe('a node that has just started', () => {
  const awaiting = { ...EVENT, awaits: 'i-0a4e90de0a4e90de0' };

  test('is waited for before the lease is taken', async () => {
    const { path, output, asked } = await run(
      {
        'Is the instance connected?': (_args, visit) => ({
          InstanceInformationList: visit < 3 ? [] : [{ PingStatus: 'Online' }],
        }),
      },
      awaiting,
      reading(WANTED),
    );
    expect(output).toMatchObject({ endState: 'Applied' });
    expect(path.filter((name) => name === 'Wait for the agent')).toHaveLength(2);
    expect(path.indexOf('Take lease')).toBeGreaterThan(path.lastIndexOf('Wait for the agent'));
    expect(asked['Is the instance connected?']![0]).toEqual({
      Filters: [{ Key: 'InstanceIds', Values: ['i-0a4e90de0a4e90de0'] }],
    });
    expect(path.filter((name) => name === 'Read request')).toHaveLength(2);
  });

  test('is not waited for without end: then the run tells what it cannot reach', async () => {
    const { path, output } = await run(
      { 'Is the instance connected?': () => ({ InstanceInformationList: [{ PingStatus: 'ConnectionLost' }] }) },
      awaiting,
      reading(WANTED),
    );
    expect(output).toMatchObject({ endState: 'Applied' });
    expect(path.filter((name) => name === 'Is the instance connected?')).toHaveLength(40);
  });

  test('is not waited for when Systems Manager cannot be asked', async () => {
    const { output } = await run(
      { 'Is the instance connected?': throwing('Ssm.SsmException', 'no') },
      awaiting,
      reading(WANTED),
    );
    expect(output).toMatchObject({ endState: 'Applied' });
  });

  test('is not waited for when there is a reason to leave the tunnel alone', async () =>
    expect((await run({}, awaiting)).path).not.toContain('Is the instance connected?'));
});

describe('people are told', () => {
  const told = (asked: Record<string, any[]>): { Subject: string; Message: string } => asked['Tell people']![0];
  const FAILING = { 'Configure BIG-IP': throwing('DeviceRefused', 'BIG-IP said no') };

  test('of a run that was rolled back, whoever started it: the sentence, the execution, the heading', async () => {
    const { asked, error } = await run(FAILING);
    expect(error).toBe('RolledBack');
    expect(told(asked).Subject).toBe('edge-ramp: edge-a: RolledBack');
    expect(told(asked).Message).toBe(
      'edge-a: RolledBack: Configure BIG-IP failed: BIG-IP said no (DeviceRefused); everything was put back.\n\n' +
        `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${EXECUTION}\n` +
        'What to do: docs/RUNBOOK.md, "RolledBack"',
    );
  });

  test.each([
    ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
    ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
  ])('with the console of partition %s', async (partition, region, host) => {
    const arn = `arn:${partition}:states:${region}:111122223333:execution:edge-ramp:me`;
    const { asked } = await run(FAILING, {}, {}, arn);
    expect(told(asked).Message).toContain(
      `Execution: https://${region}.${host}/states/home?region=${region}#/v2/executions/details/${arn}\n`,
    );
  });

  test('of a restore that failed, with what is left', async () => {
    const { asked, error } = await run({ ...FAILING, 'Plan restore': () => ({ ...PLAN, left: [] }) });
    expect(error).toBe('RollbackFailed');
    expect(told(asked).Message).toContain('not put back: BIG-IP 10.3.88.66: + tunnel SDN');
    expect(told(asked).Message).toContain('What to do: docs/RUNBOOK.md, "RollbackFailed"');
  });

  test('of a restore whose end the table refused', async () => {
    const { asked, error } = await run({ ...FAILING, 'Record restored': throwing('DynamoDB.X', 'no') });
    expect(error).toBe('RollbackFailed');
    expect(told(asked).Subject).toContain('RollbackFailed');
  });

  test('of a tunnel that stands and does not carry', async () => {
    const { asked, error } = await run({
      Plan: () => ({ ...NOTHING, reachable: false, sentence: 'it does not carry' }),
    });
    expect(error).toBe('NotVerified');
    expect(told(asked).Message).toContain('edge-a: NotVerified: it does not carry');
  });

  test('of changes that wait for a person, once for each plan', async () => {
    const interrupting = { Plan: () => ({ ...PLAN, interrupts: ['BIG-IP: - route: cuts'] }) };
    const first = await run(interrupting, EVENT, reading(WANTED));
    expect(first.output).toMatchObject({ endState: 'Planned' });
    expect(told(first.asked).Message).toContain('wait for a person: BIG-IP: - route: cuts');
    const known = { ...WANTED, notified: { S: PLAN.digest } };
    const second = await run(interrupting, EVENT, reading(known));
    expect(second.output).toMatchObject({ endState: 'Planned' });
    expect(second.asked['Tell people']).toBeUndefined();
  });

  test('when automation stops, by whatever end', async () => {
    const once = { ...WANTED, failures: { N: '1' }, failedSpec: { S: '00000000000000aa' } };
    for (const [answers, request, words] of [
      [{ Plan: throwing('Refused', 'unknown pipeline') }, {}, 'unknown pipeline'],
      [FAILING, {}, 'BIG-IP said no'],
      [{ Plan: () => ({ ...NOTHING, reachable: false, sentence: 'dead' }) }, {}, 'dead'],
      [{}, { repair: DEAD }, 'what a run that died had left is put back'],
    ] as const) {
      const { asked, output } = await run(answers, { ...EVENT, ...request }, reading(once));
      expect(told(asked).Subject).toBe('edge-ramp: edge-a: Automation is stopped');
      expect(told(asked).Message).toContain(words);
      if (output) expect(output).toMatchObject({ endState: 'Restored', automationStopped: true });
      expect(told(asked).Message).toContain(
        'automation is stopped for this tunnel until an apply by a person succeeds',
      );
    }
  });

  test('when automation has to change something for the third time within a day', async () => {
    const at = (hours: number) => ({
      at: new Date(Date.now() - hours * 3_600_000).toISOString(),
      execution: 'x',
      changes: 1,
    });
    const drifting = (drifts: object[]) => reading({ ...WANTED, drifts: text(drifts) });
    const third = await run({}, EVENT, drifting([at(3), at(2)]));
    expect(told(third.asked).Subject).toBe('edge-ramp: edge-a: Repeated drift');
    expect(third.output).toMatchObject({ endState: 'Applied', repeatedDrift: true });
    for (const calm of [[], [at(1)], [at(30), at(2)]]) {
      const { asked, output } = await run({}, EVENT, drifting(calm));
      expect(output).toMatchObject({ endState: 'Applied', repeatedDrift: false });
      expect(asked['Tell people']).toBeUndefined();
    }
    expect((await run({}, {}, drifting([at(3), at(2)]))).asked['Tell people']).toBeUndefined();
  });

  test('not of what went well, was skipped or was not begun by automation', async () => {
    for (const answers of [{}, { Plan: () => NOTHING }, { Plan: throwing('Refused', 'no') }])
      expect((await run(answers)).asked['Tell people']).toBeUndefined();
  });

  test('and when nobody can be told, the run ends as it ends', async () =>
    expect((await run({ ...FAILING, 'Tell people': throwing('SNS.X', 'no') })).error).toBe('RolledBack'));
});

describe('a pause', () => {
  test('is written down without a lease, and taken away again', async () => {
    const pause = { action: 'pause', until: '2999-01-01T00:00:00.000Z', reason: 'change 4711' };
    const paused = await run({}, pause);
    expect(paused.output).toMatchObject({ endState: 'Paused', action: 'pause' });
    expect(paused.output.sentence).toBe(
      'Automation leaves the tunnel alone until 2999-01-01T00:00:00.000Z: change 4711',
    );
    const { ExpressionAttributeValues: values } = paused.asked['Record pause']![0];
    expect(JSON.parse(values[':pausedValue'].S)).toEqual({
      until: pause.until,
      reason: pause.reason,
      at: expect.any(String),
      by: EXECUTION,
    });
    expect(paused.path).not.toContain('Take lease');
    const resumed = await run({}, { action: 'resume' });
    expect(resumed.output).toMatchObject({ endState: 'Resumed' });
    expect(resumed.asked['Record resume']![0].UpdateExpression).toMatch(/ REMOVE #paused$/);
  });

  const PAUSE = { action: 'pause', reason: 'change 4711' };
  const standing = (name: string, more: object): Answers => ({
    [name]: (args: any) =>
      attributes({ pauses: PAUSES, paused: args.ExpressionAttributeValues[':pausedValue'], ...more }),
  });

  test.each([
    ['stands', { wanted: { S: 'applied' } }],
    ['is being built', { owner: { S: 'arn:other' } }],
    ['was left half-way', { before: { S: '{}' } }],
  ])(
    'of a tunnel that %s is told to its ramp nodes, with what the table says then, and under no fence',
    async (_, more) => {
      const { output, asked, path } = await run(standing('Record pause', more), PAUSE);
      expect(output).toMatchObject({ endState: 'Paused', remarks: [] });
      expect(path.indexOf('Tell keepers')).toBeGreaterThan(path.indexOf('Record pause'));
      const { paused } = asked['Tell keepers']![0].Payload.pause;
      expect(asked['Tell keepers']![0].Payload).toMatchObject({ do: 'tell', fence: null, pause: { pauses: PAUSES } });
      expect(JSON.parse(paused.S)).toMatchObject({ reason: 'change 4711', by: EXECUTION });
    },
  );

  test('is over for the ramp nodes as well when the tunnel is resumed', async () => {
    const { output, asked } = await run(standing('Record resume', { wanted: { S: 'applied' } }), { action: 'resume' });
    expect(output).toMatchObject({ endState: 'Resumed', remarks: [] });
    expect(asked['Tell keepers']![0].Payload.pause).toEqual({ pauses: PAUSES });
  });

  test('of a tunnel that stands nowhere is told to nobody', async () => {
    for (const more of [{}, { wanted: { S: 'absent' } }])
      expect((await run(standing('Record pause', more), PAUSE)).path).not.toContain('Tell keepers');
  });

  test('holds though a node could not be told, which is named', async () => {
    const untold = ['ramp node i-1: its keeper could not be told'];
    const stands = standing('Record pause', { wanted: { S: 'applied' } });
    const answers = { ...stands, 'Tell keepers': () => ({ kind: 'ramp', ok: true, devices: [], untold }) };
    expect((await run(answers, PAUSE)).output).toMatchObject({ endState: 'Paused', remarks: untold });
  });

  test('holds though nobody could be told at all, and says why', async () => {
    const stands = standing('Record pause', { wanted: { S: 'applied' } });
    const { output } = await run({ ...stands, 'Tell keepers': throwing('Lambda.Unknown', 'out of memory') }, PAUSE);
    expect(output).toMatchObject({
      endState: 'Paused',
      remarks: ['the keepers of its ramp nodes could not be told, and may go on as before: out of memory'],
    });
  });

  test('is known to a run by the taking of its lease, and so to the keepers that it starts', async () => {
    const paused = { S: '{"reason":"x"}' };
    const { asked } = await run({ 'Take lease': () => attributes({ pauses: PAUSES, paused }) });
    expect(asked['Configure ramp nodes']![0].Payload.pause).toEqual({ pauses: PAUSES, paused });
  });

  test('that the table refuses is said to have failed', async () =>
    expect(await run({ 'Record pause': throwing('DynamoDB.X', 'no') }, { action: 'pause', reason: 'x' })).toMatchObject(
      {
        error: 'NotStarted',
      },
    ));
});

describe('the item', () => {
  let table: TestTable;
  const owner = (arn: string, request: object = {}): Owner => {
    const made = ownerIn(table, arn);
    Object.assign(made.variables['request'], request);
    return made;
  };
  const item = async () =>
    (await table.call('GetItem', { Key: { tunnel: { S: 'edge-a' } }, ConsistentRead: true })).Item;
  beforeEach(async () => (table = await testTable()));
  afterEach(() => table.close());

  const failing = async (arn: string, request: object, record = 'Record not started') =>
    (await owner(arn, request).holds()).does(record);

  test('counts automatic failures in a row with one declaration, and a good apply forgets them', async () => {
    expect(await failing('arn:1', EVENT)).toMatchObject({ failures: { N: '1' }, failedSpec: { S: 'a' } });
    expect(await failing('arn:2', {}, 'Record not verified')).toMatchObject({ failures: { N: '1' } });
    expect(await failing('arn:3', EVENT, 'Record restored')).toMatchObject({ failures: { N: '2' } });
    expect(await failing('arn:4', { ...EVENT, specDigest: 'b' })).toMatchObject({
      failures: { N: '1' },
      failedSpec: { S: 'b' },
    });
    await (await owner('arn:5').holds()).does('Record unchanged');
    expect(await item()).not.toHaveProperty('failures');
  });

  test('does not count what an event about a booting node began: its SDN comes up after its agent', async () => {
    for (const arn of ['arn:1', 'arn:2', 'arn:3'])
      expect(await failing(arn, { ...EVENT, awaits: 'i-0a4e90de0a4e90de0' })).toMatchObject({ failures: { N: '0' } });
    const booting = { ...EVENT, awaits: 'i-0a4e90de0a4e90de0' };
    const once = { ...WANTED, failures: { N: '1' }, failedSpec: { S: '00000000000000aa' } };
    const { asked } = await run({ Plan: throwing('Refused', 'no br0 yet') }, booting, reading(once));
    expect(asked['Tell people']).toBeUndefined();
  });

  test('counts repairs until nothing is left to restore, one for each run however often it takes the lease', async () => {
    const repair = { ...EVENT, repair: DEAD };
    await (await owner('arn:0').holds()).does('Record before');
    const first = await owner('arn:1', repair).holds();
    expect(await item()).toMatchObject({ attempts: { N: '1' } });
    await first.holds();
    expect(await item()).toMatchObject({ attempts: { N: '1' } });
    await first.does('Record not restored');
    const second = await owner('arn:2', repair).holds();
    expect(second.variables['bookkeeping'].attempts).toBe(2);
    await second.does('Record restored');
    expect(await item()).not.toHaveProperty('attempts');
  });

  test('keeps the last three drifts, newest last, of automatic runs only', async () => {
    const drifts = async () => JSON.parse((await item()).drifts.S).map(({ execution }: any) => execution);
    await (await owner('arn:person').holds()).does('Record applied');
    expect(await drifts()).toEqual([]);
    for (const arn of ['arn:1', 'arn:2', 'arn:3', 'arn:4'])
      await (await owner(arn, EVENT).holds()).does('Record applied');
    expect(await drifts()).toEqual(['arn:2', 'arn:3', 'arn:4']);
    await (await owner('arn:person').holds()).does('Record applied');
    expect(await drifts()).toEqual(['arn:2', 'arn:3', 'arn:4']);
  });

  test('says who could not be reached, and forgets all but the pause at a teardown', async () => {
    const run = await owner('arn:1', { ...EVENT, until: null, reason: 'x' }).holds();
    run.variables['plan'].degraded = ['ramp node i-1'];
    await run.does('Record pause');
    await run.does('Record applied');
    expect(await item()).toMatchObject({ degraded: { S: '["ramp node i-1"]' }, provenBy: { S: 'arn:1' } });
    await (await owner('arn:2').holds()).does('Record torn down');
    expect(Object.keys(await item()).sort()).toEqual(
      ['closedBy', 'fence', 'lastResult', 'lookedAt', 'paused', 'pauses', 'tunnel', 'wanted'].sort(),
    );
  });

  test('counts pauses and resumes on from the clock, each later than the one before', async () => {
    const run = await owner('arn:1', { until: null, reason: 'x' }).holds();
    const counted: number[] = [];
    for (const name of ['Record pause', 'Record resume', 'Record pause']) {
      await run.does(name);
      counted.push(Number((await item())['pauses']!.N));
    }
    const [first] = counted as [number];
    expect(counted).toEqual([first, first + 1, first + 2]);
    expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
  });

  test('remembers the plan that was left to a person until an apply goes well', async () => {
    await (await owner('arn:1', EVENT).holds()).does('Record planned');
    expect(await item()).toMatchObject({ notified: { S: '0123456789abcdef' } });
    await (await owner('arn:2').holds()).does('Record applied');
    expect(await item()).not.toHaveProperty('notified');
  });
});
