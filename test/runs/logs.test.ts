import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BIGIP, NODE, discard, endOf, example, site } from './support/site';

/*
 * What the handlers write into their logs in whole runs: enough to follow a run by, and nothing that is secret or that
 * was handed to a device.
 */

interface Line {
  readonly message: string;
  readonly step: string;
  readonly [field: string]: unknown;
}

/** Every line of every handler's log, as text. */
function linesOf(state: string): readonly string[] {
  const folder = join(state, 'logs');
  return readdirSync(folder)
    .filter((file) => file.startsWith('lambda-'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{'));
}

/** A handler's output arrives a little after its answer: asks until that is there, for at most five seconds. */
async function whenThere(state: string, complete: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
  for (let tries = 0; tries < 50 && !complete(linesOf(state)); tries++)
    await new Promise((done) => setTimeout(done, 100));
  return linesOf(state);
}

/** Every text that is long enough to be recognised, in the files below a folder. */
function materialIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split(/\s+/))
    .filter((text) => text.length >= 24);
}

test('the log of an apply and of a run that is rolled back follows both, and gives nothing away', async () => {
  const open = await site({ faults: [{ host: BIGIP, match: 'save sys config', nth: 2, effect: 'fail-before' }] });
  expect(endOf(await open.run())).toBe('Applied');
  expect(endOf(await open.run({ action: 'teardown' }))).toBe('RolledBack');
  const count = open.lab.trips().length;
  const text = await whenThere(open.state, (lines) => lines.filter((line) => line.includes('"trip"')).length >= count);
  const lines = text.map((line) => JSON.parse(line) as Line);

  const steps = lines.filter(({ message }) => message === 'step');
  expect(steps.map(({ step }) => step)).toEqual(
    expect.arrayContaining(['Read request', 'Plan', 'Plan restore', 'Attach virtual servers 0']),
  );
  for (const line of steps) {
    expect(line).toMatchObject({ service: 'steps', tunnel: example.name, milliseconds: expect.any(Number) });
    if (line.step !== 'Read request') expect(line['execution']).toMatch(/^arn:aws:states:.*:execution:edge-ramp:/);
  }
  expect(steps.filter(({ outcome }) => outcome === 'failed')).toEqual([
    expect.objectContaining({
      level: 'WARN',
      error: 'DeviceRefused',
      sentence: expect.stringContaining('refused "save sys config"'),
    }),
  ]);

  const trips = lines.filter(({ message }) => message === 'trip');
  expect(new Set(trips.map(({ instance }) => instance))).toEqual(new Set([example.bigip[0]!.bastion, NODE]));
  expect(trips).toHaveLength(count);
  for (const trip of trips)
    expect(trip).toMatchObject({
      execution: expect.any(String),
      step: expect.any(String),
      command: expect.stringMatching(/^[0-9a-f-]{36}$/),
      document: expect.stringMatching(/^edge-ramp-(?:bigip|ramp)-(?:observe|apply)-[0-9a-f]{16}$/),
    });
  expect(lines.filter((line) => 'TripDuration' in line)).toHaveLength(trips.length);

  const all = text.join('\n');
  const secret = materialIn(join(open.state, 'keys'));
  expect(secret.length).toBeGreaterThan(0);
  for (const material of [...secret, example.bigip[0]!.hostKey.split(' ')[1]!]) expect(all).not.toContain(material);
  for (const word of ['PRIVATE KEY', 'Operations', 'Questions', 'tunnel-set', 'create~', example.bigip[0]!.secret])
    expect(all).not.toContain(word);
  await discard(open);
});
