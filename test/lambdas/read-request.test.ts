import { EXAMPLE, merge } from '../lib/tunnel/site';
import { LEAST_REQUEST, readRequest } from './least-request';

const declared = async (name: string): Promise<string | undefined> =>
  name === 'edge-a' ? JSON.stringify(EXAMPLE) : undefined;

const APPLIED = { original: null, before: null, applied: JSON.stringify({ name: 'edge-b' }) };

async function message(input: unknown): Promise<string> {
  return readRequest(input, declared).then(
    () => 'was accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

test('the least request is an apply that interrupts nothing, with every field of the contract', async () =>
  expect(await readRequest({ tunnel: 'edge-a' }, declared)).toEqual({
    ...LEAST_REQUEST,
    specDigest: expect.stringMatching(/^[0-9a-f]{16}$/),
    spec: EXAMPLE,
  }));

test('a full request of a person keeps what it says', async () =>
  expect(
    await readRequest({ tunnel: 'edge-a', allowInterruption: true, expect: '0123456789abcdef' }, declared),
  ).toMatchObject({ action: 'apply', allowInterruption: true, expect: '0123456789abcdef' }));

test.each([
  ['an event', { trigger: 'event' }],
  ['a schedule', { trigger: 'schedule' }],
  ['a repair', { repair: 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1' }],
  ['a plan', { action: 'plan' }],
  ['a verify', { action: 'verify' }],
  ['a resume', { action: 'resume' }],
])('%s has nothing that a person could have agreed to', async (_, asked) => {
  const request = { tunnel: 'edge-a', ...asked };
  expect(await message({ ...request, allowInterruption: true })).toContain(
    'InvalidRequest: request: allowInterruption: true: is for an apply or a teardown that a person asks for',
  );
  expect(await message({ ...request, expect: '0123456789abcdef' })).toContain(
    'InvalidRequest: request: expect: "0123456789abcdef": is for an apply or a teardown that a person asks for',
  );
  expect(await message({ ...request, allowInterruption: false })).toBe('was accepted');
});

test('a plan may be that of a teardown, also of what is not declared any more', async () => {
  expect(await readRequest({ tunnel: 'edge-a', action: 'plan', teardown: true }, declared)).toMatchObject({
    action: 'plan',
    teardown: true,
    spec: EXAMPLE,
  });
  expect(await readRequest({ tunnel: 'edge-b', action: 'plan', teardown: true }, declared, APPLIED)).toMatchObject({
    teardown: true,
    declared: false,
    spec: { name: 'edge-b' },
  });
  expect(await message({ tunnel: 'edge-a', action: 'teardown', teardown: true })).toContain(
    'teardown: true: is for action plan only',
  );
  expect(await message({ tunnel: 'edge-a', action: 'plan', teardown: true, spec: EXAMPLE })).toContain(
    'spec: is for the plan of an apply',
  );
});

test('a full request of the automation keeps what it says', async () =>
  expect(
    await readRequest(
      {
        tunnel: 'edge-a',
        trigger: 'event',
        asked: '2026-11-23T08:00:00Z',
        repair: 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1',
      },
      declared,
    ),
  ).toMatchObject({
    action: 'apply',
    trigger: 'event',
    asked: Date.UTC(2026, 10, 23, 8),
    repair: 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1',
  }));

test('ramp nodes that are gone for good are named by a person, by instance id or, with reach: oc, by name', async () => {
  const gone = ['mi-0a4e90b20a4e90b20', 'worker-0.ocp.example.com'];
  expect(await readRequest({ tunnel: 'edge-a', action: 'teardown', forget: gone }, declared)).toMatchObject({
    forget: gone,
  });
  expect(await message({ tunnel: 'edge-a', forget: ['ramp_1'] })).toContain(
    'forget.0: "ramp_1": must be the instance id',
  );
  expect(await message({ tunnel: 'edge-a', forget: gone, trigger: 'schedule' })).toContain('that a person asks for');
  expect(await message({ tunnel: 'edge-a', forget: gone, action: 'verify' })).toContain('that a person asks for');
});

test('a repair of what is not declared is no mistake, nor the pause after one that was stopped; a person’s pause is', async () => {
  const repair = 'arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:edge-ramp:größer-als_4711';
  const found = await readRequest({ tunnel: 'edge-b', trigger: 'event', repair }, declared, APPLIED);
  expect(found).toMatchObject({ action: 'apply', declared: false, specDigest: null, repair });
  const stopped = { tunnel: 'edge-b', action: 'pause', reason: 'a repair was stopped' };
  expect(await readRequest({ ...stopped, trigger: 'schedule' }, declared, APPLIED)).toMatchObject({ declared: false });
  expect(await message(stopped)).toContain('is not declared');
  for (const name of ['a b', 'a:b', 'a$b', 'a`b', 'a\u0007', 'a/b'])
    expect(await message({ tunnel: 'edge-a', trigger: 'event', repair: `${repair}${name}` })).toContain(
      'must be the ARN',
    );
});

describe('a tunnel that is not declared any more', () => {
  const teardown = { tunnel: 'edge-b', action: 'teardown' };

  test('is torn down as it was last applied', async () => {
    expect(await readRequest(teardown, declared, APPLIED)).toMatchObject({
      action: 'teardown',
      declared: false,
      specDigest: null,
      spec: { name: 'edge-b' },
    });
    expect(await message({ tunnel: 'edge-b', action: 'verify' })).toContain('is not declared; add tunnels/edge-b.yaml');
  });

  test('and was begun by a run that died, is restored by the declaration with which that began', async () => {
    const before = JSON.stringify({ declared: [{ name: 'older' }, { name: 'edge-b' }], touched: {} });
    const repair = 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1';
    const asked = { tunnel: 'edge-b', trigger: 'event', repair };
    expect(await readRequest(asked, declared, { ...APPLIED, applied: null, before })).toMatchObject({
      spec: { name: 'edge-b' },
    });
  });

  test.each([[null], ['[]'], ['{}'], ['{"declared":[]}'], ['{"declared":[null]}']])(
    'and whose record is %s, is a mistake: nobody knows what to take down',
    async (before) => {
      await expect(readRequest(teardown, declared, { ...APPLIED, applied: null, before })).rejects.toMatchObject({
        name: 'InvalidRequest',
        message:
          'request: tunnel: "edge-b": is not declared, and the table does not know it as applied: there is nothing to tear down or to repair',
      });
    },
  );

  test('and whose record somebody spoiled, is not taken for one that nobody knows', async () =>
    expect(readRequest(teardown, declared, { ...APPLIED, applied: '{' })).rejects.toMatchObject({
      name: 'NotUnderstood',
      message: 'the record "applied" in the tunnel\'s table item is not JSON: write its former text back',
    }));
});

test('a plan may bring a declaration of its own, which is checked like any other and looked up nowhere', async () => {
  const nowhere = jest.fn();
  const spec = merge(EXAMPLE, { snat: 'gateway' });
  const request = await readRequest({ tunnel: 'edge-a', action: 'plan', spec }, nowhere);
  expect(request.spec).toMatchObject({ snat: 'gateway' });
  expect(nowhere).not.toHaveBeenCalled();
});

test.each([
  ['nothing', undefined, 'request: (document):'],
  ['null', null, 'request: (document):'],
  ['a word', 'edge-a', 'request: (document): "edge-a":'],
  ['a list', [], 'request: (document): []:'],
  ['no tunnel', {}, 'request: tunnel:'],
  [
    'a tunnel of another spelling',
    { tunnel: 'Edge A' },
    'request: tunnel: "Edge A": must be the name of a declared tunnel',
  ],
  ['a tunnel with a path', { tunnel: '../edge-a' }, 'request: tunnel: "../edge-a": must be the name'],
  ['a tunnel with a newline', { tunnel: 'edge-a\n' }, 'request: tunnel: "edge-a\\n": must be the name'],
  [
    'a tunnel that is not declared',
    { tunnel: 'edge-b' },
    'request: tunnel: "edge-b": is not declared; add tunnels/edge-b.yaml and deploy',
  ],
  ['an unknown action', { tunnel: 'edge-a', action: 'destroy' }, 'request: action: "destroy":'],
  ['an unknown key', { tunnel: 'edge-a', force: true }, 'request: force: is not a known key'],
  [
    'a key that would be inherited',
    JSON.parse('{"tunnel":"edge-a","__proto__":{"action":"teardown"}}'),
    '__proto__: is not a known key',
  ],
  [
    'leave to interrupt as a word',
    { tunnel: 'edge-a', allowInterruption: 'true' },
    'request: allowInterruption: "true":',
  ],
  [
    'another digest',
    { tunnel: 'edge-a', expect: 'latest' },
    'request: expect: "latest": must be the digest of a plan: 16 hexadecimal digits',
  ],
  ['another trigger', { tunnel: 'edge-a', trigger: 'console' }, 'request: trigger: "console":'],
  [
    'a repair of nothing',
    { tunnel: 'edge-a', repair: 'run-1' },
    'request: repair: "run-1": must be the ARN of an execution',
  ],
  [
    'a declaration for an apply',
    { tunnel: 'edge-a', spec: EXAMPLE },
    'request: spec: is for action plan only: what is applied must be declared',
  ],
  [
    'a declaration of another name',
    { tunnel: 'edge-b', action: 'plan', spec: EXAMPLE },
    'request: spec.name: "edge-a": must be the tunnel\'s name, edge-b',
  ],
  [
    'a declaration that is none',
    { tunnel: 'edge-a', action: 'plan', spec: 'x' },
    "request: spec.name: must be the tunnel's name, edge-a",
  ],
  [
    'a declaration with a mistake',
    { tunnel: 'edge-a', action: 'plan', spec: merge(EXAMPLE, { snat: 'x' }) },
    'request: spec: snat: "x":',
  ],
])('%s is refused with path, value and rule', async (_what, input, expected) => {
  const said = await message(input);
  expect(said).toMatch(/^InvalidRequest: /);
  expect(said).toContain(expected);
});

test('every mistake is listed', async () => {
  const said = await message({ tunnel: 'X', action: 'y', expect: 'z' });
  for (const path of ['tunnel', 'action', 'expect']) expect(said).toContain(`request: ${path}:`);
});

test('a declaration in the table that breaks a rule of today is a mistake, not a crash', async () => {
  const old = async (): Promise<string> => JSON.stringify(merge(EXAMPLE, { cookie: '0x0' }));
  await expect(readRequest({ tunnel: 'edge-a' }, old)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining('declaration of edge-a: cookie: "0x0":'),
  });
});

test('a parameter that holds no JSON is a mistake, not a crash', async () => {
  const broken = async (): Promise<string> => '{"kind": "ramp"';
  await expect(readRequest({ tunnel: 'edge-a' }, broken)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: 'declaration of edge-a: (document): is not JSON; deploy again',
  });
});

test('a pause says why, and until when', async () => {
  expect(await message({ tunnel: 'edge-a', action: 'pause' })).toContain('request: reason');
  expect(await message({ tunnel: 'edge-a', action: 'pause', reason: '$(rm)' })).toContain('must be 1 to 200 letters');
  expect(
    await message({ tunnel: 'edge-a', action: 'pause', reason: 'change 4711', until: '2020-01-01T00:00:00Z' }),
  ).toContain('must be in the future');
  expect(await message({ tunnel: 'edge-a', action: 'pause', reason: 'x', until: 'tomorrow' })).toContain(
    'request: until: "tomorrow": must be a time with its zone',
  );
  expect(await message({ tunnel: 'edge-a', reason: 'x' })).toContain('is for action pause only');
  expect(
    await readRequest(
      { tunnel: 'edge-a', action: 'pause', reason: 'change 4711', until: '2999-01-01T01:00:00+01:00' },
      declared,
    ),
  ).toMatchObject({ action: 'pause', reason: 'change 4711', until: '2999-01-01T00:00:00.000Z' });
});

test.each([
  [{ action: 'teardown', trigger: 'event' }, 'nothing else is done without a person'],
  [{ asked: '2026-11-23T08:00:00Z' }, 'is for what an event or a schedule asks for'],
  [{ awaits: 'i-0a4e90de0a4e90de0' }, 'is for what an event asks for'],
  [{ repair: 'arn:aws:states:a:123456789012:execution:edge-ramp:x', action: 'plan' }, 'a repair restores'],
])('what does not go together is refused: %j', async (fields, rule) =>
  expect(await message({ tunnel: 'edge-a', ...fields })).toContain(rule),
);

test('the same declaration has the same digest, another one another', async () => {
  const digest = async (spec: object): Promise<unknown> =>
    (await readRequest({ tunnel: 'edge-a' }, async () => JSON.stringify(spec))).specDigest;
  expect(await digest(EXAMPLE)).toBe(await digest(EXAMPLE));
  expect(await digest(merge(EXAMPLE, { cookie: '0x998' }))).not.toBe(await digest(EXAMPLE));
});
