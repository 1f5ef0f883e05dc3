import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { handler } from '../../lambdas/read-request/handler';
import { readRunContext, type Sources } from '../../lambdas/read-request/run-context';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { readMemory } from '../../lib/tunnel/run/memory';
import { EXAMPLE, merge } from '../lib/tunnel/site';

const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:';
const ME = `${ARN}me`;
const OTHER = `${ARN}other`;
const NOW = new Date('2026-11-28T08:00:00Z');
const MINUTE = 60_000;
const SPEC = merge(EXAMPLE, { example: false });

/** What Read request answers, of a table item and of the run that holds the lease. */
async function open(input: object, item: object = {}, owner?: string, sources: object = {}) {
  return readRunContext(
    { contract: CONTRACT, execution: ME, input: { tunnel: 'edge-a', ...input }, waited: 0 },
    {
      declaration: async () => JSON.stringify(SPEC),
      memory: async () => readMemory(item as never),
      pair: () => Promise.reject(new Error('the tunnel has no pair of BIG-IPs')),
      describe: async (arn) =>
        owner === undefined ? undefined : { arn, status: owner, error: null, input: null, ended: null },
      now: () => NOW,
      ...(sources as Partial<Sources>),
    },
  );
}

test('an opening says all that a run has to know before it looks at a device', async () => {
  expect(await open({ action: 'verify' }, { fence: 7, closedBy: OTHER, applied: '{"a":1}' })).toEqual({
    request: expect.objectContaining({ tunnel: 'edge-a', action: 'verify', spec: SPEC }),
    records: { original: null, before: null, applied: '{"a":1}' },
    lease: { owner: null, fence: 7, closedBy: OTHER },
    heldBack: null,
    busy: null,
    wait: false,
    pair: null,
    bookkeeping: {
      attempts: 0,
      failures: 0,
      failedSpec: 'none',
      stops: false,
      stopped: '',
      drifts: [],
      repeatedDrift: false,
    },
    notified: null,
    about: { execution: ME, action: 'verify' },
    page: `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${ME}`,
    seen: { fence: 7, free: true, at: NOW.toISOString() },
  });
});

test('a plan with a declaration of its own asks nobody for another', async () => {
  const nowhere = jest.fn();
  const { request } = await open({ action: 'plan', spec: SPEC }, {}, undefined, { declaration: nowhere });
  expect(request.spec).toEqual(SPEC);
  expect(nowhere).not.toHaveBeenCalled();
});

test('a run that was begun by another version of the app is refused', async () =>
  expect(
    readRunContext({ contract: CONTRACT - 1, execution: ME, input: {}, waited: 0 }, {} as Sources),
  ).rejects.toMatchObject({
    name: 'ContractMismatch',
  }));

describe('a lease that another run holds', () => {
  const held = { owner: OTHER, fence: NOW.getTime() - 2 * MINUTE, wanted: 'applied' };

  test.each(['RUNNING', 'PENDING_REDRIVE'])('is not taken from a run that is %s', async (status) => {
    expect(await open({}, held, status)).toMatchObject({ busy: `the lease is held by ${OTHER}`, heldBack: null });
  });

  test.each(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT', undefined])(
    'is taken from one that is %s',
    async (status) => {
      expect(await open({}, held, status)).toMatchObject({ busy: null, heldBack: null });
    },
  );

  test('is not taken from a run that Step Functions does not know yet', async () =>
    expect(await open({}, { ...held, fence: NOW.getTime() - MINUTE + 1 })).toMatchObject({
      busy: expect.stringContaining(OTHER),
    }));

  test('makes a repair give way, which no person waits for', async () => {
    const repair = { repair: OTHER };
    expect(await open(repair, held, 'RUNNING')).toMatchObject({
      busy: null,
      heldBack: `the lease is held by ${OTHER}`,
    });
    expect(await open({ ...repair, trigger: 'event' }, held, 'RUNNING')).toMatchObject({
      heldBack: `the lease is held by ${OTHER}`,
    });
    expect(await open({ ...repair, trigger: 'event' }, held, 'ABORTED')).toMatchObject({ heldBack: null, busy: null });
  });

  test('is left by an event even where its owner is dead: the repair of that comes first', async () => {
    const describe = jest.fn();
    expect(await open({ trigger: 'event' }, held, 'ABORTED', { describe })).toMatchObject({
      heldBack: `the lease is held by ${OTHER}`,
    });
    expect(describe).not.toHaveBeenCalled();
  });

  test.each(['plan', 'verify', 'resume'])('does not concern a %s', async (action) => {
    const describe = jest.fn();
    expect(await open({ action }, held, 'RUNNING', { describe })).toMatchObject({ busy: null, heldBack: null });
    expect(describe).not.toHaveBeenCalled();
  });

  test('is its own when the answer to taking it was lost', async () =>
    expect(await open({}, { ...held, owner: ME }, 'RUNNING')).toMatchObject({ busy: null, heldBack: null }));
});

