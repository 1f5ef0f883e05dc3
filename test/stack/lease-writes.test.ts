import { VARIABLES } from '../../lib/stack/workflow/variables';
import { definitionOf } from './support/definition';
import { synthesizeUnchecked } from './support/synthesized';
import { type TestTable, testTable } from './support/table';
import { evaluate } from './support/walk';

/*
 * The writes of a run, against a table: what they leave, that each may be repeated when its answer was lost, and that
 * none of them touches the item of a run that took the lease over.
 */

const machine = definitionOf(synthesizeUnchecked());
const REFUSED = /^ConditionalCheckFailedException/;

let table: TestTable;
beforeEach(async () => (table = await testTable()));
afterEach(() => table.close());

/** A run as far as the table knows it: its ARN, and the variables that its writes use. */
class Run {
  variables: Record<string, any> = {
    ...VARIABLES,
    request: { tunnel: 'edge-a', action: 'apply', repair: null },
    plan: { ...VARIABLES.plan, records: { original: '{"o":1}', before: '{"b":1}', applied: '{"a":1}' } },
  };
  constructor(readonly arn: string) {}

  /** Does what a state does to the table, and sets the variables that it sets. */
  async does(name: string): Promise<any> {
    const state = machine.States[name]!;
    const states = { input: {}, context: { Execution: { Id: this.arn } } };
    const action = state.Resource!.endsWith('getItem') ? 'GetItem' : 'UpdateItem';
    const result = await table.call(action, await evaluate(state.Arguments, this.variables, states));
    Object.assign(this.variables, await evaluate(state.Assign, this.variables, { ...states, result }));
    return result.Attributes;
  }

  async holds(): Promise<this> {
    await this.does('Read tunnel');
    await this.does('Take lease');
    return this;
  }
}

const item = async () => (await table.call('GetItem', { Key: { tunnel: { S: 'edge-a' } }, ConsistentRead: true })).Item;
const CLOSING = Object.keys(machine.States).filter((name) => /^Record (?!before)/.test(name));

test('the first run makes the item, and leaves it without an owner', async () => {
  const run = await new Run('arn:one').holds();
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
  });
  expect(JSON.parse(lastResult.S)).toMatchObject({ endState: 'Applied', execution: 'arn:one', at: expect.any(String) });
});

test('a teardown leaves no records, and a rolled back run those of before', async () => {
  const first = await new Run('arn:one').holds();
  await first.does('Record before');
  await first.does('Record applied');
  const second = await new Run('arn:two').holds();
  expect(second.variables['records']).toEqual({ original: '{"o":1}', before: null, applied: '{"a":1}' });
  await second.does('Record before');
  await second.does('New fence');
  await second.does('Record restored');
  expect(await item()).toMatchObject({ applied: { S: '{"a":1}' }, wanted: { S: 'applied' } });
  expect(await item()).not.toHaveProperty('before');
  const third = await new Run('arn:three').holds();
  await third.does('Record torn down');
  expect(Object.keys(await item()).sort()).toEqual(['closedBy', 'fence', 'lastResult', 'tunnel', 'wanted']);
  expect((await item()).wanted).toEqual({ S: 'absent' });
});

test('a run that could not restore keeps the record of how it was', async () => {
  const run = await new Run('arn:one').holds();
  await run.does('Record before');
  await run.does('Record not restored');
  expect(await item()).toMatchObject({ before: { S: '{"b":1}' } });
  expect(await item()).not.toHaveProperty('wanted');
});

test.each(CLOSING)('%s may be repeated when its answer was lost', async (name) => {
  const run = await new Run('arn:one').holds();
  await run.does('Record before');
  await run.does(name);
  await expect(run.does(name)).resolves.toMatchObject({ closedBy: { S: 'arn:one' } });
});

test('what a run writes while it holds the lease may be repeated as well', async () => {
  const run = await new Run('arn:one').holds();
  const { fence } = run.variables;
  for (const name of ['Record before', 'New fence']) {
    const before = { ...run.variables };
    await run.does(name);
    run.variables = before;
    await run.does(name);
  }
  expect(run.variables['fence']).toBeGreaterThan(fence);
});

test.each(['Record before', 'New fence', ...CLOSING])('%s never touches the item of the next owner', async (name) => {
  const run = await new Run('arn:one').holds();
  await new Run('arn:two').holds();
  const taken = await item();
  await expect(run.does(name)).rejects.toThrow(REFUSED);
  expect(await item()).toEqual(taken);
});

test.each(CLOSING)('%s, repeated late, does not release the lease of the next owner', async (name) => {
  const run = await new Run('arn:one').holds();
  await run.does(name);
  await new Run('arn:two').holds();
  await expect(run.does(name)).rejects.toThrow(REFUSED);
  expect((await item()).owner).toEqual({ S: 'arn:two' });
});

test('of two runs that saw the same item, one takes the lease', async () => {
  const [one, two] = [new Run('arn:one'), new Run('arn:two')];
  await one.does('Read tunnel');
  await two.does('Read tunnel');
  await one.does('Take lease');
  await expect(two.does('Take lease')).rejects.toThrow(REFUSED);
});

test('a run whose answer to taking the lease was lost finds itself the owner', async () => {
  const run = await new Run('arn:one').holds();
  await expect(run.does('Take lease')).rejects.toThrow(REFUSED);
  await run.does('Read tunnel');
  expect(run.variables['seen'].owner).toBe('arn:one');
  await expect(run.does('Take lease')).resolves.toMatchObject({ owner: { S: 'arn:one' } });
});
