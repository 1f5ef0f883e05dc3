import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock } from '../../../lab/cloud/clock';
import { Functions } from '../../../lab/cloud/lambda';
import { readAssembly, type Assembly } from '../../../lab/cloud/template';
import { Workers } from '../../../lab/cloud/workers';
import { eventually, table, temporaryFolder, text, writeAssembly } from './support';

const logs = temporaryFolder();
const workers = new Workers();
const around = (endpoint: string, of = logs, speed = 50) => ({
  clock: new Clock(speed),
  logs: of,
  endpoints: { AWS_ENDPOINT_URL: endpoint },
  workers,
});
let assembly: Assembly;
let functions: Functions;

beforeAll(() => {
  assembly = readAssembly(
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
        Late: `exports.handler = async () => void setTimeout(() => console.log('late'), 1000);`,
        Breaks: `const { parentPort } = require('node:worker_threads');
          exports.handler = async () => void parentPort.once('message', () => { throw new Error('broken afterwards'); });`,
        Empty: `exports.handler = async () => {};`,
        Broken: `throw new SyntaxError('broken bundle');`,
      },
    ),
  );
  functions = new Functions(assembly, around('http://lab'));
});
afterAll(async () => {
  await functions.close(true);
  await workers.close();
});

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
  const slow = readAssembly(
    writeAssembly({ Table: table }, { Endless: 'exports.handler = async () => { for (;;); };' }, 1),
  );
  const endless = new Functions(slow, around('http://lab'));
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

test('later functions with the same environment find an idle worker warm, and print to a log of their own; any other starts cold', async () => {
  const later = temporaryFolder();
  const opened = [around('http://a'), around('http://a', later), around('http://b'), around('http://a', logs, 40)];
  const calls: unknown[] = [];
  for (const runtime of opened) {
    const next = new Functions(assembly, runtime);
    calls.push(((await next.invoke('Lab-Says', { word: 'again' })) as { calls: number }).calls);
    await next.close(true);
  }
  expect(calls).toEqual([1, 2, 1, 1]);
  await eventually(() => (text(later, 'lambda-Lab-Says.log').includes('said again') ? true : undefined));
});

test('a worker that was at work when its functions were closed is not given to later ones', async () => {
  const [first, second] = [new Functions(assembly, around('http://c')), new Functions(assembly, around('http://c'))];
  await first.invoke('Lab-Says', {});
  const interrupted = first.invoke('Lab-Says', {}).catch((error: unknown) => error);
  await first.close(true);
  expect(await interrupted).toMatchObject({ error: 'Runtime.ExitError' });
  expect(await second.invoke('Lab-Says', {})).toMatchObject({ calls: 1 });
  await second.close(true);
});

test('what a function prints when the folder of its lab is gone disturbs nobody', async () => {
  const gone = temporaryFolder();
  const late = new Functions(assembly, around('http://d', gone));
  await late.invoke('Lab-Late', {});
  rmSync(gone, { recursive: true });
  expect(await late.invoke('Lab-Late', {})).toBeNull();
  await pause(100); // its second of 20 ms has passed
  await late.close(true);
});

test('a worker that breaks while it is idle is not given again, and disturbs nobody', async () => {
  const file = join(assembly.asset(`${Buffer.from('Breaks').toString('hex')}.zip`), 'index.js');
  const sandbox = { file, handler: 'handler', name: 'Breaks', speed: 50 };
  const worker = workers.take(sandbox, {});
  worker.postMessage({ event: {}, requestId: '1', timeout: 3000, ahead: 0 });
  await once(worker, 'message');
  workers.giveBack(worker);
  worker.postMessage({ event: {}, requestId: '2', timeout: 3000, ahead: 0 }); // which breaks it, not before it is idle
  await new Promise((gone) => worker.once('exit', gone));
  const next = workers.take(sandbox, {});
  expect(next).not.toBe(worker);
  await next.terminate();
});
