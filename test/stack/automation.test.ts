import { type Owner, ownerIn } from './support/owner';
import { run, throwing } from './support/run';
import { type TestTable, testTable } from './support/table';
import { EXECUTION } from './support/walk';

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
