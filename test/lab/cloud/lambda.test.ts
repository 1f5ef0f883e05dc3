import { Clock } from '../../../lab/cloud/clock';
import { Functions } from '../../../lab/cloud/lambda';
import { readAssembly } from '../../../lab/cloud/template';
import { eventually, table, temporaryFolder, text, writeAssembly } from './support';

const logs = temporaryFolder();
let functions: Functions;

beforeAll(() => {
  const assembly = readAssembly(
    writeAssembly(
      { Table: table },
      {
        Says: `
          const timers = require('node:timers/promises');
          const { promisify } = require('node:util');
          let calls = 0;
          exports.handler = async (event, context) => {
            console.log('said', event.word);
            const began = Date.now();
            await new Promise((resolve) => setTimeout(resolve, 1000));
            await timers.setTimeout(1000);
            await promisify(setTimeout)(1000);
            return {
              ...event, calls: ++calls, took: Date.now() - began, id: context.awsRequestId.length,
              left: context.getRemainingTimeInMillis(), name: process.env.AWS_LAMBDA_FUNCTION_NAME,
              table: process.env.TABLE, region: process.env.AWS_REGION, endpoint: process.env.AWS_ENDPOINT_URL, home: process.env.HOME,
            };
          };`,
        Throws: `
          class NotDelivered extends Error { constructor(m) { super(m); this.name = 'NotDelivered'; } }
          exports.handler = async () => { throw new NotDelivered('gone'); };`,
        Exits: `exports.handler = async () => process.exit(3);`,
        Empty: `exports.handler = async () => {};`,
        Broken: `throw new SyntaxError('broken bundle');`,
      },
    ),
  );
  functions = new Functions(assembly, { clock: new Clock(50), logs, endpoints: { AWS_ENDPOINT_URL: 'http://lab' } });
});
afterAll(() => functions.close(true));

const cause = async (name: string) => {
  const error = (await functions.invoke(name, {}).catch((each: unknown) => each)) as { error: string; reason: string };
  return { error: error.error, cause: JSON.parse(error.reason) as Record<string, unknown> };
};

test('a function runs as bundled, warm, with its own environment, on the lab clock', async () => {
  const first = await functions.invoke('arn:aws:lambda:local-1:000000000000:function:Lab-Says', { word: 'hello' });
  expect(first).toMatchObject({
    word: 'hello',
    calls: 1,
    id: 36,
    name: 'Lab-Says',
    table: 'Lab-Table',
    region: 'local-1',
    endpoint: 'http://lab',
  });
  const { took, left, home } = first as { took: number; left: number; home?: string };
  expect(took).toBeLessThan(2_500); // three seconds, fifty times faster
  expect(left).toBeGreaterThan(10_000);
  expect(left).toBeLessThan(30_000);
  expect(home).toBeUndefined();
  expect(await functions.invoke('Lab-Says', {})).toMatchObject({ calls: 2 });
});

test('invocations at the same time get sandboxes of their own', async () => {
  const [a, b] = await Promise.all([functions.invoke('Lab-Says', {}), functions.invoke('Lab-Says', {})]);
  expect(new Set([(a as { calls: number }).calls, (b as { calls: number }).calls])).toEqual(new Set([1, 3]));
});

test('what a handler prints goes to its log', () =>
  eventually(() => (text(logs, 'lambda-Lab-Says.log').includes('said hello') ? true : undefined)));

test('an error goes by its name, with the error JSON of Lambda as its cause', async () => {
  const { error, cause: json } = await cause('Lab-Throws');
  expect(error).toBe('NotDelivered');
  expect(json).toMatchObject({
    errorType: 'NotDelivered',
    errorMessage: 'gone',
    trace: expect.arrayContaining(['NotDelivered: gone']) as unknown,
  });
});

test('a handler that returns nothing gives null', async () =>
  expect(await functions.invoke('Lab-Empty', {})).toBeNull());

test('a function that exits, or cannot be loaded, says so', async () => {
  expect(await cause('Lab-Exits')).toMatchObject({
    error: 'Runtime.ExitError',
    cause: { errorMessage: expect.stringContaining('exit status 3') as string },
  });
  expect(await cause('Lab-Broken')).toMatchObject({ error: 'SyntaxError' });
});

test('a function that takes longer than its time-out is ended', async () => {
  const assembly = readAssembly(
    writeAssembly({ Table: table }, { Endless: 'exports.handler = async () => { for (;;); };' }, 1),
  );
  const endless = new Functions(assembly, { clock: new Clock(50), logs, endpoints: {} });
  const error = (await endless.invoke('Lab-Endless', {}).catch((each: unknown) => each)) as {
    error: string;
    reason: string;
  };
  expect(error.error).toBe('Sandbox.Timedout');
  expect(error.reason).toContain('Task timed out after 1.00 seconds');
  await endless.close(true);
});

test('an unknown function is an error of the Lambda service', async () => {
  await expect(functions.invoke('Lab-Other', {})).rejects.toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
});
