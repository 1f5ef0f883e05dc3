// What runs inside a function's worker thread. Plain JavaScript, because a worker starts without the TypeScript loader.
// Handlers live on the lab's clock: every timer here runs `speed` times faster than the handler asks for, and dates are
// those of the lab, which may be ahead of real ones. Time-outs are real ones, AbortSignal.timeout too.
const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
const { promisify } = require('node:util');
const timers = require('node:timers');
const timersPromises = require('node:timers/promises');

const { file, handler, speed, name } = workerData;

const scaled =
  (set) =>
  (callback, milliseconds = 0, ...args) =>
    set(callback, milliseconds / speed, ...args);
const scaledPromise =
  (set) =>
  (milliseconds = 0, ...args) =>
    set(milliseconds / speed, ...args);
for (const kind of ['setTimeout', 'setInterval']) {
  globalThis[kind] = timers[kind] = scaled(timers[kind]);
  timersPromises[kind] = scaledPromise(timersPromises[kind]);
}
Object.defineProperty(globalThis.setTimeout, promisify.custom, { get: () => timersPromises.setTimeout });

// As the lab's clock stood when the invocation began: no time is made to pass while a handler is at work.
let ahead = 0;
const RealDate = Date;
const labNow = () => RealDate.now() + ahead;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [labNow()], newTarget),
  apply: () => new RealDate(labNow()).toString(),
  get: (target, key, receiver) => (key === 'now' ? labNow : Reflect.get(target, key, receiver)),
});

const loaded = import(pathToFileURL(file).href).then((module) => module[handler] ?? module.default?.[handler]);
loaded.catch(() => {}); // told with the first invocation

/** The error as Lambda's Node runtime reports it. */
const described = (error) =>
  error instanceof Error || (error && error.name && error.message)
    ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

// oxlint-disable-next-line typescript/no-misused-promises -- every failure is answered inside
parentPort.on('message', async ({ event, requestId, timeout, ...clock }) => {
  ahead = clock.ahead;
  const began = RealDate.now();
  const context = {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: workerData.arn,
    awsRequestId: requestId,
    memoryLimitInMB: '128',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, timeout - (RealDate.now() - began)),
  };
  try {
    const result = await (await loaded)(event, context);
    parentPort.postMessage({ result: result === undefined ? null : JSON.parse(JSON.stringify(result)) });
  } catch (error) {
    parentPort.postMessage({ error: described(error) });
  }
});
