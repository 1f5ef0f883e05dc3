import { request } from 'node:http';
import { isOwn } from '../../../cli/page/console/guard';
import type { Served } from '../../../cli/page/console/server';
import type { TunnelsView, TunnelView } from '../../../cli/page/console/views';
import type { RunPage } from '../../../cli/page/model/run';
import { arnOf, items, parameters, pastExecutions, type Answers, type Question } from '../aws/answers';
import { consoleOf, started } from '../../page/account';
import { account, applied, DECLARED, PLAN, planned, rolledBack } from './runs';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A console for an account that answers these, and how to ask it. */
async function console(answers: Answers) {
  const opened = await consoleOf(answers);
  open.push(opened);
  const { asked, served } = opened;
  return { asked, served, ask: asking(served) };
}

function asking({ address }: Served) {
  const { port, hash } = new URL(address);
  const authorization = `Bearer ${hash.slice('#token='.length)}`;
  return async (path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Reply> =>
    new Promise((done, failed) => {
      const method = body === undefined ? 'GET' : 'POST';
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(
        { host: '127.0.0.1', port, path, method, headers: { authorization, ...json, ...headers } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => done({ status: response.statusCode!, headers: response.headers, body: text }));
        },
      );
      sent.on('error', failed).end(typeof body === 'string' ? body : body && JSON.stringify(body));
    });
}

const parsed = <T>({ body }: Reply): T => JSON.parse(body) as T;
const startable: Answers = {
  ...applied(),
  StartExecution: ({ name }) => ({ executionArn: arnOf(String(name)), startDate: 1 }),
};

