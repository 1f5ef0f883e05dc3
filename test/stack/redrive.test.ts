import { contextOf } from '../../lambdas/read-request/run-context';
import { VARIABLES } from '../../lib/stack/workflow/variables';
import { bookkeeping } from '../../lib/tunnel/run/automation';
import { readMemory } from '../../lib/tunnel/run/memory';
import { readPairItem } from '../../lib/tunnel/run/pair';
import { END_STATES } from '../../lib/tunnel/run/outcome';
import { BIGIP_PAIR, PAIR_KEY } from '../lib/tunnel/bigip-pair-spec';
import type { Machine, State } from './support/definition';
import { machine } from './support/machine';
import { REQUEST } from './support/run';
import { type TestTable, testTable } from './support/table';
import { type Answers, EXECUTION, Mishap, type Walk, walk } from './support/walk';

/*
 * What a redrive would do: Step Functions enters the state where an execution ended once more, with the definition and
 * the variables of that time. Played here with the definition against a table; devices are as docs/RUNBOOK.md says of
 * them: they refuse a fence that is older than the last they have seen.
 */

const FAILED = END_STATES.filter(({ succeeds }) => !succeeds).map(({ name }) => name as string);
const FENCE = 1_790_000_000_000;
const OTHER = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:other';

/** What a run knows in the middle of its work. */
const KNOWN = {
  ...VARIABLES,
  request: { ...REQUEST, spec: {} },
  execution: EXECUTION,
  about: { execution: EXECUTION, action: 'apply' },
  bookkeeping: bookkeeping(readMemory(undefined), { ...REQUEST, spec: { example: false } }, EXECUTION, new Date()),
  fence: FENCE,
  begun: true,
  before: '{"b":1}',
  records: { original: '{"o":1}', before: '{"b":1}', applied: '{"a":1}' },
  plan: {
    ...VARIABLES.plan,
    operations: 1,
    verdict: 'CarryOut',
    digest: '0123456789abcdef',
    reachable: true,
    words: { left: '', remaining: 'not put back: all of it' },
    work: Object.fromEntries(
      Object.keys(VARIABLES.plan.work).map((stage) => [stage, { bigip: [{}], ramp: [{}], cluster: [{}] }]),
    ),
    prove: { bigip: [{}], ramp: [{}], cluster: [] },
    records: { original: '{"o":1}', before: '{"b":1}', applied: '{"a":1}' },
  },
  failure: { error: 'DeviceRefused', cause: 'no', state: 'Attach virtual servers' },
  report: {
    changes: [],
    verification: [],
    remaining: null,
    left: [],
    sentence: '1 change on 1 device; none cuts live traffic.',
  },
  ending: 'RolledBack',
  noticeHeading: 'RolledBack',
  busy: 'the lease is held by another run',
  noticeText: 'no; everything was put back',
  where: ' (result: table item edge-a, lastResult)',
};

let table: TestTable;
beforeEach(async () => (table = await testTable()));
afterEach(() => table.close());

const item = async (key = 'edge-a') =>
  (await table.call('GetItem', { Key: { tunnel: { S: key } }, ConsistentRead: true })).Item;

/** What the item of a pair says. */
const holds = (key: string, { holder, holderTunnel }: { readonly holder: string; readonly holderTunnel: string }) =>
  table.call('UpdateItem', {
    Key: { tunnel: { S: key } },
    UpdateExpression: 'SET holder = :holder, holderTunnel = :tunnel',
    ExpressionAttributeValues: { ':holder': { S: holder }, ':tunnel': { S: holderTunnel } },
  });

/** What stands in the table. */
async function stands(attributes: {
  owner?: string;
  fence: number;
  closedBy?: string;
  before?: string;
}): Promise<void> {
  const { fence, ...texts } = attributes;
  const set = Object.entries({ ...texts, wanted: 'applied' });
  await table.call('UpdateItem', {
    Key: { tunnel: { S: 'edge-a' } },
    UpdateExpression: `SET #fence = :fence, ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries([['#fence', 'fence'], ...set.map(([name]) => [`#${name}`, name])]),
    ExpressionAttributeValues: Object.fromEntries([
      [':fence', { N: String(fence) }],
      ...set.map(([name, value]) => [`:${name}`, { S: value }]),
    ]),
  });
}