describe('an event or a schedule gives way', () => {
  const wanted = { wanted: 'applied' };
  test.each([
    ['to a tunnel that is not wanted', { wanted: 'absent' }, 'not wanted'],
    ['to a pause', { ...wanted, paused: true }, 'paused'],
    ['to a run that looked after what it asks for', { ...wanted, lookedAt: NOW.getTime() }, 'has looked already'],
  ])('%s', async (_, item, reason) => {
    const asked = { trigger: 'schedule', asked: NOW.toISOString() };
    expect((await open(asked, item)).heldBack).toContain(reason);
    expect((await open({}, item)).heldBack).toBeNull();
  });

  test('not when that run looked before', async () =>
    expect(
      await open({ trigger: 'schedule', asked: NOW.toISOString() }, { ...wanted, lookedAt: NOW.getTime() - 1 }),
    ).toMatchObject({ heldBack: null }));

  test('not where it only pauses the tunnel', async () =>
    expect(await open({ trigger: 'event', action: 'pause', reason: 'x' }, { wanted: 'absent' })).toMatchObject({
      heldBack: null,
    }));
});

describe('the handler', () => {
  const parameters = new Map<string, string | Error>();
  let item: object | Error = {};
  const answering = (answer: () => unknown) =>
    (async () => {
      const found = answer();
      if (found instanceof Error) throw found;
      return found;
    }) as never;
  const named = (name: string) => Object.assign(new Error(name), { name });

  beforeAll(() => {
    process.env['TUNNELS_PREFIX'] = '/edge-ramp/tunnels/';
    process.env['TABLE'] = 'tunnels';
    jest.spyOn(SSMClient.prototype, 'send').mockImplementation((async ({ input }: { input: { Name: string } }) => {
      const found = parameters.get(input.Name) ?? named('ParameterNotFound');
      if (found instanceof Error) throw found;
      return { Parameter: { Value: found } };
    }) as never);
    jest
      .spyOn(DynamoDBClient.prototype, 'send')
      .mockImplementation(answering(() => (item instanceof Error ? item : { Item: item })));
    jest.spyOn(SFNClient.prototype, 'send').mockImplementation(answering(() => ({ status: 'RUNNING' })));
  });
  beforeEach(() => {
    item = {};
    parameters.set('/edge-ramp/tunnels/edge-a', JSON.stringify(SPEC));
  });
  afterAll(() => jest.restoreAllMocks());

  const call = (tunnel: string) => handler({ contract: CONTRACT, execution: ME, input: { tunnel }, waited: 0 });

  test('finds the declaration in its parameter, the records in the table, and asks for the owner', async () => {
    item = { applied: { S: '{"a":1}' }, owner: { S: OTHER } };
    expect(await call('edge-a')).toMatchObject({
      request: { tunnel: 'edge-a', spec: SPEC },
      records: { applied: '{"a":1}' },
      busy: `the lease is held by ${OTHER}`,
    });
  });

  test('says that a tunnel is not declared when there is no parameter', async () =>
    expect(call('edge-c')).rejects.toThrow('is not declared; add tunnels/edge-c.yaml and deploy'));

  test('does not take a parameter store that fails for a tunnel that is not declared', async () => {
    parameters.set('/edge-ramp/tunnels/edge-d', named('AccessDeniedException'));
    await expect(call('edge-d')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'])(
    'is tried again when the table answers %s',
    async (name) => {
      item = named(name);
      await expect(call('edge-a')).rejects.toMatchObject({ name: 'Throttled' });
    },
  );
});