describe('who may ask', () => {
  test('the page itself is for everybody on this machine, and holds no data; its policy lets nothing else in', async () => {
    const { ask, asked } = await console(startable);
    const { status, headers, body } = await ask('/', { authorization: '' });
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(body).not.toContain('edge-a');
    expect(asked).toEqual([]);
  });

  test.each(['', 'Bearer ', 'Bearer wrong', 'Basic x'])(
    'data without the token is refused: "%s"',
    async (authorization) => {
      const { ask, asked } = await console(startable);
      expect(await ask('/api/tunnels', { authorization })).toMatchObject({ status: 401 });
      expect(await ask('/api/runs', { authorization }, { tunnel: 'edge-a', action: 'verify' })).toMatchObject({
        status: 401,
      });
      expect(asked).toEqual([]);
    },
  );

  test('the token of another console is not this one', async () => {
    const [one, other] = [await console(startable), await console(startable)];
    expect(one.served.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    const authorization = `Bearer ${new URL(other.served.address).hash.slice('#token='.length)}`;
    expect(await one.ask('/api/tunnels', { authorization })).toMatchObject({ status: 401 });
  });

  test.each([
    [{ host: '127.0.0.1:1' }, true],
    [{ host: 'localhost:1', origin: 'http://localhost:1' }, true],
    [{ host: '127.0.0.1:1', 'sec-fetch-site': 'same-origin' as const }, true],
    [{}, false],
    [{ host: 'evil.example:1' }, false],
    [{ host: '127.0.0.1:2' }, false],
    [{ host: '127.0.0.1:1', origin: 'http://evil.example' }, false],
    [{ host: '127.0.0.1:1', origin: 'http://127.0.0.1:2' }, false],
    [{ host: '127.0.0.1:1', origin: 'null' }, false],
    [{ host: '127.0.0.1:1', 'sec-fetch-site': 'cross-site' as const }, false],
    [{ host: '127.0.0.1:1', 'sec-fetch-site': 'same-site' as const }, false],
  ])('host, origin and site are its own: %j: %s', (headers, own) => {
    expect(isOwn(headers, 1)).toBe(own);
  });

  test('a name that leads here by foreign DNS is refused, the token notwithstanding', async () => {
    const { ask, asked } = await console(startable);
    expect(await ask('/api/tunnels', { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await ask('/', { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });
});

describe('what is started', () => {
  test.each([
    { tunnel: 'edge-a', action: 'plan' },
    { tunnel: 'edge-a', action: 'plan', teardown: true },
    { tunnel: 'edge-a', action: 'verify' },
    { tunnel: 'edge-a', action: 'apply', expect: '5ad34b65026d90bb', allowInterruption: true },
    { tunnel: 'edge-a', action: 'teardown', expect: '5ad34b65026d90bb' },
    { tunnel: 'edge-a', action: 'pause', reason: 'change 4711' },
    { tunnel: 'edge-a', action: 'resume' },
  ])('%j, as it was asked', async (body) => {
    const { ask, asked } = await console(startable);
    const reply = await ask('/api/runs', {}, body);
    expect(reply.status).toBe(200);
    expect(parsed<{ arn: string }>(reply).arn).toMatch(new RegExp(`:edge-a-${body.action}-`));
    expect(started(asked)).toEqual([body]);
  });

  test.each([
    ['an apply of a plan that nobody has seen', { tunnel: 'edge-a', action: 'apply' }],
    ['a teardown of a plan that nobody has seen', { tunnel: 'edge-a', action: 'teardown' }],
    ['another digest', { tunnel: 'edge-a', action: 'apply', expect: 'x' }],
    ['a pause without a reason', { tunnel: 'edge-a', action: 'pause', reason: '' }],
    ['another action', { tunnel: 'edge-a', action: 'stop' }],
    ['no name of a tunnel', { tunnel: '../a', action: 'plan' }],
    ['more than is asked for', { tunnel: 'edge-a', action: 'plan', repair: 'arn' }],
    ['no object', 'null'],
    ['no JSON', '{'],
  ])('not %s', async (_, body) => {
    const { ask, asked } = await console(startable);
    expect(await ask('/api/runs', {}, body)).toMatchObject({ status: 400 });
    expect(asked.filter(([operation]) => operation === 'StartExecution')).toEqual([]);
  });

  test('not what is no JSON by its type, as a form of another page would send it, nor what is too long', async () => {
    const { ask, asked } = await console(startable);
    const body = { tunnel: 'edge-a', action: 'verify' };
    expect(await ask('/api/runs', { 'content-type': 'text/plain' }, body)).toMatchObject({ status: 415 });
    expect(await ask('/api/runs', {}, `"${'x'.repeat(20_000)}"`)).toMatchObject({ status: 413 });
    expect(started(asked)).toEqual([]);
  });
});

describe('a run that works, or has left something', () => {
  const ONE = arnOf('edge-a-apply-1');
  const BEFORE = JSON.stringify({
    declared: [DECLARED],
    touched: { 'i-1': { 'link tun1': { from: null, wrote: ['up'] } } },
  });
  const working = (): Answers => ({
    ...account('edge-a-apply-1', planned(), { status: 'RUNNING', stopDate: undefined }, { owner: ONE, fence: 1 }),
    StartExecution: startable['StartExecution']!,
    StopExecution: () => ({ stopDate: 1 }),
  });
  const died = (item: Readonly<Record<string, string | number>> = { before: BEFORE }): Answers => ({
    ...account('edge-a-apply-1', planned(), { status: 'ABORTED' }, { owner: ONE, fence: 1, ...item }),
    StartExecution: startable['StartExecution']!,
    StopExecution: () => ({ stopDate: 1 }),
  });
  const view = async (answers: Answers) =>
    parsed<TunnelView>(await (await console(answers)).ask('/api/tunnels/edge-a'));
  const done = (asked: readonly Question[]) =>
    asked.filter(([operation]) => ['StartExecution', 'StopExecution'].includes(operation));

  test('that works can be stopped, and nothing can be repaired', async () => {
    expect(await view(working())).toMatchObject({
      stop: {
        run: ONE,
        words:
          'edge-a-apply-1 (apply by person, began 1970-01-01 00:00 UTC) works on edge-a. What it has begun stays half done until a repair puts it back. Automation begins that repair within seconds.',
        cuts: false,
      },
      repair: null,
    });
  });

  test('that holds the lease is stopped, not one that waits for it', async () => {
    const both = pastExecutions(
      Object.fromEntries(
        [1, 2].map((i) => [
          `edge-a-apply-${i}`,
          { status: 'RUNNING', startDate: i, input: JSON.stringify({ tunnel: 'edge-a', action: 'apply' }) },
        ]),
      ),
    );
    expect((await view({ ...working(), ...both })).stop?.run).toBe(ONE);
  });

  test('that only looks is not stopped: it ends by itself', async () => {
    const plan = {
      status: 'RUNNING',
      stopDate: undefined,
      input: JSON.stringify({ tunnel: 'edge-a', action: 'plan' }),
    };
    expect((await view(account('edge-a-plan-1', planned(), plan))).stop).toBeNull();
  });

  test('that died can be repaired, and what that cuts is said', async () => {
    expect(await view(died())).toMatchObject({
      stop: null,
      repair: {
        run: ONE,
        words:
          'edge-a-apply-1 ended half-way. What it had begun is put back, at most 1 object on 1 device. THIS CUTS LIVE TRAFFIC that uses what that run had made.',
        cuts: true,
      },
    });
    expect((await view(died({}))).repair).toMatchObject({ cuts: false });
  });

  test('that ended well leaves nothing to be stopped or repaired', async () => {
    expect(await view(applied())).toMatchObject({ stop: null, repair: null });
  });

  test('is stopped, and no other', async () => {
    const { ask, asked } = await console(working());
    const reply = await ask('/api/runs', {}, { tunnel: 'edge-a', action: 'stop', run: ONE });
    expect([reply.status, parsed<{ arn: string }>(reply).arn]).toEqual([200, ONE]);
    expect(done(asked)).toEqual([
      ['StopExecution', { executionArn: ONE, error: 'Stopped', cause: 'by a person: edge-ramp console' }],
    ]);
  });

  test('is repaired, as the watch would', async () => {
    const { ask, asked } = await console(died());
    const reply = await ask('/api/runs', {}, { tunnel: 'edge-a', action: 'repair', run: ONE });
    expect(reply.status).toBe(200);
    expect(started(asked)).toEqual([{ tunnel: 'edge-a', action: 'apply', repair: ONE }]);
  });

  test.each([
    ['a stop of one that has ended', died, 'stop', ONE, 'edge-a-apply-1 does not work on edge-a any more'],
    ['a stop of another one', working, 'stop', arnOf('edge-a-apply-0'), 'edge-a-apply-0 does not work on edge-a'],
    [
      'a repair of one that works',
      working,
      'repair',
      ONE,
      'edge-a-apply-1 works on edge-a: wait for its end, or stop it',
    ],
    [
      'a repair of another one',
      died,
      'repair',
      arnOf('edge-a-apply-0'),
      'It is edge-a-apply-1 that has left something',
    ],
    ['a repair where nothing is left', applied, 'repair', ONE, 'There is nothing to repair'],
  ])('%s is refused, and nothing is done', async (_, answers, action, run, says) => {
    const { ask, asked } = await console(answers());
    const reply = await ask('/api/runs', {}, { tunnel: 'edge-a', action, run });
    expect([reply.status, parsed<{ error: string }>(reply).error]).toEqual([409, expect.stringContaining(says)]);
    expect(done(asked)).toEqual([]);
  });

  test.each([
    { tunnel: 'edge-a', action: 'stop' },
    { tunnel: 'edge-a', action: 'repair', run: 'edge-a-apply-1' },
    { tunnel: 'edge-a', action: 'stop', run: `${ONE}\nx` },
  ])('%j names none, and is not taken', async (body) => {
    const { ask, asked } = await console(working());
    expect(await ask('/api/runs', {}, body)).toMatchObject({ status: 400 });
    expect(done(asked)).toEqual([]);
  });
});

describe('what is shown', () => {
  test('every tunnel at a glance; of 200, the table is scanned once', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `t-${i}`);
    const all = Object.fromEntries(names.map((name) => [`/edge-ramp/tunnels/${name}`, { ...DECLARED, name }]));
    const { ask, asked } = await console({ ...parameters(all), ...items({}) });
    const [one, other] = await Promise.all([ask('/api/tunnels'), ask('/api/tunnels')]);
    expect(parsed<TunnelsView>(one)).toMatchObject({ place: 'Somewhere', tunnels: expect.any(Array) });
    expect(parsed<TunnelsView>(other).tunnels).toHaveLength(200);
    expect(asked.filter(([operation]) => operation === 'Scan')).toHaveLength(1);
  });

  test('one tunnel, with its runs, and the picture as the last run left it', async () => {
    const { ask } = await console(applied());
    const view = parsed<TunnelView>(await ask('/api/tunnels/edge-a'));
    expect(view.standing).toMatchObject({ tunnel: 'edge-a', declared: true });
    expect(view.runs.map(({ outcome }) => outcome)).toEqual(['Applied']);
    expect(view.seenBy).toBe(arnOf('edge-a-apply-1'));
    expect(view.remarks).toEqual(PLAN.remarks);
    expect(view.scene?.bigips[0]?.objects).toContainEqual({ text: 'tunnel SDN', fate: 'made' });
    expect(view.devices[0]?.rows).toContainEqual({
      object: 'tunnel SDN',
      before: null,
      after: 'profile ipip',
      fate: 'made',
    });
    expect(view.known).toBe('as written');
  });

  test('a run that has ended is read once', async () => {
    const { ask, asked } = await console(applied());
    const path = `/api/runs/${encodeURIComponent(arnOf('edge-a-apply-1'))}`;
    expect(parsed<RunPage>(await ask(path))).toMatchObject({ status: 'Applied', tone: 'good' });
    const before = asked.length;
    expect(parsed<RunPage>(await ask(path)).status).toBe('Applied');
    expect(asked).toHaveLength(before);
  });

  test("a device's text can neither hide nor turn around", async () => {
    const { ask } = await console(rolledBack('\u202egnp.exe\u001b[2J'));
    const { body } = await ask(`/api/runs/${encodeURIComponent(arnOf('edge-a-apply-1'))}`);
    expect(body).not.toMatch(/\u202e|\\u202e|\\u001b/);
    expect(parsed<RunPage>({ body } as Reply).end[0]).toContain('\\u{202e}gnp.exe\\u{1b}[2J');
  });

  test.each(['/api/tunnels/edge-z', '/api/runs/arn:none', '/api/other', '/api/tunnels/a/b', '/etc/passwd'])(
    'nothing at %s',
    async (path) => {
      const { ask } = await console({ ...applied(), ...pastExecutions({}), GetItem: () => ({}) });
      expect(await ask(path)).toMatchObject({ status: 404 });
    },
  );

  test('what AWS says against it, in one sentence', async () => {
    const { ask } = await console({});
    const reply = await ask('/api/tunnels');
    expect(reply.status).toBe(502);
    expect(parsed<{ error: string }>(reply).error).toMatch(/^AWS refuses ssm:GetParameter: UnknownOperationException/);
  });

  test('its script is bundled for browsers', async () => {
    const { ask } = await console({});
    const { status, headers, body } = await ask('/console.js');
    expect([status, headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(body).not.toContain('require(');
  });
});
