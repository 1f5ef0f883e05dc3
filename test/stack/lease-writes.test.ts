import { BIGIP_PAIR, PAIR_KEY } from '../lib/tunnel/bigip-pair-spec';
import { machine } from './support/machine';
import { type Owner, ownerIn } from './support/owner';
import { type TestTable, testTable } from './support/table';

/*
 * The writes of a run, against a table: what they leave, that each may be repeated when its answer was lost, and that
 * none of them touches the item of a run that took the lease over.
 */

const REFUSED = /^ConditionalCheckFailedException/;

let table: TestTable;
const owner = (arn: string): Owner => ownerIn(table, arn);
beforeEach(async () => (table = await testTable()));
afterEach(() => table.close());

const item = async (key = 'edge-a') =>
  (await table.call('GetItem', { Key: { tunnel: { S: key } }, ConsistentRead: true })).Item;
const CLOSING = Object.keys(machine.States).filter((name) => /^Record (?!before|look|pause|resume)/.test(name));

test('the first run makes the item, and leaves it without an owner', async () => {
  const run = await owner('arn:one').holds();
  expect(await item()).toMatchObject({ owner: { S: 'arn:one' }, fence: { N: String(run.variables['fence']) } });
  await run.does('Record before');
  expect(run.variables).toMatchObject({
    begun: true,
    before: '{"b":1}',
    records: { original: '{"o":1}', before: '{"b":1}' },
  });
  await run.does('Record applied');
  const { lastResult, ...rest } = await item();
  expect(rest).toEqual({
    tunnel: { S: 'edge-a' },
    fence: { N: String(run.variables['fence']) },
    applied: { S: '{"a":1}' },
    original: { S: '{"o":1}' },
    wanted: { S: 'applied' },
    closedBy: { S: 'arn:one' },
    lookedAt: { N: String(run.variables['fence']) },
    provenAt: { S: expect.stringMatching(/^\d{4}-.*Z$/) },
    provenBy: { S: 'arn:one' },
    degraded: { S: '[]' },
    drifts: { S: '[]' },
  });
  expect(JSON.parse(lastResult.S)).toMatchObject({ endState: 'Applied', execution: 'arn:one', at: expect.any(String) });
});

test('a teardown leaves no records, and a rolled back run those of before', async () => {
  const first = await owner('arn:one').holds();
  await first.does('Record before');
  await first.does('Record applied');
  const second = await owner('arn:two').holds();
  expect(second.variables['records']).toEqual({ original: '{"o":1}', before: null, applied: '{"a":1}' });
  await second.does('Record before');
  await second.does('New fence');
  await second.does('Record restored');
  expect(await item()).toMatchObject({ applied: { S: '{"a":1}' }, wanted: { S: 'applied' } });
  expect(await item()).not.toHaveProperty('before');
  const third = await owner('arn:three').holds();
  await third.does('Record torn down');
  expect(Object.keys(await item()).sort()).toEqual(['closedBy', 'fence', 'lastResult', 'lookedAt', 'tunnel', 'wanted']);
  expect((await item()).wanted).toEqual({ S: 'absent' });
});

test('a run that could not restore keeps the record of how it was', async () => {
  const run = await owner('arn:one').holds();
  await run.does('Record before');
  await run.does('Record not restored');
  expect(await item()).toMatchObject({ before: { S: '{"b":1}' } });
  expect(await item()).not.toHaveProperty('wanted');
});

test.each(CLOSING)('%s may be repeated when its answer was lost', async (name) => {
  const run = await owner('arn:one').holds();
  await run.does('Record before');
  await run.does(name);
  await expect(run.does(name)).resolves.toMatchObject({ closedBy: { S: 'arn:one' } });
});

test('what a run writes while it holds the lease may be repeated as well', async () => {
  const run = await owner('arn:one').holds();
  const { fence } = run.variables;
  for (const name of ['Record before', 'New fence']) {
    const before = { ...run.variables };
    await run.does(name);
    run.variables = before;
    await run.does(name);
  }
  expect(run.variables['fence']).toBeGreaterThan(fence);
});

test.each(['Record before', 'Record look', 'New fence', ...CLOSING])(
  '%s never touches the item of the next owner',
  async (name) => {
    const run = await owner('arn:one').holds();
    await owner('arn:two').holds();
    const taken = await item();
    await expect(run.does(name)).rejects.toThrow(REFUSED);
    expect(await item()).toEqual(taken);
  },
);

