import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, HistoryEvent } from '../../../lab';
import { assemble, NODE, openSmall, spec } from './small-lab';
import { eventually, FakeHosts, temporaryFolder, text } from './support';

let hosts: FakeHosts;
let lab: Lab;
const open = async (options: Parameters<typeof openSmall>[0]) => void ({ hosts, lab } = await openSmall(options));
afterEach(() => lab.close());

test('a run goes from its input to its end state, through functions, table, SSM and a host', async () => {
  await open({ state: temporaryFolder() });
  const events: HistoryEvent[] = [];
  const { arn, done } = lab.start({ tunnel: 'edge-a', document: 'say' }, (event) => events.push(event));
  const result = await done;
  expect(result).toMatchObject({
    arn,
    status: 'SUCCEEDED',
    output: { endState: 'Applied', said: expect.stringMatching(/^hello from http:\/\/127.0.0.1:\d+\n$/) as string },
    transitions: 8,
  });
  expect(arn).toMatch(/^arn:aws:states:local-1:000000000000:execution:Lab-Machine:/);
  expect(events).toEqual(result.events);
  expect(events.map(({ stateExitedEventDetails: exited }) => exited?.['name'])).toContain('Configure node');
  expect(await lab.item('edge-a')).toEqual({ tunnel: 'edge-a', fence: expect.any(Number) as number });
  expect(lab.trips()).toMatchObject([{ instance: NODE, document: 'say', status: 'Success', comment: arn.slice(-36) }]);
});

test('a failed run is a failed execution with the error name of the handler, and what it publishes is kept', async () => {
  const state = temporaryFolder();
  await open({ state });
  expect(await lab.start({ tunnel: 'edge-b', document: 'say' }).done).toMatchObject({
    status: 'FAILED',
    error: 'InvalidRequest',
  });
  const refused = await lab.start({ tunnel: 'edge-a', document: 'refuses' }).done;
  expect(refused).toMatchObject({ status: 'FAILED', error: 'DeviceRefused' });
  expect(JSON.parse(refused.cause!)).toMatchObject({ errorMessage: '01020066: already exists\n' });
  expect(text(state, 'logs', 'notices.log')).toContain('"Message":"DeviceRefused"');
});

test('a device that hangs costs no waiting', async () => {
  await open({ state: temporaryFolder() });
  const { done } = lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => (lab.trips()[0]?.status === 'InProgress' ? true : undefined));
  hosts.hang();
  expect(await done).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
});

test('the owner of a lease is looked up: busy while it runs, taken over when it was stopped', async () => {
  await open({ state: temporaryFolder() });
  const first = lab.start({ tunnel: 'edge-a', document: 'hangs' });
  await eventually(() => lab.trips()[0]);
  expect(await lab.start({ tunnel: 'edge-a', document: 'say' }).done).toMatchObject({
    status: 'FAILED',
    error: 'TunnelBusy',
    cause: first.arn,
  });
  await lab.stop(first.arn);
  expect(await first.done).toMatchObject({ status: 'ABORTED' });
  expect(lab.trips()[0]).toMatchObject({ status: 'InProgress' }); // what was sent runs on
  expect(await lab.start({ tunnel: 'edge-a', document: 'say' }).done).toMatchObject({ status: 'SUCCEEDED' });
});

test('a redeploy changes documents and functions for later steps', async () => {
  await open({ state: temporaryFolder() });
  await lab.start({ tunnel: 'edge-a', document: 'say' }).done;
  await lab.redeploy(assemble('goodbye'));
  const { output } = await lab.start({ tunnel: 'edge-a', document: 'say' }).done;
  expect((output as { said: string }).said).toContain('goodbye');
});

test('specs replace the declared tunnels', async () => {
  await open({ state: temporaryFolder(), specs: [{ ...spec, name: 'other' }] });
  expect((await lab.start({ tunnel: 'edge-a', document: 'say' }).done).error).toBe('InvalidRequest');
  expect((await lab.start({ tunnel: 'other', document: 'say' }).done).status).toBe('SUCCEEDED');
});

test('each secret is a fresh SSH key: hosts get the public part, Secrets Manager the private one', async () => {
  const state = temporaryFolder();
  let publicKey: string | undefined;
  await open({
    state,
    hosts: async ({ secret, specs }) => {
      publicKey = secret('edge-a/key');
      expect(secret('other')).toBeUndefined();
      expect(specs).toEqual([spec]);
      return new FakeHosts([NODE]);
    },
  });
  const said = (await lab.start({ tunnel: 'edge-a', document: 'say' }).done).output as { said: string };
  const url = /http:\S+/.exec(said.said)![0];
  const ask = (SecretId: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId }),
    });
  const { SecretString } = (await (await ask('edge-a/key')).json()) as { SecretString: string };
  const derived = spawnSync('ssh-keygen', ['-y', '-f', join(state, 'keys', 'edge-a_key')], { encoding: 'utf8' }).stdout;
  expect(SecretString).toBe(text(state, 'keys', 'edge-a_key'));
  expect(publicKey).toMatch(/^ssh-ed25519 /);
  expect(derived.split(' ')[1]).toBe(publicKey!.split(' ')[1]);
  expect(statSync(join(state, 'keys', 'edge-a_key')).mode & 0o777).toBe(0o600);
  expect((await ask('other')).status).toBe(400);
});
