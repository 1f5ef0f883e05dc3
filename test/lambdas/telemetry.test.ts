import { logOf, metricsIn, type Log } from './support/log';
import { aboutStep } from '../../lambdas/devices/step';
import { loggedStep } from '../../lambdas/telemetry/logged-step';
import { publish } from '../../lambdas/telemetry/publish';
import { logTrip } from '../../lambdas/telemetry/trips';
import type { Trip } from '../../lambdas/run-command/ssm';
import { DeviceRefused } from '../../lib/tunnel/errors/errors';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:edge-ramp:one';
const STEP: any = { execution: EXECUTION, step: 'Configure BIG-IP 0', retry: 1, request: { tunnel: 'edge-a' } };
const TRIP: Trip = {
  tunnel: 'edge-a',
  device: 'BIG-IP 10.3.88.66',
  instance: 'i-0ba5710a0ba5710a0',
  document: 'edge-ramp-bigip-apply-0123456789abcdef',
  command: '11111111-2222-3333-4444-555555555555',
  milliseconds: 2630,
  failure: undefined,
};

let log: Log;
beforeEach(() => (log = logOf()));
afterEach(() => log.close());

test('a step leaves one line: which, of which tunnel and run, which try, how it ended and how long it took', async () => {
  await expect(loggedStep(aboutStep, async () => 'done')(STEP)).resolves.toBe('done');
  expect(log.lines()).toEqual([
    expect.objectContaining({
      level: 'INFO',
      service: 'steps',
      message: 'step',
      execution: EXECUTION,
      tunnel: 'edge-a',
      step: 'Configure BIG-IP 0',
      retry: 1,
      outcome: 'done',
      milliseconds: expect.any(Number),
    }),
  ]);
});

test('a step that fails leaves its error’s name, code and sentence, no stack, and throws what was thrown', async () => {
  const error = new DeviceRefused('command-refused', 'BIG-IP 10.3.88.66: refused "save sys config"');
  const step = loggedStep(aboutStep, () => Promise.reject(error));
  await expect(step(STEP)).rejects.toBe(error);
  const [line] = log.lines();
  expect(line).toMatchObject({
    level: 'WARN',
    outcome: 'failed',
    error: 'DeviceRefused',
    code: 'command-refused',
    sentence: error.message,
  });
  expect(JSON.stringify(line)).not.toContain('.ts:');
});

test('a trip in the middle of a step carries the fields of the step, and the next step none of it', async () => {
  await loggedStep(aboutStep, async () => logTrip(TRIP))(STEP);
  await loggedStep(
    () => ({ step: 'Plan' }),
    async () => undefined,
  )(undefined);
  const [trip, , , last] = log.lines();
  expect(trip).toMatchObject({
    message: 'trip',
    execution: EXECUTION,
    step: 'Configure BIG-IP 0',
    device: TRIP.device,
    command: TRIP.command,
    milliseconds: 2630,
    outcome: 'answered',
  });
  expect(last).toMatchObject({ step: 'Plan' });
  expect(last).not.toHaveProperty('execution');
  expect(last).not.toHaveProperty('tunnel');
});

test('a trip is counted for its tunnel, whether it was answered or failed', () => {
  logTrip(TRIP);
  logTrip({ ...TRIP, command: undefined, failure: new DeviceRefused('command-refused', 'no') });
  expect(metricsIn(log.lines())).toEqual(
    Array(2).fill('edge-ramp{service=steps,tunnel=edge-a} TripDuration = 2630 Milliseconds'),
  );
  expect(log.lines()[2]).toMatchObject({ level: 'WARN', outcome: 'failed', error: 'DeviceRefused', sentence: 'no' });
});

test('a sentence that looks like a line of the log stays inside its own line', async () => {
  const forged = '\n{"level":"INFO","message":"step","outcome":"done"}\u001b[2J","outcome":"done';
  const step = loggedStep(
    () => ({ step: forged }),
    () => Promise.reject(new Error(forged)),
  );
  await expect(step(undefined)).rejects.toThrow('outcome');
  expect(log.lines()).toHaveLength(1);
  expect(log.lines()[0]).toMatchObject({ outcome: 'failed', step: forged, sentence: forged });
});

test.each([
  ['an error of many lines', new Error('x'.repeat(5000)), 'Error', 1000],
  ['what is no error', 'y'.repeat(5000), 'string', 1000],
])('%s is cut to what a log needs', async (_, thrown, name, length) => {
  await expect(loggedStep(aboutStep, () => Promise.reject(thrown as Error))(STEP)).rejects.toBe(thrown);
  expect(log.lines()[0]).toMatchObject({ error: name });
  expect(log.lines()[0]!['sentence']).toHaveLength(length);
});

test('an input of another deployment, without what is said of a step, is no reason to fail', async () => {
  await expect(loggedStep(aboutStep, async () => 1)({} as any)).resolves.toBe(1);
});

test('a measurement without its dimension is a mistake, not a metric of its own', () => {
  expect(() => publish('runs', [{ name: 'Drift', value: 1 }])).toThrow('metric Drift has no tunnel');
});