/** Every state that a run which holds the lease may pass, by name: where it can have ended without an end. */
function afterTheLease(): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: string | undefined): void => {
    if (name === undefined || seen.has(name)) return;
    seen.add(name);
    const state = machine.States[name]!;
    const ways = [state, ...(state.Choices ?? []), ...(state.Catch ?? [])].map(({ Next }) => Next);
    [...ways, state.Default].forEach(visit);
  };
  visit(machine.States['Take lease']!.Next);
  return [...seen];
}

/** What the handlers of devices and of plans throw: a device that another run has looked at knows a later fence. */
const OVERTAKEN = { devices: new Mishap('DeviceRefused', 'this command is from an overtaken run') };

interface Refusals {
  readonly devices: Mishap;
  /** undefined: a plan is made. */
  readonly plan?: Mishap;
}

/** What Read request answers now, while the run that holds the lease works. */
async function reads({ waited }: { readonly waited: number }, request: unknown) {
  const runs = async (arn: string) => ({ arn, status: 'RUNNING', error: null, input: null, ended: null });
  return contextOf(
    request as never,
    readMemory(await item()),
    { execution: EXECUTION, waited },
    {
      describe: runs,
      pair: async (key) => readPairItem(await item(key)),
      now: () => new Date(),
    },
  );
}

/** Enters a state as the run would. @returns how it ends, and the fences under which it addressed devices */
async function redrive(
  from: string,
  more: object = {},
  refusals: Refusals = OVERTAKEN,
): Promise<Walk & { readonly fences: readonly number[] }> {
  const fences: number[] = [];
  const known = { ...KNOWN, ...more };
  const parts = new Map<string, State>();
  const collect = (part: Machine): void =>
    Object.entries(part.States).forEach(([name, state]) => {
      parts.set(name, state);
      state.Branches?.forEach(collect);
    });
  collect(machine);

  const answer = (name: string) => (args: any) => {
    const resource = parts.get(name)!.Resource!;
    if (resource.includes('dynamodb'))
      return table
        .call(resource.endsWith('getItem') ? 'GetItem' : 'UpdateItem', args)
        .catch((error: Error) => Promise.reject(new Mishap(`DynamoDB.${error.message.split(':')[0]}`, error.message)));
    if (!resource.includes('lambda')) return {}; // people are told
    if ('input' in args.Payload) return reads(args.Payload, known.request);
    if (!('do' in args.Payload)) {
      if (refusals.plan) throw refusals.plan;
      return { ...KNOWN.plan, report: KNOWN.report };
    }
    fences.push(args.Payload.fence);
    throw refusals.devices;
  };
  const answers = new Proxy<Answers>({}, { get: (_, name) => answer(String(name)) });
  // A decision behind devices side by side finds in its input what these answered.
  const again: State = {
    Type: 'Pass',
    Assign: known,
    Output: { good: false, failure: KNOWN.failure },
    Next: from,
  };
  const ended = await walk({ StartAt: 'Redrive', States: { ...machine.States, Redrive: again } }, answers, {});
  return { ...ended, fences };
}

/** Where a run spends time, or has failed. What dies in a decision, by a broken expression, dies of it again. */
const UNFINISHED = afterTheLease().filter((name) => /^(?:Task|Parallel|Wait|Fail)$/.test(machine.States[name]!.Type));

test('the states after the lease are found', () => {
  expect(UNFINISHED).toEqual(
    expect.arrayContaining(['Observe', 'Record before', 'Attach virtual servers', 'New fence']),
  );
  expect(UNFINISHED.length).toBeGreaterThan(25);
});

test.each(FAILED)('%s, redriven, fails again as before: nothing is written, no device is asked', async (name) => {
  await stands({ fence: FENCE, closedBy: EXECUTION });
  const before = await item();
  const ended = await redrive(name);
  expect(ended).toMatchObject({ error: name, path: ['Redrive', name], fences: [] });
  expect(await item()).toEqual(before);
});

describe.each([
  ['holds the lease', { owner: OTHER, fence: FENCE + 1, before: '{"theirs":1}' }],
  ['has worked and ended', { fence: FENCE + 1, closedBy: OTHER }],
])('while another run %s', (_, theirs) => {
  test.each(UNFINISHED)(
    'a run redriven in %s fails, and neither table nor devices take anything from it',
    async (from) => {
      await stands(theirs);
      const before = await item();
      const ended = await redrive(from);
      expect(FAILED).toContain(ended.error);
      expect(await item()).toEqual(before);
      // A device that another run has looked at since knows a later fence.
      for (const fence of ended.fences) expect(fence).toBe(FENCE);
    },
  );
});