test.each(CLOSING)('%s, repeated late, does not release the lease of the next owner', async (name) => {
  const run = await owner('arn:one').holds();
  await run.does(name);
  await owner('arn:two').holds();
  await expect(run.does(name)).rejects.toThrow(REFUSED);
  expect((await item()).owner).toEqual({ S: 'arn:two' });
});

test('what a verify saw stands beside the records, which it leaves as they are, and goes with a teardown', async () => {
  const run = await owner('arn:one').holds();
  await run.does('Record before');
  await run.does('Record applied');
  const before = await item();
  const looks = owner('arn:two');
  await looks.reads();
  await looks.does('Record look');
  const { lastLook, ...rest } = await item();
  expect(rest).toEqual(before);
  expect(JSON.parse(lastLook.S)).toMatchObject({ execution: 'arn:two', fence: Number(before.fence.N), free: true });
  await (await owner('arn:three').holds()).does('Record torn down');
  expect(await item()).not.toHaveProperty('lastLook');
});

test('of two runs that saw the same item, one takes the lease', async () => {
  const [one, two] = [owner('arn:one'), owner('arn:two')];
  await one.reads();
  await two.reads();
  await one.does('Take lease');
  await expect(two.does('Take lease')).rejects.toThrow(REFUSED);
});

test('a run whose answer to taking the lease was lost finds itself the owner', async () => {
  const run = owner('arn:one');
  await run.reads();
  const before = { ...run.variables };
  await run.does('Take lease');
  run.variables = before;
  await expect(run.does('Take lease')).rejects.toThrow(REFUSED);
  await run.reads();
  expect(run.variables['lease'].owner).toBe('arn:one');
  await expect(run.does('Take lease')).resolves.toMatchObject({ owner: { S: 'arn:one' } });
});

test('a run that read the item before the owner ended, reads again: that end has left another memory', async () => {
  const ending = await owner('arn:one').holds();
  const next = owner('arn:two');
  await next.reads();
  await ending.does('Record not restored');
  await expect(next.does('Take lease')).rejects.toThrow(REFUSED);
  await next.reads();
  await expect(next.does('Take lease')).resolves.toMatchObject({ owner: { S: 'arn:two' } });
});

test('what an owner that died wrote after the item was read, is known to the run that takes its lease', async () => {
  const dying = await owner('arn:one').holds();
  const next = owner('arn:two');
  await next.reads();
  await dying.does('Record before');
  await next.does('Take lease');
  expect(next.variables['records']).toEqual({ original: '{"o":1}', before: '{"b":1}', applied: null });
});

describe('a pair of BIG-IPs', () => {
  const other = { ...BIGIP_PAIR, name: 'edge-b' };

  test('is taken in an item of its own, which has no lease and no record for the watch to find', async () => {
    const run = owner('arn:one').of(BIGIP_PAIR);
    await run.reads();
    await run.does('Take pair');
    expect(await item(PAIR_KEY)).toEqual({
      tunnel: { S: PAIR_KEY },
      holder: { S: 'arn:one' },
      holderTunnel: { S: 'edge-a' },
      since: { N: expect.stringMatching(/^\d{13}$/) },
    });
    expect(await item()).toBeUndefined();
    await run.reads();
    expect(run.variables).toMatchObject({ pair: null, wait: false });
  });

  test('is taken by one of two runs of two tunnels that saw it free; the other one waits', async () => {
    const [one, two] = [owner('arn:one').of(BIGIP_PAIR), owner('arn:two').of(other)];
    await one.reads();
    await two.reads();
    await one.does('Take pair');
    await expect(two.does('Take pair')).rejects.toThrow(REFUSED);
    expect((await item(PAIR_KEY)).holder).toEqual({ S: 'arn:one' });
    await two.reads();
    expect(two.variables['wait']).toBe(true);
  });

  test('is held by the run whose answer to taking it was lost', async () => {
    const run = owner('arn:one').of(BIGIP_PAIR);
    await run.reads();
    const before = { ...run.variables };
    await run.does('Take pair');
    run.variables = before;
    await expect(run.does('Take pair')).rejects.toThrow(REFUSED);
    await run.reads();
    expect(run.variables).toMatchObject({ pair: null, wait: false });
  });
});