describe('while nobody else came', () => {
  test('a run that was stopped in its last write ends well', async () => {
    await stands({ owner: EXECUTION, fence: FENCE });
    expect((await redrive('Record applied')).output).toMatchObject({ endState: 'Applied' });
    expect(await item()).not.toHaveProperty('owner');
  });

  test('and so does one whose last write had landed', async () => {
    await stands({ fence: FENCE, closedBy: EXECUTION });
    expect((await redrive('Record applied')).output).toMatchObject({ endState: 'Applied' });
  });

  test('a run that was stopped in the middle goes on with its old plan, under its old fence', async () => {
    await stands({ owner: EXECUTION, fence: FENCE, before: '{"b":1}' });
    const { path, fences } = await redrive('Attach virtual servers');
    expect(path.slice(0, 2)).toEqual(['Redrive', 'Attach virtual servers']);
    expect(fences[0]).toBe(FENCE);
  });
});

test('a run that was stopped before it had the lease reads the table afresh, and gives way', async () => {
  await stands({ owner: OTHER, fence: FENCE + 1 });
  const before = await item();
  const ended = await redrive('Take lease');
  expect(ended.path).toEqual(expect.arrayContaining(['Lost a race', 'Read request', 'Is the tunnel free?']));
  expect(ended).toMatchObject({ error: 'TunnelBusy', fences: [] });
  expect(await item()).toEqual(before);
});

describe('a run that was stopped when it took a pair of BIG-IPs', () => {
  const request = { ...KNOWN.request, spec: BIGIP_PAIR };
  const early = { request, fence: null, begun: false, before: null, failure: null };

  test('gives way to the run of another tunnel that has taken it since', async () => {
    await holds(PAIR_KEY, { holder: OTHER, holderTunnel: 'edge-b' });
    const before = await item(PAIR_KEY);
    const ended = await redrive('Take pair', { ...early, pair: { key: PAIR_KEY, holder: null } });
    expect(ended).toMatchObject({ error: 'TunnelBusy', fences: [], cause: expect.stringContaining(OTHER) });
    expect([await item(PAIR_KEY), await item()]).toEqual([before, undefined]);
  });

  test("keeps other tunnels' runs away, redriven before the lease or not: they know that it died", async () => {
    await holds(PAIR_KEY, { holder: EXECUTION, holderTunnel: 'edge-a' });
    const other = { ...request, tunnel: 'edge-b', spec: { ...BIGIP_PAIR, name: 'edge-b' } };
    const context = await contextOf(
      other,
      readMemory(undefined),
      { execution: OTHER, waited: 0 },
      {
        describe: async (arn) => ({ arn, status: 'ABORTED', error: null, input: null, ended: null }),
        pair: async (key) => readPairItem(await item(key)),
        now: () => new Date(),
      },
    );
    expect(context).toMatchObject({ wait: true, pair: { key: PAIR_KEY, holder: EXECUTION } });
  });
});

describe('when the app was deployed with another contract in the middle of a run', () => {
  const mismatch = new Mishap('ContractMismatch', 'this run speaks contract 4, the handlers 5');
  const refusals = { devices: mismatch, plan: mismatch };

  test('before its first change, the run ends as NotStarted and releases the lease', async () => {
    await stands({ owner: EXECUTION, fence: FENCE });
    const ended = await redrive('Observe', { begun: false, before: null, failure: null }, refusals);
    expect(ended).toMatchObject({ error: 'NotStarted', cause: expect.stringContaining('ContractMismatch') });
    expect(await item()).not.toHaveProperty('owner');
  });

  test('after it, the run cannot put anything back, and leaves the record of how to: RollbackFailed', async () => {
    await stands({ owner: EXECUTION, fence: FENCE, before: '{"b":1}' });
    const ended = await redrive('Attach virtual servers', { failure: null }, refusals);
    expect(ended).toMatchObject({ error: 'RollbackFailed', cause: expect.stringContaining('ContractMismatch') });
    expect(ended.path.filter((name) => name === 'Wait before restoring again')).toHaveLength(3);
    expect(await item()).toMatchObject({ before: { S: '{"b":1}' }, closedBy: { S: EXECUTION } });
    expect(await item()).not.toHaveProperty('owner');
  });
});
